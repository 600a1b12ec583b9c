//! eBPF programs for measuring: made of single instructions at run time, loaded, and run on packets.
//!
//! | module | holds |
//! |---|---|
//! | [`instruction`] | an assembler for the few instructions that are used |
//! | [`syscall`] | the kernel's `bpf` call: maps, programs, test runs |
//! | [`programs`] | the stub, the feeder, the generator of live frames |
//! | [`lookup`] | one address look-up, by the kernel's LPM trie and by our hash table of prefixes |
//! | [`product`] | the product's own program, its rules and its counters |

pub mod instruction;
pub mod lookup;
pub mod product;
pub mod programs;
pub mod syscall;

use std::io;

use thiserror::Error;

/// Why something cannot be done with eBPF.
#[derive(Debug, Error)]
pub enum BpfError {
    /// The kernel's answer to a system call.
    #[error("cannot {action}: {error}")]
    Kernel {
        /// What was asked.
        action: &'static str,
        /// Its answer.
        error: io::Error,
    },
    /// The verifier did not take a program of this crate.
    #[error("the kernel refuses the program {name}: {error}\n{log}")]
    Refused {
        /// The program.
        name: &'static str,
        /// The kernel's answer.
        error: io::Error,
        /// The end of what the verifier said.
        log: String,
    },
    /// A program of this crate jumps to a place that is not in it, or too far away.
    #[error("the program {0} jumps to nowhere")]
    Jump(&'static str),
    /// The product's object.
    #[error("the product's programs cannot be loaded: {0}")]
    Object(#[from] aya::EbpfError),
    /// A map of the product's.
    #[error("a map of the product cannot be used: {0}")]
    Map(#[from] aya::maps::MapError),
    /// A program of the product's.
    #[error("a program of the product cannot be used: {0}")]
    Program(#[from] aya::programs::ProgramError),
    /// The product's object lacks something.
    #[error("the product's object has no {0}")]
    Missing(&'static str),
    /// A filter for the benchmark.
    #[error("the filter {text:?} cannot be used: {reason}")]
    Filter {
        /// Its text.
        text: String,
        /// Why.
        reason: String,
    },
}
