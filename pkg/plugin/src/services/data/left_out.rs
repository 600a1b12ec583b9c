//! What was asked for and is not in force, for people.

use serde_json::{Value, json};
use xdplive_source::{InterfaceState, LeftOut};

/// Directions of interfaces that an answer lists at most; there may be hundreds of containers.
const LISTED: usize = 20;
/// Those that a notice names at most.
const NAMED: usize = 3;

/// The first of them, beside the hooks that are in force: what is refused comes first.
pub fn entries(left_out: &[LeftOut]) -> impl Iterator<Item = Value> {
    sorted(left_out).into_iter().take(LISTED).map(|LeftOut { host, interface, direction, state, reason }| {
        json!({
            "host": *host.name,
            "interface": interface,
            "direction": direction.name(),
            "hook": null,
            "state": state.name(),
            "reason": reason,
        })
    })
}

/// How many there are in each state.
#[must_use]
pub fn counts(left_out: &[LeftOut]) -> Value {
    let count = |state| left_out.iter().filter(|one| one.state == state).count();
    json!({
        "refused": count(InterfaceState::Refused),
        "attaching": count(InterfaceState::Attaching),
        "absent": count(InterfaceState::Absent),
        "unreachable": count(InterfaceState::Unreachable),
    })
}

/// All of them in one notice: Grafana shows no more than one. None where nothing is left out.
#[must_use]
pub fn notice(left_out: &[LeftOut]) -> Option<Value> {
    let sorted = sorted(left_out);
    let first = sorted.first()?;
    let is_one_host = sorted.iter().all(|one| one.host == first.host);
    let is_refused = matches!(first.state, InterfaceState::Refused | InterfaceState::Unreachable);
    let named: Vec<String> = sorted
        .iter()
        .take(NAMED)
        .map(|LeftOut { host, interface, direction, state, reason }| {
            let of = if is_one_host { String::new() } else { format!(" of {}", host.name) };
            let reason = if reason.is_empty() { String::new() } else { format!(": {reason}") };
            format!("{interface} {}{of} ({}{reason})", direction.name(), state.name())
        })
        .collect();
    let more = sorted.len().saturating_sub(NAMED);
    let more = if more == 0 { String::new() } else { format!(" and {more} more") };
    let text = format!("Left out: {}{more}", named.join(", "));
    Some(json!({ "severity": if is_refused { "warning" } else { "info" }, "text": text }))
}

/// What is refused, what does not answer, what is on its way, what is not there.
fn sorted(left_out: &[LeftOut]) -> Vec<&LeftOut> {
    let mut sorted: Vec<&LeftOut> = left_out.iter().collect();
    sorted.sort_by_key(|one| match one.state {
        InterfaceState::Refused => 0,
        InterfaceState::Unreachable => 1,
        InterfaceState::Attaching => 2,
        InterfaceState::Absent => 3,
        InterfaceState::Attached => 4,
    });
    sorted
}
