//! Counts an interface from the start, for as long as somebody holds it.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{sync::oneshot, time::sleep};
use tracing::warn;
use xdplive_source::{FlowFeed, FlowFilters, HookChoice, InterfaceSet, Request, Source};

use crate::{seconds::SECOND, watched::Watched};

/// Time before what could not be counted, or has ended, is tried again.
const PATIENCE: Duration = Duration::from_secs(5);

/// Has an interface counted from the start for as long as it lives.
#[derive(Debug)]
pub struct Watching {
    /// Dropped with this.
    _until: oneshot::Sender<()>,
}

/// What counts one interface.
pub struct Feed {
    /// Where its packets are counted.
    pub source: Arc<dyn Source>,
    /// Where what was counted is kept.
    pub watched: Arc<Mutex<Watched>>,
    /// Its name.
    pub interface: String,
    /// The receiving hook.
    pub hook: HookChoice,
}

impl Feed {
    /// Has every packet of the interface counted, whether it is there or not, as long as what is returned lives. Needs a tokio
    /// runtime.
    #[must_use]
    pub fn start(self) -> Watching {
        let (until, ended) = oneshot::channel();
        tokio::spawn(self.run(ended));
        Watching { _until: until }
    }

    async fn run(self, mut ended: oneshot::Receiver<()>) {
        self.watched().begin(&self.interface);
        loop {
            tokio::select! {
                () = self.count() => {}
                _ = &mut ended => break,
            }
            tokio::select! {
                () = sleep(PATIENCE) => {}
                _ = &mut ended => break,
            }
        }
        self.watched().end(&self.interface);
    }

    /// Until the source ends, or cannot count it.
    async fn count(&self) {
        let interfaces = InterfaceSet::Named(vec![self.interface.clone()]);
        let request = Request { wanted: None, ..Request::counting(interfaces, self.hook, false) };
        match self.source.flows(&request, SECOND).await {
            Ok(feed) => self.take_all(&feed).await,
            Err(error) => warn!("{} cannot be counted from the start: {error}", self.interface),
        }
    }

    async fn take_all(&self, feed: &FlowFeed) {
        // Every packet is wanted; own traffic is told apart.
        let mut filters = FlowFilters::new(Arc::clone(&self.source), Arc::default(), true);
        while let Some(snapshot) = feed.next().await {
            let wanted = filters.of(snapshot.host.id, &snapshot.interface);
            let (now, begun) = (self.source.now(), self.source.processor_time());
            let mut watched = self.watched();
            watched.add(&snapshot, &wanted, now);
            watched.spend(&self.interface, self.source.processor_time().saturating_sub(begun));
        }
    }

    fn watched(&self) -> MutexGuard<'_, Watched> {
        // Nothing that holds the lock can panic half-way through a change.
        self.watched.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
