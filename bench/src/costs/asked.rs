//! The cases: what somebody asks for while traffic is measured.

use serde_json::{Value, json};

use super::ends::{FAR, PROCESS};
use crate::rows::TEN;

/// Columns of conversations without what is measured.
const CONVERSATIONS: [&str; 9] = [
    "source_ip",
    "source_port",
    "destination_ip",
    "destination_port",
    "protocol",
    "packets",
    "bytes",
    "reverse_packets",
    "reverse_bytes",
];
/// Whose packets are.
const PROCESSES: [&str; 4] = ["process", "pid", "user", "container"];
/// How good connections are.
const QUALITY: [&str; 4] = ["rtt", "retransmits", "handshake", "quality_source"];

/// Whose connections are good or bad by what sockets say has this as `quality_source`.
const MEASURED: &str = "\"socket\"";
/// Interval of conversations, ms.
const INTERVAL: u64 = 500;

/// What somebody asks for, beside what was asked for before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// Packets with ten columns, within the limit that they have if none is asked for, and conversations. Before, nothing: the plugin
    /// waits.
    Captured,
    /// Nothing more than these: what two measurements of one thing differ by. They are what was asked for before in all cases that
    /// follow.
    Again,
    /// Conversations with processes.
    Processes,
    /// Conversations with how good they are.
    Quality,
    /// Dropped packets.
    Drops,
    /// All of it.
    Together,
}

/// A query, and texts that are in its messages where it gets what it asks for.
pub type Query = (Value, Vec<&'static str>);

impl Asked {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Captured, Self::Again, Self::Processes, Self::Quality, Self::Drops, Self::Together];

    /// What tables call it, and what was before.
    #[must_use]
    pub const fn names(self) -> [&'static str; 2] {
        let name = match self {
            Self::Captured => return ["packets and flows", "nobody asks"],
            Self::Again => "the same, again",
            Self::Processes => "with processes",
            Self::Quality => "with quality",
            Self::Drops => "with drops",
            Self::Together => "with all three",
        };
        [name, "packets and flows"]
    }

    /// The queries of an interface that were asked before.
    #[must_use]
    pub fn before(self, interface: &str) -> Vec<Query> {
        if self == Self::Captured { Vec::new() } else { Self::Captured.queries(interface) }
    }

    /// Its own.
    #[must_use]
    pub fn queries(self, interface: &str) -> Vec<Query> {
        let flows = |more: &[&[&'static str]], shown: &[&'static str]| {
            let columns = CONVERSATIONS.iter().chain(more.iter().copied().flatten()).copied();
            (query("flows", interface, &columns.collect::<Vec<_>>()), shown.to_vec())
        };
        let drops = || {
            let columns = [&TEN[..], &["reason", "location"]].concat();
            (query("drops", interface, &columns), vec!["NO_SOCKET"])
        };
        match self {
            Self::Captured => vec![(query("packets", interface, &TEN), vec![FAR]), flows(&[], &[FAR])],
            Self::Again => Vec::new(),
            Self::Processes => vec![flows(&[&PROCESSES], &[PROCESS])],
            Self::Quality => vec![flows(&[&QUALITY], &[MEASURED])],
            Self::Drops => vec![drops()],
            Self::Together => vec![flows(&[&PROCESSES, &QUALITY], &[PROCESS, MEASURED]), drops()],
        }
    }
}

fn query(kind: &str, interface: &str, columns: &[&str]) -> Value {
    json!({ "kind": kind, "interfaces": [interface], "columns": columns, "interval": INTERVAL })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_case_asks_for_what_it_says_and_nothing_else() {
        for (asked, expected) in [
            (Asked::Captured, [false, false, false]),
            (Asked::Again, [false, false, false]),
            (Asked::Processes, [true, false, false]),
            (Asked::Quality, [false, true, false]),
            (Asked::Drops, [false, false, true]),
            (Asked::Together, [true, true, true]),
        ] {
            let text = format!("{:?}", asked.queries("a"));
            let found = ["\"process\"", "\"rtt\"", "\"reason\""].map(|column| text.contains(column));
            assert_eq!(found, expected, "{asked:?}");
            assert_eq!(asked.before("a").is_empty(), asked == Asked::Captured);
        }
    }
}
