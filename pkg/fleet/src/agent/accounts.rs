//! What has been counted, read no more often than somebody can see, however many leases there are.

use std::{sync::Arc, time::Duration};

use tokio::{sync::Mutex, time::Instant};
use xdplive_source::{Counts, HookAccounts, Source, StreamId};

/// How old an answer may be.
const FRESH: Duration = Duration::from_millis(400);

/// What a source has counted, as it was last read.
pub(super) struct Accounts {
    source: Arc<dyn Source>,
    last: Mutex<Option<(Instant, Arc<Vec<HookAccounts>>)>>,
}

impl Accounts {
    /// Those of `source`.
    pub(super) fn new(source: Arc<dyn Source>) -> Self {
        Self { source, last: Mutex::default() }
    }

    /// What has been counted, as of not long ago.
    pub(super) async fn get(&self) -> Arc<Vec<HookAccounts>> {
        let mut last = self.last.lock().await;
        if let Some((at, accounts)) = &*last
            && at.elapsed() < FRESH
        {
            return Arc::clone(accounts);
        }
        let accounts = Arc::new(self.source.accounts().await);
        *last = Some((Instant::now(), Arc::clone(&accounts)));
        accounts
    }

    /// What has become of one stream's packets, at all hooks together.
    pub(super) async fn of(&self, stream: StreamId) -> Counts {
        let accounts = self.get().await;
        let mut counts = Counts::default();
        let of_it = accounts.iter().flat_map(|hook| &hook.streams).filter(|one| one.id == stream);
        of_it.for_each(|one| counts += one.counts);
        counts
    }
}
