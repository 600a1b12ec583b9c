//! Frames that the kernel has yet to cut count as the packets that they become.
//!
//! Devices of Geneve, GRE and IP in IP are not in every kernel. So frames as such devices hand them on go through the programs
//! by BPF_PROG_TEST_RUN, with the number and the size of their segments beside them. The packets that they become are made
//! here, one by one.

use std::fmt::Debug;

use aya::TestRunOptions;
use xdplive_corpus::frame::{
    Ethernet, Extension, Geneve, Gre, Ipv4, Ipv6, Padding, Payload, Tcp, Upper, Vxlan, tcp_flag,
};
use xdplive_packet::{Hook, LinkType, event::Direction};

use crate::kernel::{Context, GENERATION, Kernel, everything};

/// An IP version.
#[derive(Clone, Copy, Debug)]
enum Version {
    V4,
    V6,
}

const VERSIONS: [Version; 2] = [Version::V4, Version::V6];

impl Version {
    /// A packet that carries `upper`.
    fn packet(self, upper: impl Into<Upper>) -> Payload {
        match self {
            Self::V4 => Ipv4::new([192, 0, 2, 1], [198, 51, 100, 7], upper).into(),
            Self::V6 => Ipv6::new([0x20; 16], [0x21; 16], upper).into(),
        }
    }
}

/// What stands between the outer and the inner packet.
#[derive(Clone, Copy, Debug)]
enum Tunnel {
    None,
    Vxlan,
    Geneve,
    /// With options, and without an Ethernet header inside.
    GeneveOfIp,
    Gre,
    /// With a checksum, a key and a sequence number, and a frame inside.
    GreOfEthernet,
    /// IP in IP.
    Ip,
}

const TUNNELS: [Tunnel; 7] = [
    Tunnel::None,
    Tunnel::Vxlan,
    Tunnel::Geneve,
    Tunnel::GeneveOfIp,
    Tunnel::Gre,
    Tunnel::GreOfEthernet,
    Tunnel::Ip,
];

fn ethernet(payload: Payload) -> Ethernet {
    let frame = Ethernet::new([2, 0, 0, 0, 0, 1], [2, 0, 0, 0, 0, 2], payload);
    Ethernet { padding: Padding::None, ..frame }
}

fn tcp(data: &[u8]) -> Tcp {
    // Time stamps, as most connections have them.
    let options = [vec![1, 1, 8, 10], vec![0; 8]].concat();
    Tcp { payload: data.to_vec(), options, ..Tcp::new(50_000, 443, tcp_flag::ACK) }
}

/// A frame that carries so many bytes of TCP.
fn frame(tunnel: Tunnel, outer: Version, inner: Version, data: &[u8]) -> Vec<u8> {
    let packet = inner.packet(tcp(data));
    let carrier: Upper = match tunnel {
        Tunnel::None => return ethernet(packet).bytes(),
        Tunnel::Vxlan => Vxlan::new(5, ethernet(packet)).from_port(50_001).into(),
        Tunnel::Geneve => Geneve::new(5, ethernet(packet)).from_port(50_001).into(),
        Tunnel::GeneveOfIp => {
            Geneve { options: Geneve::option(3), ..Geneve::new(5, packet) }.from_port(50_001).into()
        }
        Tunnel::Gre => Gre::new(packet).into(),
        Tunnel::GreOfEthernet => {
            let gre = Gre::new(ethernet(packet));
            Gre { with_checksum: true, key: Some(7), sequence: Some(1), ..gre }.into()
        }
        Tunnel::Ip => {
            let protocol = if matches!(inner, Version::V4) { 4 } else { 41 };
            Upper::Other { protocol, bytes: packet.bytes() }
        }
    };
    ethernet(outer.packet(carrier)).bytes()
}

/// Runs both programs of TCX on a frame that becomes `packets`, of `size` bytes of data each, and compares what is counted.
fn compare(kernel: &mut Kernel, what: &dyn Debug, frame: &[u8], packets: &[Vec<u8>], size: usize) {
    let bytes: usize = packets.iter().map(Vec::len).sum();
    // A frame of a guest or a packet socket has no number of segments yet.
    for segments in [packets.len(), 0] {
        let context = Context::segments(segments as u32, size as u32);
        for hook in [Hook::TcxIngress, Hook::TcxEgress] {
            let counted = |kernel: &Kernel| {
                let slot = kernel.counters(GENERATION, hook.direction()).slots[0];
                [slot.matched, slot.segments, slot.bytes]
            };
            let before = counted(kernel);
            let options = TestRunOptions {
                data_in: Some(frame),
                ctx_in: Some(context.bytes()),
                ..TestRunOptions::default()
            };
            kernel.test_run(hook, options);
            let event = kernel.take().unwrap();
            let after = counted(kernel);
            let difference: [u64; 3] = std::array::from_fn(|number| after[number] - before[number]);
            assert_eq!(difference, [1, packets.len() as u64, bytes as u64], "{what:?} {hook:?} {segments}");
            assert_eq!(usize::from(event.segments), packets.len(), "{what:?} {hook:?}");
        }
    }
}

#[test]
fn segments_behind_tunnels_repeat_all_headers() {
    let mut kernel = Kernel::load(1 << 16);
    kernel.configure(everything(LinkType::Ethernet));
    let data: Vec<u8> = (0..2_300_u32).map(|number| number as u8).collect();
    let mut compared = 0;
    for tunnel in TUNNELS {
        for (outer, inner) in VERSIONS.into_iter().flat_map(|outer| VERSIONS.map(|inner| (outer, inner))) {
            // The last segment is shorter, as long as the others, or a byte long.
            for size in [500, 575, 2_299] {
                let whole = frame(tunnel, outer, inner, &data);
                let packets: Vec<Vec<u8>> =
                    data.chunks(size).map(|piece| frame(tunnel, outer, inner, piece)).collect();
                compare(&mut kernel, &(tunnel, outer, inner, size), &whole, &packets, size);
                compared += 1;
            }
        }
    }
    assert_eq!(compared, 84);
}

/// IPv6 packets that are too large for the length field have a header for it, which the kernel takes off before it cuts them.
#[test]
fn segments_of_big_tcp_have_no_header_for_the_length() {
    const SIZE: usize = 1_400;
    let mut kernel = Kernel::load(1 << 18);
    kernel.configure(everything(LinkType::Ethernet));
    // The kernel takes frames of a page for a test run, of which this is the beginning: what is counted goes by their length.
    let data = vec![7; 2_000];
    let small = |data: &[u8]| ethernet(Version::V6.packet(tcp(data))).bytes();
    let jumbo = {
        let length = 100_000_u32.to_be_bytes();
        let option = [&[0xc2, 4], &length[..]].concat();
        let packet = Ipv6 {
            extensions: vec![Extension::HopByHop(option)],
            payload_length: Some(0),
            ..Ipv6::new([0x20; 16], [0x21; 16], tcp(&data))
        };
        ethernet(packet.into()).bytes()
    };
    assert_eq!(jumbo.len(), small(&data).len() + 8);
    let packets: Vec<Vec<u8>> = data.chunks(SIZE).map(small).collect();
    compare(&mut kernel, &"BIG TCP", &jumbo, &packets, SIZE);
    assert_eq!(kernel.counters(GENERATION, Direction::In).seen, 2);
}
