//! A client's share of the rows a second.

use tokio::sync::watch;
use xdplive_packet::Event;
use xdplive_source::Thinner;

/// Keeps a run to its share, which changes as hosts have more or less to send.
pub(super) struct Share {
    told: watch::Receiver<Option<u32>>,
    /// By the share that was told last; `None` where all rows pass.
    thinner: Option<(u32, Box<Thinner>)>,
}

impl Share {
    pub(super) const fn new(told: watch::Receiver<Option<u32>>) -> Self {
        Self { told, thinner: None }
    }

    /// Goes by what was told last.
    pub(super) fn follow(&mut self) {
        let share = *self.told.borrow_and_update();
        match (&self.thinner, share) {
            (Some((limit, _)), Some(share)) if *limit == share => {}
            (_, Some(share)) => self.thinner = Some((share, Box::new(Thinner::new(share)))),
            (_, None) => self.thinner = None,
        }
    }

    /// Whether the packet of `event` passes.
    pub(super) fn pass(&mut self, event: &Event) -> bool {
        self.thinner.as_mut().is_none_or(|(_, thinner)| thinner.pass(event))
    }
}
