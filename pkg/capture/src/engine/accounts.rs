//! What has been counted, put together from the kernel's counters, the streams' queues and what has ended.

use std::{collections::BTreeMap, fs, sync::Arc};

use bytemuck::Zeroable as _;
use tracing::error;
use xdplive_packet::{Hook, accounting::HookCounters, event::Direction, flow::Sum};

use super::{capture::Capture, control::Control};
use crate::{
    queue::Handled,
    reader::StreamId,
    source::{DirectionCounts, HookAccounts, KernelTime, StreamAccounts},
};

/// Whether the kernel measures how long eBPF programs run (Documentation/admin-guide/sysctl/kernel.rst).
const STATS_ENABLED: &str = "/proc/sys/kernel/bpf_stats_enabled";

impl Control {
    /// What has been counted at every hook of every capture.
    pub(super) fn accounts(&self) -> Vec<HookAccounts> {
        // Before the kernel's counters: a row is never counted as delivered and not as matched.
        let handled: BTreeMap<StreamId, Handled> =
            self.streams.iter().map(|(id, stream)| (*id, stream.queue.handled())).collect();
        let ended: Vec<Handled> = self.ended.iter().map(|stream| stream.queue.handled()).collect();
        let measured = fs::read_to_string(STATS_ENABLED).is_ok_and(|enabled| enabled.trim() != "0");
        let mut all = Vec::new();
        for capture in self.captures.values() {
            let (running, members) = match capture.so_far() {
                Ok((running, members)) => (running, Some(members)),
                Err(error) => {
                    error!("interface {}: the kernel does not give its counters: {error}", capture.name);
                    ([HookCounters::zeroed(); Direction::ALL.len()], None)
                }
            };
            for (direction, (running, passed)) in
                Direction::ALL.into_iter().zip(running.iter().zip(&capture.passed))
            {
                let streams = self.streams.iter().filter_map(|(id, stream)| {
                    let wanted = stream.request.wanted.as_ref()?;
                    let there = stream.joined.contains(&*capture.name)
                        && stream.request.directions.contains(&direction);
                    let handled = handled.get(id).filter(|_| there)?;
                    let member = members.and_then(|members| members.get(id));
                    let slot = member.and_then(|member| member.slot_of(&running.slots));
                    Some(StreamAccounts {
                        id: *id,
                        has_rows: stream.has_rows(),
                        label: Arc::clone(&stream.request.label),
                        filter: Arc::clone(&wanted.filter),
                        counts: stream.counts(capture.number, direction, handled, slot),
                    })
                });
                let mut accounts = HookAccounts {
                    interface: Arc::clone(&capture.name),
                    direction,
                    hook: capture.hook(direction),
                    seen: passed.seen + running.seen,
                    own: passed.own + running.own,
                    streams: streams.collect(),
                    ended: passed.streams,
                    ring_used: capture.fill.highest(),
                    kernel_time: None,
                    flow_overflow: capture.flow_overflow.of(direction),
                };
                for (stream, handled) in self.ended.iter().zip(&ended) {
                    if stream.joined.contains(&*capture.name) {
                        accounts.ended += stream.counts(capture.number, direction, handled, None);
                    }
                }
                if measured && let Some(hook) = accounts.hook {
                    accounts.kernel_time = self.kernel_time(capture, hook);
                }
                all.push(accounts);
            }
        }
        all
    }

    /// What has been counted for one stream, by direction; `None` where nothing is attached for it.
    pub(super) fn counts(&self, id: StreamId) -> Option<DirectionCounts> {
        let stream = self.streams.get(&id)?;
        // Also of interfaces that have gone: a sum does not fall.
        let mut sums = stream.counted_by_direction();
        let mut is_attached = false;
        for capture in stream.joined.iter().filter_map(|name| self.captures.get(name)) {
            let (running, members) = match capture.so_far() {
                Ok(running) => running,
                Err(error) => {
                    error!("interface {}: the kernel does not give its counters: {error}", capture.name);
                    continue;
                }
            };
            for ((direction, hook), sum) in Direction::ALL.into_iter().zip(&running).zip(&mut sums) {
                if stream.request.directions.contains(&direction) {
                    is_attached |= capture.is_attached(direction);
                    let slot = members.get(&id).and_then(|member| member.slot_of(&hook.slots));
                    *sum += slot.map_or_else(Sum::default, |slot| Sum {
                        packets: slot.matched,
                        segments: slot.segments,
                        bytes: slot.bytes,
                    });
                }
            }
        }
        is_attached.then_some(sums)
    }

    fn kernel_time(&self, capture: &Capture, hook: Hook) -> Option<KernelTime> {
        // Where the loader has ended, the whole process does.
        self.parts.loader.kernel_time(capture.number.into(), hook).ok()
    }

    /// Forgets ended streams that nobody takes rows from any more, once their counts are part of what has passed.
    pub(super) fn settle_ended(&mut self) {
        for stream in self.ended.extract_if(.., |stream| Arc::strong_count(&stream.queue) == 1) {
            stream.queue.abandon();
            let handled = stream.queue.handled();
            for capture in self.captures.values_mut().filter(|capture| stream.joined.contains(&*capture.name))
            {
                for (direction, passed) in Direction::ALL.into_iter().zip(&mut capture.passed) {
                    passed.streams += stream.counts(capture.number, direction, &handled, None);
                }
            }
        }
    }
}
