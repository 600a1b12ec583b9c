//! What was counted of flows at one interface, as a source hands it on.

use std::{sync::Arc, time::Duration};

use super::{cut::Cut, taken::Taken};
use crate::host::Host;

/// What was counted at one interface between two moments: every packet that its programs saw, once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlowSnapshot {
    /// The host.
    pub host: Host,
    /// The interface's name.
    pub interface: Arc<str>,
    /// What was counted; all times in it are nanoseconds since 1970 (UTC) by the clock that
    /// [`Source::now`](crate::Source::now) goes by.
    pub taken: Taken,
    /// What of it is not told by flow, because another machine sends no more.
    pub cut: Cut,
    /// The processor's time that it took to read what was counted; where several interfaces were read together, its part of that.
    pub cpu: Duration,
}
