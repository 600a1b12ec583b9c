//! Frames to test with.
//!
//! | module | holds |
//! |---|---|
//! | [`frame`] | typed, composable construction of frames, right by default, with a place for every lie |
//! | [`mod@generate`] | thousands of frames from a seed: every header, every fault, few addresses and ports |
//! | [`mod@hostile`] | the same frames damaged: bytes turned over, cut, joined, moved, or none of it a frame |
//! | [`named`] | single frames that tests and documents refer to |
//! | [`pcap`] | a capture file of frames, for judges such as tshark and libpcap |
//!
//! Nothing here shares code or constants with the parser of `pkg/packet`, apart from the type that says how
//! a frame begins: what both got wrong in the same way, no test could find.

mod checksum;
mod dice;
pub mod frame;
pub mod generate;
pub mod hostile;
pub mod named;
pub mod pcap;

pub use generate::{Kind, Sample, generate, tunnels};
pub use hostile::hostile;
pub use xdplive_packet::LinkType;
