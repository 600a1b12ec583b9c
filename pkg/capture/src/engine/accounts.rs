//! What has been counted, put together from the kernel's counters, the streams' queues and what has ended.

use std::{collections::BTreeMap, fs, sync::Arc, time::Instant};

use xdplive_packet::{
    Hook,
    accounting::{HookCounters, SlotCounters},
    event::Direction,
    flow::Sum,
};
use xdplive_source::{Handled, HookAccounts, KernelTime, Reading, StreamAccounts, StreamId};

use super::{
    cut::FEW,
    generations::{Counts, Generations, Look, Members, slot},
    state::Control,
    tap::Tap,
};
use crate::clock;

/// Whether the kernel measures how long eBPF programs run (Documentation/admin-guide/sysctl/kernel.rst).
const STATS_ENABLED: &str = "/proc/sys/kernel/bpf_stats_enabled";

/// What has been counted at an interface in generations that have not ended for good, with their members.
type Running = Vec<(Counts, Arc<Members>)>;

impl Control {
    /// What has been counted in both directions of every interface that is watched, or is to be.
    pub(super) fn accounts(&mut self) -> Vec<HookAccounts> {
        // Before the kernel's counters: a row is never counted as delivered and not as matched.
        let handled: BTreeMap<StreamId, Handled> =
            self.streams.iter().map(|(id, stream)| (*id, stream.queue.handled())).collect();
        let ended: Vec<Handled> = self.ended.iter().map(|stream| stream.queue.handled()).collect();
        let times = self.kernel_times();
        let look = self.look(self.taps.len());
        let ring_used = self.open.as_ref().map_or(0.0, |open| (open.ring_used)());
        let now = Instant::now();
        let names: Vec<String> = self.taps.keys().cloned().collect();
        let mut all = Vec::with_capacity(2 * names.len());
        for name in names {
            let running = self.running(&name, look.as_ref());
            let Some(tap) = self.taps.get(&name) else { continue };
            for (direction, passed) in Direction::ALL.into_iter().zip(&tap.passed) {
                let hook = seen(&running, direction);
                let members = running.last().map(|(_, members)| members);
                let streams =
                    members.into_iter().flat_map(|members| members.iter()).filter_map(|(id, member)| {
                        let stream =
                            self.streams.get(id).filter(|_| member.directions.contains(&direction))?;
                        let wanted = stream.request.wanted.as_ref()?;
                        Some(StreamAccounts {
                            id: *id,
                            has_rows: stream.has_rows(),
                            label: Arc::clone(&stream.request.label),
                            filter: Arc::clone(&wanted.filter),
                            counts: stream.counts(
                                tap.number,
                                direction,
                                handled.get(id)?,
                                of(*id, &running, direction),
                            ),
                        })
                    });
                let attached = tap.way(direction).attachment().map(|attachment| attachment.hook);
                let (state, reason) = tap.state(direction, now).unzip();
                let mut accounts = HookAccounts {
                    host: tap.host.clone(),
                    interface: Arc::clone(&tap.name),
                    uplink: tap.uplink,
                    direction,
                    hook: attached,
                    state,
                    reason: reason.unwrap_or_default(),
                    seen: passed.seen + hook.seen,
                    own: passed.own + hook.own,
                    streams: streams.collect(),
                    ended: passed.streams,
                    ring_used,
                    kernel_time: attached.and_then(|hook| times.get(&(hook as u8)).copied()),
                    flow_overflow: tap.flow_overflow.of(direction),
                };
                for (stream, handled) in self.ended.iter().zip(&ended) {
                    if stream.joined.contains(&*tap.name) {
                        accounts.ended +=
                            stream.counts(tap.number, direction, handled, SlotCounters::default());
                    }
                }
                all.push(accounts);
            }
        }
        all
    }

    /// What has been counted for one stream, by direction; `None` where nothing is attached for it.
    pub(super) fn counts(&mut self, id: StreamId) -> Option<Reading> {
        let stream = self.streams.get(&id)?;
        // Also of interfaces that have gone: a sum does not fall.
        let mut sums = stream.counted_by_direction();
        let directions = stream.request.directions.clone();
        let names: Vec<String> = stream.joined.iter().cloned().collect();
        let is_attached =
            names.iter().filter_map(|name| self.taps.get(name)).any(|tap| is_attached(tap, &directions));
        let look = self.look(names.len());
        let at = clock::now();
        for name in names {
            let running = self.running(&name, look.as_ref());
            for (direction, sum) in Direction::ALL.into_iter().zip(&mut sums) {
                let SlotCounters { matched, segments, bytes, .. } = of(id, &running, direction);
                *sum += Sum { packets: matched, segments, bytes };
            }
        }
        is_attached.then_some(Reading { at, sums })
    }

    /// All counters, where they are read for more than a few interfaces.
    fn look(&mut self, interfaces: usize) -> Option<Look> {
        let open = self.open.as_mut().filter(|_| interfaces > FEW)?;
        match open.generations.look() {
            Ok(look) => Some(look),
            Err(error) => {
                self.say(&format!("the kernel does not give its counters: {error}"));
                None
            }
        }
    }

    /// What has been counted at an interface in generations that have not ended for good. Where the kernel does not
    /// tell, it is what it told last.
    fn running(&mut self, name: &str, look: Option<&Look>) -> Running {
        let (Some(tap), Some(open)) = (self.taps.get_mut(name), &mut self.open) else { return Vec::new() };
        let mut problem = None;
        let mut read = |generation: &mut _| match look {
            Some(look) => Generations::read_from(generation, look),
            None => open.generations.read(generation).unwrap_or_else(|error| {
                problem = Some(error);
                Generations::last(generation)
            }),
        };
        let running =
            tap.running().map(|generation| (read(generation), Arc::clone(&generation.members))).collect();
        if let Some(error) = problem {
            self.say(&format!("the kernel does not give its counters: {error}"));
        }
        running
    }

    /// How long the programs have run, by hook; nothing while the kernel does not measure it.
    fn kernel_times(&self) -> BTreeMap<u8, KernelTime> {
        if !fs::read_to_string(STATS_ENABLED).is_ok_and(|enabled| enabled.trim() != "0") {
            return BTreeMap::new();
        }
        let attached = self.taps.values().flat_map(|tap| &tap.ways).filter_map(|way| way.attachment());
        let hooks: BTreeMap<u8, Hook> =
            attached.map(|attachment| (attachment.hook as u8, attachment.hook)).collect();
        let time = |hook| {
            let (total, runs) = self.parts.opener.kernel_time(hook).ok()?;
            Some(KernelTime { total, runs })
        };
        hooks.into_iter().filter_map(|(raw, hook)| Some((raw, time(hook)?))).collect()
    }

    /// Forgets ended streams that nobody takes rows from any more, once their counts are part of what has passed.
    pub(super) fn settle_ended(&mut self) {
        for stream in self.ended.extract_if(.., |stream| Arc::strong_count(&stream.queue) == 1) {
            stream.queue.abandon();
            let handled = stream.queue.handled();
            for name in &stream.joined {
                let Some(tap) = self.taps.get_mut(name) else { continue };
                for (direction, passed) in Direction::ALL.into_iter().zip(&mut tap.passed) {
                    passed.streams += stream.counts(tap.number, direction, &handled, SlotCounters::default());
                }
            }
        }
    }
}

fn is_attached(tap: &Tap, directions: &[Direction]) -> bool {
    directions.iter().any(|direction| tap.way(*direction).attachment().is_some())
}

/// What one stream has had counted.
fn of(id: StreamId, running: &Running, direction: Direction) -> SlotCounters {
    let mut sum = SlotCounters::default();
    for (counts, members) in running {
        let member = members.get(&id).filter(|member| member.directions.contains(&direction));
        if let Some(more) = member.and_then(|member| slot(counts, member.slot, direction)) {
            sum += more;
        }
    }
    sum
}

fn seen(running: &Running, direction: Direction) -> HookCounters {
    running.iter().fold(HookCounters::default(), |mut sum, (counts, _)| {
        let hook = counts.hook(direction);
        sum.seen += hook.seen;
        sum.own += hook.own;
        sum
    })
}
