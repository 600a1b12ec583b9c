//! One who asks for dropped packets: which are wanted, and how many of them become rows.

use std::sync::Arc;

use xdplive_filter::{Bytes, Environment, Filter, Packet};
use xdplive_packet::{
    Event, Layers, Tunnel, accounting::Limit, classify::Computed, event::Direction, flow::Sum,
};
use xdplive_source::{DropNews, DropQueue, DropSite, InterfaceSet, Moment, Request, Tally, Thinner};

/// A packet that was dropped, with what filters look at.
#[derive(Clone, Debug)]
pub(super) struct Report {
    /// What its headers say; its time is in nanoseconds since 1970.
    pub(super) event: Event,
    /// Where its layers are.
    pub(super) layers: Layers,
    /// Its first bytes.
    pub(super) bytes: Vec<u8>,
    /// Where it was dropped.
    pub(super) site: DropSite,
    /// Whether its interface is an uplink.
    pub(super) uplink: bool,
    /// What filters have to know of its interface.
    pub(super) environment: Arc<Environment>,
}

/// See the module's text.
pub(super) struct Taker {
    interfaces: InterfaceSet,
    directions: Vec<Direction>,
    filter: Arc<Filter>,
    /// `None` where all become rows.
    thinner: Option<Thinner>,
    has_rows: bool,
    queue: Arc<DropQueue>,
    news: DropNews,
    tally: Tally,
}

impl Taker {
    /// Has what `request` asks for sent through `queue`.
    pub(super) fn new(request: &Request, queue: Arc<DropQueue>) -> Self {
        let wanted = request.wanted.clone();
        let limit = wanted.as_ref().map_or(Limit::None, |wanted| wanted.limit);
        Self {
            interfaces: request.interfaces.clone(),
            directions: request.directions.clone(),
            filter: wanted.map(|wanted| wanted.filter).unwrap_or_default(),
            thinner: match limit {
                Limit::PerSecond(limit) => Some(Thinner::new(limit)),
                Limit::All | Limit::None => None,
            },
            has_rows: limit != Limit::None,
            queue,
            news: DropNews::default(),
            tally: Tally::default(),
        }
    }

    /// Takes a packet, if it is wanted.
    pub(super) fn take(&mut self, report: &Report) {
        if !self.is_at(&report.site, report.uplink) {
            return;
        }
        self.tally.seen += 1;
        if !self.wants(report) {
            self.tally.unmatched += 1;
            return;
        }
        self.count(&report.site.reason, 1, report.event.frame_length.into());
        if !self.has_rows {
            // Nobody misses a row, so that being counted is all that becomes of it.
            self.tally.delivered += 1;
        } else if self.thinner.as_mut().is_none_or(|thinner| thinner.pass(&report.event)) {
            self.news.rows.push((report.event, report.site.clone()));
        } else {
            self.tally.thinned += 1;
        }
    }

    /// Takes so many packets of which no more is known than where they were dropped. Whether a filter wants them nobody can tell.
    pub(super) fn lose(&mut self, site: &DropSite, uplink: bool, packets: u64) {
        if self.is_at(site, uplink) {
            self.tally.seen += packets;
            self.tally.lost += packets;
            if *self.filter == Filter::default() {
                self.count(&site.reason, packets, 0);
            }
        }
    }

    /// Hands on what has come until `at`.
    pub(super) fn flush(&mut self, at: Moment) {
        let news = DropNews { at, ..std::mem::take(&mut self.news) };
        self.queue.push(news, std::mem::take(&mut self.tally));
    }

    /// Says that this was all.
    pub(super) fn close(&self) {
        self.queue.close();
    }

    fn count(&mut self, reason: &Arc<str>, packets: u64, bytes: u64) {
        let sum = Sum { packets, segments: packets, bytes };
        match self.news.reasons.get_mut(reason) {
            Some(known) => *known += sum,
            None => _ = self.news.reasons.insert(Arc::clone(reason), sum),
        }
    }

    /// Whether it asks for packets that were dropped there. What nobody can tell is anywhere.
    fn is_at(&self, site: &DropSite, uplink: bool) -> bool {
        let is_there = match (&site.interface, &self.interfaces) {
            (Some(name), interfaces) => interfaces.contains(name, uplink),
            (None, InterfaceSet::Any) => true,
            (None, InterfaceSet::Chosen(chosen)) => chosen.is_everything(),
            (None, InterfaceSet::Named(_)) => false,
        };
        let goes_there = match site.direction {
            Some(direction) => self.directions.contains(&direction),
            None => self.directions.len() == Direction::ALL.len(),
        };
        is_there && goes_there
    }

    /// Whether its filter wants a packet. One that goes nobody knows where is wanted if it would be both ways.
    fn wants(&self, report: &Report) -> bool {
        let Report { event, layers, bytes, site, environment, .. } = report;
        let mut computed = Computed::NONE;
        computed.fill(&event.headers, layers, &Tunnel::NONE, Computed::OUTER);
        let wants = |direction: &Direction| {
            let packet = Packet {
                headers: &event.headers,
                frame_length: event.frame_length,
                direction: *direction,
                bytes: Some(Bytes { frame: bytes, layers, computed: &computed }),
            };
            self.filter.matches(&packet, environment)
        };
        site.direction.as_ref().map_or_else(|| Direction::ALL.iter().all(wants), wants)
    }
}

#[cfg(test)]
mod tests {
    use bytemuck::Zeroable as _;
    use xdplive_packet::{dropped::Dropped, dropped::SAMPLE};
    use xdplive_source::{HookChoice, Host, Wanted};

    use super::*;

    fn report(interface: Option<&str>, direction: Option<Direction>) -> Report {
        let mut dropped = Dropped::zeroed();
        dropped.bytes[..SAMPLE.len()].copy_from_slice(&SAMPLE);
        (dropped.length, dropped.captured) = (SAMPLE.len() as u32, SAMPLE.len() as u32);
        let (headers, layers) = dropped.read();
        let site = DropSite {
            host: Host::only("nas"),
            interface: interface.map(Arc::from),
            direction,
            reason: "NO_SOCKET".into(),
            location: None,
        };
        Report {
            event: Event { headers, frame_length: 60, time: 1, ..Event::zeroed() },
            layers,
            bytes: SAMPLE.to_vec(),
            site,
            uplink: false,
            environment: Arc::default(),
        }
    }

    /// Whether a packet is counted for who asks so.
    fn counts(interfaces: &[&str], directions: &[Direction], filter: &str, report: &Report) -> bool {
        let interfaces = InterfaceSet::read(interfaces.iter().copied()).unwrap();
        let filter = Arc::new(Filter::parse(filter).unwrap());
        let wanted = Wanted { filter, limit: Limit::None, hides_own: false, header_bytes: false };
        let request = Request {
            directions: directions.to_vec(),
            wanted: Some(wanted),
            ..Request::counting(interfaces, HookChoice::Auto, false)
        };
        let mut taker = Taker::new(&request, Arc::new(DropQueue::new(10)));
        taker.take(report);
        taker.tally.delivered == 1
    }

    #[test]
    fn what_nobody_can_tell_is_anywhere() {
        use Direction::{In, Out};
        let nowhere = report(None, None);
        let at_eth0 = report(Some("eth0"), Some(In));
        for (interfaces, directions, expected) in [
            (&["any"][..], &[In, Out][..], [true, true]),
            (&["any"], &[In], [false, true]),
            (&["eth*"], &[In, Out], [false, true]),
            (&["*"], &[In, Out], [false, true]),
            (&["eth0"], &[Out], [false, false]),
            (&["lo"], &[In, Out], [false, false]),
        ] {
            let found = [&nowhere, &at_eth0].map(|report| counts(interfaces, directions, "", report));
            assert_eq!(found, expected, "{interfaces:?} {directions:?}");
        }
    }

    #[test]
    fn filters_are_those_of_packets() {
        let (known, unknown) = (report(Some("eth0"), Some(Direction::In)), report(None, None));
        for (filter, expected) in [
            ("udp dst port 2", [true, true]),
            ("host 192.0.2.1 and ttl 77", [true, true]),
            ("udp[2:2] = 2", [true, true]),
            ("tcp", [false, false]),
            ("inbound", [true, false]),
            ("outbound", [false, false]),
        ] {
            let any = &["any"];
            let found = [&known, &unknown].map(|report| counts(any, &Direction::ALL, filter, report));
            assert_eq!(found, expected, "{filter}");
        }
    }

    #[test]
    fn what_is_lost_is_counted_where_that_can_be_told() {
        let report = report(Some("eth0"), Some(Direction::In));
        for (filter, expected) in [("", 5), ("udp", 0)] {
            let filter = Arc::new(Filter::parse(filter).unwrap());
            let wanted = Wanted { filter, limit: Limit::All, hides_own: false, header_bytes: false };
            let request = Request {
                wanted: Some(wanted),
                ..Request::counting(InterfaceSet::Any, HookChoice::Auto, false)
            };
            let mut taker = Taker::new(&request, Arc::new(DropQueue::new(10)));
            taker.lose(&report.site, false, 5);
            let counted: u64 = taker.news.reasons.values().map(|sum| sum.packets).sum();
            assert_eq!((counted, taker.tally.seen, taker.tally.lost), (expected, 5, 5));
        }
    }
}
