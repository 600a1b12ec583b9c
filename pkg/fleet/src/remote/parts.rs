//! Snapshots of flows out of their parts. Pure.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use xdplive_packet::flow::Sum;
use xdplive_source::{FlowSnapshot, Host, Missed, Taken, WallClock};

use crate::wire::FlowsPart;

/// The parts of one run's snapshots as they come, by interface.
#[derive(Debug, Default)]
pub struct Parts {
    coming: BTreeMap<Arc<str>, Coming>,
    /// Packets of the snapshots that were handed on, by interface and direction.
    had: BTreeMap<Arc<str>, [u64; 2]>,
}

#[derive(Debug)]
struct Coming {
    taken: Taken,
    /// All packets of it, and all so far.
    part: FlowsPart,
}

impl Parts {
    /// Takes a part; `missed` is told what did not come before it. Returns a snapshot that is complete, and one before it
    /// of which no more comes: what is missing of that is among what had no room.
    pub fn add(
        &mut self,
        part: FlowsPart,
        host: &Host,
        ahead: i64,
        missed: &mut Missed,
    ) -> Vec<FlowSnapshot> {
        let mut ready = Vec::new();
        let is_other = |coming: &Coming| (coming.part.from, coming.part.to) != (part.from, part.to);
        if self.coming.get(&part.interface).is_some_and(is_other)
            && let Some(before) = self.coming.remove(&part.interface)
        {
            ready.push(self.close(before, host, ahead));
        }
        let had = self.had.entry(Arc::clone(&part.interface)).or_default();
        if !self.coming.contains_key(&part.interface) {
            // What all before this one have counted, less what was handed on.
            let mut is_missed = false;
            for (((so_far, all), had), missed) in
                part.so_far.iter().zip(&part.all).zip(had.iter_mut()).zip(&mut missed.packets)
            {
                let before = so_far.saturating_sub(all.packets);
                let lost = before.saturating_sub(*had);
                *missed += lost;
                is_missed |= lost > 0;
                *had = before;
            }
            missed.snapshots += u64::from(is_missed);
        }
        let coming = self.coming.entry(Arc::clone(&part.interface)).or_insert_with(|| Coming {
            taken: Taken { from: part.from, to: part.to, ..Taken::default() },
            part: FlowsPart { entries: Vec::new(), ..part.clone() },
        });
        coming.taken.entries.extend_from_slice(&part.entries);
        for (sum, more) in coming.taken.other.iter_mut().zip(part.other) {
            *sum += more;
        }
        if part.part == 0 {
            coming.taken.tcp_flags = part.tcp_flags;
            coming.part.cut = part.cut;
        }
        if part.part + 1 == part.parts
            && let Some(last) = self.coming.remove(&part.interface)
        {
            ready.push(self.close(last, host, ahead));
        }
        ready
    }

    fn close(&mut self, coming: Coming, host: &Host, ahead: i64) -> FlowSnapshot {
        let Coming { mut taken, part } = coming;
        let mut cut = part.cut;
        // What is in parts that did not come is counted all the same.
        let mut there = taken.other;
        for (key, counters) in &taken.entries {
            if let Some(sum) = there.get_mut(key.direction() as usize) {
                *sum += counters.sum;
            }
        }
        for ((other, all), there) in taken.other.iter_mut().zip(&part.all).zip(&there) {
            let missing = Sum {
                packets: all.packets.saturating_sub(there.packets),
                segments: all.segments.saturating_sub(there.segments),
                bytes: all.bytes.saturating_sub(there.bytes),
            };
            *other += missing;
            // It may be one conversation, and the rest of one that is there.
            cut.sum += missing;
            cut.largest = cut.largest.saturating_add(missing.bytes);
        }
        self.had.insert(Arc::clone(&part.interface), part.so_far);
        FlowSnapshot {
            host: host.clone(),
            interface: part.interface,
            taken: taken.by(WallClock::ahead_by(ahead.saturating_neg())),
            cut,
            cpu: Duration::from_nanos(part.cpu),
        }
    }
}
