//! Other machines as sources, and the agent that lends its machine's packets to them, over NATS.
//!
//! | module | holds |
//! |---|---|
//! | [`wire`] | what both say to each other, as bytes |
//! | [`nats`] | connecting to a server |
//! | [`remote`] | the side that asks for packets: other machines as one source |
//! | [`agent`] | the side that has the packets |
//! | [`ceiling`] | what it lends at most |
//! | [`synthetic`] | a source that makes packets up, for tests and benchmarks |
//! | `clock` | the clocks of this machine |

pub mod agent;
pub mod ceiling;
mod clock;
pub mod nats;
pub mod remote;
pub mod synthetic;
pub mod wire;
