use std::sync::Arc;

use bytemuck::Zeroable as _;
use xdplive_packet::Event;
use xdplive_source::{HeaderBytes, HostId, Names, Origin as RowOrigin, Tunnels, WallClock};

use super::*;

/// The wall clock is this far ahead of the kernel's.
const EPOCH: i64 = 1_700_000_000_000_000_000;

/// A block as the format describes it: type, body, and the length at both ends.
struct Block {
    kind: u32,
    body: Vec<u8>,
}

impl Block {
    fn number(&self, at: usize) -> u32 {
        u32::from_le_bytes(self.body[at..at + 4].try_into().unwrap())
    }

    /// The options from here on: code and value.
    fn options(&self, at: usize) -> Vec<(u16, Vec<u8>)> {
        let mut rest = &self.body[at..];
        let mut options = Vec::new();
        loop {
            let [c0, c1, l0, l1, ..] = *rest else { panic!("options without an end") };
            let (code, length) = (u16::from_le_bytes([c0, c1]), usize::from(u16::from_le_bytes([l0, l1])));
            if code == 0 {
                assert_eq!(rest.len(), 4, "nothing comes behind the end");
                return options;
            }
            options.push((code, rest[4..4 + length].to_vec()));
            rest = &rest[4 + length.next_multiple_of(4)..];
        }
    }
}

/// Takes a file apart without the library that wrote it.
fn blocks(mut file: &[u8]) -> Vec<Block> {
    let number = |bytes: &[u8]| u32::from_le_bytes(bytes[..4].try_into().unwrap());
    let mut blocks = Vec::new();
    while !file.is_empty() {
        let length = number(&file[4..]) as usize;
        assert_eq!(length % 4, 0);
        assert_eq!(number(&file[length - 4..]) as usize, length, "both ends say the same");
        blocks.push(Block { kind: number(file), body: file[8..length - 4].to_vec() });
        file = &file[length..];
    }
    blocks
}

const SECTION: u32 = 0x0a0d_0d0a;
const INTERFACE: u32 = 1;
const STATISTICS: u32 = 5;
const PACKET: u32 = 6;

fn text(text: &str) -> Vec<u8> {
    text.as_bytes().to_vec()
}

const ORIGIN: Origin<'_> = Origin { hardware: "x86_64", system: "Linux 6.12", filter: "" };

/// A batch of one row from `interface`.
fn batch(interface: &str, event: Event, captured: Option<Captured<'_>>) -> Batch {
    let mut bytes = HeaderBytes::default();
    let number = captured.map_or(HeaderBytes::NONE, |captured| bytes.add(captured));
    let row = Row {
        origin: RowOrigin { host: HostId::ONLY, interface: 0 },
        bytes: number,
        tunnel: Tunnels::NONE,
        event,
    };
    let names = Names { interfaces: vec![interface.into()], ..Names::default() };
    Batch::new(Arc::new(vec![row]), Arc::new(names), WallClock::ahead_by(EPOCH))
        .with_bytes(Some(Arc::new(bytes)))
}

fn event(hook: Hook, time: u64, frame_length: u32) -> Event {
    Event { time, frame_length, hook: hook as u8, ..Event::zeroed() }
}

fn write(file: &mut File, batch: &Batch, link: LinkType) -> bool {
    file.packet(batch, &batch.rows()[0], link).unwrap()
}

#[test]
fn section_and_interface_say_where_packets_come_from() {
    let mut file = File::new(Origin { filter: "tcp port 80", ..ORIGIN }, None).unwrap();
    assert_eq!(file.interface("eth0", LinkType::Ethernet).unwrap(), 0);
    assert_eq!(file.interface("wg0", LinkType::RawIp).unwrap(), 1);
    assert_eq!(file.interface("eth0", LinkType::Ethernet).unwrap(), 0, "it is described once");
    let blocks = blocks(&file.take());
    assert_eq!(blocks.iter().map(|block| block.kind).collect::<Vec<_>>(), [SECTION, INTERFACE, INTERFACE]);
    let section = &blocks[0];
    assert_eq!(section.body[..8], [0x4d, 0x3c, 0x2b, 0x1a, 1, 0, 0, 0], "byte order and version 1.0");
    assert_eq!(section.body[8..16], [0xff; 8], "length not known");
    let application = concat!("XDP Live ", env!("CARGO_PKG_VERSION"));
    assert_eq!(section.options(16), [(2, text("x86_64")), (3, text("Linux 6.12")), (4, text(application))]);
    // Link type, snap length; name, resolution, filter, no check sequence.
    assert_eq!([blocks[1].number(0), blocks[1].number(4)], [1, 516]);
    let filter = (11, text("\0tcp port 80"));
    let expected = [(2, text("eth0")), (9, vec![9]), filter.clone(), (13, vec![0])];
    assert_eq!(blocks[1].options(8), expected);
    assert_eq!(blocks[2].number(0), 101);
    assert_eq!(blocks[2].options(8), [(2, text("wg0")), (9, vec![9]), filter]);
}

#[test]
fn a_packet_has_its_time_lengths_direction_and_bytes() {
    let mut file = File::new(ORIGIN, None).unwrap();
    let bytes: Vec<u8> = (0..54).collect();
    let captured = Captured { bytes: &bytes, tag: None };
    let packets = [(Hook::XdpNative, 123_456_789, 1), (Hook::TcxEgress, 7_000_000_000_001, 2)];
    for (hook, time, _) in packets {
        let batch = batch("eth0", event(hook, time, 1514), Some(captured));
        assert!(write(&mut file, &batch, LinkType::Ethernet));
    }
    let blocks = blocks(&file.take());
    assert_eq!(blocks.len(), 4);
    for (block, (_, time, flags)) in blocks[2..].iter().zip(packets) {
        assert_eq!(block.kind, PACKET);
        assert_eq!(block.number(0), 0);
        let nanoseconds = u64::from(block.number(4)) << 32 | u64::from(block.number(8));
        assert_eq!(nanoseconds, EPOCH as u64 + time);
        assert_eq!([block.number(12), block.number(16)], [54, 1514]);
        assert_eq!(block.body[20..74], bytes);
        assert_eq!(block.options(76), [(2, vec![flags, 0, 0, 0])]);
        assert_eq!(block.body.len() as u64 + 12, AROUND_PACKET + 56);
    }
    assert_eq!(file.packets(), 2);
}

#[test]
fn a_tag_that_was_taken_off_is_put_back() {
    let frame: Vec<u8> = (0..40).collect();
    for (tag, length, expected) in [
        (Some([0x8100, 0x2028]), 40, [&frame[..12], &[0x81, 0x00, 0x20, 0x28], &frame[12..]].concat()),
        (Some([0x88a8, 0x0fff]), 12, [&frame[..12], &[0x88, 0xa8, 0x0f, 0xff]].concat()),
        (None, 40, frame.clone()),
        // No room for it where the addresses are not there.
        (Some([0x8100, 1]), 11, frame[..11].to_vec()),
    ] {
        let mut file = File::new(ORIGIN, None).unwrap();
        let captured = Captured { bytes: &frame[..length], tag };
        let batch = batch("eth0", event(Hook::TcxIngress, 0, 1504), Some(captured));
        assert!(write(&mut file, &batch, LinkType::Ethernet));
        let block = blocks(&file.take()).pop().unwrap();
        assert_eq!([block.number(12), block.number(16)], [expected.len() as u32, 1504]);
        assert_eq!(block.body[20..20 + expected.len()], expected);
    }
}

#[test]
fn a_packet_without_bytes_is_still_a_packet() {
    let mut file = File::new(ORIGIN, None).unwrap();
    let batch = batch("eth0", event(Hook::TcxIngress, 0, 60), None);
    assert!(write(&mut file, &batch, LinkType::Ethernet));
    let block = blocks(&file.take()).pop().unwrap();
    assert_eq!([block.kind, block.number(12), block.number(16)], [PACKET, 0, 60]);
}

#[test]
fn no_packet_makes_the_file_longer_than_it_may_be() {
    let frame = [1; MAX_HEADER_BYTES];
    let captured = Captured { bytes: &frame, tag: Some([0x8100, 1]) };
    let batch = batch("eth0", event(Hook::TcxIngress, 0, 1514), Some(captured));
    let mut file = File::new(ORIGIN, None).unwrap();
    file.interface("eth0", LinkType::Ethernet).unwrap();
    let empty = file.take().len();
    let most = (empty + 3 * PACKET_BLOCK_MAX) as u64;
    for (most, packets) in [(most, 3), (most - 1, 2), (most + 1, 3)] {
        let mut file = File::new(ORIGIN, Some(most)).unwrap();
        let mut length = 0;
        let mut written = 0;
        while write(&mut file, &batch, LinkType::Ethernet) {
            written += 1;
            // What has been sent counts as well.
            length += file.take().len();
        }
        assert_eq!((written, file.packets()), (packets, packets));
        assert_eq!(length, empty + packets as usize * PACKET_BLOCK_MAX, "the largest packet there is");
    }
}

#[test]
fn statistics_say_what_became_of_the_rest() {
    let mut file = File::new(ORIGIN, None).unwrap();
    let batch = batch("eth0", event(Hook::TcxIngress, 0, 60), None);
    write(&mut file, &batch, LinkType::Ethernet);
    file.take();
    // Three were delivered, and one of them is in the file.
    let tally = Tally { seen: 20, unmatched: 5, thinned: 7, lost: 5, delivered: 3 };
    let times = [EPOCH, EPOCH + 0x1_0000_0000];
    file.statistics("eth0", LinkType::Ethernet, tally, times).unwrap();
    let block = blocks(&file.take()).pop().unwrap();
    assert_eq!([block.kind, block.number(0)], [STATISTICS, 0]);
    let time = |time: i64| {
        let time = time as u64;
        [(time >> 32) as u32, time as u32].map(u32::to_le_bytes).concat()
    };
    assert_eq!(block.body[4..12], time(times[1]));
    let number = |number: u64| number.to_le_bytes().to_vec();
    let expected = [
        (1, text("seen=20 unmatched=5 thinned=9 lost=5 delivered=1")),
        (2, time(times[0])),
        (3, time(times[1])),
        (4, number(20)),
        (5, number(5)),
        (6, number(15)),
        (8, number(1)),
    ];
    assert_eq!(block.options(12), expected);
}
