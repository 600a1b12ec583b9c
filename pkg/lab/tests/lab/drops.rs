//! Packets that the kernel drops: each under its reason's name, as often as SNMP counters, device counters and the queueing
//! discipline say; and the counters of interfaces beside them.

use std::{collections::BTreeMap, net::UdpSocket, thread, time::Duration};

use serde_json::Value;
use xdplive_lab::{eventually, namespace::Namespace, send::Sender, watch::Watch};

/// Time after which everything has been reported that was dropped before.
const SETTLED: Duration = Duration::from_millis(400);

/// The address of `a`, and one behind `b`.
const HERE: [u8; 4] = [10, 9, 0, 1];
const THERE: [u8; 4] = [10, 9, 0, 2];
const UDP: u8 = 17;
/// A port on which somebody listens.
const OPEN: u16 = 5000;

fn checksum(bytes: &[u8]) -> u16 {
    let words =
        bytes.chunks(2).map(|pair| u32::from(u16::from_be_bytes([pair[0], *pair.get(1).unwrap_or(&0)])));
    let sum: u32 = words.sum();
    let folded = (sum & 0xffff) + (sum >> 16);
    !((folded & 0xffff) + (folded >> 16)) as u16
}

/// A packet, whose fields may be wrong.
struct Packet {
    source: [u8; 4],
    destination: [u8; 4],
    protocol: u8,
    ttl: u8,
    port: u16,
    /// What is added to checksums: 0 for right ones.
    ip_fault: u16,
    udp_fault: u16,
}

const RIGHT: Packet = Packet {
    source: THERE,
    destination: HERE,
    protocol: UDP,
    ttl: 64,
    port: OPEN,
    ip_fault: 0,
    udp_fault: 0,
};

impl Packet {
    fn frame(&self, mac: [u8; 6]) -> Vec<u8> {
        let mut udp = [&[0x9c, 0x40][..], &self.port.to_be_bytes(), &[0, 28, 0, 0], &[b'x'; 20]].concat();
        let pseudo = [&self.source[..], &self.destination, &[0, UDP, 0, 28], &udp].concat();
        udp[6..8].copy_from_slice(&(checksum(&pseudo) ^ self.udp_fault).to_be_bytes());
        let mut ip = vec![0x45, 0, 0, 48, 0, 1, 0, 0, self.ttl, self.protocol, 0, 0];
        ip.extend([self.source, self.destination].concat());
        let sum = checksum(&ip) ^ self.ip_fault;
        ip[10..12].copy_from_slice(&sum.to_be_bytes());
        [&mac[..], &[2, 0, 0, 0, 0, 9, 8, 0], &ip, &udp].concat()
    }
}

/// SNMP counters of a namespace.
fn counters(namespace: &Namespace) -> BTreeMap<String, u64> {
    let told: Value = serde_json::from_str(&namespace.run(&["nstat", "-asz", "--json"])).unwrap();
    let all = told["kernel"].as_object().unwrap();
    all.iter().map(|(name, value)| (name.clone(), value.as_u64().unwrap_or(0))).collect()
}

/// Packets that the queueing discipline of `a` has dropped.
fn queue_drops(namespace: &Namespace) -> u64 {
    let told: Value =
        serde_json::from_str(&namespace.run(&["tc", "-s", "-j", "qdisc", "show", "dev", "a"])).unwrap();
    told[0]["drops"].as_u64().unwrap()
}

#[test]
fn every_drop_has_its_reason_and_is_counted_once() {
    let namespace = Namespace::with_pair();
    namespace.ip(&["addr", "add", "10.9.0.1/24", "dev", "a"]);
    for setting in ["net.ipv4.ip_forward=1", "net.ipv4.conf.all.rp_filter=1", "net.ipv4.conf.a.rp_filter=1"] {
        namespace.run(&["sysctl", "-qw", setting]);
    }
    // Somewhere to forward to.
    namespace.add_pair("c", "d");
    namespace.ip(&["addr", "add", "10.9.1.1/24", "dev", "c"]);
    namespace.run(&[
        "tc", "qdisc", "add", "dev", "a", "root", "tbf", "rate", "8kbit", "burst", "1600", "limit", "1600",
    ]);
    let mac: Vec<u8> = namespace
        .run(&["cat", "/sys/class/net/a/address"])
        .trim()
        .split(':')
        .map(|byte| u8::from_str_radix(byte, 16).unwrap())
        .collect();
    let mac: [u8; 6] = mac.try_into().unwrap();
    let listening = namespace.enter(|| UdpSocket::bind(("0.0.0.0", OPEN)).unwrap());
    let sender = Sender::new(&namespace, "b");
    let (received, dropped) = (namespace.counter("a", "rx_packets"), namespace.counter("a", "rx_dropped"));
    let links = Watch::start(&namespace, &["--query", "interfaces", "--interface", "a", "--interval", "300"]);
    let options = ["--query", "drops", "--interface", "a", "--interface", "c"];
    let drops = Watch::start(&namespace, &options);
    let ports = "udp dst port 5000 or udp dst port 7";
    let options = ["--interface", "a", "--filter", ports, "--group-by", "reason", "--interval", "300"];
    let reasons = Watch::start(&namespace, &[&["--query", "drops"], &options[..]].concat());
    links.wait_for_rows(1);
    let ready = eventually(Duration::from_secs(20), || {
        // Nobody is told of it.
        sender.send(&Packet { port: 7, udp_fault: 0x101, ..RIGHT }.frame(mac));
        drops.rows() > 0 && reasons.rows() > 0
    });
    assert!(ready, "{:#?} {:#?}", drops.errors(), reasons.errors());
    thread::sleep(SETTLED);
    let (before, queued, unhandled) =
        (counters(&namespace), queue_drops(&namespace), namespace.counter("a", "rx_dropped"));
    let already = drops.rows();

    let unknown = [&mac[..], &[2, 0, 0, 0, 0, 9, 0x99, 0x99], &[0; 46]].concat();
    let cases: [(u64, Vec<u8>, &str); 7] = [
        (3, Packet { port: 4999, ..RIGHT }.frame(mac), "NO_SOCKET"),
        (5, Packet { udp_fault: 0x101, ..RIGHT }.frame(mac), "UDP_CSUM"),
        (6, Packet { source: [203, 0, 113, 7], ..RIGHT }.frame(mac), "IP_RPFILTER"),
        (7, Packet { ip_fault: 0x101, ..RIGHT }.frame(mac), "IP_CSUM"),
        (8, Packet { protocol: 253, ..RIGHT }.frame(mac), "IP_NOPROTO"),
        (4, Packet { destination: [10, 9, 1, 9], ttl: 1, ..RIGHT }.frame(mac), "IP_INHDR"),
        (2, unknown, "UNHANDLED_PROTO"),
    ];
    for (times, frame, _) in &cases {
        (0..*times).for_each(|_| sender.send(frame));
    }
    namespace.enter(|| {
        let socket = UdpSocket::bind("0.0.0.0:0").unwrap();
        // The queue has room for one; what it drops is an error of the socket's.
        (0..20).for_each(|_| _ = socket.send_to(&[b'y'; 1000], "10.9.0.2:9"));
    });
    // Answers by ICMP go the same way.
    thread::sleep(SETTLED);
    let queue = queue_drops(&namespace) - queued;
    assert!(queue > 0, "the queue was never full");
    drops.wait_for_rows(already + 35 + usize::try_from(queue).unwrap());
    let (drops, reasons, links) = (drops.stop(), reasons.stop(), links.stop());
    drop(listening);
    drops.assert_well();

    let mut found: BTreeMap<(String, String, String), u64> = BTreeMap::new();
    for row in drops.rows.iter().skip(already) {
        let text = |column: &str| row[column].as_str().unwrap_or("-").to_owned();
        *found.entry((text("reason"), text("interface"), text("direction"))).or_default() += 1;
        assert!(row["location"].is_string(), "{row}");
    }
    let after = counters(&namespace);
    let more = |name: &str| after[name] - before.get(name).copied().unwrap_or(0);
    let of = |reason: &str, direction: &str| {
        found.get(&(reason.to_owned(), "a".to_owned(), direction.to_owned())).copied().unwrap_or(0)
    };
    for (times, _, reason) in &cases {
        assert_eq!(of(reason, "in"), *times, "{reason}: {found:#?}");
    }
    for (reason, counter) in [
        ("NO_SOCKET", "UdpNoPorts"),
        ("UDP_CSUM", "UdpInCsumErrors"),
        ("IP_RPFILTER", "TcpExtIPReversePathFilter"),
        ("IP_CSUM", "IpExtInCsumErrors"),
        ("IP_NOPROTO", "IpInUnknownProtos"),
    ] {
        assert_eq!(of(reason, "in"), more(counter), "{reason} and {counter}");
    }
    assert_eq!(of("IP_INHDR", "in") + of("IP_CSUM", "in"), more("IpInHdrErrors"));
    assert_eq!(of("QDISC_DROP", "out"), queue);
    assert_eq!(of("UNHANDLED_PROTO", "in"), namespace.counter("a", "rx_dropped") - unhandled);
    assert_eq!(found.values().sum::<u64>(), 35 + queue, "and nothing else: {found:#?}");
    let accounts = drops.accounts(0);
    assert_eq!(accounts["seen"], accounts["delivered"]);

    // The columns of packets.
    let ttl = drops.rows.iter().find(|row| row["reason"] == "IP_INHDR").unwrap();
    assert_eq!(
        [&ttl["ttl"], &ttl["destination_ip"], &ttl["frame_length"]],
        [&Value::from(1), &Value::from("10.9.1.9"), &Value::from(62)]
    );

    // With a filter, by reason.
    let mut counted: BTreeMap<&str, u64> = BTreeMap::new();
    for row in &reasons.rows {
        *counted.entry(row["group"].as_str().unwrap()).or_default() += row["packets"].as_u64().unwrap();
    }
    // Beside those that were sent to see whether it looks; the one with the wrong IP checksum is read like any other.
    let probes = drops.rows.iter().filter(|row| row["reason"] == "UDP_CSUM").count() as u64 - 5;
    assert!(counted["UDP_CSUM"] > 5 && counted["UDP_CSUM"] <= 5 + probes, "{counted:?}, {probes}");
    counted.retain(|reason, packets| *packets > 0 && *reason != "UDP_CSUM");
    assert_eq!(counted, BTreeMap::from([("IP_CSUM", 7), ("IP_INHDR", 4), ("IP_RPFILTER", 6)]));

    // What the interface has counted meanwhile.
    let sum = |column: &str| links.rows.iter().map(|row| row[column].as_u64().unwrap_or(0)).sum::<u64>();
    assert_eq!(sum("in_packets"), namespace.counter("a", "rx_packets") - received);
    assert_eq!(sum("in_dropped"), namespace.counter("a", "rx_dropped") - dropped);
    assert_eq!(sum("queue_dropped"), queue_drops(&namespace));
    assert!(
        links.rows.iter().all(|row| row["state"] == "up" && row["speed"] == 10_000_000_000_u64),
        "{:#?}",
        links.rows
    );
}
