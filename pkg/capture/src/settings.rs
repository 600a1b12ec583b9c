//! Bounds of the capture, all with defaults that suit a machine of any size.

use std::time::Duration;

pub use xdplive_packet::event::MAX_HEADER_BYTES;
use xdplive_source::Request;

/// Smallest ring, bytes: one page.
pub const MIN_RING_BYTES: u32 = 4096;
/// Largest ring, bytes.
pub const MAX_RING_BYTES: u32 = 1 << 30;
/// Fewest flows that a table has room for.
pub const MIN_FLOW_ENTRIES: u32 = 1 << 10;
/// Most flows that a table has room for.
pub const MAX_FLOW_ENTRIES: u32 = 1 << 20;

/// How much memory and time a capture may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The ring that all interfaces share, bytes: a power of two from [`MIN_RING_BYTES`] to [`MAX_RING_BYTES`]. An
    /// event takes 112 bytes, so the default of 8 MiB holds 74,898 events.
    pub ring_bytes: u32,
    /// Rows that wait for one stream at most, 128 bytes each; the oldest make room. 65,536 by default. All streams
    /// together have at most [`Self::all_queue_rows`].
    pub queue_rows: usize,
    /// How long an interface stays attached after its last stream: on many drivers attaching native XDP
    /// resets the queues or the link, and a dashboard closed and opened again must not do that. 60 s.
    pub linger: Duration,
    /// Flows that the table of all interfaces has room for, from [`MIN_FLOW_ENTRIES`] to [`MAX_FLOW_ENTRIES`]; about
    /// 180 bytes of the kernel's memory each while it is there, in each of the two banks. Packets of further flows are
    /// counted together. 65,536 by default.
    pub flow_entries: u32,
    /// Bytes of a packet that streams may have where its headers end before that, 0 to [`MAX_HEADER_BYTES`]. 0: the
    /// headers alone.
    pub header_bytes: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            ring_bytes: 8 << 20,
            queue_rows: 1 << 16,
            linger: Duration::from_secs(60),
            flow_entries: 1 << 16,
            header_bytes: 0,
        }
    }
}

/// Rows with the bytes of their headers that wait for one stream at most: these take up to 650 bytes each.
const QUEUE_ROWS_WITH_BYTES: usize = 8192;

/// Rows that wait for all streams together, as many times as for one.
const ALL_QUEUES: usize = 4;

impl Settings {
    /// Rows that wait for all streams together at most: four times as many as for one, 34 MB by default.
    #[must_use]
    pub const fn all_queue_rows(&self) -> usize {
        self.queue_rows.saturating_mul(ALL_QUEUES)
    }

    /// Rows that wait for a stream of `request` at most.
    #[must_use]
    pub fn queue_rows(&self, request: &Request) -> usize {
        let with_bytes = request.wanted.as_ref().is_some_and(|wanted| wanted.header_bytes);
        if with_bytes { self.queue_rows.min(QUEUE_ROWS_WITH_BYTES) } else { self.queue_rows }
    }
}
