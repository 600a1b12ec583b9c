//! Frames as filters see them.

use std::sync::LazyLock;

use xdplive_corpus::{LinkType, generate, generate::tunnels};
use xdplive_filter::{Bytes, Packet};
use xdplive_packet::{
    Headers, Layers, Wire,
    classify::Computed,
    event::Direction,
    parse::{parse_into, tunnel::descend},
};

/// Frames of the corpus of every kind, and of those that have to do with tunnels.
pub(crate) const FRAMES: usize = 3_000;
const TUNNELS: usize = 500;

/// A frame, and what the parser reads of its outermost packet.
#[derive(Debug)]
pub(crate) struct Seen {
    bytes: Vec<u8>,
    headers: Headers,
    layers: Layers,
    computed: Computed,
}

impl Seen {
    pub(crate) fn new(link: LinkType, bytes: Vec<u8>) -> Self {
        let mut frame = bytes.as_slice();
        let (mut headers, mut layers) = (Headers::EMPTY, Layers::EMPTY);
        parse_into(&mut frame, &Wire::new(link), &mut headers, &mut layers);
        let tunnel = descend(&mut frame, &headers, &layers).tunnel;
        let mut computed = Computed::NONE;
        computed.fill(&headers, &layers, &tunnel, Computed::OUTER);
        Self { bytes, headers, layers, computed }
    }

    pub(crate) fn packet(&self, direction: Direction) -> Packet<'_> {
        let Self { bytes, headers, layers, computed } = self;
        let frame_length = bytes.len() as u32;
        Packet { headers, frame_length, direction, bytes: Some(Bytes { frame: bytes, layers, computed }) }
    }
}

/// Frames of both link types.
pub(crate) static PACKETS: LazyLock<Vec<Seen>> = LazyLock::new(|| {
    let tunnels = tunnels(20_261_123, TUNNELS);
    generate(20_261_122, FRAMES - TUNNELS)
        .chain(tunnels)
        .map(|sample| Seen::new(sample.link, sample.bytes))
        .collect()
});
