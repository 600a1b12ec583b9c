//! Channel paths: the kind of a query and a hash of its canonical form, so that one query is one stream, and
//! nobody can put another query behind somebody's path.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};

use crate::query::{Kind, Query};

/// Bytes of the hash in a path: 128 bits.
const HASH: usize = 16;

/// The path of a query's channel: its kind, a slash and 32 hexadecimal digits.
#[must_use]
pub fn path(query: &Query) -> String {
    // A structure of texts and numbers can always be written.
    let canonical = serde_json::to_vec(query).unwrap_or_default();
    let hash = Sha256::digest(canonical);
    hash.iter().take(HASH).fold(format!("{}/", query.kind.name()), |mut path, byte| {
        // Writing to a string cannot fail.
        let _ = write!(path, "{byte:02x}");
        path
    })
}

/// Whether `path` has the form of a channel path at all.
#[must_use]
pub fn is_path(path: &str) -> bool {
    path.split_once('/').is_some_and(|(kind, hash)| {
        Kind::ALL.iter().any(|known| known.name() == kind)
            && hash.len() == 2 * HASH
            && hash.bytes().all(|byte| byte.is_ascii_hexdigit())
    })
}

#[cfg(test)]
mod tests;
