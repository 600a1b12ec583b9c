//! What streams have counted, and what is left of them.

use xdplive_source::Counts;

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
    let members: Vec<StreamId> = bench.control.taps["eth1"].slots.takers().map(|(_, id, _)| id).collect();
    assert_eq!(members, [named_id], "who asked for all has left");
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
    bench.close_all();
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
    bench.kernel.run();
    assert_eq!(bench.accounts()[0].seen, 7, "it can be looked at all the same");
    bench.kernel.lock().refuses.settle = false;
    bench.kernel.lock().refuses.read = true;
    bench.control.tick();
    bench.command(Command::End { stream: second });
    bench.control.tick();
    bench.kernel.lock().refuses.read = false;
    bench.control.tick();
    assert_eq!(bench.accounts()[0].seen, 7);
    assert_eq!((rows(&first_queue).len(), rows(&second_queue).len()), (3, 7));
    let matched = |queue: &Queue| queue.counted().map(|counted| (counted.seen, counted.matched));
    assert_eq!((matched(&first_queue), matched(&second_queue)), (Some((3, 3)), Some((7, 7))));
    drop((first_queue, second_queue));
    bench.close_all();
}

/// Whoever closes a panel misses nothing, so that an alert on losses has nothing to say.
#[test]
fn rows_that_wait_when_their_panel_closes_are_not_lost_in_the_queue() {
    let mut bench = Bench::new(interfaces([("eth0", 2)]));
    let all = request(named("eth0"), &[Direction::In], "", Limit::All);
    let (_, _stays) = bench.subscribe(&all);
    let (closes, queue) = bench.subscribe(&all);
    bench.packets(2, Direction::In, 60, 5);
    bench.kernel.run();
    let taken: usize = (0..2).map(|_| block_on(queue.next(1)).unwrap()[0].len()).sum();
    assert_eq!(taken, 2);
    bench.command(Command::End { stream: closes });
    drop(queue);
    let began = Instant::now();
    while !bench.control.ended.is_empty() {
        assert!(began.elapsed() < FOREVER, "the stream is never settled");
        bench.control.tick();
        std::thread::yield_now();
    }
    let ended = bench.accounts()[0].ended;
    let expected =
        Counts { matched: 5, segments: 5, bytes: 300, closed: 3, delivered: 2, ..Counts::default() };
    assert_eq!(ended, expected);
    bench.stop();
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

#[test]
fn what_another_process_detaches_is_attached_again() {
    use InterfaceState::{Attached, Refused};
    let mut bench = Bench::new(interfaces([("eth0", 2)]));
    bench.refuse(2, &[Hook::XdpNative]);
    let (id, queue) = bench.subscribe(&request(named("eth0"), &Direction::ALL, "", Limit::None));
    bench.packets(2, Direction::In, 60, 3);
    let received = bench.control.taps["eth0"].way(Direction::In).attachment().unwrap().link;
    bench.dead_links.lock().unwrap().insert(received);
    bench.check_links();
    let (eth0_in, eth0_out) = (state("eth0 in", Attached, WHY_TCX), state("eth0 out", Attached, ""));
    assert_eq!(bench.states(), [eth0_in, eth0_out.clone()], "its interface may have gone");
    bench.check_links();
    let why = "tcx: another process has detached our program; stop what does that, such as bpftool link detach; tried again \
               in 1 s";
    assert_eq!(bench.states(), [state("eth0 in", Refused, why), eth0_out.clone()]);
    let began = Instant::now();
    while bench.states()[0].1 != Attached {
        assert!(began.elapsed() < FOREVER, "{:?}", bench.states());
        bench.control.tick();
        while let Ok(outcome) = bench.told.try_recv() {
            bench.command(Command::Done(outcome));
        }
        std::thread::yield_now();
    }
    let why = format!("{WHY_TCX}; another process has detached our program, and it was attached again");
    assert_eq!(bench.states(), [state("eth0 in", Attached, &why), eth0_out]);
    assert!(!bench.open_links.lock().unwrap().contains(&received), "the dead link is closed");
    // What was counted before stays.
    bench.packets(2, Direction::In, 60, 2);
    bench.command(Command::End { stream: id });
    assert_eq!(matched(&queue), Some(5));
    bench.stop();
}

#[test]
fn a_link_that_dies_with_its_interface_is_not_another_processs_doing() {
    let mut bench = Bench::new(interfaces([("eth0", 2)]));
    let (_, _queue) = bench.subscribe(&request(named("eth0"), &[Direction::Out], "", Limit::None));
    bench.dead_links.lock().unwrap().insert(1);
    bench.check_links();
    bench.set_interfaces([]);
    // An answer that was on its way.
    bench.command(Command::Done(Outcome::Checked { dead: vec![1] }));
    assert_eq!(bench.states(), [state("eth0 out", InterfaceState::Absent, "")]);
    bench.set_interfaces([("eth0", 3)]);
    bench.check_links();
    assert_eq!(bench.states(), [state("eth0 out", InterfaceState::Attached, "")]);
    bench.stop();
}

#[test]
fn an_interface_is_closed_when_its_counters_can_be_had() {
    let mut bench = Bench::new(interfaces([("eth0", 2)]));
    let all = request(named("eth0"), &[Direction::In], "", Limit::None);
    let (first, queue) = bench.subscribe(&all);
    bench.packets(2, Direction::In, 60, 3);
    bench.command(Command::End { stream: first });
    assert_eq!(matched(&queue), Some(3));
    // Nobody's, until the interface is closed.
    bench.packets(2, Direction::In, 60, 5);
    bench.kernel.lock().refuses.read = true;
    bench.control.tick();
    assert!(bench.kernel.is_idle());
    bench.kernel.lock().refuses.settle = true;
    bench.control.tick();
    // Somebody comes before the kernel gives in. Whose cells those are is not known: he has others.
    let (second, queue) = bench.subscribe(&all);
    bench.packets(2, Direction::In, 60, 2);
    bench.kernel.run();
    bench.kernel.lock().refuses = Default::default();
    bench.control.tick();
    let seen: Vec<u64> = bench.accounts().iter().map(|one| one.seen).collect();
    assert_eq!(seen, [10, 0]);
    bench.command(Command::End { stream: second });
    assert_eq!(matched(&queue), Some(2));
    drop(queue);
    bench.close_all();
    // The cells begin at nothing for the next.
    let (third, queue) = bench.subscribe(&all);
    bench.packets(2, Direction::In, 60, 1);
    bench.command(Command::End { stream: third });
    assert_eq!(matched(&queue), Some(1));
    bench.stop();
}

#[test]
fn a_stream_waits_for_a_slot() {
    let mut bench = Bench::new(interfaces([("eth0", 2)]));
    let filter = |length| request(named("eth0"), &[Direction::In], &format!("len = {length}"), Limit::None);
    let all: Vec<_> = (100..164).map(|length| bench.subscribe(&filter(length))).collect();
    let (late, late_queue) = bench.subscribe(&filter(200));
    assert_eq!(bench.control.taps["eth0"].left_out.keys().collect::<Vec<_>>(), [&late]);
    bench.packets(2, Direction::In, 200, 1);
    bench.control.tick();
    assert_eq!(bench.control.taps["eth0"].left_out.len(), 1, "there is no slot");
    bench.command(Command::End { stream: all[7].0 });
    bench.control.tick();
    assert_eq!(bench.control.taps["eth0"].left_out.len(), 0);
    bench.packets(2, Direction::In, 200, 4);
    bench.command(Command::End { stream: late });
    assert_eq!(matched(&late_queue), Some(4), "those from its beginning on");
    bench.stop();
}

#[test]
fn an_interface_waits_for_a_place() {
    const STEP: u32 = xdplive_packet::accounting::PLACES as u32;
    let names: Vec<String> = (0..9).map(|one| format!("eth{one}")).collect();
    let at = |which: &[usize]| {
        let one = |one: &usize| (names[*one].as_str(), 7 + *one as u32 * STEP);
        Arc::new(which.iter().map(one).map(interface).collect::<Interfaces>())
    };
    let mut bench = Bench::new(at(&[0, 1, 2, 3, 4, 5, 6, 7, 8]));
    let any = request(InterfaceSet::Any, &[Direction::In], "", Limit::None);
    let (id, queue) = bench.subscribe(&any);
    let states = bench.states();
    assert!(states[..8].iter().all(|(_, state, _)| *state == InterfaceState::Attached), "{states:?}");
    let text = "the interface's index collides with those of other interfaces (16384 places); it can be watched \
                when one of them is not watched any more";
    assert_eq!(states[8], state("eth8 in", InterfaceState::Refused, text));
    bench.command_and_attach(Command::Interfaces(at(&[0, 1, 2, 4, 5, 6, 7, 8])));
    bench.control.tick();
    let states = bench.states();
    assert_eq!(states.len(), 8);
    assert!(states.iter().all(|(_, state, _)| *state == InterfaceState::Attached), "{states:?}");
    bench.packets(7 + 8 * STEP, Direction::In, 60, 3);
    bench.command(Command::End { stream: id });
    assert_eq!(matched(&queue), Some(3));
    bench.stop();
}

#[test]
fn what_was_counted_where_an_interface_has_gone_stays_counted() {
    let mut bench = Bench::new(interfaces([("eth0", 2)]));
    let (id, queue) = bench.subscribe(&request(InterfaceSet::Any, &Direction::ALL, "len > 60", Limit::All));
    let counts = |bench: &mut Bench| {
        let (reply, mut answer) = oneshot::channel();
        bench.command(Command::Counts { stream: id, reply });
        answer.try_recv().unwrap().map(|reading| reading.sums.map(|sum| (sum.packets, sum.bytes)))
    };
    // Containers come and go, each with interfaces of its own.
    for index in 10..15 {
        let name = format!("veth{index}");
        bench.set_interfaces([("eth0", 2), (&name, index)]);
        bench.packets(index, Direction::In, index * 10, 2);
        bench.packets(index, Direction::In, 60, 1);
        bench.packets(index, Direction::Out, 70, 1);
        bench.kernel.run();
        let number = bench.control.taps[&name].number;
        let taken: usize = (0..3).map(|_| block_on(queue.next(1)).unwrap()[0].len()).sum();
        assert_eq!((taken, queue.handled().delivered.at(number)), (3, 3));
        bench.set_interfaces([("eth0", 2)]);
        bench.control.tick();
        assert_eq!(bench.control.taps.keys().collect::<Vec<_>>(), ["eth0"]);
        // The number may be another's now.
        let delivered = queue.handled().delivered;
        assert_eq!((delivered.at(number), delivered.total()), (0, u64::from(index - 9) * 3));
    }
    assert_eq!(counts(&mut bench), Some([(10, 2 * (100 + 110 + 120 + 130 + 140)), (5, 350)]));
    bench.set_interfaces([]);
    assert_eq!(counts(&mut bench), None, "nothing is attached, which is not the same as zero");
    bench.command(Command::End { stream: id });
    while block_on(queue.next(100)).is_some() {}
    let counted = queue.counted().unwrap();
    assert_eq!((counted.seen, counted.matched, counted.bytes), (20, 15, 1200 + 350));
    drop(queue);
    bench.close_all();
}
