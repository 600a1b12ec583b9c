//! The programs in the kernel give the same event as the parser on the host, packet by packet.

use std::{
    os::fd::{AsFd as _, OwnedFd},
    sync::Arc,
};

use aya::{
    Ebpf, EbpfLoader, TestRun as _, TestRunOptions,
    maps::{Array, Map, MapData, RingBuf},
    programs::{Program, SchedClassifier, Xdp},
};
use xdplive_capture::{
    bpf::{self, ArrayOfMaps, Cpus, PerCpu, PerCpuArray},
    in_force::InForceMap,
    record::Record,
};
use xdplive_corpus::generate;
use xdplive_filter::{
    Environment, Filter,
    tables::{self, Slot},
};
use xdplive_loader::maps::{self, Barrier};
use xdplive_packet::{
    Event, Hook, LinkType, Tunnel, Wire,
    accounting::{
        Configuration, HookCounters, InForce, Limit, SLOTS, SlotCounters, cells, hook_cell, slot_cell,
    },
    budget::Bucket,
    classify::Tables,
    event::{Direction, MAX_HEADER_BYTES, RecordKind, SEGMENTS_UNKNOWN},
    parse,
};

/// Frames below this length the kernel does not take for a test run.
pub(crate) const SHORTEST: usize = 14;
/// XDP_PASS and TCX_NEXT.
const PASS: u32 = 2;
const NEXT: u32 = u32::MAX;
/// Interfaces go by the rules if their index is below this; test runs are on number 1.
const INDEXES: u32 = 1000;

#[derive(Clone, Copy)]
#[repr(transparent)]
struct Shared<T>(T);

// SAFETY: any bytes are a valid value of a `bytemuck::Pod` type, and `Shared` has the same layout.
unsafe impl<T: bytemuck::Pod> aya::Pod for Shared<T> {}

/// What programs are to go by.
#[derive(Clone, Copy, bytemuck::Zeroable)]
pub(crate) struct Rules {
    pub(crate) configuration: Configuration,
    pub(crate) tables: Tables,
}

/// What the programs counted of one direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Counted {
    pub(crate) seen: u64,
    pub(crate) own: u64,
    pub(crate) slots: [SlotCounters; SLOTS],
}

/// The programs, loaded and not attached.
pub(crate) struct Kernel {
    ebpf: Ebpf,
    /// What the programs report.
    ring: RingBuf<MapData>,
    rules: Box<Rules>,
    cells: PerCpuArray<SlotCounters>,
    cpus: Cpus,
    /// Which configuration interfaces go by, and which bank flows are counted into.
    pub(crate) in_force: Arc<InForceMap>,
    /// The number of the configuration in force, 0 or 1.
    number: u32,
}

impl Kernel {
    pub(crate) fn load(ring_bytes: u32) -> Self {
        Self::load_under(ring_bytes, MAX_HEADER_BYTES as u32)
    }

    /// As the loader does whose policy allows so many bytes beyond headers.
    pub(crate) fn load_under(ring_bytes: u32, header_bytes: u32) -> Self {
        xdplive_lab::need_root();
        let object = std::fs::read(xdplive_lab::in_checkout("ebpf/prebuilt/xdplive.bpf.o")).unwrap();
        let mut ebpf = EbpfLoader::new().map_max_entries("EVENTS", ring_bytes).load(&object).unwrap();
        let mut policy: Array<_, u32> = ebpf.map_mut("POLICY").unwrap().try_into().unwrap();
        policy.set(0, header_bytes, 0).unwrap();
        for (name, program) in ebpf.programs_mut() {
            let loaded = match program {
                Program::Xdp(xdp) => xdp.load(),
                Program::SchedClassifier(tcx) => tcx.load(),
                _ => panic!("{name} is of no kind we have"),
            };
            loaded.unwrap_or_else(|error| panic!("{name}: {error}"));
        }
        let cells = PerCpuArray::new(descriptor(&maps::cells().unwrap())).unwrap();
        let cpus = cells.count_cpus().unwrap();
        ArrayOfMaps::new(fd(&ebpf, "COUNTERS")).unwrap().put(0, &cells).unwrap();
        let barrier = Barrier::create().unwrap();
        let [outer, inner] = barrier.fds().map(|fd| fd.try_clone_to_owned().unwrap());
        let in_force = bpf::Array::new(fd(&ebpf, "IN_FORCE")).unwrap();
        let in_force = InForceMap::new(&in_force, ArrayOfMaps::new(outer).unwrap(), inner).unwrap();
        let rules = bytemuck::zeroed_box();
        let events = MapData::from_fd(fd(&ebpf, "EVENTS")).unwrap();
        let ring = RingBuf::try_from(Map::RingBuf(events)).unwrap();
        Self { ebpf, ring, rules, cells, cpus, in_force: Arc::new(in_force), number: 0 }
    }

    /// Puts a configuration in force whose terms constrain nothing.
    pub(crate) fn configure(&mut self, configuration: Configuration) {
        let flows = self.rules.configuration.flows;
        self.rules = bytemuck::zeroed_box();
        self.rules.configuration = Configuration { flows, ..configuration };
        self.enforce();
    }

    pub(crate) fn put(&mut self, rules: &Rules) {
        let flows = self.rules.configuration.flows;
        self.rules.configuration = rules.configuration;
        // In place: the tables are larger than a thread's stack.
        bytemuck::bytes_of_mut(&mut self.rules.tables).copy_from_slice(bytemuck::bytes_of(&rules.tables));
        self.rules.configuration.flows = flows;
        self.enforce();
    }

    /// Has flows counted from now on, where there is a table.
    pub(crate) fn count_flows(&mut self) {
        self.rules.configuration.flows = 1;
        self.enforce();
    }

    fn enforce(&mut self) {
        self.number = 1 - self.number;
        let first = first_cell(self.rules.configuration.generation);
        let configuration = Configuration { cells: first, tables: self.number, ..self.rules.configuration };
        let tables = bpf::Array::new(descriptor(&maps::tables().unwrap())).unwrap();
        tables.write(0, &self.rules.tables).unwrap();
        ArrayOfMaps::new(self.fd("TABLES")).unwrap().put(self.number, &tables).unwrap();
        let configurations = bpf::Array::new(self.fd("CONFIGURATIONS")).unwrap();
        configurations.write(self.number, &configuration).unwrap();
        for index in 1..INDEXES {
            self.in_force.place(InForce::probe(index, 0), InForce::place(index, self.number));
        }
    }

    /// A map of the object.
    pub(crate) fn fd(&self, name: &str) -> OwnedFd {
        fd(&self.ebpf, name)
    }

    /// The program of a hook.
    pub(crate) fn program(&mut self, hook: Hook) -> &mut Program {
        let name = match hook {
            Hook::XdpNative => "xdp_native",
            Hook::XdpGeneric => "xdp_generic",
            Hook::TcxIngress => "tcx_ingress",
            Hook::TcxEgress => "tcx_egress",
        };
        self.ebpf.program_mut(name).unwrap()
    }

    /// Runs the program of a hook with these options. Returns the mean time.
    pub(crate) fn test_run(&mut self, hook: Hook, options: TestRunOptions<'_>) -> std::time::Duration {
        let result = match self.program(hook) {
            Program::Xdp(program) => program.test_run(options),
            Program::SchedClassifier(program) => program.test_run(options),
            _ => panic!("{hook:?} is of no kind we have"),
        };
        result.unwrap().duration
    }

    /// Runs the program of `hook` on a frame, and takes the event it reports.
    pub(crate) fn run(&mut self, hook: Hook, frame: &[u8]) -> Option<Event> {
        self.pass(hook, frame);
        self.take()
    }

    /// Runs the program of `hook` on a frame.
    pub(crate) fn pass(&mut self, hook: Hook, frame: &[u8]) {
        let options = TestRunOptions { data_in: Some(frame), ..TestRunOptions::default() };
        let result = match hook {
            Hook::XdpNative => self.xdp("xdp_native").test_run(options),
            Hook::XdpGeneric => self.xdp("xdp_generic").test_run(options),
            Hook::TcxIngress => self.tcx("tcx_ingress").test_run(options),
            Hook::TcxEgress => self.tcx("tcx_egress").test_run(options),
        };
        let verdict = result.unwrap_or_else(|error| panic!("{hook:?}, {frame:02x?}: {error}")).return_value;
        let let_through = if matches!(hook, Hook::XdpNative | Hook::XdpGeneric) { PASS } else { NEXT };
        assert_eq!(verdict, let_through, "{hook:?} does not let a packet through");
    }

    fn xdp(&self, name: &str) -> &Xdp {
        self.ebpf.program(name).unwrap().try_into().unwrap()
    }

    fn tcx(&self, name: &str) -> &SchedClassifier {
        self.ebpf.program(name).unwrap().try_into().unwrap()
    }

    /// The one event in the ring.
    pub(crate) fn take(&mut self) -> Option<Event> {
        self.take_record().map(|record| bytemuck::pod_read_unaligned(&record))
    }

    /// The one record in the ring, as it is there.
    pub(crate) fn take_record(&mut self) -> Option<Vec<u8>> {
        let record = self.ring.next().map(|item| item.to_vec());
        assert!(self.ring.next().is_none(), "more than one event for one packet");
        record
    }

    pub(crate) fn counters(&self, generation: u32, direction: Direction) -> Counted {
        let first = first_cell(generation);
        let HookCounters { seen, own, .. } = bytemuck::cast(self.cell(hook_cell(first, direction)));
        let slot = |slot| self.cell(slot_cell(first, slot as u32, direction));
        Counted { seen, own, slots: std::array::from_fn(slot) }
    }

    fn cell(&self, number: u32) -> SlotCounters {
        let mut cpus = PerCpu::zeroed(self.cpus);
        self.cells.read(number, &mut cpus).unwrap();
        cpus.iter().fold(SlotCounters::default(), |mut sum, cpu| {
            sum += *cpu;
            sum
        })
    }

    /// All that is in the ring: events, each with what carries the packet where that was reported.
    pub(crate) fn take_all(&mut self) -> Vec<(Event, Option<Tunnel>)> {
        let mut all = Vec::new();
        while let Some(item) = self.ring.next() {
            let record = Record::read(&item).unwrap();
            all.push((record.event, record.tunnel));
        }
        all
    }

    /// What the programs remember of a slot's budget; zeros until the first packet that asks for it.
    pub(crate) fn budget(&self, slot: u32) -> [u64; size_of::<Bucket>() / 8] {
        let budgets = Array::<_, Shared<_>>::try_from(self.ebpf.map("BUDGETS").unwrap()).unwrap();
        budgets.get(&slot, 0).unwrap().0
    }
}

fn fd(ebpf: &Ebpf, name: &str) -> OwnedFd {
    let map = match ebpf.map(name).unwrap() {
        Map::ArrayOfMaps(data) | Map::Array(data) | Map::RingBuf(data) => data,
        _ => panic!("{name} is of no kind we have"),
    };
    descriptor(map)
}

/// The map once more.
pub(crate) fn descriptor(map: &MapData) -> OwnedFd {
    map.fd().as_fd().try_clone_to_owned().unwrap()
}

/// `struct __sk_buff` of linux/bpf.h, as far as a test run takes it.
pub(crate) struct Context([u8; 192]);

impl Context {
    /// A frame that becomes so many packets with so many bytes each behind their headers.
    pub(crate) fn segments(segments: u32, size: u32) -> Self {
        let mut context = [0; 192];
        // `gso_segs` and `gso_size`.
        context[164..168].copy_from_slice(&segments.to_ne_bytes());
        context[176..180].copy_from_slice(&size.to_ne_bytes());
        Self(context)
    }

    pub(crate) const fn bytes(&self) -> &[u8] {
        &self.0
    }
}

/// The first cell of a generation's counters.
const fn first_cell(generation: u32) -> u32 {
    generation % 2 * cells(SLOTS as u32)
}

pub(crate) const HOOKS: [Hook; 4] = [Hook::XdpNative, Hook::XdpGeneric, Hook::TcxIngress, Hook::TcxEgress];
pub(crate) const GENERATION: u32 = 7;

pub(crate) fn everything(link: LinkType) -> Configuration {
    Configuration { live: [[1, 0]; 2], generation: GENERATION, ..Configuration::idle(link, u32::MAX) }
}

/// The event that the programs should report, but for its time.
pub(crate) fn expected(hook: Hook, link: LinkType, mut frame: &[u8]) -> Event {
    let length = u32::try_from(frame.len()).unwrap();
    Event {
        time: 0,
        slots: 1,
        generation: GENERATION,
        frame_length: length,
        kind: RecordKind::Event as u8,
        hook: hook as u8,
        segments: if hook == Hook::XdpGeneric { SEGMENTS_UNKNOWN } else { 1 },
        reserved: 0,
        headers: parse(&mut frame, &Wire::new(link)),
    }
}

/// Whether the kernel takes a frame for a test run (net/bpf/test_run.c): as a socket buffer no longer than a page
/// with its bookkeeping, and with a whole IP header where its type says IP.
pub(crate) fn takes(hook: Hook, frame: &[u8]) -> bool {
    const LONGEST: usize = 3000;
    let ip_header = match frame.get(12..14) {
        Some([0x08, 0x00]) => 20,
        Some([0x86, 0xdd]) => 40,
        _ => 0,
    };
    match hook {
        Hook::XdpNative | Hook::XdpGeneric => true,
        Hook::TcxIngress | Hook::TcxEgress => frame.len() >= SHORTEST + ip_header && frame.len() <= LONGEST,
    }
}

/// Holds what the programs report of a frame to what the host reads in it.
pub(crate) fn compare(kernel: &mut Kernel, link: LinkType, frame: &[u8], what: &dyn std::fmt::Display) {
    for hook in HOOKS.into_iter().filter(|hook| takes(*hook, frame)) {
        let event = kernel.run(hook, frame).unwrap_or_else(|| panic!("{hook:?} reports nothing of {what}"));
        assert_ne!(event.time, 0);
        assert_eq!(Event { time: 0, ..event }, expected(hook, link, frame), "{hook:?}: {what}");
    }
}

#[test]
fn the_corpus_gives_identical_events() {
    let mut kernel = Kernel::load(1 << 16);
    let mut compared = 0;
    for link in [LinkType::Ethernet, LinkType::RawIp] {
        kernel.configure(everything(link));
        // What begins with one layout is also read as the other: the programs must not mind.
        for sample in generate(20_261_122, 5000).filter(|sample| sample.bytes.len() >= SHORTEST) {
            compare(&mut kernel, link, &sample.bytes, &sample);
            compared += 1;
        }
    }
    assert!(compared > 9000, "{compared} frames");
}

#[test]
fn a_frame_in_several_buffers() {
    let mut kernel = Kernel::load(1 << 16);
    kernel.configure(everything(LinkType::Ethernet));
    // IPv6 with eight extension headers of 2048 bytes: the upper layer lies behind the first page.
    let mut frame = vec![0; 54 + 8 * 2048 + 20];
    frame[12..14].copy_from_slice(&[0x86, 0xdd]);
    frame[14] = 0x60;
    let payload = u16::try_from(frame.len() - 54).unwrap();
    frame[18..20].copy_from_slice(&payload.to_be_bytes());
    frame[20] = 60;
    for extension in 0..8 {
        let at = 54 + extension * 2048;
        frame[at] = if extension == 7 { 6 } else { 60 };
        frame[at + 1] = 255;
    }
    let tcp = 54 + 8 * 2048;
    frame[tcp..tcp + 4].copy_from_slice(&[0x1f, 0x90, 0x00, 0x50]);
    frame[tcp + 12..tcp + 14].copy_from_slice(&[0x50, 0x12]);
    for hook in [Hook::XdpNative, Hook::XdpGeneric] {
        let event = kernel.run(hook, &frame).unwrap();
        assert_eq!(Event { time: 0, ..event }, expected(hook, LinkType::Ethernet, &frame), "{hook:?}");
        assert_eq!(event.headers.source_port(), Some(8080), "{hook:?}");
    }
}

/// A tap device hands on what its user has put together: how many wire packets that will be, nobody knows there.
#[test]
fn a_frame_longer_than_the_interface_takes_is_not_one_packet() {
    const MTU: u32 = 1500;
    let mut kernel = Kernel::load(1 << 16);
    for (link, header) in [(LinkType::Ethernet, 14), (LinkType::RawIp, 0)] {
        kernel.configure(Configuration { mtu: MTU, ..everything(link) });
        for (length, segments) in [(MTU, 1), (MTU + 1, SEGMENTS_UNKNOWN)] {
            let mut frame = vec![0; header + length as usize];
            if header > 0 {
                frame[12..14].copy_from_slice(&[0x08, 0x00]);
            }
            frame[header] = 0x45;
            frame[header + 2..header + 4].copy_from_slice(&(length as u16).to_be_bytes());
            let event = kernel.run(Hook::XdpNative, &frame).unwrap();
            assert_eq!((event.headers.length, event.segments), (length, segments), "{link:?}");
        }
    }
}

#[test]
fn packets_are_counted_in_their_generation_and_direction() {
    let mut kernel = Kernel::load(4096);
    let frame = xdplive_corpus::named::ssdp().bytes();
    kernel.configure(Configuration::idle(LinkType::Ethernet, u32::MAX));
    assert_eq!(kernel.run(Hook::TcxIngress, &frame), None, "nobody wants it");
    assert_eq!(kernel.counters(0, Direction::In).seen, 1);
    assert_eq!(kernel.counters(0, Direction::In).slots[0].matched, 0);

    kernel.configure(Configuration { live: [[1, 0], [0, 0]], ..everything(LinkType::Ethernet) });
    assert!(kernel.run(Hook::TcxIngress, &frame).is_some());
    assert_eq!(kernel.run(Hook::TcxEgress, &frame), None, "only received packets are wanted");
    let received = kernel.counters(GENERATION, Direction::In);
    assert_eq!([received.seen, received.slots[0].matched, received.slots[0].bytes], [1, 1, 143]);
    assert_eq!(received.slots[0].segments, 1);
    assert_eq!(kernel.counters(GENERATION, Direction::Out).seen, 1);
    assert_eq!(kernel.counters(GENERATION, Direction::Out).slots[0].matched, 0);
}

/// Filters that between them constrain every field.
const FILTERS: [&str; 28] = [
    "ip6",
    "arp or udp",
    "not port 53",
    "tcp port 80 or 443",
    "portrange 1000-2000 and not tcp",
    "host 192.0.2.1",
    "net 192.0.2.0/24 and not host 192.0.2.1",
    "ip6 host fe80::1 or net 2001:db8::/32",
    "not src net fe80::/10",
    "ether host 02:00:00:00:00:01",
    "ether broadcast",
    "ether multicast and not ether broadcast",
    "vlan 40",
    "vlan and vlan",
    "not vlan",
    "greater 200",
    "less 100 or len > 1400",
    "ttl < 64 and ttl > 1",
    "dscp 46",
    "tcp[tcpflags] & (tcp-syn|tcp-fin) != 0",
    "icmp[icmptype] == icmp-echo or icmp[icmpcode] > 0",
    "icmp6[icmp6type] == icmp6-neighborsolicit",
    "outbound and udp",
    "ether proto 0x88cc or proto 89",
    PAIRS,
    "not (host 192.0.2.1 and port 53) and udp",
    "(src host 192.0.2.1 and tcp dst port 80) or (src host 10.1.2.3 and tcp dst port 22) or \
     (src host 192.0.2.20 and tcp dst port 443) or (src host 198.51.100.7 and tcp dst port 8080)",
    "not ((host 192.0.2.1 and port 53) or (host 10.1.2.3 and port 80) or (host ::1 and port 53) or \
     (host 192.0.2.20 and port 443) or (host 198.51.100.7 and port 22))",
];

/// Hosts and ports of the corpus.
const PAIRS: &str = "(host 192.0.2.1 and port 53) or (host 10.1.2.3 and port 80) or (host 192.0.2.20 and port 443) or \
                     (host 198.51.100.7 and port 22) or (host 2001:db8:0:1::1 and port 53) or (host ::1 and port 80) or \
                     (host 2001:db8:0:1::2 and port 443) or (host fe80::211:32ff:fee5:795c and port 8080)";

/// The kernel names the same slots as the filters themselves, one by one.
#[test]
fn filters_decide_in_the_kernel_as_on_the_host() {
    let filters: Vec<Filter> = FILTERS.map(|text| Filter::parse(text).unwrap()).into();
    let terms: Vec<_> = filters.iter().map(|filter| filter.terms(&Environment::default()).unwrap()).collect();
    let slots: Vec<Slot<'_>> = (0..)
        .zip(&terms)
        .map(|(number, terms)| Slot {
            number,
            terms,
            directions: &Direction::ALL,
            inner: false,
            limit: Limit::All,
        })
        .collect();
    let mut rules: Box<Rules> = bytemuck::zeroed_box();
    let mut kernel = Kernel::load(1 << 16);
    let mut compared = 0;
    for link in [LinkType::Ethernet, LinkType::RawIp] {
        let Rules { configuration, tables } = &mut *rules;
        *configuration = everything(link);
        tables::build(&slots, None, configuration, tables).unwrap();
        kernel.put(&rules);
        for sample in generate(77, 3000).filter(|sample| sample.bytes.len() >= SHORTEST) {
            let headers = parse(&mut &*sample.bytes, &Wire::new(link));
            let frame_length = u32::try_from(sample.bytes.len()).unwrap();
            for hook in HOOKS.into_iter().filter(|hook| takes(*hook, &sample.bytes)) {
                let direction = hook.direction();
                let packet =
                    xdplive_filter::Packet { headers: &headers, frame_length, direction, bytes: None };
                let expected = filters
                    .iter()
                    .enumerate()
                    .filter(|(_, filter)| filter.matches(&packet, &Environment::default()))
                    .fold(0, |slots, (number, _)| slots | 1 << number);
                let found = kernel.run(hook, &sample.bytes).map_or(0, |event| event.slots);
                assert_eq!(found, expected, "{hook:?} {link:?}: {sample}: {headers:?}");
                compared += 1;
            }
        }
    }
    assert!(compared > 18_000, "{compared} decisions");
}

#[test]
fn what_the_ring_has_no_room_for_is_counted() {
    let mut kernel = Kernel::load(4096);
    kernel.configure(everything(LinkType::Ethernet));
    let frame = xdplive_corpus::named::ssdp().bytes();
    let options = TestRunOptions { data_in: Some(&frame), repeat: 100, ..TestRunOptions::default() };
    kernel.xdp("xdp_native").test_run(options).unwrap();
    let mut events = 0;
    while kernel.ring.next().is_some() {
        events += 1;
    }
    let counters = kernel.counters(GENERATION, Direction::In);
    assert_eq!([counters.seen, counters.slots[0].matched], [100, 100]);
    assert_eq!(counters.slots[0].lost, 100 - events);
    // 120 bytes each in 4096.
    assert_eq!(events, 34);
}
