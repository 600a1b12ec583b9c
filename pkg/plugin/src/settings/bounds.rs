//! What numbers may be, wherever they are set: in `grafana.ini` or in the ceiling's file.

use xdplive_capture::settings::{
    MAX_FLOW_ENTRIES, MAX_HEADER_BYTES, MAX_RING_BYTES, MIN_FLOW_ENTRIES, MIN_RING_BYTES,
};

pub(super) const RING_BYTES: &str = "it takes a power of two from 4096 to 1073741824";
pub(super) const FLOW_ENTRIES: &str = "it takes a whole number from 1024 to 1048576";
pub(super) const HEADER_BYTES: &str = "it takes a whole number from 0 to 512";
pub(super) const PATTERNS: &str = "it takes names and patterns of interfaces such as eth0, eth* and !veth*, and at least one. The word any \
     stands alone or beside entries with ! in front; the word uplinks is for a data source's settings only";

pub(super) fn is_ring_bytes(bytes: u32) -> bool {
    bytes.is_power_of_two() && (MIN_RING_BYTES..=MAX_RING_BYTES).contains(&bytes)
}

pub(super) fn is_flow_entries(entries: u32) -> bool {
    (MIN_FLOW_ENTRIES..=MAX_FLOW_ENTRIES).contains(&entries)
}

pub(super) fn is_header_bytes(bytes: u32) -> bool {
    bytes <= MAX_HEADER_BYTES as u32
}
