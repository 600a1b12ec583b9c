//! What a run had come to at its end.

use serde::{Deserialize, Serialize};

use super::{bounds::MAX_BODY, error::WireError};

/// Interfaces that are told apart at most; what was counted at all others is one, without a name.
pub const MAX_INTERFACES: usize = 256;

/// What a run had come to at its end. Always `seen = matched + unmatched` and, where it has rows,
/// `matched = thinned + lost + sent`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settled {
    /// All of it.
    pub all: Ended,
    /// Packets on the wire in those matched.
    #[serde(default)]
    pub segments: u64,
    /// Bytes of those matched.
    #[serde(default)]
    pub bytes: u64,
    /// The same for each interface, by name.
    #[serde(default)]
    pub by_interface: Vec<(String, Ended)>,
    /// Why it has ended, where nobody asked for that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// What has become of packets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// Packets that the hooks saw.
    pub seen: u64,
    /// Those that the filter accepts.
    pub matched: u64,
    /// Those of them that were left out to keep to a budget.
    pub thinned: u64,
    /// Those of them that were lost at the host, in its ring or in its queue.
    pub lost: u64,
    /// Rows that were sent.
    pub sent: u64,
}

impl std::ops::AddAssign for Ended {
    fn add_assign(&mut self, more: Self) {
        let Self { seen, matched, thinned, lost, sent } = more;
        self.seen = self.seen.saturating_add(seen);
        self.matched = self.matched.saturating_add(matched);
        self.thinned = self.thinned.saturating_add(thinned);
        self.lost = self.lost.saturating_add(lost);
        self.sent = self.sent.saturating_add(sent);
    }
}

impl Settled {
    /// The body of a message.
    #[must_use]
    pub fn to_json(&self) -> Vec<u8> {
        let mut short = self.clone();
        if let Some(rest) =
            (short.by_interface.len() > MAX_INTERFACES).then(|| short.by_interface.split_off(MAX_INTERFACES))
        {
            let mut others = Ended::default();
            rest.into_iter().for_each(|(_, one)| others += one);
            short.by_interface.push((String::new(), others));
        }
        // Of such a type it does not fail.
        serde_json::to_vec(&short).unwrap_or_default()
    }

    /// Reads the body of a message.
    ///
    /// # Errors
    /// [`WireError::Json`]; [`WireError::TooMuch`] of one with too many interfaces.
    pub fn from_json(bytes: &[u8]) -> Result<Self, WireError> {
        if bytes.len() > MAX_BODY {
            let (given, allowed) = (bytes.len() as u64, MAX_BODY as u64);
            return Err(WireError::TooMuch { what: "the end of a run", given, allowed });
        }
        let settled: Self = serde_json::from_slice(bytes)?;
        let given = settled.by_interface.len() as u64;
        if given > MAX_INTERFACES as u64 + 1 {
            return Err(WireError::TooMuch { what: "interfaces", given, allowed: MAX_INTERFACES as u64 + 1 });
        }
        Ok(settled)
    }
}
