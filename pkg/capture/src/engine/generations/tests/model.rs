//! Whatever happens, against sums that are kept beside.

use proptest::prelude::*;

use super::*;

/// Something that happens.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// A stream joins or leaves an interface.
    Join(usize, StreamId),
    Leave(usize, StreamId),
    /// A packet comes; it is counted by and by.
    Packet(usize, Direction, u32),
    /// Every packet is counted.
    Run,
    /// The kernel refuses to wait, or to give its counters.
    Refuse(bool, bool),
    /// What has been counted so far is looked at.
    Check,
}

const INTERFACES_OF_STEPS: usize = 4;

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let at = || 0..INTERFACES_OF_STEPS;
    let direction = prop_oneof![Just(Direction::In), Just(Direction::Out)];
    prop::collection::vec(
        prop_oneof![
            3 => (at(), 0_u64..6).prop_map(|(at, stream)| Step::Join(at, stream)),
            2 => (at(), 0_u64..6).prop_map(|(at, stream)| Step::Leave(at, stream)),
            8 => (at(), direction, 60_u32..64).prop_map(|(at, way, length)| Step::Packet(at, way, length)),
            1 => Just(Step::Run),
            1 => any::<(bool, bool)>().prop_map(|(settle, read)| Step::Refuse(settle, read)),
            1 => Just(Step::Check),
        ],
        0..120,
    )
}

/// What stream number `stream` wants. The first two want the same.
fn wanted(stream: StreamId) -> (&'static str, &'static [Direction], fn(u32) -> bool) {
    match stream {
        0 | 1 => ("len = 60", &Direction::ALL, |length| length == 60),
        2 => ("len = 60 or len = 61", &[Direction::In], |length| length < 62),
        3 => ("len > 61", &[Direction::Out], |length| length > 61),
        4 => ("", &Direction::ALL, |_| true),
        _ => ("len != 62", &[Direction::In], |length| length != 62),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Whatever comes and goes, and whatever the kernel refuses meanwhile: every packet is counted once, for the
    /// streams that were part of its interface when it came.
    #[test]
    fn no_packet_is_lost_or_counted_twice(steps in steps()) {
        let mut bench = Bench::new();
        let mut all: Vec<Watched> =
            (0..INTERFACES_OF_STEPS).map(|one| Watched::new(10 + one as u32, one as InterfaceNumber)).collect();
        all.iter_mut().for_each(|one| bench.cut(one));
        // Counted beside: matched packets and their bytes, and packets seen.
        let mut model: BTreeMap<(InterfaceNumber, StreamId), (u64, u64)> = BTreeMap::new();
        let mut seen: Seen = BTreeMap::new();
        for step in steps {
            match step {
                Step::Join(at, stream) => {
                    if !all[at].members.contains_key(&stream) {
                        let (filter, directions, _) = wanted(stream);
                        bench.join(&mut all[at], stream, &request(filter, directions));
                        bench.cut(&mut all[at]);
                    }
                }
                Step::Leave(at, stream) => {
                    bench.leave(&mut all[at], stream);
                    bench.cut(&mut all[at]);
                }
                Step::Packet(at, direction, length) => {
                    let one = &all[at];
                    prop_assert!(bench.kernel.begin(one.packet(direction, length)));
                    *seen.entry((one.number, direction)).or_default() += 1;
                    for stream in one.members.keys() {
                        let (_, directions, accepts) = wanted(*stream);
                        if directions.contains(&direction) && accepts(length) {
                            let (packets, bytes) = model.entry((one.number, *stream)).or_default();
                            *packets += 1;
                            *bytes += u64::from(length);
                        }
                    }
                }
                Step::Run => _ = bench.kernel.run(),
                Step::Refuse(settle, read) => {
                    let refuses = &mut bench.kernel.lock().refuses;
                    (refuses.settle, refuses.read) = (settle, read);
                }
                Step::Check => {
                    bench.kernel.run();
                    if bench.kernel.lock().refuses.read {
                        continue;
                    }
                    let (mut streams, mut all_seen) = (bench.streams.clone(), bench.seen.clone());
                    for one in &mut all {
                        for generation in one.past.iter_mut().chain(&mut one.current) {
                            let counts = bench.generations.read(generation).unwrap();
                            sum(one.number, &generation.members, &counts, &mut streams, &mut all_seen);
                        }
                    }
                    check(&streams, &all_seen, &model, &seen)?;
                }
            }
        }
        bench.kernel.lock().refuses = Default::default();
        for one in &mut all {
            (0..6).for_each(|stream| bench.leave(one, stream));
            bench.close(one);
            prop_assert_eq!(one.past.len(), 0);
        }
        check(&bench.streams, &bench.seen, &model, &seen)?;
        bench.check_empty();
    }
}

fn check(
    streams: &Streams,
    seen: &Seen,
    model: &BTreeMap<(InterfaceNumber, StreamId), (u64, u64)>,
    expected: &Seen,
) -> Result<(), TestCaseError> {
    let streams: BTreeMap<_, _> = streams
        .iter()
        .filter(|(_, counted)| counted.matched > 0)
        .map(|(at, counted)| (*at, (counted.matched, counted.bytes)))
        .collect();
    prop_assert_eq!(&streams, model);
    let seen: Seen = seen.iter().filter(|(_, seen)| **seen > 0).map(|(at, seen)| (*at, *seen)).collect();
    prop_assert_eq!(&seen, expected);
    Ok(())
}
