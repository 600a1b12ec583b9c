//! What clients say to all agents at once, and what agents say to all clients: that they are there.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{bounds::VERSION, error::WireError};

/// Leases of one call at most; a client with more makes more calls.
pub const MAX_LEASES: usize = 1024;
/// Labels of a host at most, and bytes of all of them.
pub const MAX_LABELS: usize = 32;
/// Bytes of a presence at most.
pub const MAX_PRESENCE: usize = 8 * 1024;

/// What a client says to all agents.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Call {
    /// That agents are to say that they are there.
    Hello,
    /// That it still wants what these leases are for.
    Renew(Vec<u64>),
}

/// That an agent is there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Presence {
    /// The protocol's version.
    #[serde(rename = "v")]
    pub protocol: u8,
    /// The host, as it calls itself.
    pub host: String,
    /// The agent's life.
    pub epoch: u64,
    /// How long it has been there, seconds.
    #[serde(rename = "up")]
    pub uptime: u64,
    /// Its release.
    #[serde(default)]
    pub release: String,
    /// What people say about the host: `site` is `fra`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// Counts up whenever there is something new to be asked for by [`super::Ask::Describe`].
    #[serde(default, rename = "news")]
    pub description: u64,
    /// Whether it is going: nothing more comes from it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub bye: bool,
}

impl Call {
    /// As a message.
    #[must_use]
    pub fn to_json(&self) -> Vec<u8> {
        // Of such a type it does not fail.
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// Reads a message.
    ///
    /// # Errors
    /// [`WireError::Json`], and [`WireError::TooMuch`].
    pub fn from_json(bytes: &[u8]) -> Result<Self, WireError> {
        within(bytes, 32 * 1024, "a call")?;
        let call = serde_json::from_slice(bytes)?;
        match &call {
            Self::Renew(leases) if leases.len() > MAX_LEASES => {
                let (given, allowed) = (leases.len() as u64, MAX_LEASES as u64);
                Err(WireError::TooMuch { what: "a call's leases", given, allowed })
            }
            _ => Ok(call),
        }
    }
}

impl Presence {
    /// As a message.
    #[must_use]
    pub fn to_json(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// Reads a message from a subject that is `subject`'s, the host that the server answers for.
    ///
    /// # Errors
    /// Any [`WireError`].
    pub fn from_json(bytes: &[u8], subject: &str) -> Result<Self, WireError> {
        within(bytes, MAX_PRESENCE, "a presence")?;
        let presence: Self = serde_json::from_slice(bytes)?;
        if presence.host != subject {
            return Err(forged(subject, &presence.host));
        }
        if presence.protocol != VERSION {
            return Err(WireError::Version { given: presence.protocol, known: VERSION });
        }
        let given = presence.labels.len() as u64;
        if given > MAX_LABELS as u64 {
            return Err(WireError::TooMuch { what: "a host's labels", given, allowed: MAX_LABELS as u64 });
        }
        Ok(presence)
    }
}

pub(super) fn within(bytes: &[u8], most: usize, what: &'static str) -> Result<(), WireError> {
    let (given, allowed) = (bytes.len() as u64, most as u64);
    if given > allowed { Err(WireError::TooMuch { what, given, allowed }) } else { Ok(()) }
}

/// What is said of a message whose host is not its subject's.
pub(crate) fn forged(subject: &str, given: &str) -> WireError {
    let given = given.chars().filter(|one| !one.is_control()).take(64).collect();
    WireError::Forged { subject: subject.to_owned(), given }
}
