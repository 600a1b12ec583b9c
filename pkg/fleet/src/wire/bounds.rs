//! The version of the protocol, and how long a message may be.

use super::subjects::MAX_NAME;

/// The protocol's version. One that has another number here cannot be read.
pub const VERSION: u8 = 1;
/// Bytes of a message at most.
pub const MAX_MESSAGE: usize = 64 * 1024;
/// Bytes before the body at most: fixed ones, eleven numbers of ten bytes, and the name.
const MAX_HEAD: usize = 20 + 11 * 10 + 2 + MAX_NAME;
/// Bytes of a body at most.
pub const MAX_BODY: usize = MAX_MESSAGE - MAX_HEAD;
