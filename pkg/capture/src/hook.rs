//! Which hook an interface gets, and why.

use xdplive_packet::{Hook, event::Direction};
use xdplive_source::{HookChoice, Interface};

/// What the running kernel can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KernelSupport {
    /// TCX: kernel 6.6.
    pub tcx: bool,
}

/// A hook to try, and why it is tried where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// The hook.
    pub hook: Hook,
    /// Why this one, and why none before it; empty for the obvious choice.
    pub reason: String,
    /// Whether there is nothing about it that a person would not expect.
    pub expected: bool,
}

impl Attempt {
    fn obvious(hook: Hook) -> Self {
        Self { hook, reason: String::new(), expected: true }
    }
}

/// Drivers on whose devices native XDP is not tried by itself: name, then why, with its source, a line each.
const HARMFUL_DRIVERS: &str = include_str!("../data/native-xdp-harm.tsv");

/// Why what nobody has asked for is not watched by XDP.
const SHARED: &str = "counting from the start must not reset a card";

/// The hooks to try one after the other for one direction of an interface. Empty where the kernel has no TCX for
/// [`Direction::Out`], and for what nobody has asked for.
#[must_use]
pub fn plan(
    choice: HookChoice,
    direction: Direction,
    interface: &Interface,
    kernel: KernelSupport,
) -> Vec<Attempt> {
    match (direction, choice.hook()) {
        (Direction::Out, _) if kernel.tcx => vec![Attempt::obvious(Hook::TcxEgress)],
        (Direction::Out, _) => Vec::new(),
        (Direction::In, Some(hook)) => {
            vec![Attempt { hook, reason: HookChoice::ASKED_FOR.to_owned(), expected: true }]
        }
        (Direction::In, None) if choice == HookChoice::Shared => {
            let reason = SHARED.to_owned();
            let attempt = Attempt { hook: Hook::TcxIngress, reason, expected: true };
            if kernel.tcx { vec![attempt] } else { Vec::new() }
        }
        (Direction::In, None) => automatic(interface, kernel),
    }
}

fn automatic(interface: &Interface, kernel: KernelSupport) -> Vec<Attempt> {
    let mut attempts = Vec::new();
    let not_native = native_obstacle(interface);
    if not_native.is_none() {
        attempts.push(Attempt::obvious(Hook::XdpNative));
    }
    let reason = not_native.unwrap_or_default();
    if kernel.tcx {
        // Everybody's network has virtual devices, and nothing is lost on them.
        let expected = !interface.physical && interface.xdp_program.is_none();
        attempts.push(Attempt { hook: Hook::TcxIngress, reason, expected });
    } else {
        let reason = format!("{reason}{}this kernel has no TCX", if reason.is_empty() { "" } else { "; " });
        attempts.push(Attempt { hook: Hook::XdpGeneric, reason, expected: false });
    }
    attempts
}

/// Why native XDP is not even tried on an interface; `None` where it is.
fn native_obstacle(interface: &Interface) -> Option<String> {
    if let Some(program) = interface.xdp_program {
        return Some(foreign_program(program));
    }
    if !interface.physical {
        return Some("native XDP would slow down traffic on a virtual device".to_owned());
    }
    let driver = interface.driver.as_deref()?;
    let (_, why) = harmful_drivers().find(|(name, _)| *name == driver)?;
    Some(format!("native XDP is not used with the driver {driver}: {why}"))
}

/// A sentence about an XDP program of somebody else. Its name would take more rights than we have.
#[must_use]
pub fn foreign_program(id: u32) -> String {
    format!("the XDP program with id {id} is attached there already (`bpftool prog show id {id}` names it)")
}

/// Driver names and why native XDP harms their traffic.
fn harmful_drivers() -> impl Iterator<Item = (&'static str, &'static str)> {
    HARMFUL_DRIVERS.lines().filter(|line| !line.starts_with('#')).filter_map(|line| {
        let mut parts = line.split('\t');
        Some((parts.next()?, parts.next()?))
    })
}

#[cfg(test)]
mod tests;
