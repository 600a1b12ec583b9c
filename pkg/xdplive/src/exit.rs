//! How a command ends when it does not do what it was asked.

use std::process::ExitCode;

use crate::standard_error;

/// Why a command failed; the kind is its exit status.
#[derive(Debug, PartialEq, Eq)]
pub enum Failure {
    /// The call was wrong: options, filter, interface, column. Status 2.
    Call(String),
    /// Anything else. Status 1.
    Machine(String),
    /// Status 1; what there is to say has been said.
    Told,
}

impl Failure {
    /// Says so on standard error.
    pub fn report(self) -> ExitCode {
        match self {
            Self::Call(message) => {
                standard_error::note(format_args!("xdplive: {message}"));
                ExitCode::from(2)
            }
            Self::Machine(message) => {
                standard_error::note(format_args!("xdplive: {message}"));
                ExitCode::from(1)
            }
            Self::Told => ExitCode::from(1),
        }
    }

    /// The failure that an answer of the plugin with this status (HTTP) is.
    pub fn from_status(status: i32, message: String) -> Self {
        match status {
            400..=499 | 501 => Self::Call(message),
            _ => Self::Machine(message),
        }
    }
}
