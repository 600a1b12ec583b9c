//! The file that packets are written to.

use std::{
    fs::File,
    io::{self, Write as _},
    os::fd::IntoRawFd as _,
    path::{Path, PathBuf},
};

use crate::{
    exit::Failure,
    output::{OutputError, STANDARD_OUTPUT},
};

/// The file, or standard output.
pub(super) struct Out {
    path: PathBuf,
    /// None for standard output, and before it is there.
    file: Option<File>,
    /// Bytes of the pieces in it.
    length: u64,
}

impl Out {
    /// What will be at `path`; `-` stands for standard output.
    pub(super) fn new(path: &Path) -> Self {
        Self { path: path.to_owned(), file: None, length: 0 }
    }

    fn is_standard_output(&self) -> bool {
        self.path == Path::new("-")
    }

    /// Creates the file, in place of one that is there.
    pub(super) fn create(&mut self) -> Result<(), Failure> {
        if !self.is_standard_output() {
            let file = File::create(&self.path);
            self.file = Some(file.map_err(|error| {
                Failure::Machine(format!("cannot write packets to {}: {error}", self.path.display()))
            })?);
        }
        Ok(())
    }

    /// Writes a piece; `false` where nobody reads any more. A file that does not take all of it ends with the piece before, so
    /// that it can be read.
    pub(super) fn write(&mut self, piece: &[u8]) -> Result<bool, Failure> {
        let written = match &mut self.file {
            Some(file) => {
                let written = file.write_all(piece);
                match &written {
                    Ok(()) => self.length += piece.len() as u64,
                    // What is no regular file has no end to be set.
                    Err(_) => _ = file.set_len(self.length),
                }
                written
            }
            None => io::stdout().write_all(piece).and_then(|()| io::stdout().flush()),
        };
        self.outcome(written)
    }

    /// Closes the file. Some file systems say only then that they have no room for what was written (close(2)).
    pub(super) fn close(&mut self) -> Result<bool, Failure> {
        let closed = match self.file.take() {
            // SAFETY: the descriptor was the file's own, which has given it up.
            Some(file) => unsafe { rustix::io::try_close(file.into_raw_fd()) }.map_err(io::Error::from),
            None => Ok(()),
        };
        self.outcome(closed)
    }

    fn outcome(&self, written: io::Result<()>) -> Result<bool, Failure> {
        match written.map_err(|error| OutputError::new("packets", &self.name(), error)) {
            Ok(()) => Ok(true),
            Err(error) => error.into_result().map(|()| false),
        }
    }

    /// What it is called in messages.
    fn name(&self) -> String {
        if self.is_standard_output() { STANDARD_OUTPUT.to_owned() } else { self.path.display().to_string() }
    }
}

#[cfg(test)]
mod tests;
