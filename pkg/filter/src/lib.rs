//! Filters: the text of pcap-filter(7) in, an exact decision and a normal form for a kernel classifier out.
//!
//! A filter looks at header fields only, those that `pkg/packet` reads. What they cannot decide is refused
//! with the reason; where a filter means something else than in libpcap, `DIFFERENCES.md` says so. This
//! crate has no I/O.
//!
//! ```
//! use xdplive_filter::{Environment, Filter};
//!
//! let filter = Filter::parse("tcp port 80 or 443")?;
//! assert_eq!(filter.to_string(), "tcp port 80 or tcp port 443");
//! assert_eq!(filter.terms(&Environment::default())?.len(), 2);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! A module needs only those below it:
//!
//! | module | holds |
//! |---|---|
//! | [`reading`] | what an editor shows of a text: its parts, what could stand at the cursor, its conditions in menus |
//! | `explain` | what a filter means, in plain words |
//! | [`contradiction`] | filters that no packet can match, and why |
//! | [`flow`] | the same decision for a flow, as far as flows carry what a filter looks at |
//! | [`masked`] | what a filter means where addresses are shown as their networks |
//! | [`filter`] | [`Filter`]: parse, print, decide, normalise |
//! | [`tables`] | terms of many filters as the tables that the kernel looks values up in |
//! | [`term`] | the normal form |
//! | `compile` | conditions to what they mean: a formula |
//! | `suggest` | what may have been meant by a text with a fault |
//! | [`parse`] | tokens to an expression |
//! | `syntax` | the conditions of an expression, and their canonical text |
//! | `relation` | comparisons of numbers, and which values of a field they are true for |
//! | `formula` | tests of fields, joined by and, or, not |
//! | [`field`] | the fields of a packet |
//! | [`words`] | the language's words, for who completes what is being typed |
//! | `vocabulary` | names of services, protocols, EtherTypes, flags; words that are refused |
//! | `lexer` | text to tokens |
//! | [`error`] | what is wrong with a text, and where |
//! | [`environment`] | what a filter depends on besides the packet |
//! | [`set`] | sets of values of a field, and their prefixes |
//! | `tree` | and, or, not |

mod compile;
pub mod contradiction;
pub mod environment;
pub mod error;
mod explain;
pub mod field;
pub mod filter;
pub mod flow;
mod formula;
mod lexer;
pub mod masked;
pub mod parse;
pub mod reading;
mod relation;
pub mod set;
mod suggest;
mod syntax;
pub mod tables;
pub mod term;
mod tree;
mod vocabulary;
pub mod words;

pub use contradiction::Contradiction;
pub use environment::Environment;
pub use error::{FilterError, Reason, Suggestion};
pub use field::{Bytes, Extracted, Field, Layer, Packet};
pub use filter::Filter;
pub use flow::{FlowFilter, NotOfFlows};
pub use masked::TellsAddresses;
pub use set::{Range, Set, prefix::Prefix};
pub use term::{Term, TooComplex};
pub use words::service_name;
