//! What the log is told of refusals: when they begin at a data source, and when they have ended, with their number. Who
//! asks again and again must not fill the log.

use std::{
    collections::HashMap,
    fmt::Display,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::{Instant, sleep};
use tracing::{info, warn};

/// Refusals have ended when there was none for so long, and nobody waits.
const QUIET: Duration = Duration::from_secs(60);
/// Data sources that are told apart at most.
const MOST: usize = 64;
/// What stands for those beyond.
const OTHERS: &str = "others";

/// The data sources where something is refused.
#[derive(Clone, Debug, Default)]
pub struct Refusals(Arc<Mutex<HashMap<Arc<str>, Refused>>>);

#[derive(Debug)]
struct Refused {
    /// How often, since it began.
    times: u64,
    /// Streams that wait.
    waiting: usize,
    /// When it was last.
    last: Instant,
}

/// A stream that waits for what it was refused.
#[derive(Debug)]
pub struct Waiting {
    refusals: Refusals,
    data_source: Arc<str>,
}

impl Refusals {
    /// Something was refused at a data source. Needs a tokio runtime.
    pub fn count(&self, data_source: &str, why: &dyn Display) {
        self.add(data_source, why, 0);
    }

    /// A stream was refused and waits. Needs a tokio runtime.
    #[must_use]
    pub fn wait(&self, data_source: &str, why: &dyn Display) -> Waiting {
        Waiting { refusals: self.clone(), data_source: self.add(data_source, why, 1) }
    }

    /// Returns under which name it counts.
    fn add(&self, data_source: &str, why: &dyn Display, waiting: usize) -> Arc<str> {
        let now = Instant::now();
        let mut all = self.lock();
        let is_known = all.contains_key(data_source) || all.len() < MOST;
        let name: Arc<str> = if is_known { data_source.into() } else { OTHERS.into() };
        let refused = all.entry(Arc::clone(&name)).or_insert(Refused { times: 0, waiting: 0, last: now });
        let begins = refused.times == 0;
        refused.times += 1;
        refused.waiting += waiting;
        refused.last = now;
        drop(all);
        if begins {
            warn!(
                "data source {name}: {why}. What else is refused there is counted, and said when it has ended"
            );
            tokio::spawn(self.clone().follow(Arc::clone(&name)));
        }
        name
    }

    /// Waits until it has ended.
    async fn follow(self, name: Arc<str>) {
        loop {
            sleep(QUIET).await;
            let mut all = self.lock();
            let Some(refused) = all.get(&name) else { return };
            if refused.waiting == 0 && refused.last.elapsed() >= QUIET {
                let times = refused.times;
                all.remove(&name);
                drop(all);
                info!("data source {name}: {times} requests were refused; none is any more");
                return;
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Arc<str>, Refused>> {
        // Nothing that holds the lock can panic half-way through a change.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if let Some(refused) = self.refusals.lock().get_mut(&self.data_source) {
            refused.waiting = refused.waiting.saturating_sub(1);
            refused.last = Instant::now();
        }
    }
}
