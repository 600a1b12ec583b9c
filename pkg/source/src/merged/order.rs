//! Rows of several sources in one order, by the wall clock.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
    time::Duration,
};

use tokio::time::Instant;

use super::hosts::Hosts;
use crate::{
    batch::Batch,
    clock::WallClock,
    header_bytes::HeaderBytes,
    ids::{GONE, InterfaceNumber},
    row::{Names, Origin, Row},
    tunnels::Tunnels,
};

/// How long a row is held back for older ones of other sources. It should be longer than what one source takes longer
/// than another from the packet to the row; the rows of a source come every 100 ms at the latest (`FLUSH_INTERVAL`).
pub(super) const HOLD: Duration = Duration::from_millis(150);
/// Rows that are held back at most: 7 MB, and the bytes of their headers. Beyond that the oldest go on before their time.
const MOST: usize = 65_536;

/// Rows on their way, with ids and times that are the same for all of them.
#[derive(Debug)]
pub struct Order {
    hosts: Arc<Hosts>,
    /// By source and number there, the number here.
    numbers: BTreeMap<(usize, InterfaceNumber), InterfaceNumber>,
    names: Arc<Names>,
    /// The names that each source gave last.
    known: BTreeMap<usize, Arc<Names>>,
    held: Vec<Row>,
    bytes: HeaderBytes,
    has_bytes: bool,
    tunnels: Tunnels,
    /// When rows came, and the youngest of them.
    arrivals: VecDeque<(Instant, u64)>,
}

impl Order {
    /// No rows yet, of hosts that have their ids of `hosts`.
    #[must_use]
    pub fn new(hosts: Arc<Hosts>) -> Self {
        Self {
            hosts,
            numbers: BTreeMap::new(),
            names: Arc::default(),
            known: BTreeMap::new(),
            held: Vec::new(),
            bytes: HeaderBytes::default(),
            has_bytes: false,
            tunnels: Tunnels::default(),
            arrivals: VecDeque::new(),
        }
    }

    /// Adds rows of the source at `part`, which came at `now`.
    pub fn add(&mut self, part: usize, batch: &Batch, now: Instant) {
        self.learn(part, &batch.names);
        let mut youngest = 0;
        let mut last = None;
        for row in batch.rows() {
            let Origin { host, interface } = row.origin;
            let mut event = row.event;
            // Before 1970 there was no packet.
            event.time = u64::try_from(batch.time(row)).unwrap_or(0);
            youngest = event.time.max(youngest);
            let bytes = batch.captured(row).map_or(HeaderBytes::NONE, |captured| self.bytes.add(captured));
            self.has_bytes |= batch.has_bytes();
            let tunnel = batch.tunnel(row).map_or(Tunnels::NONE, |tunnel| self.tunnels.add(*tunnel));
            // Most often all rows are of one host.
            let id = match last {
                Some((there, id)) if there == host => id,
                _ => self.hosts.id(part, host),
            };
            last = Some((host, id));
            let interface = self.number(part, interface, batch.names.interface(row.origin));
            self.held.push(Row { origin: Origin { host: id, interface }, bytes, tunnel, event });
        }
        self.arrivals.push_back((now, youngest));
    }

    /// The number here of an interface with this name of the source at `part`.
    fn number(&mut self, part: usize, there: InterfaceNumber, name: &str) -> InterfaceNumber {
        if let Some(number) = self.numbers.get(&(part, there)) {
            return *number;
        }
        let number = self.new_number(name);
        self.numbers.insert((part, there), number);
        number
    }

    /// A number for an interface with this name.
    pub fn new_number(&mut self, name: &str) -> InterfaceNumber {
        // Every name that a number ever had has a number of its own; all that come after so many have the last one.
        let next = u16::try_from(self.names.interfaces.len()).unwrap_or(GONE).min(GONE - 1);
        Arc::make_mut(&mut self.names).set(next, Arc::from(name));
        next
    }

    /// The number here of the interface of the source at `part` with this name, if rows came from it.
    #[must_use]
    pub fn number_of(&self, part: usize, name: &str) -> Option<InterfaceNumber> {
        let of_part = self.numbers.range((part, 0)..=(part, InterfaceNumber::MAX)).map(|(_, number)| *number);
        let named = |number: &InterfaceNumber| {
            self.names.interfaces.get(usize::from(*number)).is_some_and(|known| **known == *name)
        };
        of_part.into_iter().find(named)
    }

    /// Takes note of names that have changed.
    fn learn(&mut self, part: usize, names: &Arc<Names>) {
        if self.known.get(&part).is_some_and(|known| Arc::ptr_eq(known, names)) {
            return;
        }
        let hosts: Vec<_> = names.hosts.iter().map(|host| self.hosts.of(part, host)).collect();
        let here = Arc::make_mut(&mut self.names);
        for host in hosts {
            here.hosts.retain(|known| known.id != host.id);
            here.hosts.push(host);
        }
        // A number that is another interface's now.
        self.numbers.retain(|(of, there), number| {
            let name = here.interfaces.get(usize::from(*number));
            *of != part || names.interfaces.get(usize::from(*there)) == name
        });
        self.known.insert(part, Arc::clone(names));
    }

    /// When rows are to go on next.
    #[must_use]
    pub fn due(&self) -> Option<Instant> {
        self.arrivals.front().map(|(arrived, _)| *arrived + HOLD)
    }

    /// The rows that have been held back long enough at `now`, and all that are older.
    pub fn take(&mut self, now: Instant) -> Option<Batch> {
        let mut horizon = None;
        while let Some((arrived, youngest)) = self.arrivals.front().copied()
            && (arrived + HOLD <= now || self.held.len() > MOST)
        {
            self.arrivals.pop_front();
            horizon = horizon.max(Some(youngest));
            if arrived + HOLD > now {
                break;
            }
        }
        self.release(horizon?)
    }

    /// All rows.
    pub fn take_all(&mut self) -> Option<Batch> {
        self.arrivals.clear();
        self.release(u64::MAX)
    }

    fn release(&mut self, horizon: u64) -> Option<Batch> {
        // Two sources are two runs, which the sort merges.
        self.held.sort_by_key(|row| row.event.time);
        let ready = self.held.partition_point(|row| row.event.time <= horizon);
        let younger = self.held.split_off(ready);
        let mut rows = std::mem::replace(&mut self.held, younger);
        if rows.is_empty() {
            return None;
        }
        rows.shrink_to_fit();
        let bytes = std::mem::take(&mut self.bytes);
        let tunnels = std::mem::take(&mut self.tunnels);
        for row in &mut self.held {
            row.bytes = self.bytes.add_from(&bytes, row.bytes);
            row.tunnel = self.tunnels.add_from(&tunnels, row.tunnel);
        }
        let bytes = self.has_bytes.then(|| Arc::new(bytes));
        let batch = Batch::new(Arc::new(rows), Arc::clone(&self.names), WallClock::ahead_by(0));
        Some(batch.with_bytes(bytes).with_tunnels(tunnels.shared()).counted())
    }
}

#[cfg(test)]
mod tests;
