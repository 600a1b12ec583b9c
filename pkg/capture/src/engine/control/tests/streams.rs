//! What streams have counted, and what is left of them.

use super::*;

const WHY_TCX: &str = "xdp-native refused: not supported there (the driver cannot)";

#[test]
fn streams_follow_interfaces_that_come_and_go() {
    use InterfaceState::{Absent, Attached, Attaching, Refused};
    let mut bench = Bench::new(interfaces([("eth0", 2)]));
    let any = request(InterfaceSet::Any, &Direction::ALL, "len = 100", Limit::All);
    let by_name = request(named("eth1"), &[Direction::In], "", Limit::PerSecond(1000));
    let (any_id, any_queue) = bench.subscribe(&any);
    let (named_id, named_queue) = bench.subscribe(&by_name);
    let eth0 = [state("eth0 in", Attached, ""), state("eth0 out", Attached, "")];
    let with_eth1 = |more: &[_]| [&eth0, more].concat();
    assert_eq!(bench.states(), with_eth1(&[state("eth1 in", Absent, "")]));
    bench.packets(2, Direction::In, 100, 3);
    bench.packets(2, Direction::In, 200, 2);
    bench.packets(2, Direction::Out, 100, 1);

    // The second interface comes, and is refused one way.
    bench.refuse(3, &[Hook::XdpNative, Hook::TcxIngress]);
    bench.command(Command::Interfaces(interfaces([("eth0", 2), ("eth1", 3)])));
    assert_eq!(
        bench.states(),
        with_eth1(&[state("eth1 in", Attaching, ""), state("eth1 out", Attaching, "")])
    );
    bench.set_interfaces([("eth0", 2), ("eth1", 3)]);
    let [.., eth1_in, eth1_out] = <[_; 4]>::try_from(bench.states()).unwrap();
    let (_, is, why) = eth1_in;
    assert_eq!(is, Refused);
    assert!(why.starts_with("tcx: not supported there (the driver cannot); tried again in "), "{why}");
    assert_eq!(eth1_out, state("eth1 out", Attached, ""));
    bench.packets(3, Direction::Out, 100, 2);

    // Something about it changes, and now it can be had.
    bench.refuse(3, &[Hook::XdpNative]);
    bench.set_interfaces([("eth0", 2), ("eth1", 3)]);
    assert_eq!(
        bench.states(),
        with_eth1(&[state("eth1 in", Attached, WHY_TCX), state("eth1 out", Attached, "")])
    );
    bench.packets(3, Direction::In, 100, 4);
    bench.packets(3, Direction::In, 60, 5);
    bench.packets(3, Direction::Out, 60, 6);

    // It goes, with packets on their way.
    bench.set_interfaces([("eth0", 2)]);
    assert!(!bench.kernel.begin(Packet { index: 3, direction: Direction::In, length: 100 }));
    assert_eq!(bench.states(), with_eth1(&[state("eth1 in", Absent, ""), state("eth1 out", Absent, "")]));
    bench.packets(2, Direction::Out, 100, 7);

    // Another one by its name.
    bench.set_interfaces([("eth0", 2), ("eth1", 9)]);
    bench.packets(9, Direction::In, 100, 1);
    bench.packets(9, Direction::In, 80, 1);
    bench.packets(9, Direction::Out, 100, 8);
    bench.kernel.run();
    let counted: Vec<_> = bench
        .accounts()
        .iter()
        .map(|one| {
            let matched = |id| -> u64 {
                one.streams.iter().filter(|stream| stream.id == id).map(|stream| stream.counts.matched).sum()
            };
            (one.seen, matched(any_id), matched(named_id))
        })
        .collect();
    assert_eq!(counted, [(5, 3, 0), (8, 8, 0), (11, 5, 11), (16, 10, 0)]);

    bench.command(Command::End { stream: any_id });
    bench.packets(9, Direction::In, 100, 1);
    bench.command(Command::End { stream: named_id });
    let row = |name: &str, length, count| vec![(name.to_owned(), length); count];
    assert_eq!(rows(&any_queue), [row("eth0", 100, 11), row("eth1", 100, 15)].concat());
    assert_eq!(rows(&named_queue), [row("eth1", 60, 5), row("eth1", 80, 1), row("eth1", 100, 6)].concat());
    let any_counted = any_queue.counted().unwrap();
    let expected = Counted { seen: 13 + 27, matched: 26, segments: 26, bytes: 2600, thinned: 0, lost: 0 };
    assert_eq!(any_counted, expected);
    let tally = |seen, delivered| Tally { seen, unmatched: seen - delivered, delivered, ..Tally::default() };
    assert_eq!(
        any_queue.by_interface(),
        [(Arc::from("eth0"), tally(13, 11)), (Arc::from("eth1"), tally(27, 15))]
    );
    assert_eq!(named_queue.by_interface(), [(Arc::from("eth1"), tally(12, 12))]);

    drop((any_queue, named_queue));
    bench.control.tick();
    bench.control.tick();
    bench.check_empty();
    bench.stop();
}

#[test]
fn what_the_kernel_does_not_tell_now_is_told_later() {
    let mut bench = Bench::new(interfaces([("eth0", 2)]));
    let all = request(named("eth0"), &[Direction::In], "", Limit::All);
    let (first, first_queue) = bench.subscribe(&all);
    let (second, second_queue) = bench.subscribe(&all);
    bench.packets(2, Direction::In, 60, 3);
    bench.kernel.lock().refuses.settle = true;
    bench.command(Command::End { stream: first });
    bench.packets(2, Direction::In, 60, 4);
    assert_eq!(first_queue.counted(), None, "nobody knows yet");
    bench.kernel.lock().refuses.settle = false;
    bench.kernel.lock().refuses.read = true;
    bench.control.tick();
    bench.command(Command::End { stream: second });
    bench.control.tick();
    bench.kernel.lock().refuses.read = false;
    bench.control.tick();
    assert_eq!((rows(&first_queue).len(), rows(&second_queue).len()), (3, 7));
    let matched = |queue: &Queue| queue.counted().map(|counted| (counted.seen, counted.matched));
    assert_eq!((matched(&first_queue), matched(&second_queue)), (Some((3, 3)), Some((7, 7))));
    drop((first_queue, second_queue));
    bench.control.tick();
    bench.control.tick();
    bench.check_empty();
}

#[test]
fn a_link_that_nobody_waits_for_any_more_is_closed() {
    let mut bench = Bench::new(interfaces([("eth0", 2)]));
    let all = request(named("eth0"), &[Direction::In], "", Limit::All);
    let (queue, (reply, _answer)) = (Queue::new(10), oneshot::channel());
    bench.command(Command::Subscribe { request: all, queue, reply });
    // The interface goes before the answer has come.
    let outcome = bench.told.recv_timeout(FOREVER).unwrap();
    bench.command(Command::Interfaces(interfaces([])));
    assert_eq!(bench.open_links.lock().unwrap().len(), 1);
    bench.command(Command::Done(outcome));
    let began = Instant::now();
    while !bench.open_links.lock().unwrap().is_empty() {
        assert!(began.elapsed() < FOREVER);
        std::thread::yield_now();
    }
    assert_eq!(bench.states(), [state("eth0 in", InterfaceState::Absent, "")]);
    bench.stop();
}
