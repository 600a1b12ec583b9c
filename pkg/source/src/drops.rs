//! Packets that a host's kernel has dropped: rows within a budget, and how many there were for each reason.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::Notify;
use xdplive_names::AboutHosts;
use xdplive_packet::{Event, event::Direction, flow::Sum};

use crate::{
    batch::Batch,
    clock::{Moment, WallClock},
    header_bytes::HeaderBytes,
    host::Host,
    row::{Names, Origin, Row},
    tally::Tally,
    tunnels::Tunnels,
};

/// Where a packet was dropped, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DropSite {
    /// The machine.
    pub host: Host,
    /// The interface that it was received by or that it was to be sent by; `None` where nobody can tell.
    pub interface: Option<Arc<str>>,
    /// Whether it was received or was to be sent; `None` where nobody can tell.
    pub direction: Option<Direction>,
    /// The kernel's name of the reason, as its tracepoint prints it; a decimal number where it has none.
    pub reason: Arc<str>,
    /// The kernel's function that dropped it; `None` where the kernel does not tell.
    pub location: Option<Arc<str>>,
}

/// Dropped packets in the order of their times.
#[derive(Clone, Debug)]
pub struct DropRows {
    packets: Batch,
    sites: Arc<[DropSite]>,
}

impl DropRows {
    /// These packets, with times that `clock` reads; those of [`DropNews`] are of day.
    #[must_use]
    pub fn new(packets: impl IntoIterator<Item = (Event, DropSite)>, clock: WallClock) -> Self {
        let row = |event, site: &DropSite| {
            let origin = Origin { host: site.host.id, interface: 0 };
            Row { origin, bytes: HeaderBytes::NONE, tunnel: Tunnels::NONE, event }
        };
        let (rows, sites): (Vec<Row>, Vec<DropSite>) =
            packets.into_iter().map(|(event, site)| (row(event, &site), site)).unzip();
        let hosts: BTreeSet<&Host> = sites.iter().map(|site| &site.host).collect();
        let names = Names { hosts: hosts.into_iter().cloned().collect(), interfaces: Vec::new() };
        Self { packets: Batch::new(Arc::new(rows), Arc::new(names), clock), sites: sites.into() }
    }

    /// What they are, but for their interfaces and ways.
    #[must_use]
    pub const fn packets(&self) -> &Batch {
        &self.packets
    }

    /// The same with what is known of their hosts.
    #[must_use]
    pub fn told(mut self, about: AboutHosts) -> Self {
        self.packets.about = Some(Arc::new(about));
        self
    }

    /// Where each was dropped.
    #[must_use]
    pub fn sites(&self) -> &[DropSite] {
        &self.sites
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.sites.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.sites.is_empty()
    }

    /// Those between two times, ms since 1970, both inclusive.
    #[must_use]
    pub fn between(&self, from: i64, to: i64) -> Self {
        let time = |row: &Row| self.packets.time(row).div_euclid(1_000_000);
        let rows = self.packets.rows();
        let first = rows.partition_point(|row| time(row) < from);
        let count = self.packets.between(from, to).len();
        let sites = self.sites.iter().skip(first).take(count).cloned().collect();
        Self { packets: self.packets.between(from, to), sites }
    }

    /// The newest of them, at most so many.
    #[must_use]
    pub fn newest(&self, most: usize) -> Self {
        let surplus = self.len().saturating_sub(most);
        let mut packets = self.packets.clone();
        packets.take_oldest(surplus);
        Self { packets: packets.compact(), sites: self.sites.iter().skip(surplus).cloned().collect() }
    }
}

/// What has come since somebody looked last.
#[derive(Clone, Debug, Default)]
pub struct DropNews {
    /// Until when, by the clock of [`Source::now`](super::Source::now).
    pub at: Moment,
    /// Packets that became rows, in the order of their times, which are nanoseconds since 1970.
    pub rows: Vec<(Event, DropSite)>,
    /// How many packets there were, those without a row as well, by the reason's name.
    pub reasons: BTreeMap<Arc<str>, Sum>,
}

/// What is on its way from who reads the kernel's drops to who asked for them. Bounded: the oldest rows make room, and are counted.
#[derive(Debug)]
pub struct DropQueue {
    state: Mutex<State>,
    changed: Notify,
    capacity: usize,
}

#[derive(Debug, Default)]
struct State {
    at: Moment,
    rows: VecDeque<(Event, DropSite)>,
    reasons: BTreeMap<Arc<str>, Sum>,
    /// What became of the packets; those that wait are not delivered yet.
    tally: Tally,
    is_new: bool,
    is_over: bool,
}

impl DropQueue {
    /// For at most `capacity` rows.
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        Self { state: Mutex::default(), changed: Notify::new(), capacity }
    }

    /// Adds what has come until `news.at`; `tally` says what became of the packets among them that have no row.
    pub fn push(&self, news: DropNews, tally: Tally) {
        let mut state = self.lock();
        state.at = news.at;
        for (reason, sum) in news.reasons {
            *state.reasons.entry(reason).or_default() += sum;
        }
        let Tally { seen, unmatched, thinned, lost, delivered } = tally;
        state.tally.seen += seen;
        state.tally.unmatched += unmatched;
        state.tally.thinned += thinned;
        state.tally.lost += lost;
        state.tally.delivered += delivered;
        state.rows.extend(news.rows);
        while state.rows.len() > self.capacity {
            state.rows.pop_front();
            state.tally.lost += 1;
        }
        state.is_new = true;
        drop(state);
        self.changed.notify_one();
    }

    /// Says that no more will come.
    pub fn close(&self) {
        self.lock().is_over = true;
        self.changed.notify_one();
    }

    async fn next(&self) -> Option<DropNews> {
        loop {
            let changed = self.changed.notified();
            {
                let mut state = self.lock();
                if state.is_new {
                    state.is_new = false;
                    let rows: Vec<_> = std::mem::take(&mut state.rows).into();
                    state.tally.delivered += rows.len() as u64;
                    return Some(DropNews {
                        at: state.at,
                        rows,
                        reasons: std::mem::take(&mut state.reasons),
                    });
                }
                if state.is_over {
                    return None;
                }
            }
            changed.await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing that holds the lock can panic half-way through a change.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Dropped packets as who asked for them gets them. Dropping it ends it.
pub struct DropFeed {
    queue: Arc<DropQueue>,
    end: Option<Box<dyn FnOnce() + Send + Sync>>,
}

impl DropFeed {
    /// What comes through `queue`; `end` asks its source for the last of it and to close the queue.
    #[must_use]
    pub fn new(queue: Arc<DropQueue>, end: Box<dyn FnOnce() + Send + Sync>) -> Self {
        Self { queue, end: Some(end) }
    }

    /// What has come since this was asked last, at least every 200 ms; `None` at the end.
    pub async fn next(&self) -> Option<DropNews> {
        self.queue.next().await
    }

    /// Asks for the end: what was dropped until now still comes.
    pub fn end(&mut self) {
        if let Some(end) = self.end.take() {
            end();
        }
    }

    /// What became of the packets; complete when [`Self::next`] has returned `None`.
    #[must_use]
    pub fn tally(&self) -> Tally {
        self.queue.lock().tally
    }
}

impl Drop for DropFeed {
    fn drop(&mut self) {
        self.end();
    }
}

#[cfg(test)]
mod tests {
    use bytemuck::Zeroable as _;

    use super::*;

    fn packet(time: u64, reason: &str) -> (Event, DropSite) {
        let host = Host::only("nas");
        let site = DropSite { host, interface: None, direction: None, reason: reason.into(), location: None };
        (Event { time, ..Event::zeroed() }, site)
    }

    #[tokio::test]
    async fn what_has_no_room_is_counted() {
        let queue = Arc::new(DropQueue::new(2));
        let mut feed = DropFeed::new(Arc::clone(&queue), {
            let queue = Arc::clone(&queue);
            Box::new(move || queue.close())
        });
        let reasons =
            || BTreeMap::from([(Arc::from("NO_SOCKET"), Sum { packets: 3, segments: 3, bytes: 180 })]);
        let rows = vec![packet(1, "NO_SOCKET"), packet(2, "NO_SOCKET"), packet(3, "NO_SOCKET")];
        let news = DropNews { at: Moment::default(), rows, reasons: reasons() };
        queue.push(news, Tally { seen: 4, unmatched: 1, ..Tally::default() });
        let news = feed.next().await.unwrap();
        assert_eq!(news.rows.iter().map(|(event, _)| event.time).collect::<Vec<_>>(), [2, 3]);
        assert_eq!(news.reasons, reasons());
        feed.end();
        assert!(feed.next().await.is_none());
        assert_eq!(feed.tally(), Tally { seen: 4, unmatched: 1, thinned: 0, lost: 1, delivered: 2 });
    }

    #[test]
    fn sites_stay_with_their_packets() {
        let second = |time: u64| time * 1_000_000;
        let packets =
            [(1, "A"), (2, "B"), (2, "C"), (4, "D")].map(|(time, reason)| packet(second(time), reason));
        let rows = DropRows::new(packets, WallClock::ahead_by(0));
        let reasons =
            |rows: &DropRows| rows.sites().iter().map(|site| site.reason.to_string()).collect::<String>();
        assert_eq!((rows.len(), reasons(&rows).as_str()), (4, "ABCD"));
        let middle = rows.between(2, 3);
        assert_eq!((middle.packets().len(), reasons(&middle).as_str()), (2, "BC"));
        let newest = rows.newest(1);
        assert_eq!((newest.packets().len(), reasons(&newest).as_str()), (1, "D"));
    }
}
