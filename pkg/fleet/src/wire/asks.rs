//! What a client asks one agent, and the answer as a whole.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{
    accounts::WireAccounts,
    bounds::{MAX_MESSAGE, VERSION},
    calls::{forged, within},
    error::WireError,
    links::WireLink,
    prepared::{Refusal, WirePrepared},
    report::{Description, WireReport},
    request::WireRequest,
    settled::Settled,
    subjects::{MAX_NAME, check_client},
};

/// What a client asks one agent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ask {
    /// What there is at the host.
    Describe,
    /// What time it is.
    Clock,
    /// To make everything ready for a request.
    Prepare(Box<WireRequest>),
    /// To begin a run.
    Start(Box<Start>),
    /// To let another number of rows a second pass.
    Share {
        /// The lease.
        lease: u64,
        /// Rows a second.
        rows: u32,
    },
    /// To end a run.
    End {
        /// The lease.
        lease: u64,
        /// The run.
        run: u64,
    },
    /// What a run had come to that has ended.
    Settled {
        /// The lease.
        lease: u64,
        /// The run.
        run: u64,
    },
    /// What the machine lets the agent do.
    Report,
    /// What has been counted, and for which of the client's leases.
    Accounts,
    /// To have the packets looked at that the kernel drops, and whether these may be had.
    PrepareDrops(Option<Box<WireRequest>>),
    /// What kernel and cards have counted of these interfaces; the lists are those of a [`WireRequest`].
    Links {
        /// The entries of the interfaces' list, and those of each list that they must be in, too.
        interfaces: Vec<Vec<String>>,
    },
}

/// What a run is to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Start {
    /// The lease.
    pub lease: u64,
    /// The run; a lease has one at a time, and the one before ends with this.
    pub run: u64,
    /// What for.
    pub request: WireRequest,
    /// Have flows counted, and send them at least so often, milliseconds; rows otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flows: Option<u64>,
    /// Flows of an interval that are sent at most; without it as many as the agent lends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub most_flows: Option<usize>,
    /// Send with flows what is counted of TCP besides. Releases that do not ask for it could not read it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub tcp: bool,
    /// Have the packets sent that the kernel drops.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub drops: bool,
    /// The host's share of the rows a second.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share: Option<u32>,
}

/// An ask, with who asks.
#[derive(Debug, Serialize)]
pub struct Asking<'a> {
    /// The protocol's version.
    pub v: u8,
    /// Who asks.
    pub client: &'a str,
    /// Which of its asks it is.
    pub id: u64,
    /// What.
    pub ask: &'a Ask,
}

/// An ask as it was heard. What it asks for may be something that only later releases know.
#[derive(Debug, Deserialize)]
pub struct Asked {
    v: u8,
    /// Who asks.
    pub client: String,
    /// Which of its asks it is.
    pub id: u64,
    ask: Box<RawValue>,
}

impl Asking<'_> {
    /// As a message.
    #[must_use]
    pub fn to_json(&self) -> Vec<u8> {
        // Of such a type it does not fail.
        serde_json::to_vec(self).unwrap_or_default()
    }
}

impl Asked {
    /// Reads a message.
    ///
    /// # Errors
    /// [`WireError::TooMuch`], [`WireError::Json`], and [`WireError::Value`] where nobody could be answered.
    pub fn from_json(bytes: &[u8]) -> Result<Self, WireError> {
        within(bytes, MAX_MESSAGE, "an ask")?;
        let asked: Self = serde_json::from_slice(bytes)?;
        if check_client(&asked.client).is_err() {
            return Err(WireError::Value { what: "an ask's client", given: asked.client.len() as u64 });
        }
        Ok(asked)
    }

    /// What is asked for.
    ///
    /// # Errors
    /// [`WireError::Version`], and [`WireError::Json`] of what this release does not know.
    pub fn ask(&self) -> Result<Ask, WireError> {
        if self.v != VERSION {
            return Err(WireError::Version { given: self.v, known: VERSION });
        }
        Ok(serde_json::from_str(self.ask.get())?)
    }
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Answer {
    /// To [`Ask::Describe`].
    Description(Box<Description>),
    /// To [`Ask::Prepare`].
    Prepared(WirePrepared),
    /// To [`Ask::Settled`], and to [`Ask::Start`] what the lease's run before came to; nothing of a run that is not known.
    Settled(Option<Box<Settled>>),
    /// To [`Ask::Report`].
    Report(WireReport),
    /// To [`Ask::Accounts`].
    Accounts(Vec<WireAccounts>),
    /// To [`Ask::Links`].
    Links(Vec<WireLink>),
    /// To what has no other answer.
    Done,
    /// It cannot be done.
    Refused(Refusal),
}

/// An answer, with who answers and when.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Answered {
    /// The host.
    pub host: String,
    /// The agent's life.
    pub epoch: u64,
    /// When the ask was heard, nanoseconds since 1970 by the host's clock.
    pub heard: i64,
    /// When this was said.
    pub said: i64,
    /// What.
    pub answer: Answer,
}

impl Answered {
    /// As one piece; see [`super::pieces`].
    #[must_use]
    pub fn to_json(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// Reads all pieces together, from a subject that is `subject`'s, the host that the server answers for.
    ///
    /// # Errors
    /// [`WireError::Json`] and [`WireError::Forged`].
    pub fn from_json(bytes: &[u8], subject: &str) -> Result<Self, WireError> {
        let answered: Self = serde_json::from_slice(bytes)?;
        if answered.host != subject || answered.host.len() > MAX_NAME {
            return Err(forged(subject, &answered.host));
        }
        Ok(answered)
    }
}
