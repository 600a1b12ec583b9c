//! The end of the process, told to everybody who has something to finish.

use tokio::sync::watch;

/// A bell that is rung once.
#[derive(Clone, Debug)]
pub struct Shutdown(watch::Sender<bool>);

impl Default for Shutdown {
    fn default() -> Self {
        Self(watch::Sender::new(false))
    }
}

impl Shutdown {
    /// Rings it.
    pub fn begin(&self) {
        self.0.send_replace(true);
    }

    /// Waits for it.
    pub async fn begun(&self) {
        // The sender lives as long as `self`, so that waiting cannot fail.
        let _ = self.0.subscribe().wait_for(|begun| *begun).await;
    }
}

#[cfg(test)]
mod tests;
