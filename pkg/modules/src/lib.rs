//! Which files of a crate need which: for tests that fail where they need each other in a circle, or where the table of
//! modules at the top of a file is not what the file declares.
//!
//! | module | holds |
//! |---|---|
//! | [`files`] | the files of a crate, their needs, circles, tables |
//! | `paths` | the paths that a text names |
//!
//! It reads text and knows little of Rust: a path counts wherever it stands in code, also in tests that stand in the
//! file of what they test. That is stricter than the compiler is, and good enough for `rustfmt`'s output.

pub mod files;
mod paths;
