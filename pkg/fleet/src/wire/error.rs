//! Why a message is not taken.

use thiserror::Error;

/// Why a message is not taken. It comes from outside, so no text of it is repeated at length.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum WireError {
    /// It ends too early.
    #[error("a message ends where {0} should follow")]
    Short(&'static str),
    /// It is none of ours.
    #[error("a message does not begin as those of XDP Live do")]
    Foreign,
    /// It is of a version that this one does not know.
    #[error(
        "a message is of version {given} of the protocol, where this program knows {known}; bring both to the same release"
    )]
    Version {
        /// The version in the message.
        given: u8,
        /// The version that is known.
        known: u8,
    },
    /// Something is larger than it may be.
    #[error("{what} has {given}, where {allowed} are allowed")]
    TooMuch {
        /// What.
        what: &'static str,
        /// How much there is.
        given: u64,
        /// How much may be.
        allowed: u64,
    },
    /// A value is not among those that there are.
    #[error("{what} is {given}, which it cannot be")]
    Value {
        /// Of what.
        what: &'static str,
        /// The value.
        given: u64,
    },
    /// A text is none.
    #[error("{0} is not UTF-8")]
    Text(&'static str),
    /// What is written as JSON cannot be read.
    #[error("a message cannot be read: {0}")]
    Json(String),
    /// Bytes follow where a message should end.
    #[error("{0} bytes follow where a message should end")]
    Rest(usize),
    /// A host says that it is another one than its subject says.
    #[error("a message from the subject of \"{subject}\" says that it is from \"{given}\"; it is not taken")]
    Forged {
        /// The host in the subject, which the server answers for.
        subject: String,
        /// The host in the message.
        given: String,
    },
}

impl From<serde_json::Error> for WireError {
    fn from(error: serde_json::Error) -> Self {
        // An unknown word may be of any length.
        Self::Json(error.to_string().chars().take(200).collect())
    }
}
