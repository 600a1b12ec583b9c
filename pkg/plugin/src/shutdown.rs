//! The end of the process, told to everybody who has something to finish.

use tokio::sync::watch;

/// A bell that is rung once.
#[derive(Clone, Debug)]
pub struct Shutdown(watch::Sender<Option<Cause>>);

/// Why the process ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// Whoever started the process has asked over gRPC, and needs no more.
    Asked,
    /// A signal. Whoever started the process does not know, and will start another.
    Signal,
}

impl Default for Shutdown {
    fn default() -> Self {
        Self(watch::Sender::new(None))
    }
}

impl Shutdown {
    /// Rings it. The first cause counts.
    pub fn begin(&self, cause: Cause) {
        self.0.send_if_modified(|begun| begun.is_none() && begun.replace(cause).is_none());
    }

    /// Waits for it.
    pub async fn begun(&self) {
        // The sender lives as long as `self`, so that waiting cannot fail.
        let _ = self.0.subscribe().wait_for(Option::is_some).await;
    }

    /// Why it was rung; nothing before that.
    #[must_use]
    pub fn cause(&self) -> Option<Cause> {
        *self.0.borrow()
    }
}

#[cfg(test)]
mod tests;
