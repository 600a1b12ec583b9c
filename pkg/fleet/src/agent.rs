//! The agent: lends this machine's packets to clients, as far as its [`Ceiling`] goes, and publishes nothing that nobody
//! has asked for but that it is there.

mod accounts;
mod answers;
mod drops;
mod here;
mod lease;
mod leases;
mod name;
mod outgoing;
mod share;
mod shared;

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use async_nats::{Message, connection::State};
use thiserror::Error;
use tokio::{
    sync::{Semaphore, watch},
    time::{Instant, MissedTickBehavior, interval, sleep},
};
use tracing::{info, warn};
use xdplive_source::Source;

use self::{
    accounts::Accounts,
    leases::Leases,
    name::{Name, Standing},
    shared::Shared,
};
pub use self::{
    leases::{LEASE, Served},
    shared::AgentSettings,
};
use crate::{
    ceiling::Ceiling,
    nats::{Connection, next},
    wire::{self, Answer, Answered, Asked, Call, NameError, Refusal, check_host},
};

/// How often an agent says that it is there, where nobody asks.
pub const PRESENCE: Duration = Duration::from_secs(10);
/// How long an agent waits at most before it answers a call to all, so that a thousand do not answer at once.
const SPREAD: Duration = Duration::from_millis(200);
/// Asks that are answered at a time.
const AT_ONCE: usize = 64;
/// How often leases are looked at.
const TICK: Duration = Duration::from_millis(250);
/// How long streams may take to send what was captured before the end.
const GRACE: Duration = Duration::from_millis(1500);

/// Why an agent cannot be.
#[derive(Debug, Error)]
pub enum AgentError {
    /// Its name.
    #[error(transparent)]
    Name(#[from] NameError),
    /// The connection has been given up.
    #[error("the agent cannot listen: {0}")]
    Listen(#[from] async_nats::SubscribeError),
}

/// Lends the packets of a source.
pub struct Agent {
    shared: Arc<Shared>,
}

impl Agent {
    /// An agent that lends what `source` has. It begins with [`Self::run`].
    ///
    /// # Errors
    /// [`AgentError::Name`].
    pub fn new(
        connection: Connection,
        source: Arc<dyn Source>,
        settings: AgentSettings,
    ) -> Result<Self, AgentError> {
        check_host(&settings.host)?;
        let leases = Leases::new(&settings.ceiling);
        let shared = Shared {
            connection,
            source: Arc::clone(&source),
            settings,
            epoch: fastrand::u64(..),
            begun: Instant::now(),
            leases,
            accounts: Accounts::new(source),
            name: Name::default(),
            description: Mutex::default(),
            busy: Semaphore::new(AT_ONCE),
        };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// What it is called, and what it lends.
    #[must_use]
    pub fn settings(&self) -> &AgentSettings {
        &self.shared.settings
    }

    /// How long it has been there.
    #[must_use]
    pub fn uptime(&self) -> Duration {
        self.shared.begun.elapsed()
    }

    /// Whether there is a connection to a server now.
    #[must_use]
    pub fn is_connected(&self) -> bool {
        self.shared.connection.client.connection_state() == State::Connected
    }

    /// Whether another agent has the same name and was there before, so that this one serves nobody.
    #[must_use]
    pub fn is_namesake(&self) -> bool {
        self.shared.name.standing(Instant::now()) == Standing::Taken
    }

    /// What it serves now.
    #[must_use]
    pub fn served(&self) -> Vec<Served> {
        self.shared.leases.served()
    }

    /// Serves until `end` says so, or nobody is there to say it.
    ///
    /// # Errors
    /// [`AgentError::Listen`].
    pub async fn run(&self, mut end: watch::Receiver<bool>) -> Result<(), AgentError> {
        let shared = &self.shared;
        let (client, settings) = (&shared.connection.client, &shared.settings);
        let subjects = &settings.subjects;
        let mut asks = client.subscribe(subjects.to(&settings.host)).await?;
        let mut calls = client.subscribe(subjects.call()).await?;
        let mut others = client.subscribe(subjects.presence(&settings.host)).await?;
        let mut connected = shared.connection.connected.clone();
        let mut tick = interval(TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        // The first one says that it is there; where others start at the same time, not at the same moment.
        let mut due = Instant::now() + SPREAD.mul_f64(fastrand::f64());
        info!("agent \"{}\" begins; {}", settings.host, lends(&settings.ceiling));
        loop {
            tokio::select! {
                message = next(&mut asks) => shared.hear_ask(message),
                message = next(&mut calls) => match Call::from_json(&message.payload) {
                    Ok(Call::Hello) => due = due.min(Instant::now() + SPREAD.mul_f64(fastrand::f64())),
                    Ok(Call::Renew(leases)) => shared.leases.renew(&leases),
                    Err(error) => warn!("a call was not taken: {error}"),
                },
                message = next(&mut others) => shared.hear_namesake(&message),
                Ok(()) = connected.changed() => due = due.min(Instant::now() + SPREAD.mul_f64(fastrand::f64())),
                _ = tick.tick() => {
                    shared.leases.expire();
                    if due <= Instant::now() {
                        due = Instant::now() + PRESENCE;
                        let shared = Arc::clone(shared);
                        // Without a connection it waits, but not until there are two.
                        tokio::spawn(async move {
                            _ = tokio::time::timeout(PRESENCE / 2, shared.say_presence(false)).await;
                        });
                    }
                }
                _ = end.wait_for(|end| *end) => break,
            }
        }
        shared.leases.end_all();
        let until = Instant::now() + GRACE;
        while !shared.leases.is_empty() && Instant::now() < until {
            sleep(Duration::from_millis(20)).await;
        }
        let bye = async {
            shared.say_presence(true).await;
            _ = client.flush().await;
        };
        _ = tokio::time::timeout(GRACE / 2, bye).await;
        info!("agent \"{}\" has ended", settings.host);
        Ok(())
    }
}

impl Shared {
    fn hear_ask(self: &Arc<Self>, message: Message) {
        let asked = match Asked::from_json(&message.payload) {
            Ok(asked) => asked,
            Err(error) => {
                warn!("an ask was not taken: {error}");
                return;
            }
        };
        let (shared, heard) = (Arc::clone(self), self.source.now().wall);
        tokio::spawn(async move {
            let answer = match (shared.busy.try_acquire(), asked.ask()) {
                _ if shared.name.standing(Instant::now()) == Standing::Taken => Answer::Refused(
                    Refusal::Machine("another agent has the same name, and was there before".to_owned()),
                ),
                (Err(_), _) => Answer::Refused(Refusal::Machine(
                    "the agent is busy with what others have asked; try again".to_owned(),
                )),
                (Ok(_), Err(error)) => Answer::Refused(Refusal::Request(format!(
                    "the agent, of release {}, does not know what is asked: {error}",
                    shared.settings.release
                ))),
                (Ok(permit), Ok(ask)) => {
                    let answer = shared.answer(&asked.client, ask).await;
                    drop(permit);
                    answer
                }
            };
            shared.say_answer(&asked, heard, answer).await;
        });
    }

    async fn say_answer(&self, asked: &Asked, heard: i64, answer: Answer) {
        let host = &self.settings.host;
        let answered =
            Answered { host: host.clone(), epoch: self.epoch, heard, said: self.source.now().wall, answer };
        let pieces = match wire::pieces(asked.id, &answered.to_json()) {
            Ok(pieces) => pieces,
            Err(error) => {
                let answer = Answer::Refused(Refusal::Machine(error.to_string()));
                wire::pieces(asked.id, &Answered { answer, ..answered }.to_json()).unwrap_or_default()
            }
        };
        let subject = self.settings.subjects.answer(host, &asked.client);
        for piece in pieces {
            if let Err(error) = self.connection.client.publish(subject.clone(), piece.into()).await {
                warn!("an answer could not be sent: {error}");
                return;
            }
        }
    }
}

/// What an agent lends, in words.
#[must_use]
pub fn lends(ceiling: &Ceiling) -> String {
    match ceiling.in_words() {
        words if words.is_empty() => "it lends what it has without a bound of its own".to_owned(),
        words => format!("it lends no more than: {words}"),
    }
}
