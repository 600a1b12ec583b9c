//! `/etc/xdplive.toml`: the most that this program may do on this machine, whoever starts it. The environment belongs to
//! who starts a program, and with capabilities of its file that may be anybody; this file is root's alone.

use std::{
    fs::File,
    io::{self, Read as _},
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
};

use serde::Deserialize;
use thiserror::Error;

use super::{Patterns, bounds};

/// Where it is.
pub const PATH: &str = "/etc/xdplive.toml";
/// Bytes of it at most.
const MOST: u64 = 64 * 1024;

/// Why the file cannot be taken at its word. Nothing may be captured then.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("the ceiling in {path} cannot be read, so nothing may be captured: {reason}", path = path.display())]
pub struct CeilingFileError {
    path: PathBuf,
    reason: Reason,
}

#[derive(Clone, Debug, PartialEq, Eq, Error)]
enum Reason {
    #[error("{0}; make it readable for everybody (chmod 644)")]
    Open(io::ErrorKind),
    #[error("it belongs to user {0}; it must be root's (chown root)")]
    NotRoots(u32),
    #[error("others than root may write it (mode {0:o}); only root may (chmod 644)")]
    Writable(u32),
    #[error("it is no ordinary file")]
    NoFile,
    #[error("it has more than {MOST} bytes")]
    TooLong,
    #[error("{0}")]
    Text(#[from] toml::de::Error),
    #[error("{key} is {given}; {allowed}")]
    Value { key: &'static str, given: String, allowed: &'static str },
}

/// What the file says. What it says nothing about has no bound here.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ceiling {
    /// `interfaces`: a list of patterns of those that may be watched.
    pub interfaces: Patterns,
    /// `max_limit`: rows a second of a query at most.
    pub max_limit: Option<u32>,
    /// `header_bytes`: bytes of a frame that are reported where its headers end before that, at most.
    pub header_bytes: Option<u32>,
    /// `ring_bytes`: bytes of the ring at most, a power of two.
    pub ring_bytes: Option<u32>,
    /// `flow_entries`: flows that the table has room for at most.
    pub flow_entries: Option<u32>,
    /// `dns_answers`: `false` where no answers of the DNS may be read.
    pub dns_answers: Option<bool>,
}

/// The file's keys.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Keys {
    interfaces: Option<Vec<String>>,
    max_limit: Option<u32>,
    header_bytes: Option<u32>,
    ring_bytes: Option<u32>,
    flow_entries: Option<u32>,
    dns_answers: Option<bool>,
}

impl Ceiling {
    /// Reads the file at `path`. Where there is none, there is no bound.
    ///
    /// # Errors
    /// Where there is one that cannot be read, that others than root may have written, or that says something else than it
    /// may.
    pub fn read(path: &Path) -> Result<Self, CeilingFileError> {
        let failed = |reason| CeilingFileError { path: path.to_owned(), reason };
        let file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(failed(Reason::Open(error.kind()))),
        };
        text(file).and_then(|text| Self::parse(&text)).map_err(failed)
    }

    fn parse(text: &str) -> Result<Self, Reason> {
        let Keys { interfaces, max_limit, header_bytes, ring_bytes, flow_entries, dns_answers } =
            toml::from_str(text)?;
        let interfaces = match interfaces {
            None => Patterns::default(),
            Some(patterns) => Patterns::read_names(&patterns.join(" ")).ok_or_else(|| Reason::Value {
                key: "interfaces",
                given: format!("{patterns:?}"),
                allowed: bounds::PATTERNS,
            })?,
        };
        Ok(Self {
            interfaces,
            max_limit: within(
                "max_limit",
                max_limit,
                |rows| rows > 0,
                "it takes a whole number of 1 or more",
            )?,
            header_bytes: within(
                "header_bytes",
                header_bytes,
                bounds::is_header_bytes,
                bounds::HEADER_BYTES,
            )?,
            ring_bytes: within("ring_bytes", ring_bytes, bounds::is_ring_bytes, bounds::RING_BYTES)?,
            flow_entries: within(
                "flow_entries",
                flow_entries,
                bounds::is_flow_entries,
                bounds::FLOW_ENTRIES,
            )?,
            dns_answers,
        })
    }
}

fn within(
    key: &'static str,
    value: Option<u32>,
    is_allowed: impl Fn(u32) -> bool,
    allowed: &'static str,
) -> Result<Option<u32>, Reason> {
    match value {
        Some(value) if !is_allowed(value) => Err(Reason::Value { key, given: value.to_string(), allowed }),
        value => Ok(value),
    }
}

/// The text of a file that root alone may write. Looks at what was opened, which nobody can replace any more.
fn text(mut file: File) -> Result<String, Reason> {
    const OTHERS_WRITE: u32 = 0o022;
    let metadata = file.metadata().map_err(|error| Reason::Open(error.kind()))?;
    if !metadata.is_file() {
        return Err(Reason::NoFile);
    }
    if metadata.uid() != 0 {
        return Err(Reason::NotRoots(metadata.uid()));
    }
    if metadata.mode() & OTHERS_WRITE != 0 {
        return Err(Reason::Writable(metadata.mode() & 0o7777));
    }
    if metadata.len() > MOST {
        return Err(Reason::TooLong);
    }
    let mut text = String::new();
    file.by_ref().take(MOST).read_to_string(&mut text).map_err(|error| Reason::Open(error.kind()))?;
    Ok(text)
}

#[cfg(test)]
mod tests;
