//! Standard output. What cannot be written is told, and ends a command with status 1.

use std::io::{self, Write as _};

use thiserror::Error;

use crate::exit::Failure;

/// What standard output is called in messages.
pub const STANDARD_OUTPUT: &str = "standard output";

/// Why something cannot be written.
#[derive(Debug, Error)]
pub enum OutputError {
    /// Nobody reads any more (`EPIPE`). That is no failure: `xdplive … | head` has had enough.
    #[error("the reader of {to} has closed it")]
    Closed {
        /// The file.
        to: String,
    },
    /// The file does not take it.
    #[error("cannot write {what} to {to}: {error}")]
    Write {
        /// What was to be written.
        what: &'static str,
        /// The file.
        to: String,
        /// The system's answer.
        error: io::Error,
    },
}

impl OutputError {
    /// The `error` of writing `what` to the file `to`.
    pub fn new(what: &'static str, to: &str, error: io::Error) -> Self {
        let to = to.to_owned();
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::Closed { to },
            _ => Self::Write { what, to, error },
        }
    }

    /// What it means for a command that has nothing else to do.
    ///
    /// # Errors
    /// Unless nobody reads any more.
    pub fn into_result(self) -> Result<(), Failure> {
        match self {
            Self::Closed { .. } => Ok(()),
            Self::Write { .. } => Err(Failure::Machine(self.to_string())),
        }
    }
}

/// Prints a text on standard output.
///
/// # Errors
/// Where it does not take `what` the text is.
pub fn print(what: &'static str, text: &str) -> Result<(), Failure> {
    let mut out = io::stdout();
    let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    written.or_else(|error| OutputError::new(what, STANDARD_OUTPUT, error).into_result())
}
