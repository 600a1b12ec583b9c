//! What there is for a request.

use xdplive_packet::{Hook, event::Direction};

use crate::{accounts::InterfaceState, host::Host};

/// What there is for a request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Prepared {
    /// Hooks in force.
    pub in_force: Vec<InForce>,
    /// What was asked for and is not in force.
    pub left_out: Vec<LeftOut>,
}

/// A direction of an interface that was asked for and from which no packets come now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// The host.
    pub host: Host,
    /// The interface's name.
    pub interface: String,
    /// The way of the packets.
    pub direction: Direction,
    /// What it is like there.
    pub state: InterfaceState,
    /// Why; may be empty.
    pub reason: String,
}

/// A hook that is in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InForce {
    /// The host.
    pub host: Host,
    /// The interface's name.
    pub interface: String,
    /// The hook.
    pub hook: Hook,
    /// Why this one; empty for the obvious choice.
    pub reason: String,
    /// Whether there is nothing about it that a person would not expect.
    pub expected: bool,
}
