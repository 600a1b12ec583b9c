//! Rows in a message.
//!
//! First the names of the interfaces that they are from, each with the host's number for it; then for each row what differs
//! from the row before it. Most of a packet's fields are those of the one before, or zero: docs/architecture.md has what
//! that saves, and why it is no Arrow. What means something in the host's kernel only (slots, generation, the kind of the record)
//! is left out.

use std::sync::Arc;

use bytemuck::Zeroable as _;
use xdplive_packet::{Event, Hook, Tunnel, TunnelKind, event::RecordKind, parse::tunnel::MAX_TUNNELS};
use xdplive_source::{
    Batch, Captured, HeaderBytes, HostId, InterfaceNumber, Names, Origin, Row, Tunnels, WallClock,
};

use super::{
    bounds::MAX_BODY,
    bytes::{Reader, put, put_changes, put_signed, put_text, read_changes},
    error::WireError,
};

/// Rows of a message at most: 0.5 MB when they are read, however few bytes they took.
pub const MAX_ROWS: usize = 4096;
/// Bytes of an interface's name at most; the kernel's are 15, each of which may be escaped.
pub const MAX_INTERFACE: usize = 64;
/// Names of a message at most.
const MAX_NAMES: usize = 1024;
/// Bytes of a frame's headers at most.
const MAX_CAPTURED: usize = xdplive_packet::event::MAX_HEADER_BYTES;
/// Bytes that a row can take: its marks, time and interface, all of the event, the tunnels, and the headers' bytes.
const MAX_ROW: usize = 1 + 10 + 3 + 2 + 14 * 9 + size_of::<Tunnel>() + 7 + MAX_CAPTURED;
/// The same with the name of its interface.
const MAX_STEP: usize = MAX_ROW + 4 + MAX_INTERFACE;

/// Marks of a row.
mod mark {
    /// It is from another interface than the row before.
    pub(super) const INTERFACE: u8 = 1;
    /// Something carries its packet.
    pub(super) const TUNNEL: u8 = 1 << 1;
    /// The bytes of its headers follow.
    pub(super) const BYTES: u8 = 1 << 2;
    /// And the tag that was taken off.
    pub(super) const TAG: u8 = 1 << 3;
}

/// Rows that were read.
#[derive(Clone, Debug)]
pub struct Rows {
    /// The interfaces they are from, by the host's numbers.
    pub names: Vec<(InterfaceNumber, Arc<str>)>,
    /// The rows; their times are nanoseconds since 1970 by the host's clock.
    rows: Vec<Row>,
    tunnels: Tunnels,
    bytes: Option<HeaderBytes>,
}

impl Rows {
    /// How many there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// All of them, by a clock that makes their times those of who reads them.
    #[must_use]
    pub fn batch(self, names: Arc<Names>, clock: WallClock) -> Batch {
        let batch = Batch::new(Arc::new(self.rows), names, clock);
        batch.with_bytes(self.bytes.map(Arc::new)).with_tunnels(self.tunnels.shared())
    }

    /// Reads the body of a message.
    pub(super) fn read(from: &mut Reader<'_>) -> Result<Self, WireError> {
        let count = from.at_most(MAX_NAMES, "interfaces")?;
        let mut names = Vec::with_capacity(count.min(from.left()));
        for _ in 0..count {
            let number = from.at_most(usize::from(InterfaceNumber::MAX), "an interface")? as InterfaceNumber;
            names.push((number, Arc::from(from.text(MAX_INTERFACE, "an interface's name")?)));
        }
        let count = from.at_most(MAX_ROWS, "rows")?;
        let mut reading = Reading {
            rows: Vec::with_capacity(count.min(from.left())),
            tunnels: Tunnels::default(),
            bytes: HeaderBytes::default(),
            has_bytes: false,
            event: Event::zeroed(),
            interface: 0,
            time: 0,
        };
        for _ in 0..count {
            reading.row(from, &names)?;
        }
        let Reading { rows, tunnels, bytes, has_bytes, .. } = reading;
        Ok(Self { names, rows, tunnels, bytes: has_bytes.then_some(bytes) })
    }
}

/// Rows as far as they have been read.
struct Reading {
    rows: Vec<Row>,
    tunnels: Tunnels,
    bytes: HeaderBytes,
    has_bytes: bool,
    event: Event,
    interface: InterfaceNumber,
    time: i64,
}

impl Reading {
    fn row(&mut self, from: &mut Reader<'_>, names: &[(InterfaceNumber, Arc<str>)]) -> Result<(), WireError> {
        let marks = from.byte("a row")?;
        if marks & mark::INTERFACE != 0 || self.rows.is_empty() {
            let place = from.at_most(names.len().saturating_sub(1), "a row's interface")?;
            self.interface = names.get(place).map(|(number, _)| *number).ok_or(WireError::Short("names"))?;
        }
        self.time = self.time.wrapping_add(from.signed("a row's time")?);
        read_changes(from, bytemuck::bytes_of_mut(&mut self.event), "a row's fields")?;
        let Event { slots, generation, kind, reserved, time, .. } = self.event;
        if slots | time | u64::from(generation) | u64::from(kind) | u64::from(reserved) != 0 {
            return Err(WireError::Value { what: "what is not to be sent of a row", given: slots });
        }
        let hook = self.event.hook;
        if Hook::from_raw(hook).is_none() {
            return Err(WireError::Value { what: "a row's hook", given: u64::from(hook) });
        }
        let tunnel = if marks & mark::TUNNEL != 0 { self.tunnel(from)? } else { Tunnels::NONE };
        let bytes = if marks & mark::BYTES != 0 {
            self.headers(from, marks & mark::TAG != 0)?
        } else {
            HeaderBytes::NONE
        };
        let mut event = self.event;
        // Before 1970 there was no packet.
        event.time = u64::try_from(self.time).unwrap_or(0);
        event.kind = RecordKind::Event as u8;
        self.rows.push(Row {
            origin: Origin { host: HostId::ONLY, interface: self.interface },
            bytes,
            tunnel,
            event,
        });
        Ok(())
    }

    fn tunnel(&mut self, from: &mut Reader<'_>) -> Result<u32, WireError> {
        let mut tunnel = Tunnel::NONE;
        let raw = from.take(size_of::<Tunnel>(), "what carries a packet")?;
        bytemuck::bytes_of_mut(&mut tunnel).copy_from_slice(raw);
        let known = |kind: &u8| *kind == 0 || TunnelKind::from_raw(*kind).is_some();
        if !tunnel.kinds.iter().all(known) || tunnel.with_id >> MAX_TUNNELS != 0 || tunnel.reserved != [0; 3]
        {
            return Err(WireError::Value { what: "a tunnel", given: u64::from(tunnel.with_id) });
        }
        Ok(self.tunnels.add(tunnel))
    }

    fn headers(&mut self, from: &mut Reader<'_>, with_tag: bool) -> Result<u32, WireError> {
        let tag = if with_tag {
            let [a, b, c, d] = from.array("a tag")?;
            Some([u16::from_le_bytes([a, b]), u16::from_le_bytes([c, d])])
        } else {
            None
        };
        let length = from.at_most(MAX_CAPTURED, "a row's headers")?;
        self.has_bytes = true;
        Ok(self.bytes.add(Captured { bytes: from.take(length, "a row's headers")?, tag }))
    }
}

/// Rows that are being written.
#[derive(Debug)]
pub struct RowsWriter {
    names: Vec<InterfaceNumber>,
    names_bytes: Vec<u8>,
    rows: Vec<u8>,
    count: usize,
    event: Event,
    interface: Option<usize>,
    time: i64,
}

impl Default for RowsWriter {
    fn default() -> Self {
        Self {
            names: Vec::new(),
            names_bytes: Vec::new(),
            rows: Vec::new(),
            count: 0,
            event: Event::zeroed(),
            interface: None,
            time: 0,
        }
    }
}

impl RowsWriter {
    /// How many rows were added since the last message was taken.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.count
    }

    /// Whether none was.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Whether what was added is to be taken before anything else is added.
    #[must_use]
    pub const fn is_full(&self) -> bool {
        self.count >= MAX_ROWS
            || self.names.len() >= MAX_NAMES
            || self.rows.len() + self.names_bytes.len() + MAX_STEP + 8 > MAX_BODY
    }

    /// Adds a row of `batch`; not to be called while [`Self::is_full`].
    pub fn add(&mut self, batch: &Batch, row: &Row) {
        let marks_at = self.rows.len();
        self.rows.push(0);
        let mut marks = 0;
        let place = self.place(row.origin.interface, batch.names.interface(row.origin));
        if self.interface != Some(place) {
            marks |= mark::INTERFACE;
            put(&mut self.rows, place as u64);
            self.interface = Some(place);
        }
        let time = batch.time(row);
        put_signed(&mut self.rows, time.wrapping_sub(self.time));
        self.time = time;
        let event = Event { time: 0, slots: 0, generation: 0, kind: 0, reserved: 0, ..row.event };
        put_changes(&mut self.rows, bytemuck::bytes_of(&self.event), bytemuck::bytes_of(&event));
        self.event = event;
        if let Some(tunnel) = batch.tunnel(row) {
            marks |= mark::TUNNEL;
            self.rows.extend_from_slice(bytemuck::bytes_of(tunnel));
        }
        if let Some(Captured { bytes, tag }) = batch.captured(row) {
            marks |= mark::BYTES;
            if let Some([protocol, control]) = tag {
                marks |= mark::TAG;
                self.rows.extend_from_slice(&protocol.to_le_bytes());
                self.rows.extend_from_slice(&control.to_le_bytes());
            }
            let bytes = bytes.get(..MAX_CAPTURED).unwrap_or(bytes);
            put(&mut self.rows, bytes.len() as u64);
            self.rows.extend_from_slice(bytes);
        }
        if let Some(place) = self.rows.get_mut(marks_at) {
            *place = marks;
        }
        self.count += 1;
    }

    fn place(&mut self, number: InterfaceNumber, name: &str) -> usize {
        // There are few.
        self.names.iter().position(|known| *known == number).unwrap_or_else(|| {
            self.names.push(number);
            put(&mut self.names_bytes, u64::from(number));
            put_text(&mut self.names_bytes, name, MAX_INTERFACE);
            self.names.len() - 1
        })
    }

    /// The body of a message with what was added, and how many rows that is.
    pub fn take(&mut self) -> (Vec<u8>, usize) {
        let Self { names, names_bytes, rows, count, .. } = std::mem::take(self);
        let mut body = Vec::with_capacity(names_bytes.len() + rows.len() + 8);
        put(&mut body, names.len() as u64);
        body.extend_from_slice(&names_bytes);
        put(&mut body, count as u64);
        body.extend_from_slice(&rows);
        (body, count)
    }
}
