//! Packets that the kernel drops: each under its reason's name, as often as SNMP counters, device counters and the queueing
//! discipline say; and the counters of interfaces beside them.

use std::{
    collections::BTreeMap,
    io::Write as _,
    net::{Shutdown, TcpListener, TcpStream, UdpSocket},
    thread,
    time::Duration,
};

use serde_json::Value;
use xdplive_lab::{
    eventually,
    namespace::Namespace,
    send::Sender,
    verdict::{Place, give},
    watch::{Outcome, Watch},
};

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

fn mac_of(namespace: &Namespace, interface: &str) -> [u8; 6] {
    let text = namespace.run(&["cat", &format!("/sys/class/net/{interface}/address")]);
    let bytes = text.trim().split(':').map(|byte| u8::from_str_radix(byte, 16).unwrap());
    bytes.collect::<Vec<u8>>().try_into().unwrap()
}

/// Has packets dropped until every watch has told of one.
fn wait_until_they_look(sender: &Sender, mac: [u8; 6], watches: &[&Watch]) {
    let ready = eventually(Duration::from_secs(20), || {
        // Nobody is told of it.
        sender.send(&Packet { port: 7, udp_fault: 0x101, ..RIGHT }.frame(mac));
        watches.iter().all(|watch| watch.rows() > 0)
    });
    assert!(ready, "{:#?}", watches.iter().map(|watch| watch.errors()).collect::<Vec<_>>());
    thread::sleep(SETTLED);
}

/// How many rows there are for each reason, interface and direction.
fn by_site(rows: &[Value]) -> BTreeMap<(String, String, String), u64> {
    let mut found = BTreeMap::new();
    for row in rows {
        let text = |column: &str| row[column].as_str().unwrap_or("-").to_owned();
        *found.entry((text("reason"), text("interface"), text("direction"))).or_default() += 1;
        assert!(row["location"].is_string(), "{row}");
    }
    found
}

/// How many packets rates by reason have counted.
fn by_reason(outcome: &Outcome) -> BTreeMap<&str, u64> {
    let mut counted = BTreeMap::new();
    for row in &outcome.rows {
        *counted.entry(row["group"].as_str().unwrap()).or_default() += row["packets"].as_u64().unwrap();
    }
    counted
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
    let mac = mac_of(&namespace, "a");
    let listening = namespace.enter(|| UdpSocket::bind(("0.0.0.0", OPEN)).unwrap());
    let sender = Sender::new(&namespace, "b");
    let (received, dropped) = (namespace.counter("a", "rx_packets"), namespace.counter("a", "rx_dropped"));
    let links = Watch::start(&namespace, &["--query", "interfaces", "--interface", "a", "--interval", "300"]);
    let options = ["--query", "drops", "--interface", "a", "--interface", "c"];
    let drops = Watch::start(&namespace, &options);
    let ports = "udp dst port 5000 or udp dst port 7";
    let options = ["--interface", "a", "--filter", ports, "--group-by", "reason", "--interval", "300"];
    links.wait_for_rows(1);
    // What the second one counts, the first one has seen.
    wait_until_they_look(&sender, mac, &[&drops]);
    let reasons = Watch::start(&namespace, &[&["--query", "drops"], &options[..]].concat());
    wait_until_they_look(&sender, mac, &[&drops, &reasons]);
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

    let found = by_site(&drops.rows[already..]);
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
    let mut counted = by_reason(&reasons);
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

/// Packets that XDP programs of `a` have dropped, by the driver's count.
fn dropped_by_xdp(namespace: &Namespace) -> u64 {
    let text = namespace.run(&["ethtool", "-S", "a"]);
    let lines = text.lines().filter(|line| line.contains("_xdp_drops:"));
    lines.map(|line| line.rsplit(' ').next().unwrap().parse::<u64>().unwrap()).sum()
}

/// What programs drop has the reason of the place where they are asked, and what they cannot decide on is an XDP exception; a connection
/// that takes no more is reset.
#[test]
fn programs_and_closed_connections_drop_under_reasons_of_their_own() {
    const THERE_TEXT: &str = "10.9.0.2";
    let (near, far) = (Namespace::with_pair(), Namespace::new());
    near.give(&far, "b");
    far.silence("b");
    far.ip(&["link", "set", "dev", "b", "up"]);
    let (mac, other) = (mac_of(&near, "a"), mac_of(&far, "b"));
    let text = |mac: [u8; 6]| mac.map(|byte| format!("{byte:02x}")).join(":");
    for (namespace, interface, own, neighbour, mac) in
        [(&near, "a", "10.9.0.1/24", THERE_TEXT, other), (&far, "b", "10.9.0.2/24", "10.9.0.1", mac)]
    {
        namespace.ip(&["addr", "add", own, "dev", interface]);
        namespace.ip(&["neigh", "replace", neighbour, "lladdr", &text(mac), "dev", interface]);
    }
    let listening = near.enter(|| UdpSocket::bind(("0.0.0.0", OPEN)).unwrap());
    let sender = Sender::new(&far, "b");
    let drops = Watch::start(&near, &["--query", "drops", "--interface", "a"]);
    let options = ["--query", "drops", "--interface", "a", "--group-by", "reason", "--interval", "300"];
    let reasons = Watch::start(&near, &options);
    wait_until_they_look(&sender, mac, &[&drops, &reasons]);
    let already = drops.rows();
    let receive = |times: u64| {
        (0..times).for_each(|_| sender.send(&RIGHT.frame(mac)));
        // Until the kernel has had them.
        thread::sleep(SETTLED);
    };
    let more = |before: &BTreeMap<String, u64>, name: &str| counters(&near)[name] - before[name];

    // What the interface received and IP did not.
    for (place, verdict, times) in [(Place::TcIngress, 2, 3), (Place::XdpGeneric, 1, 4)] {
        let (before, received) = (counters(&near), near.counter("a", "rx_packets"));
        let _program = give(&near, "a", place, verdict, "drops_all");
        receive(times);
        let received = near.counter("a", "rx_packets") - received;
        assert_eq!([received - more(&before, "IpInReceives"), received], [times; 2], "{place:?}");
    }
    // What IP received and did not deliver.
    {
        let before = counters(&near);
        let _program = give(&near, "a", Place::LocalIn, 0, "drops_all");
        receive(5);
        let received = more(&before, "IpInReceives");
        assert_eq!([received - more(&before, "IpInDelivers"), received], [5; 2]);
    }
    // What IP sent and did not come out.
    {
        let (before, came) = (counters(&near), far.counter("b", "rx_packets"));
        let _program = give(&near, "a", Place::TcEgress, 2, "drops_all");
        near.enter(|| {
            let socket = UdpSocket::bind("0.0.0.0:0").unwrap();
            // That it is dropped is an error of the socket's.
            (0..6).for_each(|_| _ = socket.send_to(b"x", (THERE_TEXT, 9)));
        });
        thread::sleep(SETTLED);
        assert_eq!([more(&before, "IpOutRequests"), far.counter("b", "rx_packets") - came], [6, 0]);
    }
    // What the driver's XDP has dropped.
    for (verdict, name, times) in [(0, "aborts_all", 7), (17, "knows_no_verdict", 8)] {
        let before = dropped_by_xdp(&near);
        let _program = give(&near, "a", Place::XdpNative, verdict, &name[..name.len().min(15)]);
        receive(times);
        assert_eq!(dropped_by_xdp(&near) - before, times, "{name}");
    }
    // Data that comes after the program has said that it takes no more.
    let resets = {
        let before = counters(&near);
        let listener = near.enter(|| TcpListener::bind("10.9.0.1:6000").unwrap());
        for _ in 0..3 {
            let mut stream = far.enter(|| TcpStream::connect("10.9.0.1:6000").unwrap());
            let (accepted, _) = listener.accept().unwrap();
            accepted.shutdown(Shutdown::Both).unwrap();
            thread::sleep(Duration::from_millis(50));
            stream.write_all(b"x").unwrap();
            thread::sleep(Duration::from_millis(50));
        }
        thread::sleep(SETTLED);
        more(&before, "TcpExtTCPAbortOnData")
    };
    assert_eq!(resets, 3);
    let (drops, reasons) = (drops.stop(), reasons.stop());
    drop(listening);
    drops.assert_well();

    let rows = &drops.rows[already..];
    let found = by_site(rows);
    let of = |reason: &str, direction: &str| {
        found.get(&(reason.to_owned(), "a".to_owned(), direction.to_owned())).copied().unwrap_or(0)
    };
    for (reason, direction, expected) in [
        ("TC_INGRESS", "in", 3),
        ("NETFILTER_DROP", "in", 5),
        ("TC_EGRESS", "out", 6),
        ("XDP_EXCEPTION_ABORTED", "in", 7),
        ("XDP_EXCEPTION_INVALID", "in", 8),
        ("TCP_ABORT_ON_DATA", "in", resets),
    ] {
        assert_eq!(of(reason, direction), expected, "{reason}: {found:#?}");
        assert_eq!(by_reason(&reasons)[reason], expected, "{reason}, counted");
    }
    // What a program of XDP has dropped that the kernel had made a packet of, and the packets of exceptions. Not every kernel gives a
    // reason there.
    let at = |location: &str| rows.iter().filter(|row| row["location"] == location).count();
    assert_eq!([at("do_xdp_generic"), at("veth_xdp_rcv_skb")], [4, 7 + 8], "{found:#?}");
    assert_eq!(rows.len(), 3 + 4 + 5 + 6 + 2 * (7 + 8) + 3, "and nothing else: {found:#?}");
    // An exception tells of the program, and nothing of the packet.
    let exception = rows.iter().find(|row| row["reason"] == "XDP_EXCEPTION_ABORTED").unwrap();
    assert_eq!(exception["location"], "aborts_all");
    for column in ["source_ip", "length", "protocol", "malformed"] {
        assert!(exception[column].is_null(), "{exception}");
    }
    assert_eq!(exception["frame_length"], 0);
}
