//! What was counted of interfaces, one interval after the other: the differences of what a source reads.

use std::{collections::BTreeMap, sync::Arc};

use xdplive_source::{HostId, InterfaceSet, LinkReading};

use crate::columns::interfaces::{ABSENT, InterfaceRow};

/// Remembers what was read last of each interface.
#[derive(Debug, Default)]
pub struct LinkIntervals {
    last: BTreeMap<(HostId, Arc<str>), LinkReading>,
}

impl LinkIntervals {
    /// The rows at the end of an interval, at `time` (ms since 1970): one for each interface that was `read`, and one for each
    /// that `chosen` names and that has gone since it was read.
    pub fn rows(&mut self, read: Vec<LinkReading>, chosen: &InterfaceSet, time: i64) -> Vec<InterfaceRow> {
        let mut last = std::mem::take(&mut self.last);
        let mut rows = Vec::with_capacity(read.len());
        for reading in read {
            let key = (reading.host.id, Arc::clone(&reading.interface));
            if reading.is_unreachable() {
                rows.push(row(&reading, None, time));
                // What is counted meanwhile is part of the interval in which it answers again.
                self.last.extend(last.remove(&key).map(|before| (key, before)));
                continue;
            }
            // The next interface of this name begins anew.
            let before = last.get(&key).filter(|before| before.index == reading.index);
            rows.push(row(&reading, before, time));
            self.last.insert(key, reading);
        }
        for (key, gone) in last {
            if !self.last.contains_key(&key) && chosen.named().iter().any(|name| **name == *gone.interface) {
                let speed = None;
                rows.push(InterfaceRow { state: ABSENT.into(), speed, ..row(&gone, None, time) });
                // It is told of until it is back, or nobody looks any more.
                self.last.insert(key, LinkReading { index: GONE, ..gone });
            }
        }
        rows
    }
}

/// No interface has this number.
const GONE: u32 = 0;

/// What an interface is like now, with what was counted of it since it was read `before`.
#[must_use]
pub fn row(reading: &LinkReading, before: Option<&LinkReading>, time: i64) -> InterfaceRow {
    let counted =
        before.map(|before| (reading.at.since(before.at), reading.counters.since(&before.counters)));
    InterfaceRow {
        time,
        host: Arc::clone(&reading.host.name),
        interface: Arc::clone(&reading.interface),
        state: Arc::clone(&reading.state),
        speed: reading.speed,
        counted,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use xdplive_source::{Host, LinkCounters, Moment};

    use super::*;

    fn reading(name: &str, index: u32, seconds: u64, in_packets: u64) -> LinkReading {
        LinkReading {
            at: Moment { wall: 0, steady: Duration::from_secs(seconds) },
            host: Host::only("nas"),
            interface: name.into(),
            index,
            state: "up".into(),
            speed: Some(7),
            counters: LinkCounters { in_packets, ..LinkCounters::default() },
        }
    }

    /// Name, state, and in how many seconds how many packets came.
    type Told<'a> = (&'a str, &'a str, Option<(u64, u64)>);

    fn told(rows: &[InterfaceRow]) -> Vec<Told<'_>> {
        let of = |(length, counters): &(Duration, LinkCounters)| (length.as_secs(), counters.in_packets);
        rows.iter().map(|row| (&*row.interface, &*row.state, row.counted.as_ref().map(of))).collect()
    }

    #[test]
    fn an_interval_has_what_was_counted_in_it() {
        let any = InterfaceSet::Any;
        let mut intervals = LinkIntervals::default();
        let first = intervals.rows(vec![reading("a", 1, 10, 100)], &any, 1);
        assert_eq!(told(&first), [("a", "up", None)]);
        let second = intervals.rows(vec![reading("a", 1, 12, 130), reading("b", 2, 12, 5)], &any, 2);
        assert_eq!(told(&second), [("a", "up", Some((2, 30))), ("b", "up", None)]);
        // Another one of the same name, while one has gone that nobody named.
        let third = intervals.rows(vec![reading("a", 3, 13, 131)], &any, 3);
        assert_eq!(told(&third), [("a", "up", None)]);
    }

    #[test]
    fn what_a_silent_host_has_counted_is_part_of_the_interval_in_which_it_answers_again() {
        let any = InterfaceSet::Any;
        let mut intervals = LinkIntervals::default();
        intervals.rows(vec![reading("a", 1, 10, 100)], &any, 1);
        let silent = || LinkReading::unreachable(&Host::only("nas"), "a", Moment::default());
        for time in [2, 3] {
            assert_eq!(told(&intervals.rows(vec![silent()], &any, time)), [("a", "unreachable", None)]);
        }
        let again = intervals.rows(vec![reading("a", 1, 14, 150)], &any, 4);
        assert_eq!(told(&again), [("a", "up", Some((4, 50)))]);
    }

    #[test]
    fn what_was_named_is_absent_until_it_is_back() {
        let named = InterfaceSet::Named(vec!["a".to_owned()]);
        let mut intervals = LinkIntervals::default();
        intervals.rows(vec![reading("a", 1, 10, 100)], &named, 1);
        for time in [2, 3] {
            let rows = intervals.rows(Vec::new(), &named, time);
            assert_eq!((told(&rows), rows[0].speed), (vec![("a", ABSENT, None)], None));
        }
        assert_eq!(told(&intervals.rows(vec![reading("a", 2, 13, 7)], &named, 4)), [("a", "up", None)]);
        assert_eq!(
            told(&intervals.rows(vec![reading("a", 2, 14, 9)], &named, 5)),
            [("a", "up", Some((1, 2)))]
        );
    }
}
