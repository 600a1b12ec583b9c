//! The capture's accounts as Prometheus reads them; Grafana shows them at `/metrics/plugins/<plugin id>`.

use prometheus::{Counter, Error, Gauge, IntCounter, IntGauge, Opts, Registry, TextEncoder};
use xdplive_names::LearntCounts;
use xdplive_source::{Counts, HookAccounts};

/// The metrics in Prometheus' text format: of the capture, and of names where they are learnt. With the host among the labels where there are several. Counters begin anew when an interface is no longer watched.
///
/// # Errors
/// Where a series is there twice, which two accounts of one host, interface and direction would make.
pub(super) fn text(accounts: &[HookAccounts], learnt: Option<&LearntCounts>) -> Result<String, Error> {
    let registry = Registry::new();
    if let Some(counts) = learnt {
        of_names(&registry, counts)?;
    }
    let first = accounts.first().map(|hook| &hook.host);
    let several = accounts.iter().any(|hook| Some(&hook.host) != first);
    for hook in accounts {
        let mut place = vec![("interface", &*hook.interface), ("direction", hook.direction.name())];
        place.extend(several.then_some(("host", &*hook.host.name)));
        let metrics = Metrics { registry: &registry, place: &place };
        metrics.of_packets(hook)?;
        metrics.of_streams(hook)?;
    }
    TextEncoder::new().encode_to_string(&registry.gather())
}

/// What became of answers of the DNS.
fn of_names(registry: &Registry, counts: &LearntCounts) -> Result<(), Error> {
    for (outcome, count) in [
        ("read", counts.read),
        ("without", counts.without),
        ("refused", counts.refused),
        ("unasked", counts.unasked),
        ("lost", counts.lost),
    ] {
        let help = "Answers of the DNS that passed while names were shown: read, without addresses, refused because they are not as \
                    they should be, not asked for, lost.";
        let counter = IntCounter::with_opts(
            Opts::new("xdplive_dns_answers_total", help).const_label("outcome", outcome),
        )?;
        counter.inc_by(count);
        registry.register(Box::new(counter))?;
    }
    let known =
        IntGauge::new("xdplive_learnt_names", "Addresses whose names are known from answers of the DNS.")?;
    known.set(counts.known.try_into().unwrap_or(i64::MAX));
    registry.register(Box::new(known))
}

/// The metrics of one interface and direction.
struct Metrics<'a> {
    registry: &'a Registry,
    place: &'a [(&'a str, &'a str)],
}

impl Metrics<'_> {
    fn of_packets(&self, hook: &HookAccounts) -> Result<(), Error> {
        self.counter(
            "xdplive_packets_seen_total",
            "Packets seen since the interface is watched.",
            hook.seen,
        )?;
        self.counter("xdplive_packets_own_total", "Packets of Grafana's own traffic among them.", hook.own)?;
        self.counter(
            "xdplive_flow_overflow_packets_total",
            "Packets of flows for which the table of flows had no room.",
            hook.flow_overflow,
        )?;
        // The interface's ring is the same for both directions.
        self.gauge(
            "xdplive_ring_used_ratio",
            "How full the ring was at most in the last seconds.",
            hook.ring_used / 100.0,
        )?;
        if let Some(time) = hook.kernel_time {
            let seconds = time.total.as_secs_f64();
            let options = self
                .options("xdplive_kernel_seconds_total", "Time that the program has run, while measured.");
            let counter = Counter::with_opts(options)?;
            counter.inc_by(seconds);
            self.registry.register(Box::new(counter))?;
            self.counter(
                "xdplive_kernel_runs_total",
                "Times that the program has run, while measured.",
                time.runs,
            )?;
        }
        let options = self.options("xdplive_attached", "Whether a program is attached.");
        let attached = IntGauge::with_opts(options)?;
        attached.set(i64::from(hook.hook.is_some()));
        self.registry.register(Box::new(attached))
    }

    fn of_streams(&self, hook: &HookAccounts) -> Result<(), Error> {
        let mut all = hook.ended;
        let streams = || hook.streams.iter().filter(|stream| stream.has_rows);
        for stream in streams() {
            all += stream.counts;
        }
        let Counts { matched, thinned, lost_ring, lost_queue, lost_network, closed, delivered, .. } = all;
        self.counter(
            "xdplive_rows_matched_total",
            "Packets that filters accepted, for each stream.",
            matched,
        )?;
        self.counter("xdplive_rows_thinned_total", "Rows left out to keep to the rows per second.", thinned)?;
        self.counter("xdplive_rows_delivered_total", "Rows handed to Grafana.", delivered)?;
        for (cause, lost) in
            [("ring", lost_ring), ("queue", lost_queue), ("network", lost_network), ("closed", closed)]
        {
            let help = "Rows lost: no room in the ring, Grafana too slow for the queue, on the way from another machine, or still waiting when their panel \
                        closed, which nobody misses.";
            let options = self.options("xdplive_rows_lost_total", help).const_label("cause", cause);
            let counter = IntCounter::with_opts(options)?;
            counter.inc_by(lost);
            self.registry.register(Box::new(counter))?;
        }
        self.gauge("xdplive_streams", "Streams that have rows from there.", streams().count() as f64)
    }

    fn options(&self, name: &str, help: &str) -> Opts {
        self.place
            .iter()
            .fold(Opts::new(name, help), |options, (label, value)| options.const_label(*label, *value))
    }

    fn counter(&self, name: &str, help: &str, count: u64) -> Result<(), Error> {
        let counter = IntCounter::with_opts(self.options(name, help))?;
        counter.inc_by(count);
        self.registry.register(Box::new(counter))
    }

    fn gauge(&self, name: &str, help: &str, value: f64) -> Result<(), Error> {
        let gauge = Gauge::with_opts(self.options(name, help))?;
        gauge.set(value);
        self.registry.register(Box::new(gauge))
    }
}

#[cfg(test)]
mod tests;
