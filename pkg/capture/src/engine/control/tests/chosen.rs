//! Streams of interfaces that are chosen by patterns, and by what they are.

use super::*;

/// Interfaces as they are now; the last figure says which are uplinks.
fn machine<const N: usize>(all: [(&str, u32, bool); N]) -> Arc<Interfaces> {
    let one = |(name, index, uplink)| Interface { uplink, ..interface((name, index)) };
    Arc::new(all.into_iter().map(one).collect())
}

fn chosen(entries: &[&str]) -> InterfaceSet {
    InterfaceSet::read(entries.iter().copied()).unwrap()
}

/// The interfaces of which a stream is a part now.
fn members(bench: &Bench, id: StreamId) -> Vec<&str> {
    let taps = bench.control.taps.iter().filter(|(_, tap)| tap.wanted.contains_key(&id));
    taps.map(|(name, _)| name.as_str()).collect()
}

#[test]
fn a_stream_has_those_that_fit_as_they_come_and_go() {
    let before = machine([("eth0", 2, true), ("eth1", 3, false), ("veth7", 4, false)]);
    let mut bench = Bench::new(before);
    let of = |entries: &[&str]| request(chosen(entries), &[Direction::In], "len = 100", Limit::All);
    let (uplinks, uplink_rows) = bench.subscribe(&of(&["uplinks"]));
    let (others, other_rows) = bench.subscribe(&of(&["!uplinks", "!veth*"]));
    let (mixed, mixed_rows) = bench.subscribe(&of(&["veth*", "wg0"]));
    assert_eq!(members(&bench, uplinks), ["eth0"]);
    assert_eq!(members(&bench, others), ["eth1"]);
    // What is named is waited for.
    assert_eq!(members(&bench, mixed), ["veth7", "wg0"]);
    bench.packets(2, Direction::In, 100, 1);
    bench.packets(3, Direction::In, 100, 10);
    bench.packets(4, Direction::In, 100, 100);

    // eth0 becomes a part of something else, eth1 takes its place, and all but these come and go.
    let after = machine([("eth0", 2, false), ("eth1", 3, true), ("veth8", 5, false), ("wg0", 6, false)]);
    bench.command_and_attach(Command::Interfaces(after));
    assert_eq!(members(&bench, uplinks), ["eth1"]);
    assert_eq!(members(&bench, others), ["eth0", "wg0"]);
    assert_eq!(members(&bench, mixed), ["veth8", "wg0"]);
    bench.packets(2, Direction::In, 100, 1000);
    bench.packets(3, Direction::In, 100, 10_000);
    bench.packets(5, Direction::In, 100, 2);
    bench.packets(6, Direction::In, 100, 4);

    for id in [uplinks, others, mixed] {
        bench.command(Command::End { stream: id });
    }
    let counted = [&uplink_rows, &other_rows, &mixed_rows].map(|queue| matched(queue));
    assert_eq!(counted, [Some(10_001), Some(10 + 1000 + 4), Some(100 + 2 + 4)]);
    drop((uplink_rows, other_rows, mixed_rows));
    bench.close_all();
    bench.stop();
}

#[test]
fn of_those_that_fit_one_may_be_refused_but_not_what_is_named() {
    let mut bench = Bench::new(machine([("eth0", 2, true), ("eth1", 3, true)]));
    let mut prepare = |entries: &[&str]| {
        let (reply, mut answer) = oneshot::channel();
        let request = request(chosen(entries), &[Direction::In], "", Limit::All);
        bench.refuse(3, &[Hook::XdpNative, Hook::TcxIngress]);
        bench.command_and_attach(Command::Prepare { request, reply });
        answer.try_recv().unwrap()
    };
    let prepared = prepare(&["uplinks"]).unwrap();
    assert_eq!(prepared.in_force.len(), 1);
    let left_out: Vec<_> = prepared.left_out.iter().map(|one| (one.interface.as_str(), one.state)).collect();
    assert_eq!(left_out, [("eth1", InterfaceState::Refused)]);
    let absent = prepare(&["uplinks", "eth7"]).unwrap_err();
    assert!(absent.to_string().starts_with("there is no interface \"eth7\" here"), "{absent}");
    // That nothing fits is no error: it may come.
    assert!(prepare(&["ppp*"]).unwrap().in_force.is_empty());
    bench.stop();
}
