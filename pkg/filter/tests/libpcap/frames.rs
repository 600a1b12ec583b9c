//! The frames to decide about: those of the corpus on Ethernet, and what it lacks.

use xdplive_corpus::{
    Kind, LinkType, Sample,
    frame::{Arp, Ethernet, Icmp, Ipv4, Ipv6, Padding, Payload, Sctp, Tag, Tcp, Udp, Upper},
    generate,
    generate::pool,
};

const SEED: u64 = 20_261_122;
const FRAMES: usize = 8_000;

/// All frames.
pub(crate) fn all() -> impl Iterator<Item = Sample> {
    let corpus = generate(SEED, FRAMES).filter(|sample| sample.link == LinkType::Ethernet);
    corpus.chain(lacking().into_iter().map(sample))
}

fn sample(frame: Ethernet) -> Sample {
    // The kind serves no purpose here; nothing is wrong with these frames.
    Sample { number: 0, kind: Kind::Tcp, link: LinkType::Ethernet, bytes: frame.bytes() }
}

const A: [u8; 4] = [192, 0, 2, 1];
const B: [u8; 4] = [198, 51, 100, 7];

fn lacking() -> Vec<Ethernet> {
    let mut frames = Vec::new();
    frames.extend((0..=255).map(|flags| ipv4(Tcp::new(50_000, 80, flags))));
    frames.extend((0..=255).map(|kind| ipv4(Upper::Icmp(Icmp::new(kind, kind % 7, 1, &[])))));
    frames.extend((0..=255).map(|kind| ipv6(Upper::Icmpv6(Icmp::new(kind, kind % 7, 1, &[])))));
    frames.extend((0..=255).map(|protocol| ipv4(Upper::Other { protocol, bytes: vec![0; 24] })));
    frames.extend((0..=255).map(|ttl| on_ethernet(Ipv4 { ttl, ..Ipv4::new(A, B, Udp::new(7, 9, [])) })));
    frames.extend(
        (0..=63).map(|dscp| on_ethernet(Ipv4 { dscp, ecn: dscp % 4, ..Ipv4::new(A, B, Udp::new(1, 2, [])) })),
    );
    frames.extend(
        (0..=63).map(|dscp| {
            on_ethernet(Ipv6 { dscp, hop_limit: dscp * 4, ..packet6(Udp::new(1, 2, []).into()) })
        }),
    );
    frames.extend(
        (0..=255).map(|byte| on_ethernet(Ipv4::new([byte, 0, 0, byte], [10, byte, 1, 1], Sctp::new(7, 8)))),
    );
    for port in (0..=65_535).step_by(997) {
        frames.extend([ipv4(Udp::new(port, 1, [])), ipv4(Tcp::new(2, port, 2)), ipv4(Sctp::new(port, port))]);
        frames.extend([ipv6(Udp::new(port, 1, [])), ipv6(Tcp::new(2, port, 2)), ipv6(Sctp::new(port, port))]);
    }
    // A length that each expression about lengths turns on.
    for length in [60, 64, 100, 127, 128, 129, 576, 1000, 1499, 1500, 1514] {
        let padding = Padding::Bytes(vec![0; length - 42]);
        let packet = Ipv4::new(A, B, Udp::new(1, 2, []));
        frames.push(Ethernet { padding, ..on_ethernet(packet) });
    }
    for ethertype in [0x8035, 0x809b, 0x80f3, 0x6001, 0x6002, 0x6003, 0x6004, 0x88cc, 0x0842] {
        frames.push(on_ethernet(Payload::Other { ethertype, bytes: vec![0; 46] }));
    }
    let rarp = Payload::Other { ethertype: 0x8035, bytes: Arp::request(pool::MACS[0], A, B).bytes() };
    frames.push(on_ethernet(rarp));
    let behind_length = behind_length().into_iter().map(|bytes| on_ethernet(Payload::Length(bytes)));
    frames.extend(behind_length.map(|frame| Ethernet { padding: Padding::None, ..frame }));
    for flow_label in [0, 1, 0x12345, 0xf2345, 0xf_ffff] {
        frames.push(on_ethernet(Ipv6 { flow_label, dscp: 46, ..packet6(Udp::new(1, 2, []).into()) }));
    }
    for tags in [[100, 40], [40, 100], [7, 7], [100, 100]] {
        let packets = [
            packet6(Tcp::new(1, 443, 2).into()).into(),
            Payload::from(Ipv4::new(A, B, Udp::new(53, 53, []))),
        ];
        frames.extend(packets.map(|packet| on_ethernet(packet).tagged(tags.map(Tag::customer))));
    }
    frames
}

/// What follows a length: every kind of LLC, of OSI and of SNAP that a word asks for, and what is nearly one.
fn behind_length() -> Vec<Vec<u8>> {
    let mut payloads = Vec::new();
    for point in [0x06, 0x42, 0xaa, 0xe0, 0xf0, 0xfe, 0x00, 0xff] {
        for other in [point, point ^ 1, 0x04] {
            // Cut at every length.
            payloads
                .extend((0..9).map(|length| vec![point, other, 3, 0x83, 1, 1, 6, 15, 0][..length].to_vec()));
        }
    }
    payloads.extend((0..=255).map(|control| vec![0x04, 0x04, control, 0, 0, 0, 0, 0, 0]));
    payloads.extend((0..=255).map(|nlpid| vec![0xfe, 0xfe, 3, nlpid, 1, 1, 6, 20, 0]));
    payloads.extend((0..=255).map(|pdu| vec![0xfe, 0xfe, 3, 0x83, 1, 1, 6, pdu, 0]));
    let v4 = Ipv4::new(A, B, Udp::new(53, 53, [])).bytes();
    let v6 = packet6(Tcp::new(80, 443, 2).into()).bytes();
    let arp = Arp::request(pool::MACS[0], A, B).bytes();
    let carried = [
        (0x0800, v4),
        (0x86dd, v6),
        (0x0806, arp),
        (0x809b, vec![0; 9]),
        (0x80f3, vec![0; 9]),
        (0x8137, vec![0; 9]),
    ];
    for (ethertype, bytes) in &carried {
        for organization in [[0, 0, 0], [8, 0, 7], [0, 0, 0xf8]] {
            let [high, low] = u16::to_be_bytes(*ethertype);
            let [a, b, c] = organization;
            payloads.push([&[0xaa, 0xaa, 3, a, b, c, high, low], &**bytes].concat());
        }
    }
    payloads
}

fn ipv4(upper: impl Into<Upper>) -> Ethernet {
    on_ethernet(Ipv4::new(A, B, upper))
}

fn ipv6(upper: impl Into<Upper>) -> Ethernet {
    on_ethernet(packet6(upper.into()))
}

fn packet6(upper: Upper) -> Ipv6 {
    Ipv6::new(pool::IPV6[0], pool::IPV6[2], upper)
}

fn on_ethernet(payload: impl Into<Payload>) -> Ethernet {
    Ethernet::new(pool::MACS[0], pool::MACS[1], payload)
}
