//! What was counted, kept for whoever asks later: by asking a [`Source`] every second.
//!
//! | module | holds |
//! |---|---|
//! | [`subject`] | what is counted, and which counts have the answer to what is asked |
//! | [`seconds`] | seconds, up to a bound |
//! | `records` | what is counted for whom, and how long |
//! | `fill` | what was counted twice over, as one |
//! | [`watched`], `feed` | what is kept of interfaces that are counted from the start, and what counts them |
//! | [`accounts`] | the accounts of all captures, second by second |

pub mod accounts;
mod feed;
mod fill;
mod records;
pub mod seconds;
pub mod subject;
pub mod watched;

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use tokio::time::sleep;
use tracing::warn;
use xdplive_packet::flow::{FlowCounters, FlowKey};
use xdplive_source::{Counting, HookAccounts, HookChoice, HostId, Lap, Moment, Request, Source};

pub use self::feed::Watching;
use self::{
    accounts::PastAccounts,
    feed::Feed,
    fill::fill,
    records::{Held, Phase, Records, Run},
    seconds::SECOND,
    subject::Subject,
    watched::{GroupInterval, GroupsOf, State, Watched},
};

/// Keeps what a [`Source`] counts. Needs a tokio runtime.
#[derive(Clone)]
pub struct Recorder(Arc<Inner>);

struct Inner {
    source: Arc<dyn Source>,
    records: Mutex<Records>,
    accounts: Mutex<PastAccounts>,
    watched: Arc<Mutex<Watched>>,
}

/// Has something recorded for as long as it lives.
pub struct Hold {
    recorder: Recorder,
    record: u64,
}

impl Drop for Hold {
    fn drop(&mut self) {
        self.recorder.records().release(self.record);
    }
}

impl Recorder {
    /// Records what `source` counts, and the accounts of its captures from now on, so many seconds of each.
    #[must_use]
    pub fn start(source: Arc<dyn Source>, seconds: usize) -> Self {
        let inner = Arc::new(Inner {
            source,
            records: Mutex::new(Records::new(seconds)),
            accounts: Mutex::new(PastAccounts::new(seconds)),
            watched: Arc::new(Mutex::new(Watched::new(seconds))),
        });
        tokio::spawn(record_accounts(Arc::downgrade(&inner)));
        Self(inner)
    }

    /// Has every packet of an interface counted, whether it is there or not, and what groups there are, for as long as what is
    /// returned lives.
    #[must_use]
    pub fn watch(&self, interface: String, hook: HookChoice) -> Watching {
        let Inner { source, watched, .. } = &*self.0;
        Feed { source: Arc::clone(source), watched: Arc::clone(watched), interface, hook }.start()
    }

    /// Has recorded how many packets `request` wants, whatever becomes of their rows, as long as what is returned
    /// lives. When this returns, it is being counted, or cannot be. `None` where there is no packet to count, and
    /// where there are too many records that are all needed.
    pub async fn hold(&self, request: &Request) -> Option<Hold> {
        let (hold, run) = self.begin_hold(request)?;
        run.begun().await;
        Some(hold)
    }

    fn begin_hold(&self, request: &Request) -> Option<(Hold, Arc<Run>)> {
        let Held { record, run, begins } = self.records().hold(Subject::of(request)?, Instant::now())?;
        let hold = Hold { recorder: self.clone(), record };
        if begins {
            tokio::spawn(count(self.clone(), record, Arc::clone(&run), request.without_rows()));
        }
        Some((hold, run))
    }

    /// Waits until what nobody needs any more of a request is no longer counted.
    pub async fn ended(&self, request: &Request) {
        let Some(subject) = Subject::of(request) else { return };
        let unneeded = self.records().unneeded(&subject);
        if let Some(run) = unneeded {
            run.over().await;
        }
    }

    /// What has been counted of what `request` asks for, the oldest first. In other directions than it asks for there may be
    /// something, too.
    #[must_use]
    pub fn past(&self, request: &Request) -> Vec<Lap> {
        let Some(subject) = Subject::of(request) else { return Vec::new() };
        let laps = self.records().past(&subject);
        let from_the_start =
            subject.everything_of().and_then(|(interfaces, own)| self.watched().laps(interfaces, own));
        fill(laps, from_the_start.unwrap_or_default())
    }

    /// What groups had in the past; `None` where not all of the interfaces were ever counted from the start.
    #[must_use]
    pub fn groups(&self, of: &GroupsOf<'_>) -> Option<Vec<GroupInterval>> {
        self.watched().groups(of)
    }

    /// From when on groups of these interfaces are kept, ms since 1970.
    #[must_use]
    pub fn groups_from(&self, interfaces: &[String]) -> Option<i64> {
        self.watched().from(interfaces)
    }

    /// Whether all of these interfaces are counted from the start.
    #[must_use]
    pub fn watches(&self, interfaces: &[String]) -> bool {
        self.watched().counts(interfaces)
    }

    /// Gives the flows since the start of each of these interfaces to `take`, if all of them are counted now. Returns whether
    /// they are.
    pub fn flows(
        &self,
        interfaces: &[String],
        take: impl FnMut(HostId, &Arc<str>, &mut dyn Iterator<Item = (&FlowKey, &FlowCounters)>),
    ) -> bool {
        self.watched().flows(interfaces, take)
    }

    /// The interfaces that are counted from the start, and what that takes.
    #[must_use]
    pub fn states(&self) -> Vec<State> {
        self.watched().states()
    }

    /// Adds what was counted elsewhere, for tests of what is made of it.
    #[doc(hidden)]
    pub fn add(&self, request: &Request, laps: &[Lap]) {
        if let Some(subject) = Subject::of(request) {
            self.records().add_all(subject, laps, Instant::now());
        }
    }

    /// The accounts that were taken down between two times (ms since 1970), the oldest first.
    #[must_use]
    pub fn accounts(&self, from: i64, to: i64) -> Vec<(i64, Arc<[HookAccounts]>)> {
        lock(&self.0.accounts).between(from, to)
    }

    /// From when on there are any accounts, ms since 1970.
    #[must_use]
    pub fn accounts_from(&self) -> Option<i64> {
        lock(&self.0.accounts).from()
    }

    fn records(&self) -> MutexGuard<'_, Records> {
        lock(&self.0.records)
    }

    fn watched(&self) -> MutexGuard<'_, Watched> {
        lock(&self.0.watched)
    }
}

/// Takes down what is counted for a record, for as long as somebody needs it.
async fn count(recorder: Recorder, record: u64, run: Arc<Run>, request: Request) {
    match Counting::begin(Arc::clone(&recorder.0.source), &request).await {
        Ok(counting) => {
            run.reach(Phase::Counting);
            count_seconds(&recorder, record, &run, counting).await;
        }
        Err(error) => warn!("what is to be recorded cannot be counted: {error}"),
    }
    run.reach(Phase::Over);
}

/// Until nobody needs it any more, or the stream has ended by itself.
async fn count_seconds(recorder: &Recorder, record: u64, run: &Arc<Run>, mut counting: Counting) {
    loop {
        tokio::select! {
            () = second_after(recorder.0.source.now()) => {
                if let Some(lap) = counting.lap().await {
                    recorder.records().add(record, run, lap);
                }
            }
            () = counting.ended() => return,
            () = run.released.notified() => {}
        }
        if recorder.records().may_end(record, run) {
            return;
        }
    }
}

async fn record_accounts(inner: std::sync::Weak<Inner>) {
    loop {
        let Some(now) = inner.upgrade().map(|inner| inner.source.now()) else { return };
        second_after(now).await;
        let Some(inner) = inner.upgrade() else { return };
        let accounts = inner.source.accounts().await;
        lock(&inner.accounts).add(inner.source.now(), accounts);
    }
}

/// Waits for the next whole second of the source's clock, so that what is kept of different things has the same times.
async fn second_after(now: Moment) {
    let past = u64::try_from(now.milliseconds().rem_euclid(1000)).unwrap_or_default();
    let left = SECOND.saturating_sub(Duration::from_millis(past));
    // A timer that was early must not make a second of a few milliseconds.
    sleep(if left < SECOND / 10 { left + SECOND } else { left }).await;
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nothing that holds a lock can panic half-way through a change.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
