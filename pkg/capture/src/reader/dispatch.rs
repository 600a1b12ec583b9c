//! Whose a row is: from its generation and slots straight to the streams, without a look at any other.

use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant},
};

use tracing::error;
use xdplive_packet::{accounting::SLOTS, event::RecordKind};
use xdplive_source::{
    Batch, Counted, HeaderBytes, Host, HostId, InterfaceNumber, Moment, Names, Origin, Queue, Row, RowCounts,
    StreamId, Thinner, Tunnels, WallClock,
};

use crate::record::Record;

/// How long the route of a generation is kept after its end: rows are handed on much sooner.
const KEPT: Duration = Duration::from_millis(100);

/// Whose the rows of a generation are.
#[derive(Clone, Debug, Default)]
pub struct Route {
    /// The interface that they are from.
    pub interface: InterfaceNumber,
    /// Its name.
    pub name: Arc<str>,
    /// Who has them.
    pub takers: Vec<Taker>,
}

/// Who has the rows of a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taker {
    /// The slot.
    pub slot: u32,
    /// The stream.
    pub stream: StreamId,
    /// Whether the stream is to be kept to its limit here, because the slot's is larger.
    pub thins: bool,
}

/// A stream that ends, and what was counted for it.
#[derive(Clone, Debug)]
pub struct Finish {
    /// The stream.
    pub stream: StreamId,
    /// Its queue, where it has rows of which the last have yet to be handed on, or not.
    pub queue: Arc<Queue>,
    /// What the kernel counted.
    pub counted: Counted,
    /// When the last packet was counted.
    pub ended: Moment,
    /// The same by interface.
    pub by_interface: Vec<(Arc<str>, InterfaceNumber, Counted)>,
}

/// Streams, routes, and rows that have been read and not handed on yet.
#[derive(Default)]
pub struct Dispatch {
    host: HostId,
    /// By place; a place is used again.
    streams: Vec<Option<Stream>>,
    places: HashMap<StreamId, usize>,
    routes: HashMap<u32, Resolved>,
    /// Routes of generations that have ended, and when.
    ended: Vec<(Instant, Vec<u32>)>,
    pending: Vec<Row>,
    /// The bytes of their headers.
    bytes: HeaderBytes,
    /// What carries them.
    tunnels: Tunnels,
    names: Arc<Names>,
    /// Rows of which nobody has said whose they are; there should be none.
    strays: u64,
    /// Rows that wait for all streams together at most.
    most_waiting: usize,
}

struct Stream {
    queue: Arc<Queue>,
    limit: Option<u32>,
    /// Made when it is first needed.
    thinner: Option<Box<Thinner>>,
    header_bytes: bool,
    /// The rows it gets of those at hand.
    picks: Vec<u32>,
    thinned: RowCounts,
}

/// What rows have beside them.
struct Beside {
    /// The bytes of their headers.
    bytes: Arc<HeaderBytes>,
    /// What carries them.
    tunnels: Option<Arc<Tunnels>>,
}

/// A route with places in place of names.
struct Resolved {
    interface: InterfaceNumber,
    /// By slot, as far as there are takers.
    slots: Vec<Vec<(usize, bool)>>,
}

impl Resolved {
    fn takers(&self, slots: u64) -> impl Iterator<Item = &(usize, bool)> {
        let mut left = slots;
        std::iter::from_fn(move || {
            let slot = left.trailing_zeros() as usize;
            left &= left.wrapping_sub(1);
            (slot < SLOTS).then_some(slot)
        })
        .filter_map(|slot| self.slots.get(slot))
        .flatten()
    }
}

impl Dispatch {
    /// With nothing yet, for rows of one host, and at most so many of them that wait for all streams together.
    pub fn new(host: Host, most_waiting: usize) -> Self {
        let names = Names { hosts: vec![host.clone()], ..Names::default() };
        Self { host: host.id, names: Arc::new(names), most_waiting, ..Self::default() }
    }

    /// Whether there is nobody who could get rows.
    pub fn is_idle(&self) -> bool {
        self.places.is_empty() && self.ended.is_empty()
    }

    /// See [`super::Reader::add_stream`].
    pub fn add_stream(&mut self, id: StreamId, queue: Arc<Queue>, limit: Option<u32>, header_bytes: bool) {
        let (picks, thinned) = (Vec::new(), RowCounts::default());
        let stream = Stream { queue, limit, thinner: None, header_bytes, picks, thinned };
        let free = self.streams.iter().position(Option::is_none);
        let place = free.unwrap_or(self.streams.len());
        match self.streams.get_mut(place) {
            Some(free) => *free = Some(stream),
            None => self.streams.push(Some(stream)),
        }
        self.places.insert(id, place);
    }

    /// See [`super::Reader::begin`].
    pub fn begin(&mut self, routes: Vec<(u32, Route)>) {
        let names = Arc::make_mut(&mut self.names);
        for (generation, Route { interface, name, takers }) in routes {
            names.set(interface, name);
            let mut slots: Vec<Vec<(usize, bool)>> = Vec::new();
            for Taker { slot, stream, thins } in takers {
                let slot = slot as usize;
                if slots.len() <= slot {
                    slots.resize(slot + 1, Vec::new());
                }
                if let (Some(takers), Some(place)) = (slots.get_mut(slot), self.places.get(&stream)) {
                    takers.push((*place, thins));
                }
            }
            self.routes.insert(generation, Resolved { interface, slots });
        }
    }

    /// See [`super::Reader::end`].
    pub fn end(&mut self, generations: Vec<u32>, now: Instant) {
        self.ended.push((now, generations));
    }

    /// Forgets the routes of generations that ended a while ago. To be called when the ring has been emptied.
    pub fn forget(&mut self, now: Instant) {
        for (_, generations) in
            self.ended.extract_if(.., |(at, _)| now.saturating_duration_since(*at) >= KEPT)
        {
            for generation in generations {
                self.routes.remove(&generation);
            }
        }
    }

    /// Adds a record of the ring.
    pub fn add(&mut self, item: &[u8]) {
        // Anything else would be a record of programs other than ours.
        let Some(Record { mut event, tunnel, captured }) = Record::read(item) else { return };
        // To all but those who want the bytes, a packet is one like any other.
        event.kind = RecordKind::Event as u8;
        let bytes = captured.map_or(HeaderBytes::NONE, |captured| self.bytes.add(captured));
        let tunnel = tunnel.map_or(Tunnels::NONE, |tunnel| self.tunnels.add(tunnel));
        let origin = Origin { host: self.host, interface: 0 };
        self.pending.push(Row { origin, bytes, tunnel, event });
    }

    /// Hands on what is older than `horizon`, in order.
    pub fn release(&mut self, horizon: u64, clock: WallClock) {
        if self.pending.is_empty() {
            return;
        }
        // Nearly in order as they come: the sort finds runs and merges them.
        if !self.pending.is_sorted_by_key(|row| row.event.time) {
            self.pending.sort_by_key(|row| row.event.time);
        }
        let ready = self.pending.partition_point(|row| row.event.time <= horizon);
        if ready == 0 {
            return;
        }
        let younger = self.pending.split_off(ready);
        let mut rows = std::mem::replace(&mut self.pending, younger);
        self.pick(&mut rows, |_| true);
        // A few rows must not keep the memory of many.
        if rows.capacity() > 2 * rows.len() {
            rows.shrink_to_fit();
        }
        let rows = Arc::new(rows);
        let beside = Beside {
            bytes: Arc::new(std::mem::take(&mut self.bytes)),
            tunnels: std::mem::take(&mut self.tunnels).shared(),
        };
        self.bytes = move_bytes(&mut self.pending, &beside.bytes);
        if let Some(all) = &beside.tunnels {
            self.pending.iter_mut().for_each(|row| row.tunnel = self.tunnels.add_from(all, row.tunnel));
        }
        let mut last: Option<(Vec<u32>, Batch)> = None;
        for stream in self.streams.iter_mut().flatten() {
            if stream.picks.is_empty() && stream.thinned.is_empty() {
                continue;
            }
            let picks = std::mem::take(&mut stream.picks);
            let batch = match last.take() {
                // Streams of one slot have the same rows.
                Some((same, batch)) if same == picks && !stream.header_bytes => batch,
                _ => stream.batch(&rows, &beside, &picks, &self.names, clock),
            };
            let thinned = std::mem::take(&mut stream.thinned);
            if !stream.header_bytes {
                stream.queue.push(batch.clone(), &thinned);
                last = Some((picks, batch));
            } else {
                stream.queue.push(batch, &thinned);
                stream.picks = emptied(picks);
            }
        }
        self.bound();
    }

    /// Drops the oldest rows of the streams for which most wait, where all together are too many.
    fn bound(&self) {
        let mut waiting: Vec<(usize, &Stream)> =
            self.streams.iter().flatten().map(|stream| (stream.queue.waiting(), stream)).collect();
        if waiting.iter().map(|(rows, _)| rows).sum::<usize>() <= self.most_waiting {
            return;
        }
        waiting.sort_by_key(|(rows, _)| *rows);
        let mut left = waiting.len();
        // From the smallest on: each may keep as much as it would have if those that are left shared the rest evenly.
        let mut rest = self.most_waiting;
        for (rows, stream) in waiting {
            let share = rest / left.max(1);
            if rows > share {
                stream.queue.keep(share);
            }
            rest -= rows.min(share);
            left -= 1;
        }
    }

    /// See [`super::Reader::finish`].
    pub fn finish(&mut self, streams: Vec<Finish>, clock: WallClock) {
        let finished: Vec<usize> =
            streams.iter().filter_map(|one| self.places.get(&one.stream).copied()).collect();
        if !finished.is_empty() && !self.pending.is_empty() {
            let mut rows = self.pending.clone();
            rows.sort_by_key(|row| row.event.time);
            // The others get theirs in time, in the order of all rows.
            self.pick(&mut rows, |place| finished.contains(&place));
            let rows = Arc::new(rows);
            let beside =
                Beside { bytes: Arc::new(self.bytes.clone()), tunnels: self.tunnels.clone().shared() };
            for place in &finished {
                let Some(Some(stream)) = self.streams.get_mut(*place) else { continue };
                let picks = std::mem::take(&mut stream.picks);
                let thinned = std::mem::take(&mut stream.thinned);
                let batch = stream.batch(&rows, &beside, &picks, &self.names, clock);
                stream.queue.push(batch, &thinned);
            }
        }
        self.drop_takers(&finished);
        for Finish { stream, queue, counted, ended, by_interface } in streams {
            if let Some(place) = self.places.remove(&stream)
                && let Some(place) = self.streams.get_mut(place)
            {
                *place = None;
            }
            queue.itemise(by_interface);
            queue.end_at(ended);
            queue.close(counted);
        }
    }

    /// A place that is used again must not get what was another's.
    fn drop_takers(&mut self, places: &[usize]) {
        for takers in self.routes.values_mut().flat_map(|route| &mut route.slots) {
            takers.retain(|(place, _)| !places.contains(place));
        }
    }

    /// Says where rows are from, and which of the streams that are asked gets which.
    fn pick(&mut self, rows: &mut [Row], is_asked: impl Fn(usize) -> bool) {
        // Rows of one generation mostly follow each other.
        let mut last: Option<(u32, &Resolved)> = None;
        for (number, row) in (0..).zip(rows) {
            let generation = row.event.generation;
            let route = match last {
                Some((same, route)) if same == generation => route,
                _ => match self.routes.get(&generation) {
                    Some(route) => {
                        last = Some((generation, route));
                        route
                    }
                    None => {
                        if self.strays == 0 {
                            error!("a packet of generation {generation} came that no stream is part of");
                        }
                        self.strays += 1;
                        continue;
                    }
                },
            };
            row.origin.interface = route.interface;
            for (place, thins) in route.takers(row.event.slots) {
                let Some(stream) = self.streams.get_mut(*place).and_then(Option::as_mut) else { continue };
                if !is_asked(*place) {
                    continue;
                }
                if !thins || stream.lets_pass(row) {
                    stream.picks.push(number);
                } else {
                    stream.thinned.add(row);
                }
            }
        }
    }
}

impl Stream {
    fn lets_pass(&mut self, row: &Row) -> bool {
        let Some(limit) = self.limit else { return true };
        self.thinner.get_or_insert_with(|| Box::new(Thinner::new(limit))).pass(&row.event)
    }

    /// The stream's rows among `rows`.
    fn batch(
        &self,
        rows: &Arc<Vec<Row>>,
        beside: &Beside,
        picks: &[u32],
        names: &Arc<Names>,
        clock: WallClock,
    ) -> Batch {
        if picks.len() == rows.len() {
            let bytes = self.header_bytes.then(|| Arc::clone(&beside.bytes));
            return Batch::new(Arc::clone(rows), Arc::clone(names), clock)
                .with_bytes(bytes)
                .with_tunnels(beside.tunnels.clone())
                .counted();
        }
        // Its own, so that the queue holds no rows and bytes but those of the stream.
        let mut own_bytes = self.header_bytes.then(HeaderBytes::default);
        let mut own_tunnels = Tunnels::default();
        let mut taken = Vec::with_capacity(picks.len());
        for row in picks.iter().filter_map(|number| rows.get(*number as usize)) {
            let number = own_bytes.as_mut().map_or(row.bytes, |own| own.add_from(&beside.bytes, row.bytes));
            let all = beside.tunnels.as_ref();
            let tunnel = all.map_or(Tunnels::NONE, |all| own_tunnels.add_from(all, row.tunnel));
            taken.push(Row { bytes: number, tunnel, ..*row });
        }
        Batch::new(Arc::new(taken), Arc::clone(names), clock)
            .with_bytes(own_bytes.map(Arc::new))
            .with_tunnels(own_tunnels.shared())
            .counted()
    }
}

/// An empty list with the room of this one.
fn emptied(mut picks: Vec<u32>) -> Vec<u32> {
    picks.clear();
    picks
}

/// The bytes of some rows' headers out of `bytes`; the rows have their new numbers.
fn move_bytes(rows: &mut [Row], bytes: &HeaderBytes) -> HeaderBytes {
    let mut moved = HeaderBytes::default();
    for row in rows {
        row.bytes = moved.add_from(bytes, row.bytes);
    }
    moved
}

#[cfg(test)]
mod tests;
