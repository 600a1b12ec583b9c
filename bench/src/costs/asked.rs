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

/// Interval of conversations, ms.
const INTERVAL: u64 = 500;

/// What somebody asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// Nothing: the plugin waits.
    Nobody,
    /// Packets with ten columns, within the limit that they have if none is asked for, and conversations.
    Captured,
    /// The same again: what two measurements of one thing differ by.
    Again,
    /// The same, conversations with processes.
    Processes,
    /// The same, conversations with how good they are.
    Quality,
    /// The same, and dropped packets.
    Drops,
    /// All of it.
    Together,
}

/// A query, and texts that are in its messages where it gets what it asks for.
pub type Query = (Value, Vec<&'static str>);

impl Asked {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Nobody,
        Self::Captured,
        Self::Again,
        Self::Processes,
        Self::Quality,
        Self::Drops,
        Self::Together,
    ];

    /// What tables call it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Nobody => "nobody asks",
            Self::Captured => "packets and flows",
            Self::Again => "packets and flows, again",
            Self::Processes => "with processes",
            Self::Quality => "with quality",
            Self::Drops => "with drops",
            Self::Together => "with all three",
        }
    }

    /// The case that it is compared with; none for the first.
    #[must_use]
    pub const fn reference(self) -> Option<Self> {
        match self {
            Self::Nobody => None,
            Self::Captured => Some(Self::Nobody),
            _ => Some(Self::Captured),
        }
    }

    /// Its queries, of an interface.
    #[must_use]
    pub fn queries(self, interface: &str) -> Vec<Query> {
        let processes = matches!(self, Self::Processes | Self::Together);
        let quality = matches!(self, Self::Quality | Self::Together);
        let drops = matches!(self, Self::Drops | Self::Together);
        let mut queries = Vec::new();
        if self != Self::Nobody {
            queries.push((query("packets", interface, &TEN), vec![FAR]));
            let (mut columns, mut shown) = (CONVERSATIONS.to_vec(), vec![FAR]);
            for (_, more, text) in [(processes, PROCESSES, PROCESS), (quality, QUALITY, "\"socket\"")]
                .into_iter()
                .filter(|one| one.0)
            {
                columns.extend(more);
                shown.push(text);
            }
            queries.push((query("flows", interface, &columns), shown));
        }
        if drops {
            let columns = [&TEN[..], &["reason", "location"]].concat();
            queries.push((query("drops", interface, &columns), vec!["NO_SOCKET"]));
        }
        queries
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
        let texts = |asked: Asked| {
            let queries = asked.queries("a");
            queries.iter().map(|(query, shown)| format!("{query} {shown:?}")).collect::<Vec<_>>().join("\n")
        };
        assert!(Asked::Nobody.queries("a").is_empty());
        assert_eq!(texts(Asked::Captured), texts(Asked::Again));
        for (asked, expected) in [
            (Asked::Captured, [false, false, false]),
            (Asked::Processes, [true, false, false]),
            (Asked::Quality, [false, true, false]),
            (Asked::Drops, [false, false, true]),
            (Asked::Together, [true, true, true]),
        ] {
            let text = texts(asked);
            let found = ["\"process\"", "\"rtt\"", "\"reason\""].map(|column| text.contains(column));
            assert_eq!(found, expected, "{asked:?}");
        }
        assert!(Asked::ALL.iter().skip(1).all(|asked| asked.reference().is_some()));
    }
}
