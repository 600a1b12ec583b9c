//! The command `xdplive` as a person meets it, with a plugin made for the test: a script for its process, and
//! services of this process. Needs no rights.
//!
//! | module | holds |
//! |---|---|
//! | [`fake`] | the plugin |
//! | [`call`] | a call of `xdplive`, and how it ended |

#![allow(clippy::indexing_slicing, clippy::panic, reason = "a test may stop at the first surprise")]
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod call;
mod endings;
mod fake;
mod full;
mod starts;
