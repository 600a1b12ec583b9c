//! Frames to test with.
//!
//! | module | holds |
//! |---|---|
//! | [`frame`] | typed, composable construction of frames, right by default, with a place for every lie |
//! | [`mod@generate`] | thousands of frames from a seed: every header, every fault, few addresses and ports |
//! | [`named`] | single frames that tests and documents refer to |
//! | [`pcap`] | a capture file of frames, for judges such as tshark and libpcap |
//!
//! Nothing here shares code or constants with the parser of `pkg/packet`, apart from the type that says how
//! a frame begins: what both got wrong in the same way, no test could find.

mod checksum;
pub mod frame;
pub mod generate;
pub mod named;
pub mod pcap;

pub use generate::{Kind, Sample, generate};
pub use xdplive_packet::LinkType;
