//! What is logged meanwhile.

use std::{
    cell::RefCell,
    fmt::{Debug, Write as _},
    sync::{Arc, Mutex, Once},
};

use tracing::{
    Event, Level, Subscriber,
    field::{Field, Visit},
    subscriber::set_global_default,
};
use tracing_subscriber::{
    Layer,
    layer::{Context, SubscriberExt as _},
    registry,
};
use xdplive_plugin::logging::AUDIT;

/// The lines of this thread, as far as they are ours and would be in Grafana's log, each with its target.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<(&'static str, String)>>>);

/// Ends a [`Log`].
pub(crate) struct Guard;

thread_local! {
    /// Where this thread's lines go.
    static CURRENT: RefCell<Option<Log>> = const { RefCell::new(None) };
}

impl Log {
    /// Begins; it ends with the guard.
    pub(crate) fn start() -> (Self, Guard) {
        // One for all threads: whether a line is of interest is remembered for all of them together, and a thread
        // that had none could have it remembered as of none.
        static ALL: Once = Once::new();
        ALL.call_once(|| set_global_default(registry().with(OfThread)).unwrap());
        let log = Self::default();
        CURRENT.set(Some(log.clone()));
        (log, Guard)
    }

    /// All but those of the audit log.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.of(|target| target != AUDIT)
    }

    /// Those of the audit log.
    pub(crate) fn audit(&self) -> Vec<String> {
        self.of(|target| target == AUDIT)
    }

    fn of(&self, is_wanted: impl Fn(&str) -> bool) -> Vec<String> {
        let lines = self.0.lock().unwrap();
        lines.iter().filter(|(target, _)| is_wanted(target)).map(|(_, line)| line.clone()).collect()
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        CURRENT.set(None);
    }
}

/// Hands each line to its thread's log.
struct OfThread;

impl<S: Subscriber> Layer<S> for OfThread {
    fn on_event(&self, event: &Event<'_>, _context: Context<'_, S>) {
        let about = event.metadata();
        if about.target().starts_with("xdplive") && *about.level() <= Level::INFO {
            let mut line = Line(about.level().to_string());
            event.record(&mut line);
            let line = (about.target(), line.0);
            CURRENT.with_borrow(|log| log.iter().for_each(|log| log.0.lock().unwrap().push(line.clone())));
        }
    }
}

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, _field: &Field, value: &dyn Debug) {
        write!(self.0, " {value:?}").unwrap();
    }
}
