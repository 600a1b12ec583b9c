//! What is going on, for a person who waits: on standard error, so that the table stands alone on standard output.

use std::{io::Write as _, time::Instant};

/// Tells how far a benchmark has come.
pub struct Progress {
    start: Instant,
}

impl Progress {
    /// From now on.
    #[must_use]
    pub fn begin() -> Self {
        Self { start: Instant::now() }
    }

    /// Says something, with the seconds that have gone by.
    pub fn say(&mut self, what: &str) {
        // Nobody reads it: no reason to stop.
        let _ = writeln!(std::io::stderr(), "{:6.1} s  {what}", self.start.elapsed().as_secs_f64());
    }
}
