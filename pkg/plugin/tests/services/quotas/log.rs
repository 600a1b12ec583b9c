//! What is logged meanwhile.

use std::{
    fmt::{Debug, Write as _},
    sync::{Arc, Mutex},
};

use tracing::{
    Event, Level, Subscriber,
    field::{Field, Visit},
    subscriber::{DefaultGuard, set_default},
};
use tracing_subscriber::{
    Layer,
    layer::{Context, SubscriberExt as _},
    registry,
};

/// The lines of this thread, as far as they are ours and would be in Grafana's log.
#[derive(Clone, Default)]
pub(super) struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    /// Begins; it ends with the guard.
    pub(super) fn start() -> (Self, DefaultGuard) {
        let log = Self::default();
        let guard = set_default(registry().with(log.clone()));
        (log, guard)
    }

    pub(super) fn lines(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }
}

impl<S: Subscriber> Layer<S> for Log {
    fn on_event(&self, event: &Event<'_>, _context: Context<'_, S>) {
        let about = event.metadata();
        if about.target().starts_with("xdplive") && *about.level() <= Level::INFO {
            let mut line = Line(about.level().to_string());
            event.record(&mut line);
            self.0.lock().unwrap().push(line.0);
        }
    }
}

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, _field: &Field, value: &dyn Debug) {
        write!(self.0, " {value:?}").unwrap();
    }
}
