//! Whatever comes and goes, against sums that are kept beside.

use proptest::prelude::*;

use super::*;

/// Interfaces there may be: `eth0` and so on.
const PLACES: usize = 3;

/// Something that happens.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// An interface comes, or another one by the same name.
    Come(usize),
    Go(usize),
    /// A stream begins, as [`wanted`] has it.
    Begin(usize),
    /// One of the running streams ends.
    End(usize),
    Packet(usize, Direction, u32),
    /// Every program that has begun comes to its end.
    Run,
    /// The kernel refuses to wait, or to give its counters.
    Refuse(bool, bool),
    /// Hooks of an interface that is there are refused.
    RefuseHooks(usize),
    Tick,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let at = || 0..PLACES;
    let direction = prop_oneof![Just(Direction::In), Just(Direction::Out)];
    prop::collection::vec(
        prop_oneof![
            2 => at().prop_map(Step::Come),
            1 => at().prop_map(Step::Go),
            2 => (0_usize..6).prop_map(Step::Begin),
            1 => (0_usize..8).prop_map(Step::End),
            8 => (at(), direction, 60_u32..63).prop_map(|(at, way, length)| Step::Packet(at, way, length)),
            1 => Just(Step::Run),
            1 => any::<(bool, bool)>().prop_map(|(settle, read)| Step::Refuse(settle, read)),
            1 => at().prop_map(Step::RefuseHooks),
            1 => Just(Step::Tick),
        ],
        0..80,
    )
}

/// What a stream of a kind wants, and the same for the model.
struct Kind {
    request: Request,
    names: Option<&'static [&'static str]>,
    accepts: fn(u32) -> bool,
}

fn kind(number: usize) -> Kind {
    let all = &Direction::ALL;
    let of = |names: &'static [&'static str]| {
        InterfaceSet::Named(names.iter().map(|name| (*name).to_owned()).collect())
    };
    let (names, directions, filter, limit, accepts): (_, &[Direction], _, _, fn(u32) -> bool) = match number {
        0 => (None, all, "len = 60", Limit::All, |length| length == 60),
        1 => (Some(&["eth0"][..]), &[Direction::In], "", Limit::PerSecond(500), |_| true),
        2 => (Some(&["eth0", "eth1"][..]), all, "len > 60", Limit::None, |length| length > 60),
        3 => (None, &[Direction::In], "", Limit::None, |_| true),
        4 => (Some(&["eth2"][..]), &[Direction::Out], "", Limit::PerSecond(600), |_| true),
        _ => (Some(&["eth0"][..]), &[Direction::In], "", Limit::PerSecond(600), |_| true),
    };
    Kind { request: request(names.map_or(InterfaceSet::Any, of), directions, filter, limit), names, accepts }
}

/// A stream, and what it should have counted.
struct Modelled {
    kind: Kind,
    id: StreamId,
    queue: Arc<Queue>,
    packets: u64,
    bytes: u64,
}

impl Modelled {
    fn wants(&self, name: &str, direction: Direction) -> bool {
        self.kind.request.directions.contains(&direction)
            && self.kind.names.is_none_or(|names| names.contains(&name))
    }

    /// Checks what came of it at its end.
    fn check(&self) -> Result<(), TestCaseError> {
        let got = rows(&self.queue).len() as u64;
        prop_assert_eq!(got, if self.kind.request.has_rows() { self.packets } else { 0 });
        let Counted { matched, bytes, .. } = self.queue.counted().unwrap();
        prop_assert_eq!((matched, bytes), (self.packets, self.bytes));
        Ok(())
    }
}

const NAMES: [&str; PLACES] = ["eth0", "eth1", "eth2"];

/// The interfaces by their indexes; 0 for one that is not there.
fn now(indexes: [u32; PLACES]) -> Command {
    let there = NAMES.into_iter().zip(indexes).filter(|(_, index)| *index != 0);
    Command::Interfaces(Arc::new(there.map(interface).collect()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn every_packet_is_counted_for_the_streams_that_wanted_it(steps in steps()) {
        let mut bench = Bench::new(interfaces([]));
        let (mut indexes, mut next) = ([0; PLACES], 1);
        let (mut running, mut ended): (Vec<Modelled>, Vec<Modelled>) = (Vec::new(), Vec::new());
        for step in steps {
            match step {
                Step::Come(at) => {
                    indexes[at] = next;
                    next += 1;
                    bench.command_and_attach(now(indexes));
                }
                Step::Go(at) => {
                    indexes[at] = 0;
                    bench.command_and_attach(now(indexes));
                }
                Step::Begin(number) => {
                    let kind = kind(number);
                    let (id, queue) = bench.subscribe(&kind.request);
                    running.push(Modelled { kind, id, queue, packets: 0, bytes: 0 });
                }
                Step::End(which) => {
                    if which < running.len() {
                        let stream = running.swap_remove(which);
                        bench.command(Command::End { stream: stream.id });
                        ended.push(stream);
                    }
                }
                Step::Packet(at, direction, length) if indexes[at] != 0 => {
                    let found = bench.kernel.begin(Packet { index: indexes[at], direction, length });
                    for stream in running.iter_mut().filter(|stream| stream.wants(NAMES[at], direction)) {
                        prop_assert!(found, "nothing is in force");
                        if (stream.kind.accepts)(length) {
                            stream.packets += 1;
                            stream.bytes += u64::from(length);
                        }
                    }
                }
                Step::Packet(..) => {}
                Step::Run => _ = bench.kernel.run(),
                Step::Refuse(settle, read) => {
                    let refuses = &mut bench.kernel.lock().refuses;
                    (refuses.settle, refuses.read) = (settle, read);
                }
                Step::RefuseHooks(at) => bench.refuse(indexes[at], &[Hook::XdpNative, Hook::TcxIngress]),
                Step::Tick => bench.control.tick(),
            }
        }
        bench.kernel.lock().refuses = Default::default();
        for stream in running {
            bench.command(Command::End { stream: stream.id });
            ended.push(stream);
        }
        bench.control.tick();
        for stream in ended {
            stream.check()?;
        }
        bench.close_all();
        bench.stop();
    }
}
