//! Where addresses are: their country, and the network that they are announced by, from files that the administrator names.
//! They are read once, before this process can read no more files.

use std::{
    fs::File,
    io::{self, Read as _},
    net::IpAddr,
    path::{Path, PathBuf},
    sync::Arc,
};

use maxminddb::{MaxMindDbError, Reader, path};
use thiserror::Error;

/// Bytes of a file at most: the largest that there are have some hundred million.
const MOST: u64 = 1 << 30;
/// Bytes of a name at most.
const LONGEST: usize = 100;

/// Knows where addresses are, as far as there are files. Copies share them.
#[derive(Clone, Default)]
pub struct Places {
    country: Option<Arc<Reader<Vec<u8>>>>,
    asn: Option<Arc<Reader<Vec<u8>>>>,
}

/// Why a file cannot be used.
#[derive(Debug, Error)]
pub enum PlacesError {
    /// It cannot be read.
    #[error("{} cannot be read: {error}; columns that come from it are empty", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The kernel's reason.
        error: io::Error,
    },
    /// It has another format.
    #[error("{} is no file in MaxMind's format (.mmdb): {error}; columns that come from it are empty", path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        error: MaxMindDbError,
    },
}

impl Places {
    /// Reads the files that are named, and returns what is wrong with any of them.
    #[must_use]
    pub fn read(country: Option<&Path>, asn: Option<&Path>) -> (Self, Vec<PlacesError>) {
        let mut errors = Vec::new();
        let mut read = |path: Option<&Path>| match path.map(reader)? {
            Ok(reader) => Some(Arc::new(reader)),
            Err(error) => {
                errors.push(error);
                None
            }
        };
        let (country, asn) = (read(country), read(asn));
        (Self { country, asn }, errors)
    }

    /// Whether there is a file at all.
    #[must_use]
    pub const fn are_known(&self) -> bool {
        self.country.is_some() || self.asn.is_some()
    }

    /// The country that an address is in, by its two letters (ISO 3166); that of who has it registered where no other is known.
    #[must_use]
    pub fn country(&self, address: IpAddr) -> Option<Arc<str>> {
        let found = self.country.as_ref()?.lookup(address).ok()?;
        let code = |key| found.decode_path::<&str>(&path![key, "iso_code"]).ok().flatten();
        let code = code("country").or_else(|| code("registered_country"))?;
        (code.len() <= LONGEST).then(|| Arc::from(code))
    }

    /// The autonomous system that announces an address, such as `AS64496 Example Net`.
    #[must_use]
    pub fn asn(&self, address: IpAddr) -> Option<Arc<str>> {
        let found = self.asn.as_ref()?.lookup(address).ok()?;
        let number: u32 = found.decode_path(&path!["autonomous_system_number"]).ok()??;
        let name = found.decode_path::<&str>(&path!["autonomous_system_organization"]).ok().flatten();
        Some(match name.filter(|name| !name.is_empty()) {
            Some(name) => {
                let end = name.char_indices().map(|(at, _)| at).take_while(|at| *at <= LONGEST).last();
                let shown =
                    if name.len() <= LONGEST { name } else { name.get(..end.unwrap_or(0)).unwrap_or("") };
                Arc::from(format!("AS{number} {shown}"))
            }
            None => Arc::from(format!("AS{number}")),
        })
    }
}

impl std::fmt::Debug for Places {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Places")
            .field("country", &self.country.is_some())
            .field("asn", &self.asn.is_some())
            .finish()
    }
}

fn reader(path: &Path) -> Result<Reader<Vec<u8>>, PlacesError> {
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(MOST).read_to_end(&mut bytes));
    read.map_err(|error| PlacesError::Read { path: path.to_owned(), error })?;
    Reader::from_source(bytes).map_err(|error| PlacesError::Format { path: path.to_owned(), error })
}

#[cfg(test)]
mod tests;
