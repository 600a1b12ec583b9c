//! Flows of one interface in messages: a snapshot of many flows is several parts.

use std::sync::Arc;

use bytemuck::Zeroable as _;
use xdplive_packet::{
    event::Direction,
    flow::{FlowCounters, FlowKey, Sum, TcpCounts},
};
use xdplive_source::{Cut, FlowSnapshot};

use super::{
    bounds::MAX_BODY,
    bytes::{Reader, put, put_changes, put_signed, put_sum, put_text, read_changes, read_sum},
    error::WireError,
    rows::MAX_INTERFACE,
};

/// Flows of a part at most: 0.5 MB when they are read, however few bytes they took.
const MAX_FLOWS: usize = 4096;
/// Parts of a snapshot at most: a full table of the default size has 16 to 60.
pub const MAX_PARTS: usize = 4096;
/// Bytes that a flow can take.
const MAX_FLOW: usize = 2 + 7 * 9 + 7 * 10 + 2 + 7 * 10;
/// Bytes before the flows of a part at most.
const MAX_START: usize = MAX_INTERFACE + 2 + 5 * 10 + 2 * 10 * 30 + 4 * 10;

/// What a part has besides its flows.
mod follow {
    /// TCP packets by flag.
    pub(super) const FLAGS: u8 = 1;
    /// What is not sent by flow.
    pub(super) const CUT: u8 = 1 << 1;
    /// What is counted of TCP, behind the flows.
    pub(super) const TCP: u8 = 1 << 2;
}

/// A part of what was counted at one interface between two moments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlowsPart {
    /// The interface's name.
    pub interface: Arc<str>,
    /// Since when packets are counted here, nanoseconds since 1970 by the host's clock.
    pub from: u64,
    /// Until when.
    pub to: u64,
    /// Which part it is, from 0 on.
    pub part: usize,
    /// How many there are.
    pub parts: usize,
    /// What it took to read the table, nanoseconds of the processor's time.
    pub cpu: u64,
    /// All packets of the snapshot, in whichever part, by direction.
    pub all: [Sum; 2],
    /// All packets of all snapshots of this interface in this run, this one included, by direction: what is missing of
    /// this is what was lost on the way.
    pub so_far: [u64; 2],
    /// Packets for which there was no room in the host's table or in what is sent of it, by direction.
    pub other: [Sum; 2],
    /// What of [`Self::other`] is of conversations that are not sent one by one.
    pub cut: Cut,
    /// TCP packets by flag, by direction.
    pub tcp_flags: [[Sum; 8]; 2],
    /// The flows; the times are by the host's clock.
    pub entries: Vec<(FlowKey, FlowCounters)>,
}

impl FlowsPart {
    /// Reads the body of a message.
    pub(super) fn read(from: &mut Reader<'_>) -> Result<Self, WireError> {
        let mut all = Self {
            interface: Arc::from(from.text(MAX_INTERFACE, "an interface's name")?),
            from: from.number("the beginning")?,
            to: from.number("the end")?,
            part: from.at_most(MAX_PARTS, "a part's number")?,
            parts: from.at_most(MAX_PARTS, "parts")?,
            cpu: from.number("the processor's time")?,
            all: [read_sum(from)?, read_sum(from)?],
            so_far: [from.number("packets so far")?, from.number("packets so far")?],
            other: [read_sum(from)?, read_sum(from)?],
            cut: Cut::default(),
            tcp_flags: Default::default(),
            entries: Vec::new(),
        };
        if all.part >= all.parts || all.to < all.from {
            return Err(WireError::Value { what: "a part's number", given: all.part as u64 });
        }
        let follows = from.byte("what follows")?;
        if follows & follow::FLAGS != 0 {
            for sum in all.tcp_flags.iter_mut().flatten() {
                *sum = read_sum(from)?;
            }
        }
        if follows & follow::CUT != 0 {
            all.cut = Cut { sum: read_sum(from)?, largest: from.number("bytes of what is not sent")? };
        }
        let count = from.at_most(MAX_FLOWS, "flows")?;
        all.entries.reserve(count.min(from.left()));
        let mut key = FlowKey::zeroed();
        for _ in 0..count {
            read_changes(from, bytemuck::bytes_of_mut(&mut key), "a flow's fields")?;
            let sum = read_sum(from)?;
            let first = all.from.wrapping_add_signed(from.signed("a flow's first packet")?);
            let last = first.wrapping_add(from.number("a flow's last packet")?);
            let (ttl, tcp_flags) = (from.number("a TTL")?, from.number("TCP flags")?);
            let tcp = TcpCounts::ZERO;
            all.entries.push((key, FlowCounters { sum, first, last, ttl, tcp_flags, tcp }));
        }
        if follows & follow::TCP != 0 {
            let mut entries = all.entries.iter_mut();
            for _ in 0..from.at_most(MAX_FLOWS, "flows of TCP")? {
                let skipped = from.at_most(MAX_FLOWS, "flows before one of TCP")?;
                let tcp = read_tcp(from)?;
                let given = skipped as u64;
                let (_, counters) = entries
                    .nth(skipped)
                    .ok_or(WireError::Value { what: "flows before one of TCP", given })?;
                counters.tcp = tcp;
            }
        }
        Ok(all)
    }
}

/// The bodies of messages with a snapshot. `so_far` is what all snapshots of this interface in this run have counted, with
/// this one. `with_tcp` says whether to tell what is counted of TCP besides.
#[must_use]
pub fn flow_bodies(snapshot: &FlowSnapshot, so_far: [u64; 2], with_tcp: bool) -> Vec<Vec<u8>> {
    let FlowSnapshot { taken, cut, .. } = snapshot;
    let (mut all, other) = (taken.other, taken.other);
    for (key, counters) in &taken.entries {
        add(&mut all, key.direction(), counters.sum);
    }
    let mut bodies = Vec::new();
    let (mut body, mut count, mut before) = (Vec::new(), 0, FlowKey::zeroed());
    let mut tcp = TcpWriter::default();
    for (key, counters) in &taken.entries {
        put_changes(&mut body, bytemuck::bytes_of(&before), bytemuck::bytes_of(key));
        before = *key;
        put_sum(&mut body, &counters.sum);
        put_signed(&mut body, counters.first.wrapping_sub(taken.from) as i64);
        put(&mut body, counters.last.wrapping_sub(counters.first));
        put(&mut body, counters.ttl);
        put(&mut body, counters.tcp_flags);
        count += 1;
        if with_tcp {
            tcp.add(&counters.tcp);
        }
        if count == MAX_FLOWS || body.len() + tcp.bytes.len() + MAX_FLOW + MAX_START > MAX_BODY {
            bodies.push((std::mem::take(&mut body), count, std::mem::take(&mut tcp)));
            (count, before) = (0, FlowKey::zeroed());
        }
    }
    if count > 0 || bodies.is_empty() {
        bodies.push((body, count, tcp));
    }
    let parts = bodies.len();
    let with_start = |(part, (flows, count, tcp)): (usize, (Vec<u8>, usize, TcpWriter))| {
        let mut to = Vec::with_capacity(flows.len() + 256);
        put_text(&mut to, &snapshot.interface, MAX_INTERFACE);
        [taken.from, taken.to, part as u64, parts as u64].into_iter().for_each(|number| put(&mut to, number));
        put(&mut to, snapshot.cpu.as_nanos() as u64);
        all.iter().for_each(|sum| put_sum(&mut to, sum));
        so_far.into_iter().for_each(|packets| put(&mut to, packets));
        let is_first = part == 0;
        let first = if is_first { other } else { [Sum::default(); 2] };
        first.iter().for_each(|sum| put_sum(&mut to, sum));
        let has_cut = is_first && !cut.is_none();
        let has_tcp = tcp.count > 0;
        let flag = |bit: u8, is_set: bool| if is_set { bit } else { 0 };
        to.push(flag(follow::FLAGS, is_first) | flag(follow::CUT, has_cut) | flag(follow::TCP, has_tcp));
        if is_first {
            taken.tcp_flags.iter().flatten().for_each(|sum| put_sum(&mut to, sum));
        }
        if has_cut {
            put_sum(&mut to, &cut.sum);
            put(&mut to, cut.largest);
        }
        put(&mut to, count as u64);
        to.extend_from_slice(&flows);
        if has_tcp {
            put(&mut to, tcp.count);
            to.extend_from_slice(&tcp.bytes);
        }
        to
    };
    bodies.into_iter().enumerate().map(with_start).collect()
}

/// What is counted of TCP, of flows that have some of it.
#[derive(Default)]
struct TcpWriter {
    bytes: Vec<u8>,
    count: u64,
    skipped: u64,
}

impl TcpWriter {
    /// Adds what the next flow has.
    fn add(&mut self, tcp: &TcpCounts) {
        if *tcp == TcpCounts::ZERO {
            self.skipped += 1;
            return;
        }
        put(&mut self.bytes, std::mem::take(&mut self.skipped));
        let TcpCounts {
            requests,
            acceptances,
            resets,
            zero_windows,
            retransmits,
            retransmitted_bytes,
            round_trip,
        } = *tcp;
        [requests, acceptances, resets, zero_windows, retransmits, retransmitted_bytes, round_trip]
            .into_iter()
            .for_each(|number| put(&mut self.bytes, number));
        self.count += 1;
    }
}

fn read_tcp(from: &mut Reader<'_>) -> Result<TcpCounts, WireError> {
    Ok(TcpCounts {
        requests: from.number("requests for a connection")?,
        acceptances: from.number("acceptances of a connection")?,
        resets: from.number("resets")?,
        zero_windows: from.number("zero windows")?,
        retransmits: from.number("packets sent again")?,
        retransmitted_bytes: from.number("bytes sent again")?,
        round_trip: from.number("a round trip")?,
    })
}

fn add(sums: &mut [Sum; 2], direction: Direction, more: Sum) {
    if let Some(sum) = sums.get_mut(direction as usize) {
        *sum += more;
    }
}
