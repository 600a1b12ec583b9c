//! Packets that carry others: the programs find the same inside as the host does, and count what goes to the wire.

use std::{
    io::Write as _,
    net::{TcpListener, TcpStream},
    thread,
    time::Duration,
};

use xdplive_corpus::{Sample, generate, hostile};
use xdplive_lab::{namespace::Namespace, watch::Watch};
use xdplive_packet::{
    Event, Hook, Layers, LinkType, Tunnel, Wire,
    accounting::Configuration,
    event::RecordKind,
    headers::Headers,
    parse::tunnel::{descend, may_carry},
    parse_into,
};

use crate::kernel::{HOOKS, Kernel, SHORTEST, everything, expected, takes};

/// Slot 0 takes packets as they are on the wire, slot 1 the innermost ones.
const OUTER: u64 = 1;
const INNER: u64 = 2;

fn both(link: LinkType) -> Configuration {
    Configuration { live: [[OUTER | INNER, 0]; 2], inner: [INNER, 0], tunnels: 1, ..everything(link) }
}

/// What should be reported of a frame, but for its time.
fn reported(hook: Hook, link: LinkType, mut frame: &[u8]) -> Vec<(Event, Option<Tunnel>)> {
    let outer = expected(hook, link, frame);
    let (mut headers, mut layers) = (Headers::EMPTY, Layers::EMPTY);
    parse_into(&mut frame, &Wire::new(link), &mut headers, &mut layers);
    let inside = may_carry(&headers, &layers).then(|| descend(&mut frame, &headers, &layers));
    match inside.filter(|inside| inside.is_tunnelled()) {
        None => vec![(Event { slots: OUTER | INNER, ..outer }, None)],
        Some(inside) => {
            let kind = RecordKind::Tunnel as u8;
            let inner = Event { slots: INNER, kind, headers: inside.headers, ..outer };
            vec![(Event { slots: OUTER, ..outer }, None), (inner, Some(inside.tunnel))]
        }
    }
}

/// Holds the programs to the host on these frames. Returns how many carried another packet.
fn compare(samples: impl Fn() -> Box<dyn Iterator<Item = Sample>>) -> usize {
    let mut kernel = Kernel::load(1 << 16);
    let mut carried = 0;
    for link in [LinkType::Ethernet, LinkType::RawIp] {
        kernel.configure(both(link));
        for sample in samples().filter(|sample| sample.bytes.len() >= SHORTEST) {
            for hook in HOOKS.into_iter().filter(|hook| takes(*hook, &sample.bytes)) {
                kernel.pass(hook, &sample.bytes);
                let mut found = kernel.take_all();
                found.iter_mut().for_each(|(event, _)| event.time = 0);
                let expected = reported(hook, link, &sample.bytes);
                carried += usize::from(expected.len() == 2);
                assert_eq!(found, expected, "{hook:?} {link:?}: {sample}");
            }
        }
    }
    carried
}

#[test]
fn the_corpus_gives_identical_insides() {
    let carried = compare(|| Box::new(generate(20_261_130, 6000)));
    println!("{carried} packets carried another");
    assert!(carried > 2000, "{carried}");
}

#[test]
fn damaged_frames_give_identical_insides() {
    let carried = compare(|| Box::new(hostile(20_261_130, 60_000)));
    println!("{carried} packets carried another");
    assert!(carried > 5000, "{carried}");
}

/// What is sent through a tunnel device.
const SENT: usize = 3_000_000;

/// Two machines with a VXLAN device over a link of IPv4 or IPv6, on whose sender each packet is cut after the hook.
fn overlay(local: &str, remote: &str, prefix: &str) -> [Namespace; 2] {
    let [here, there] = [Namespace::new(), Namespace::new()];
    here.ip(&["link", "add", "name", "a", "type", "veth", "peer", "name", "b"]);
    here.give(&there, "b");
    for (namespace, device, own, other, address) in
        [(&here, "a", local, remote, "10.10.0.1/24"), (&there, "b", remote, local, "10.10.0.2/24")]
    {
        let own_address = format!("{own}{prefix}");
        let nodad: &[&str] = if own.contains(':') { &["nodad"] } else { &[] };
        namespace.ip(&[&["address", "add", &own_address, "dev", device], nodad].concat());
        namespace.ip(&["link", "set", "dev", device, "up"]);
        namespace.ip(&[
            "link", "add", "vx", "type", "vxlan", "id", "5", "local", own, "remote", other, "dev", device,
            "dstport", "4789",
        ]);
        // What IPv6 says of itself on a new device would be counted by one side, and be too early or too late for the other.
        namespace.run(&["sysctl", "-qw", "net.ipv6.conf.vx.disable_ipv6=1"]);
        namespace.ip(&["address", "add", address, "dev", "vx"]);
        namespace.ip(&["link", "set", "dev", "vx", "up"]);
    }
    here.run(&["ethtool", "-K", "a", "gso", "off", "tso", "off"]);
    [here, there]
}

/// Sends so many bytes over TCP from one to the other.
fn transfer(from: &Namespace, to: &Namespace) {
    let listener = to.enter(|| TcpListener::bind("10.10.0.2:5001").unwrap());
    thread::scope(|scope| {
        let received = scope.spawn(|| {
            let (mut connection, _) = listener.accept().unwrap();
            std::io::copy(&mut connection, &mut std::io::sink()).unwrap()
        });
        let mut connection = from.enter(|| TcpStream::connect("10.10.0.2:5001").unwrap());
        connection.write_all(&vec![7; SENT]).unwrap();
        drop(connection);
        assert_eq!(received.join().unwrap(), SENT as u64);
    });
}

/// A segment of what is sent through a tunnel repeats the headers inside, too: the hook below counts what the other end's
/// device does.
#[test]
fn bytes_through_a_tunnel_device_are_those_on_the_wire() {
    for (local, remote, prefix) in [("10.9.0.1", "10.9.0.2", "/24"), ("fd09::1", "fd09::2", "/64")] {
        let [here, there] = overlay(local, remote, prefix);
        let options = ["--interface", "a", "--direction", "out", "--query", "rates", "--interval", "100"];
        let tunnelled = ["--filter", "vxlan 5"];
        let watch = Watch::attached(&here, 1, &[&options[..], &tunnelled].concat());
        let counters = || ["rx_packets", "rx_bytes"].map(|counter| there.counter("vx", counter));
        let before = counters();
        transfer(&here, &there);
        thread::sleep(Duration::from_millis(500));
        let outcome = watch.stop();
        outcome.assert_well();
        let sum = |name: &str| outcome.rows.iter().map(|row| row[name].as_u64().unwrap()).sum::<u64>();
        let (packets, segments, bytes) = (sum("packets"), sum("segments"), sum("bytes"));
        // Ethernet, IP, UDP and VXLAN around what the other end's tunnel device takes out.
        let around = 14 + if local.contains(':') { 40 } else { 20 } + 8 + 8;
        let [received, inside] = std::array::from_fn(|one| counters()[one] - before[one]);
        let expected = inside + received * (around + 14);
        println!(
            "{local}: {packets} frames, {segments} packets, {bytes} bytes; the other end's device {received}, {expected}"
        );
        assert!(packets < segments, "nothing was left to be cut");
        assert_eq!((segments, bytes), (received, expected));
    }
}
