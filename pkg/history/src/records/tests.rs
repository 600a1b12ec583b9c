use std::time::Duration;

use xdplive_filter::Filter;
use xdplive_packet::{accounting::Limit, event::Direction, flow::Sum};
use xdplive_source::{Decapsulate, HookChoice, HostSet, InterfaceSet, Interval, Request, Wanted};

use super::*;

const SECOND: Duration = Duration::from_secs(1);

fn request(filter: &str, directions: &[Direction]) -> Request {
    let filter = Arc::new(Filter::parse(filter).unwrap());
    let wanted = Some(Wanted { filter, limit: Limit::None, hides_own: false, header_bytes: false });
    let (interfaces, directions) = (InterfaceSet::Any, directions.to_vec());
    Request {
        label: Arc::default(),
        hosts: HostSet::All,
        interfaces,
        directions,
        hook: HookChoice::Auto,
        decapsulate: Decapsulate::None,
        wanted,
    }
}

fn both(filter: &str) -> Request {
    request(filter, &Direction::ALL)
}

fn subject(request: &Request) -> Subject {
    Subject::of(request).unwrap()
}

impl Records {
    fn hold_it(&mut self, request: &Request, now: Instant) -> (u64, bool) {
        let held = self.hold(subject(request), now).unwrap();
        (held.record, held.begins)
    }

    fn run_of(&self, number: u64) -> Arc<Run> {
        self.records.iter().find(|record| record.number == number).unwrap().run.clone().unwrap()
    }

    fn ends(&mut self, number: u64) -> bool {
        let run = self.run_of(number);
        let ends = self.may_end(number, &run);
        if ends {
            run.reach(Phase::Over);
        }
        ends
    }

    fn count(&mut self, number: u64, lap: Lap) {
        self.add(number, &self.run_of(number), lap);
    }
}

/// A second with so many packets in and out.
fn lap(time: i64, received: u64, sent: u64) -> Lap {
    let sum = |packets| Sum { packets, segments: 2 * packets, bytes: 100 * packets };
    let steady = Duration::from_millis(time.unsigned_abs());
    Lap { at: Moment { wall: time * 1_000_000, steady }, length: SECOND, sums: [sum(received), sum(sent)] }
}

fn past(records: &Records, request: &Request) -> Vec<Interval> {
    records.past(&subject(request)).iter().map(|lap| lap.of(&request.directions)).collect()
}

fn packets(records: &Records, request: &Request) -> Vec<u64> {
    past(records, request).iter().map(|second| second.packets).collect()
}

#[test]
fn one_record_serves_all_who_ask_for_the_same() {
    let (mut records, now) = (Records::new(10), Instant::now());
    assert_eq!(records.hold_it(&both("udp"), now), (0, true));
    assert_eq!(records.hold_it(&both("udp"), now), (0, false));
    assert_eq!(records.hold_it(&both("tcp"), now), (1, true));
    // What is counted by direction has the answer for one of them.
    let received = request("udp", &[Direction::In]);
    assert_eq!(records.hold_it(&received, now), (0, false));
    records.count(0, lap(1000, 5, 3));
    records.count(0, lap(2000, 1, 0));
    assert_eq!(packets(&records, &both("udp")), [8, 1]);
    assert_eq!(packets(&records, &received), [5, 1]);
    assert_eq!(packets(&records, &request("udp", &[Direction::Out])), [3, 0]);
    assert_eq!(past(&records, &both("udp"))[0].bytes, 800);
    assert!(packets(&records, &both("tcp")).is_empty());

    for ends in [false, false, true] {
        records.release(0);
        assert_eq!(records.ends(0), ends);
    }
    assert_eq!(packets(&records, &both("udp")), [8, 1], "nobody looks any more, and it is still there");
    assert_eq!(records.hold_it(&both("udp"), now), (0, true), "counting begins anew, in the same record");
}

#[test]
fn less_is_not_made_more() {
    let (mut records, now) = (Records::new(10), Instant::now());
    let received = request("udp", &[Direction::In]);
    assert_eq!(records.hold_it(&received, now), (0, true));
    assert_eq!(records.hold_it(&both("udp"), now), (1, true));
    // What has been counted for both is not counted again for one way.
    records.release(1);
    assert!(records.ends(1));
    assert_eq!(records.hold_it(&request("udp", &[Direction::Out]), now), (2, true));
}

#[test]
fn somebody_came_while_it_ended() {
    let (mut records, now) = (Records::new(10), Instant::now());
    let (number, _) = records.hold_it(&both("udp"), now);
    let first = records.run_of(number);
    records.release(number);
    assert_eq!(records.hold_it(&both("udp"), now), (number, false));
    assert!(!records.ends(number), "it has to go on");
    // Once it is to end it ends, and another one counts.
    records.release(number);
    assert!(records.may_end(number, &first));
    assert_eq!(records.hold_it(&both("udp"), now), (number, true));
    records.add(number, &first, lap(1000, 7, 0));
    records.count(number, lap(2000, 5, 0));
    assert_eq!(packets(&records, &both("udp")), [5], "the same is not taken down twice");
    // What could not be counted is tried again by the next who asks.
    records.run_of(number).reach(Phase::Over);
    assert_eq!(records.hold_it(&both("udp"), now), (number, true));
}

/// A panel for one direction is closed, one for both opens, and then the first again.
#[test]
fn what_was_counted_before_by_another_record_is_not_hidden() {
    let (mut records, start) = (Records::new(10), Instant::now());
    let received = request("udp", &[Direction::In]);
    let (one, _) = records.hold_it(&received, start);
    records.count(one, lap(1000, 1, 0));
    records.count(one, lap(2000, 2, 0));
    records.release(one);
    assert!(records.ends(one));
    let (other, _) = records.hold_it(&both("udp"), start + SECOND);
    records.count(other, lap(3000, 3, 9));
    records.count(other, lap(4000, 4, 9));
    assert_eq!(packets(&records, &received), [1, 2, 3, 4]);
    assert_eq!(packets(&records, &both("udp")), [12, 13]);
}

#[test]
fn they_are_bounded() {
    let (mut records, start) = (Records::new(3), Instant::now());
    let (number, _) = records.hold_it(&both("udp"), start);
    for second in 0..5 {
        records.count(number, lap(second, second.unsigned_abs(), 0));
    }
    assert_eq!(packets(&records, &both("udp")), [2, 3, 4]);
    for port in 1..RECORDS as u32 {
        records.hold_it(&both(&format!("port {port}")), start + port * SECOND);
    }
    let now = start + 100 * SECOND;
    assert!(records.hold(subject(&both("tcp")), now).is_none(), "all are needed");
    for number in [7, 3] {
        records.release(number);
        assert!(records.ends(number));
    }
    records.hold_it(&both("tcp"), now);
    assert_eq!(records.records.len(), RECORDS);
    // The one not needed for longest has given way.
    let is_there =
        |filter: &str| records.records.iter().any(|record| record.subject == subject(&both(filter)));
    assert_eq!([is_there("port 3"), is_there("port 7")], [false, true]);
    assert_eq!(packets(&records, &both("udp")), [2, 3, 4]);
}

#[test]
fn what_nobody_needs_can_be_waited_for() {
    let (mut records, now) = (Records::new(10), Instant::now());
    let (number, _) = records.hold_it(&both("udp"), now);
    assert!(records.unneeded(&subject(&both("udp"))).is_none());
    records.release(number);
    assert!(records.unneeded(&subject(&both("udp"))).is_some());
}

/// Seconds before a clock was set back keep their order, and their distance.
#[test]
fn a_clock_that_is_set_back_leaves_seconds_in_order() {
    let mut records = Records::new(10);
    let (number, _) = records.hold_it(&both("udp"), Instant::now());
    records.count(number, lap(60_000, 1, 0));
    records.count(number, lap(61_000, 2, 0));
    let at = Moment { wall: 52_000_000_000, steady: Duration::from_millis(62_000) };
    records.count(number, Lap { at, ..lap(0, 3, 0) });
    let past = past(&records, &both("udp"));
    let found: Vec<(i64, u64)> = past.iter().map(|interval| (interval.time, interval.packets)).collect();
    assert_eq!(found, [(50_000, 1), (51_000, 2), (52_000, 3)]);
}
