//! Flows on their way from the source into rows: which of them are wanted, and where an interval ends.

use std::{
    collections::{HashSet, VecDeque},
    sync::Arc,
    time::Duration,
};

use tokio::time::{Instant, sleep_until};
use xdplive_packet::{
    event::Direction,
    flow::{FlowCounters, FlowKey, Sum, TcpCounts},
};
use xdplive_source::{
    FlowFeed, FlowFilters, FlowSnapshot, Host, HostId, Source, SourceError, Span, Tally, Window,
};

use crate::{
    asked::Asked,
    masks::Masks,
    shortfall::{Adding, Shortfalls},
    shutdown::Shutdown,
};

/// What adds up the flows that are wanted.
pub(super) trait Sink {
    /// Hears of a host that has counted in this interval.
    fn add_host(&mut self, host: &Host);

    /// Adds packets of a flow of a host. Says whether there is room for it.
    fn add(&mut self, host: &Host, interface: &Arc<str>, key: &FlowKey, counters: &FlowCounters) -> bool;

    /// Hears of the requests and answers of a flow of a host, also where its packets are not wanted. Returns how many requests
    /// there was no room for.
    fn hear(
        &mut self,
        _host: &Host,
        _interface: &Arc<str>,
        _key: &FlowKey,
        _counters: &FlowCounters,
        _is_wanted: bool,
    ) -> u64 {
        0
    }

    /// Adds packets of flows of a host for which the table had no room. Says whether that is of use.
    fn add_other(&mut self, host: &Host, interface: &Arc<str>, direction: Direction, sum: &Sum) -> bool;

    /// Adds TCP packets by flag, which are counted beside the flows.
    fn add_tcp_flags(&mut self, _flags: &[Sum; 8]) {}
}

/// What has been taken in.
pub(super) enum Step {
    /// An interval, which is complete.
    Interval(Ended),
    /// All that was counted until the process was asked to end; `None` where there was nothing since the last interval.
    End(Option<Ended>),
    /// The capture has ended by itself.
    Gone,
}

/// An interval that has ended.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ended {
    /// Its end, ms since 1970.
    pub(super) time: i64,
    /// Its length.
    pub(super) length: Duration,
}

impl From<Span> for Ended {
    fn from(span: Span) -> Self {
        let length = Duration::from_nanos(span.to.saturating_sub(span.from));
        Self { time: i64::try_from(span.to / 1_000_000).unwrap_or(i64::MAX), length }
    }
}

/// Takes what one stream wants out of the flows that are counted.
pub(super) struct Intake {
    feed: FlowFeed,
    filters: FlowFilters,
    directions: Vec<Direction>,
    window: Window,
    /// Time for the snapshots of other interfaces to come, once one says that the interval is over.
    hold: Duration,
    /// Whose snapshots are waited for.
    awaited: Awaited,
    /// How much larger the rows may be.
    shortfall: Adding,
    /// When that time is over.
    until: Option<Instant>,
    /// Belongs to the next interval.
    next: VecDeque<Arc<FlowSnapshot>>,
    tally: Tally,
    masks: Masks,
    shutdown: Shutdown,
}

impl Intake {
    /// Has flows counted from now on.
    ///
    /// # Errors
    /// The source's.
    pub(super) async fn begin(
        asked: &Asked,
        source: Arc<dyn Source>,
        shortfalls: &Shortfalls,
        shutdown: Shutdown,
    ) -> Result<Self, SourceError> {
        let interval = Duration::from_millis(asked.query.interval);
        let feed = source.flows(&asked.request, interval).await?;
        let several = asked.request.interfaces.may_be_several() || source.hosts().len() > 1;
        Ok(Self {
            feed,
            filters: FlowFilters::new(source, Arc::clone(&asked.filter), asked.hides_own),
            directions: asked.request.directions.clone(),
            window: Window::new(interval),
            hold: if several { (interval / 4).min(LONGEST_HOLD) } else { Duration::ZERO },
            awaited: Awaited::default(),
            shortfall: shortfalls.of(
                &asked.request.label,
                &asked.query,
                !asked.query.filter.to_string().is_empty(),
            ),
            until: None,
            next: VecDeque::new(),
            tally: Tally::default(),
            masks: asked.masks,
            shutdown,
        })
    }

    /// Adds what is wanted to `sink` until an interval is complete, or everything is.
    pub(super) async fn next(&mut self, sink: &mut impl Sink) -> Step {
        loop {
            while let Some(snapshot) = self.next.pop_front() {
                self.take(&snapshot, sink);
            }
            if self.until.is_some_and(|until| until <= Instant::now()) {
                return self.interval();
            }
            let over = async {
                match self.until {
                    Some(until) => sleep_until(until).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                snapshot = self.feed.next() => {
                    let Some(snapshot) = snapshot else { return Step::Gone };
                    let is_later = self.window.is_over() && self.window.is_before(&snapshot.taken);
                    self.next.push_back(snapshot);
                    if is_later {
                        return self.interval();
                    }
                }
                () = over => return self.interval(),
                () = self.shutdown.begun() => break,
            }
        }
        // The last interval ends with the stream, so that nothing is missing in the sum.
        self.feed.end();
        while let Some(snapshot) = self.feed.next().await {
            self.take(&snapshot, sink);
        }
        Step::End(self.window.end().map(Ended::from))
    }

    fn interval(&mut self) -> Step {
        self.until = None;
        self.awaited.advance();
        self.shortfall.advance();
        // There is one, or it would not be over.
        self.window.advance().map_or(Step::End(None), |span| Step::Interval(span.into()))
    }

    /// What became of all packets: those that were counted and that the stream wanted are delivered, but for those that
    /// nobody had room for.
    pub(super) fn tally(&self) -> Tally {
        let missed = self.feed.missed().packets;
        let missed: u64 =
            self.directions.iter().filter_map(|direction| missed.get(*direction as usize)).sum();
        Tally { seen: self.tally.seen + missed, lost: self.tally.lost + missed, ..self.tally }
    }

    fn take(
        &mut self,
        FlowSnapshot { host, interface, taken, cut, .. }: &FlowSnapshot,
        sink: &mut impl Sink,
    ) {
        sink.add_host(host);
        self.shortfall.add(host.id, cut);
        let wanted = self.filters.of(host.id, interface);
        let tally = &mut self.tally;
        for (key, counters) in &taken.entries {
            let is_on_the_way = self.directions.contains(&key.direction());
            let is_wanted = is_on_the_way && wanted.matches(key);
            let TcpCounts { requests, acceptances, resets, .. } = counters.tcp;
            if requests | acceptances | resets != 0 {
                let left_out = sink.hear(host, interface, &self.masks.key(key), counters, is_wanted);
                self.shortfall.add_requests(left_out);
            }
            if !is_on_the_way {
                continue;
            }
            let packets = counters.sum.packets;
            tally.seen += packets;
            if !is_wanted {
                tally.unmatched += packets;
            } else if sink.add(host, interface, &self.masks.key(key), counters) {
                tally.delivered += packets;
            } else {
                tally.lost += packets;
            }
        }
        for direction in &self.directions {
            if let Some(other) = taken.other.get(*direction as usize) {
                tally.seen += other.packets;
                // Whether a filter wants them cannot be known any more.
                if wanted.is_everything() && sink.add_other(host, interface, *direction, other) {
                    tally.delivered += other.packets;
                } else {
                    tally.lost += other.packets;
                }
            }
            if let Some(flags) = taken.tcp_flags.get(*direction as usize) {
                sink.add_tcp_flags(flags);
            }
        }
        if self.window.take(taken) && self.until.is_none() {
            self.until = Some(Instant::now() + self.hold);
        }
        self.awaited.come(host.id, interface, self.window.is_whole(taken));
        if self.until.is_some() && self.awaited.have_all_come() {
            // Nothing more is to come.
            self.until = Some(Instant::now());
        }
    }
}

/// The interfaces whose snapshots an interval lacks: those of which something came in the last one.
#[derive(Debug, Default)]
struct Awaited {
    has_begun: bool,
    interfaces: HashSet<(HostId, Arc<str>)>,
    come: HashSet<(HostId, Arc<str>)>,
}

impl Awaited {
    /// Something has come from an interface; `is_whole` where no more comes from there in this interval.
    fn come(&mut self, host: HostId, interface: &Arc<str>, is_whole: bool) {
        let place = (host, Arc::clone(interface));
        if is_whole {
            self.interfaces.remove(&place);
        }
        self.come.insert(place);
    }

    /// Whether nothing is awaited any more. Nobody knows of the first interval.
    fn have_all_come(&self) -> bool {
        self.interfaces.is_empty() && self.has_begun
    }

    /// The next interval begins.
    fn advance(&mut self) {
        self.has_begun = true;
        self.interfaces = std::mem::take(&mut self.come);
    }
}

/// Longest time that is waited for other interfaces.
const LONGEST_HOLD: Duration = Duration::from_millis(250);
