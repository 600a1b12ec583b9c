//! Packets that a host's kernel has dropped, in messages: how many there were of each reason so far, and rows.

use std::{collections::BTreeMap, sync::Arc};

use bytemuck::Zeroable as _;
use xdplive_packet::{
    Event,
    event::{Direction, RecordKind},
    flow::Sum,
};
use xdplive_source::{DropSite, Host, WallClock};

use super::{
    bounds::MAX_BODY,
    bytes::{Reader, put, put_changes, put_signed, put_sum, put_text, read_changes, read_sum},
    error::WireError,
    rows::MAX_INTERFACE,
};

/// Reasons of a message at most; kernels have some 150.
const MAX_REASONS: usize = 256;
/// Rows of a message at most: 0.7 MB when they are read, however few bytes they took.
const MAX_ROWS: usize = 4096;
/// Sites of a message at most.
const MAX_SITES: usize = 256;
/// Bytes of a reason's name and of a function's at most.
const MAX_NAME: usize = 64;
/// Bytes that a reason can take, and a row with a site of its own.
const MAX_REASON: usize = MAX_NAME + 2 + 30;
const MAX_ROW: usize = 10 + 3 + 14 * 9 + 4 + MAX_INTERFACE + 2 * (MAX_NAME + 2) + 8;

/// What has become of dropped packets so far in a run, but for those whose rows were sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DropTally {
    /// Those that the filter does not want.
    pub unmatched: u64,
    /// Those left out to keep to a budget.
    pub thinned: u64,
    /// Those for which there was no room.
    pub lost: u64,
    /// Those that were counted, where nobody wants rows.
    pub counted: u64,
}

/// Dropped packets of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Drops {
    /// What has become of them so far; with the rows sent so far these are all.
    pub tally: DropTally,
    /// How many there were so far, by the reason's name: reasons of which there are more than before.
    pub reasons: BTreeMap<Arc<str>, Sum>,
    sites: Vec<Site>,
    /// Each with the number of its site; the times are nanoseconds since 1970 by the host's clock.
    rows: Vec<(Event, usize)>,
}

/// Where and why a packet was dropped.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Site {
    interface: Option<Arc<str>>,
    direction: Option<Direction>,
    reason: Arc<str>,
    location: Option<Arc<str>>,
}

impl Drops {
    /// How many rows there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The rows, of `host`, whose clock is `ahead` nanoseconds ahead.
    #[must_use]
    pub fn into_rows(self, host: &Host, ahead: i64) -> Vec<(Event, DropSite)> {
        let clock = WallClock::ahead_by(ahead.saturating_neg());
        let row = |(mut event, place): (Event, usize)| {
            // Before 1970 there was no packet.
            event.time = u64::try_from(clock.nanoseconds(event.time)).unwrap_or(0);
            let Site { interface, direction, reason, location } = self.sites.get(place)?.clone();
            Some((event, DropSite { host: host.clone(), interface, direction, reason, location }))
        };
        self.rows.into_iter().filter_map(row).collect()
    }

    /// Reads the body of a message.
    pub(super) fn read(from: &mut Reader<'_>) -> Result<Self, WireError> {
        let tally = DropTally {
            unmatched: from.number("packets not wanted")?,
            thinned: from.number("packets thinned")?,
            lost: from.number("packets lost")?,
            counted: from.number("packets counted")?,
        };
        let mut reasons = BTreeMap::new();
        for _ in 0..from.at_most(MAX_REASONS, "reasons")? {
            let name = Arc::from(from.text(MAX_NAME, "a reason's name")?);
            reasons.insert(name, read_sum(from)?);
        }
        let mut sites = Vec::new();
        for _ in 0..from.at_most(MAX_SITES, "places of drops")? {
            sites.push(read_site(from)?);
        }
        let count = from.at_most(MAX_ROWS, "dropped packets")?;
        let mut rows = Vec::with_capacity(count.min(from.left()));
        let (mut event, mut time) = (Event::zeroed(), 0_i64);
        for _ in 0..count {
            let place = from.at_most(sites.len().saturating_sub(1), "the place of a drop")?;
            time = time.wrapping_add(from.signed("the time of a drop")?);
            read_changes(from, bytemuck::bytes_of_mut(&mut event), "the fields of a dropped packet")?;
            let Event { slots, generation, kind, reserved, time: sent, .. } = event;
            if slots | sent | u64::from(generation) | u64::from(kind) | u64::from(reserved) != 0 {
                return Err(WireError::Value {
                    what: "what is not to be sent of a dropped packet",
                    given: slots,
                });
            }
            let mut row = event;
            (row.time, row.kind) = (u64::try_from(time).unwrap_or(0), RecordKind::Event as u8);
            rows.push((row, place));
        }
        if !rows.is_empty() && sites.is_empty() {
            return Err(WireError::Short("places of drops"));
        }
        Ok(Self { tally, reasons, sites, rows })
    }
}

/// The bodies of messages with dropped packets, and how many rows are in each.
#[must_use]
pub fn drop_bodies(
    tally: &DropTally,
    reasons: &BTreeMap<Arc<str>, Sum>,
    rows: &[(Event, DropSite)],
) -> Vec<(Vec<u8>, usize)> {
    let (mut reasons, mut rows) = (reasons.iter().peekable(), rows.iter().peekable());
    let mut bodies = Vec::new();
    while reasons.peek().is_some() || rows.peek().is_some() || bodies.is_empty() {
        let (mut of_reasons, mut told) = (Vec::new(), 0);
        while told < MAX_REASONS
            && of_reasons.len() + MAX_REASON < MAX_BODY / 2
            && let Some((name, sum)) = reasons.next()
        {
            put_text(&mut of_reasons, name, MAX_NAME);
            put_sum(&mut of_reasons, sum);
            told += 1;
        }
        let mut writer = Writer::default();
        while writer.has_room(of_reasons.len())
            && let Some((event, site)) = rows.next()
        {
            writer.add(event, site);
        }
        let mut body =
            Vec::with_capacity(of_reasons.len() + writer.sites_bytes.len() + writer.rows.len() + 64);
        let DropTally { unmatched, thinned, lost, counted } = *tally;
        [unmatched, thinned, lost, counted].into_iter().for_each(|number| put(&mut body, number));
        put(&mut body, told as u64);
        body.extend_from_slice(&of_reasons);
        put(&mut body, writer.sites.len() as u64);
        body.extend_from_slice(&writer.sites_bytes);
        put(&mut body, writer.count as u64);
        body.extend_from_slice(&writer.rows);
        bodies.push((body, writer.count));
    }
    bodies
}

/// Rows that are being written.
struct Writer<'a> {
    sites: Vec<&'a DropSite>,
    sites_bytes: Vec<u8>,
    rows: Vec<u8>,
    count: usize,
    event: Event,
    time: i64,
}

impl Default for Writer<'_> {
    fn default() -> Self {
        let (sites, sites_bytes, rows) = Default::default();
        Self { sites, sites_bytes, rows, count: 0, event: Event::zeroed(), time: 0 }
    }
}

impl<'a> Writer<'a> {
    fn has_room(&self, beside: usize) -> bool {
        let used = self.sites_bytes.len() + self.rows.len() + beside + 64;
        self.count < MAX_ROWS && self.sites.len() < MAX_SITES && used + MAX_ROW < MAX_BODY
    }

    fn add(&mut self, event: &Event, site: &'a DropSite) {
        // There are few.
        let place = self.sites.iter().position(|known| *known == site).unwrap_or_else(|| {
            self.sites.push(site);
            put_site(&mut self.sites_bytes, site);
            self.sites.len() - 1
        });
        put(&mut self.rows, place as u64);
        let time = i64::try_from(event.time).unwrap_or(i64::MAX);
        put_signed(&mut self.rows, time.wrapping_sub(self.time));
        self.time = time;
        let event = Event { time: 0, slots: 0, generation: 0, kind: 0, reserved: 0, ..*event };
        put_changes(&mut self.rows, bytemuck::bytes_of(&self.event), bytemuck::bytes_of(&event));
        self.event = event;
        self.count += 1;
    }
}

/// Marks of a site.
mod mark {
    /// Its interface is known.
    pub(super) const INTERFACE: u8 = 1;
    /// The function is.
    pub(super) const LOCATION: u8 = 1 << 1;
    /// The packet was received.
    pub(super) const IN: u8 = 1 << 2;
    /// It was to be sent.
    pub(super) const OUT: u8 = 1 << 3;
}

fn put_site(to: &mut Vec<u8>, site: &DropSite) {
    let DropSite { interface, direction, reason, location, .. } = site;
    let mut marks = match direction {
        Some(Direction::In) => mark::IN,
        Some(Direction::Out) => mark::OUT,
        None => 0,
    };
    marks |= if interface.is_some() { mark::INTERFACE } else { 0 };
    marks |= if location.is_some() { mark::LOCATION } else { 0 };
    to.push(marks);
    put_text(to, reason, MAX_NAME);
    interface.iter().for_each(|name| put_text(to, name, MAX_INTERFACE));
    location.iter().for_each(|name| put_text(to, name, MAX_NAME));
}

fn read_site(from: &mut Reader<'_>) -> Result<Site, WireError> {
    let marks = from.byte("the place of a drop")?;
    let direction = match (marks & mark::IN != 0, marks & mark::OUT != 0) {
        (false, false) => None,
        (true, false) => Some(Direction::In),
        (false, true) => Some(Direction::Out),
        (true, true) => return Err(WireError::Value { what: "the way of a drop", given: marks.into() }),
    };
    let reason = Arc::from(from.text(MAX_NAME, "a reason's name")?);
    let interface = match marks & mark::INTERFACE {
        0 => None,
        _ => Some(Arc::from(from.text(MAX_INTERFACE, "an interface's name")?)),
    };
    let location = match marks & mark::LOCATION {
        0 => None,
        _ => Some(Arc::from(from.text(MAX_NAME, "a function's name")?)),
    };
    Ok(Site { interface, direction, reason, location })
}
