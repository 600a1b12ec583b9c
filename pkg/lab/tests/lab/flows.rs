//! The table of flows: every packet is counted once, whatever happens.

use std::{
    collections::BTreeMap,
    ops::Range,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    thread,
    time::Duration,
};

use aya::{
    TestRunOptions,
    programs::{Program, TcAttachType, XdpMode},
};
use rustix::thread::{CpuSet, sched_setaffinity};
use xdplive_capture::{
    bpf::{ArrayOfMaps, HashMap, PerCpuArray},
    clock::monotonic,
    flow_table::{FlowMaps, FlowTable},
};
use xdplive_corpus::{
    frame::{Ethernet, Ipv4, Tcp, tcp_flag::ACK},
    generate, named,
};
use xdplive_lab::{eventually, namespace::Namespace, send::Sender};
use xdplive_loader::maps;
use xdplive_packet::{
    Headers, Hook, LinkType, Wire,
    accounting::Configuration,
    event::Direction,
    flow::{FlowCounters, FlowKey, Sum, marks},
    parse,
};
use xdplive_source::Taken;

use crate::kernel::{Context, GENERATION, HOOKS, Kernel, SHORTEST, descriptor, everything, takes};

const ENTRIES: u32 = 65_536;

/// The number that test interfaces have.
const INTERFACE: u16 = 0;

/// The table of flows, of one interface.
struct Table(FlowTable);

impl Table {
    fn take(&mut self) -> Taken {
        let mut all = self.0.take().unwrap();
        let (interface, taken) = all.pop().unwrap();
        assert_eq!((interface, all.len()), (INTERFACE, 0));
        assert!(taken.inner.is_none(), "nobody looks inside");
        taken.outer
    }
}

/// Has the programs count flows, in tables of so many entries.
fn begin(kernel: &mut Kernel, entries: u32) -> Table {
    let maps = FlowMaps {
        beside_outer: Arc::new(ArrayOfMaps::new(kernel.fd("FLOWS_BESIDE")).unwrap()),
        tables_outer: Arc::new(ArrayOfMaps::new(kernel.fd("FLOW_TABLES")).unwrap()),
        tables: maps::flow_tables(entries).unwrap().map(|map| HashMap::new(descriptor(&map)).unwrap()),
        in_force: Arc::clone(&kernel.in_force),
    };
    let beside = maps::beside().unwrap().map(|map| PerCpuArray::new(descriptor(&map)).unwrap());
    let [first, _] = &beside;
    let mut table = FlowTable::begin(maps, first.count_cpus().unwrap()).unwrap();
    assert!(!table.has_room(INTERFACE));
    table.add_room(INTERFACE, beside).unwrap();
    kernel.count_flows();
    table.add(INTERFACE);
    assert!(table.take().unwrap().is_empty(), "what was before is nobody's");
    Table(table)
}

/// What the table should hold, as the host counts it.
#[derive(Default)]
struct Expected {
    flows: BTreeMap<Vec<u8>, (FlowKey, Sum, u64, u64)>,
    tcp_flags: [[Sum; 8]; 2],
}

impl Expected {
    fn add(&mut self, headers: &Headers, direction: Direction, frame_length: usize) {
        let one = Sum { packets: 1, segments: 1, bytes: frame_length as u64 };
        let key = FlowKey::of(headers, direction);
        let flow = self.flows.entry(bytemuck::bytes_of(&key).to_vec());
        let (_, sum, ttl, flags) = flow.or_insert((key, Sum::default(), 0, 0));
        *sum += one;
        *ttl = headers.ttl().unwrap_or(0).into();
        *flags |= headers.tcp_flags().map_or(0, marks);
        for (bit, flag) in self.tcp_flags[direction as usize].iter_mut().enumerate() {
            if headers.tcp_flags().is_some_and(|flags| flags >> bit & 1 == 1) {
                *flag += one;
            }
        }
    }

    fn compare(&self, taken: &Taken, times: Range<u64>) {
        let found: BTreeMap<Vec<u8>, (FlowKey, FlowCounters)> =
            taken.entries.iter().map(|entry| (bytemuck::bytes_of(&entry.0).to_vec(), *entry)).collect();
        assert_eq!(found.len(), taken.entries.len(), "a flow is there twice");
        for (bytes, (key, sum, ttl, flags)) in &self.flows {
            let (_, counters) = found.get(bytes).unwrap_or_else(|| panic!("{key:?} is not there"));
            assert_eq!((counters.sum, counters.ttl, counters.tcp_flags), (*sum, *ttl, *flags), "{key:?}");
            assert!(times.contains(&counters.first) && times.contains(&counters.last), "{counters:?}");
            assert!(counters.first <= counters.last, "{counters:?}");
        }
        assert_eq!(found.len(), self.flows.len());
        assert_eq!(taken.tcp_flags, self.tcp_flags);
        assert_eq!(taken.other, [Sum::default(); 2]);
    }
}

/// All four programs count the corpus as the host does, also where no slot wants anything.
#[test]
fn the_corpus_is_counted_in_the_kernel_as_on_the_host() {
    let mut kernel = Kernel::load(1 << 16);
    let mut table = begin(&mut kernel, ENTRIES);
    for (link, configuration) in [
        (LinkType::Ethernet, Configuration::idle(LinkType::Ethernet, u32::MAX)),
        (LinkType::RawIp, everything(LinkType::RawIp)),
    ] {
        kernel.configure(configuration);
        let mut expected = Expected::default();
        let begin = monotonic();
        let mut packets = 0;
        for sample in generate(20_261_122, 4000).filter(|sample| sample.bytes.len() >= SHORTEST) {
            let headers = parse(&mut &*sample.bytes, &Wire::new(link));
            for hook in HOOKS.into_iter().filter(|hook| takes(*hook, &sample.bytes)) {
                kernel.run(hook, &sample.bytes);
                expected.add(&headers, hook.direction(), sample.bytes.len());
                packets += 1;
            }
        }
        assert!(expected.flows.len() > 100 && packets > 10_000, "{} flows", expected.flows.len());
        let taken = table.take();
        expected.compare(&taken, begin..monotonic());
        assert_eq!(taken.sum().packets, packets);
        assert!(taken.from <= begin && taken.to <= monotonic() && taken.from < taken.to);
        assert_eq!(table.take().sum(), Sum::default(), "it was emptied");
    }
}

/// Attaches the program of a hook, which is there as long as `kernel`.
fn attach(kernel: &mut Kernel, namespace: &Namespace, hook: Hook, interface: &str) {
    let way = if hook == Hook::TcxEgress { TcAttachType::Egress } else { TcAttachType::Ingress };
    let attached = namespace.enter(|| match kernel.program(hook) {
        Program::Xdp(program) => program.attach(interface, XdpMode::Driver).map(|_link| ()),
        Program::SchedClassifier(program) => program.attach(interface, way).map(|_link| ()),
        _ => panic!("{hook:?} is of no kind we have"),
    });
    attached.unwrap_or_else(|error| panic!("{hook:?} at {interface}: {error}"));
}

/// Real frames over a wire, seen where they are sent and where they arrive.
#[test]
fn the_corpus_is_counted_on_the_wire() {
    for ingress in [Hook::XdpNative, Hook::TcxIngress] {
        let namespace = Namespace::with_pair();
        let mut kernel = Kernel::load(4096);
        kernel.configure(Configuration::idle(LinkType::Ethernet, u32::MAX));
        attach(&mut kernel, &namespace, ingress, "a");
        attach(&mut kernel, &namespace, Hook::TcxEgress, "b");
        let sender = Sender::new(&namespace, "b");
        let before = namespace.counter("a", "rx_packets");
        let mut table = begin(&mut kernel, ENTRIES);
        let mut expected = Expected::default();
        let begin = monotonic();
        let mut sent = 0;
        for sample in generate(5, 3000).filter(|sample| sample.link == LinkType::Ethernet) {
            if !(60..=1514).contains(&sample.bytes.len()) {
                continue;
            }
            let headers = parse(&mut &*sample.bytes, &Wire::new(LinkType::Ethernet));
            for direction in Direction::ALL {
                expected.add(&headers, direction, sample.bytes.len());
            }
            sender.send(&sample.bytes);
            sent += 1;
            // The ring of a veth pair holds 256 frames.
            if sent % 64 == 0 {
                thread::sleep(Duration::from_millis(2));
            }
        }
        let arrived =
            eventually(Duration::from_secs(5), || namespace.counter("a", "rx_packets") - before == sent);
        assert!(sent > 500 && arrived, "{sent} frames");
        let taken = table.take();
        assert_eq!(taken.sum().packets, 2 * sent);
        expected.compare(&taken, begin..monotonic());
    }
}

/// A UDP packet of one of so many flows.
fn flood(flow: u32) -> Vec<u8> {
    let mut frame = named::ssdp().bytes();
    frame[26..30].copy_from_slice(&(0x0a00_0000 | flow >> 16).to_be_bytes());
    frame[34..36].copy_from_slice(&(flow as u16).to_be_bytes());
    frame
}

/// Something without a pattern.
fn scatter(number: u32) -> u32 {
    number.wrapping_mul(0x9e37_79b9) >> 8
}

fn add_all(sums: &mut BTreeMap<Vec<u8>, Sum>, taken: &Taken) {
    for (key, counters) in &taken.entries {
        *sums.entry(bytemuck::bytes_of(key).to_vec()).or_default() += counters.sum;
    }
}

/// Banks are swapped all the time, and nothing is missed or counted twice.
#[test]
fn no_packet_of_a_flood_is_missed_while_banks_are_swapped() {
    const PACKETS: u32 = 300_000;
    let flow: [fn(u32) -> u32; 2] = [|number| number % 64, scatter];
    for flow in flow {
        let namespace = Namespace::with_pair();
        let mut kernel = Kernel::load(4096);
        kernel.configure(Configuration::idle(LinkType::Ethernet, u32::MAX));
        attach(&mut kernel, &namespace, Hook::TcxIngress, "a");
        let sender = Sender::new(&namespace, "b");
        let mut table = begin(&mut kernel, ENTRIES);
        // What was sent, and what of it had been sent at the last swap. However busy the machine is, a table has room for
        // what comes before the next one.
        let [sent, swapped] = [AtomicU32::new(0), AtomicU32::new(0)];
        let mut takes: Vec<Taken> = Vec::new();
        thread::scope(|scope| {
            scope.spawn(|| {
                for number in 0..PACKETS {
                    while number - swapped.load(Ordering::Acquire) >= ENTRIES / 2 {
                        thread::yield_now();
                    }
                    sender.send(&flood(flow(number)));
                    sent.store(number + 1, Ordering::Release);
                }
            });
            while sent.load(Ordering::Acquire) < PACKETS {
                thread::sleep(Duration::from_millis(50));
                let before = sent.load(Ordering::Acquire);
                takes.push(table.take());
                swapped.store(before, Ordering::Release);
            }
        });
        // The last packets may be on their way from one end of the pair to the other.
        let mut sum = Sum::default();
        takes.iter().for_each(|taken| sum += taken.sum());
        eventually(Duration::from_secs(5), || {
            takes.push(table.take());
            sum += takes.last().unwrap().sum();
            sum.packets >= PACKETS.into()
        });
        let length = flood(0).len() as u64;
        let packets = u64::from(PACKETS);
        assert_eq!(sum, Sum { packets, segments: packets, bytes: packets * length });
        assert!(takes.iter().filter(|taken| !taken.entries.is_empty()).count() > 5, "too few swaps");
        assert!(takes.iter().all(|taken| taken.other == [Sum::default(); 2]));
        assert!(takes.windows(2).all(|pair| pair[0].to == pair[1].from), "a gap between two");
        // And each packet in its own flow.
        let mut sums = BTreeMap::new();
        takes.iter().for_each(|taken| add_all(&mut sums, taken));
        let mut expected: BTreeMap<Vec<u8>, Sum> = BTreeMap::new();
        for number in 0..PACKETS {
            let headers = parse(&mut &*flood(flow(number)), &Wire::new(LinkType::Ethernet));
            let key = bytemuck::bytes_of(&FlowKey::of(&headers, Direction::In)).to_vec();
            *expected.entry(key).or_default() += Sum { packets: 1, segments: 1, bytes: length };
        }
        assert!(sums == expected, "{} flows instead of {}", sums.len(), expected.len());
    }
}

#[test]
fn what_the_table_has_no_room_for_is_counted_as_other() {
    const ROOM: u32 = 100;
    let mut kernel = Kernel::load(4096);
    kernel.configure(Configuration::idle(LinkType::Ethernet, u32::MAX));
    let mut table = begin(&mut kernel, ROOM);
    // Several times, because what was read has to make room again.
    for _ in 0..5 {
        for hook in [Hook::XdpNative, Hook::TcxEgress] {
            for flow in (0..1000).chain(0..1000) {
                kernel.run(hook, &flood(flow));
            }
        }
        let taken = table.take();
        let length = flood(0).len() as u64;
        assert_eq!(taken.sum(), Sum { packets: 4000, segments: 4000, bytes: 4000 * length });
        assert_eq!(taken.entries.len(), ROOM as usize);
        assert!(taken.entries.iter().all(|(_, counters)| counters.sum.packets == 2));
        assert_eq!(taken.other.map(|other| other.packets), [1800, 2000]);
    }
}

#[test]
fn two_cpus_count_the_same_flows_at_once() {
    const PACKETS: u32 = 100_000;
    const FLOWS: u32 = 4;
    let namespace = Namespace::with_pair();
    let mut kernel = Kernel::load(4096);
    kernel.configure(Configuration::idle(LinkType::Ethernet, u32::MAX));
    attach(&mut kernel, &namespace, Hook::TcxIngress, "a");
    let mut table = begin(&mut kernel, ENTRIES);
    thread::scope(|scope| {
        for cpu in 0..2 {
            let sender = Sender::new(&namespace, "b");
            scope.spawn(move || {
                let mut cpus = CpuSet::new();
                cpus.set(cpu);
                sched_setaffinity(None, &cpus).expect("two CPUs");
                (0..PACKETS).for_each(|number| sender.send(&flood(number % FLOWS)));
            });
        }
    });
    let mut sums = BTreeMap::new();
    let arrived = eventually(Duration::from_secs(5), || {
        add_all(&mut sums, &table.take());
        sums.values().map(|sum| sum.packets).sum::<u64>() >= 2 * u64::from(PACKETS)
    });
    assert!(arrived, "{sums:?}");
    let packets = u64::from(2 * PACKETS / FLOWS);
    let each = Sum { packets, segments: packets, bytes: packets * flood(0).len() as u64 };
    assert_eq!(sums.into_values().collect::<Vec<_>>(), [each; FLOWS as usize]);
}

/// A TCP packet with so many bytes of data.
fn tcp(payload: usize) -> Vec<u8> {
    let tcp = Tcp { payload: vec![0; payload], ..Tcp::new(50_000, 443, ACK) };
    let packet = Ipv4::new([192, 0, 2, 1], [198, 51, 100, 7], tcp);
    Ethernet::new([2, 0, 0, 0, 0, 1], [2, 0, 0, 0, 0, 2], packet).bytes()
}

/// A frame that has yet to be cut into packets counts as what goes over the wire.
#[test]
fn bytes_are_those_on_the_wire() {
    let mut kernel = Kernel::load(1 << 16);
    kernel.configure(everything(LinkType::Ethernet));
    let mut table = begin(&mut kernel, ENTRIES);
    let frame = tcp(2000);
    let headers = 14 + 20 + 20;
    assert_eq!(frame.len(), headers + 2000);
    // The second time the kernel has yet to count the packets.
    for (segments, size) in [(3_u32, 700_u32), (0, 700)] {
        let context = Context::segments(segments, size);
        for hook in [Hook::TcxIngress, Hook::TcxEgress] {
            let options = TestRunOptions {
                data_in: Some(&frame),
                ctx_in: Some(context.bytes()),
                ..TestRunOptions::default()
            };
            kernel.test_run(hook, options);
            assert_eq!(kernel.take().map(|event| event.segments), Some(3), "{hook:?}");
        }
    }
    let wire = Sum { packets: 2, segments: 6, bytes: 2 * (2000 + 3 * headers as u64) };
    let taken = table.take();
    assert_eq!(taken.entries.iter().map(|(_, counters)| counters.sum).collect::<Vec<_>>(), [wire; 2]);
    for direction in Direction::ALL {
        let slot = kernel.counters(GENERATION, direction).slots[0];
        assert_eq!([slot.matched, slot.segments, slot.bytes], [2, 6, wire.bytes], "the slot's counters");
        assert_eq!(taken.tcp_flags[direction as usize][4], wire, "ACK");
    }
    // In generic XDP nobody knows.
    kernel.run(Hook::XdpGeneric, &frame);
    let unknown = Sum { packets: 1, segments: 1, bytes: frame.len() as u64 };
    assert_eq!(table.take().sum(), unknown);
}

#[test]
fn without_a_table_nothing_is_counted_beside_the_rest() {
    let mut kernel = Kernel::load(1 << 16);
    kernel.configure(everything(LinkType::Ethernet));
    let event = |kernel: &mut Kernel| kernel.run(Hook::TcxIngress, &flood(1)).is_some();
    assert!(event(&mut kernel));
    let mut table = begin(&mut kernel, ENTRIES);
    assert_eq!(table.take().sum(), Sum::default(), "what was before the table");
    assert!(event(&mut kernel));
    assert_eq!(table.take().sum().packets, 1);
    drop(table);
    assert!(event(&mut kernel));
    let counters = kernel.counters(GENERATION, Direction::In);
    assert_eq!([counters.seen, counters.slots[0].matched, counters.slots[0].lost], [3, 3, 0]);
}
