//! The resource `machines`: the hosts there are, for variables and the query editor.

use serde_json::{Value, json};
use xdplive_source::Machine;

use super::Plugin;

impl Plugin {
    /// All hosts by name.
    pub(super) fn machines(&self) -> Value {
        let mut machines = self.source.machines();
        machines.sort_by(|one, other| one.host.name.cmp(&other.host.name));
        json!({ "machines": machines.iter().map(entry).collect::<Vec<_>>() })
    }
}

fn entry(machine: &Machine) -> Value {
    let Machine { host, unreachable, release, clock } = machine;
    let milliseconds = |nanoseconds: i64| nanoseconds as f64 / 1e6;
    json!({
        "name": *host.name,
        "labels": *host.labels,
        "state": if unreachable.is_none() { "here" } else { "unreachable" },
        "reason": unreachable,
        "release": release,
        "clockAhead": clock.map(|(ahead, _)| milliseconds(ahead)),
        "clockBound": clock.map(|(_, bound)| milliseconds(bound)),
    })
}
