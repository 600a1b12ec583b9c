//! Processes that a failed test would leave behind.

use std::process::Child;

/// A process that ends with this.
pub struct Leash(pub Child);

impl Drop for Leash {
    fn drop(&mut self) {
        // It may have ended long ago.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
