//! Lines on standard error.

use std::{
    fmt::Display,
    io::{self, Write as _},
};

/// Says a line on standard error.
///
/// # Errors
/// The system's.
pub fn say(line: impl Display) -> io::Result<()> {
    // In one piece, so that lines of several writers do not mix.
    io::stderr().write_all(format!("{line}\n").as_bytes())
}

/// Says a line that nothing depends on. Where standard error does not take it, there is nobody left to tell.
pub fn note(line: impl Display) {
    let _ = say(line);
}
