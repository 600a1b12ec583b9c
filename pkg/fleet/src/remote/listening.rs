//! What a fleet does all the time: it hears of hosts and of their answers, renews its leases, and looks after what is silent or
//! new.

use std::{sync::Arc, time::Duration};

use async_nats::{Message, Subscriber};
use tokio::{
    sync::watch,
    time::{Instant, MissedTickBehavior, interval, timeout},
};
use tracing::{debug, warn};

use super::shared::{Shared, lock};
use crate::{
    nats::next,
    wire::{Answer, Ask, Call, MAX_LEASES, Presence},
};

/// How often leases are renewed. An agent that has heard of none for 4.5 s has its streams end.
const RENEW: Duration = Duration::from_millis(1500);
/// How often it is looked at who is silent, and who has something new.
const LOOK: Duration = Duration::from_millis(200);
/// How often the clocks of hosts are compared from which streams run.
const CLOCKS: Duration = Duration::from_secs(5);
/// Hears of hosts and of their answers, until nobody has the fleet any more.
pub(super) async fn listen(
    shared: Arc<Shared>,
    mut presences: Subscriber,
    mut answers: Subscriber,
    mut ended: watch::Receiver<()>,
) {
    let mut connected = shared.connection.connected.clone();
    let (mut renew, mut look, mut clocks) = (interval(RENEW), interval(LOOK), interval(CLOCKS));
    for timer in [&mut renew, &mut look, &mut clocks] {
        timer.set_missed_tick_behavior(MissedTickBehavior::Delay);
    }
    // Where there is a connection already, nothing else tells of it.
    call(&shared, Call::Hello);
    loop {
        tokio::select! {
            message = next(&mut presences) => hear(&shared, &message),
            message = next(&mut answers) => {
                if let Some(host) = shared.settings.subjects.host_of(&message.subject)
                    && let Err(error) = shared.caller.take(&host, &message.payload)
                {
                    warn!("an answer was not taken: {error}");
                }
            }
            Ok(()) = connected.changed() => call(&shared, Call::Hello),
            _ = renew.tick() => {
                let leases: Vec<u64> = lock(&shared.streams).values().map(|stream| stream.lease).collect();
                for some in leases.chunks(MAX_LEASES) {
                    call(&shared, Call::Renew(some.to_vec()));
                }
            }
            _ = look.tick() => {
                shared.silence();
                describe(&shared);
            }
            _ = clocks.tick() => {
                for host in lock(&shared.leased).keys() {
                    let (shared, host) = (Arc::clone(&shared), Arc::clone(host));
                    tokio::spawn(async move { _ = shared.ask(&host, &Ask::Clock).await });
                }
            }
            // There is nothing but its end to be told.
            _ = ended.changed() => return,
        }
    }
}

fn hear(shared: &Shared, message: &Message) {
    let Some(host) = shared.settings.subjects.host_of(&message.subject) else { return };
    match Presence::from_json(&message.payload, &host) {
        Ok(presence) => shared.hear(presence),
        Err(error) => warn!("what {host} says of itself was not taken: {error}"),
    }
}

/// Says something to all agents. Where there is no connection it is not waited for: who comes back is called anew.
fn call(shared: &Arc<Shared>, what: Call) {
    let shared = Arc::clone(shared);
    tokio::spawn(async move {
        let subject = shared.settings.subjects.call();
        let said = shared.connection.client.publish(subject, what.to_json().into());
        _ = timeout(RENEW, said).await;
    });
}

/// Asks those hosts for what they have that have something new.
fn describe(shared: &Arc<Shared>) {
    let news: Vec<Arc<str>> = {
        let mut table = lock(&shared.table);
        table.take_news(Instant::now())
    };
    for host in news {
        let shared = Arc::clone(shared);
        tokio::spawn(async move {
            match shared.ask(&host, &Ask::Describe).await {
                Ok(heard) => {
                    if let Answer::Description(description) = heard.answered.answer {
                        lock(&shared.table).describe(&host, &description);
                        shared.tell();
                    }
                }
                Err(error) => debug!("{host} has not described itself: {error}"),
            }
        });
    }
}
