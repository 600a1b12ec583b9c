//! What goes over the wire comes out as rows.

use serde_json::{Value, json};
use xdplive_corpus::named;
use xdplive_lab::{namespace::Namespace, send::Sender, watch::Watch};

/// The row of the acceptance frame: a NAS announcing itself.
fn ssdp_row(interface: &str, vlan: Value, frame_length: u32, segments: Value) -> Value {
    json!({
        "stream": 0, "interface": interface, "direction": "in",
        "source_mac": "00:11:32:e5:79:5c", "destination_mac": "01:00:5e:7f:ff:fa", "ethertype": "IPv4",
        "vlan": vlan, "inner_vlan": null, "version": 4,
        "source_ip": "192.0.2.20", "destination_ip": "239.255.255.250", "protocol": "UDP",
        "length": 129, "frame_length": frame_length, "segments": segments, "ttl": 1, "dscp": 0, "fragment": false,
        "source_port": 50085, "destination_port": 1900, "tcp_flags": null,
        "icmp_type": null, "icmp_code": null, "malformed": null,
        "arp_operation": null, "tcp_window": null, "ip_id": 11_290,
    })
}

#[test]
fn ssdp_by_every_hook_plain_and_in_a_vlan() {
    for (hook, segments) in [("xdp-native", json!(1)), ("xdp-generic", Value::Null), ("tcx", json!(1))] {
        let namespace = Namespace::with_pair();
        let sender = Sender::new(&namespace, "b");
        let watch =
            Watch::attached(&namespace, 1, &["--interface", "a", "--direction", "in", "--hook", hook]);
        sender.send(&named::ssdp().bytes());
        sender.send(&named::ssdp_in_vlan().bytes());
        watch.wait_for_rows(2);
        let outcome = watch.stop();
        outcome.assert_well();
        assert!(outcome.errors.contains(&format!("attached a in by {hook}")), "{:#?}", outcome.errors);
        let mut rows = outcome.rows;
        for row in &mut rows {
            let time = row.as_object_mut().unwrap().remove("time").unwrap();
            let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_millis();
            let age = now - u128::from(time.as_u64().expect("an integer"));
            assert!(age < 60_000, "{hook}: {time} is {age} ms ago");
        }
        let expected =
            [ssdp_row("a", Value::Null, 143, segments.clone()), ssdp_row("a", json!(40), 147, segments)];
        assert_eq!(rows, expected, "{hook}");
    }
}

#[test]
fn an_outgoing_ping_and_its_reply() {
    let namespace = Namespace::new();
    let other = Namespace::new();
    namespace.ip(&["link", "add", "name", "a", "type", "veth", "peer", "name", "b"]);
    let other_id = other.enter(|| std::fs::read_link("/proc/thread-self/ns/net").unwrap());
    assert_ne!(other_id, namespace.enter(|| std::fs::read_link("/proc/thread-self/ns/net").unwrap()));
    namespace.give(&other, "b");
    for (namespace, interface, address) in [(&namespace, "a", "192.0.2.1/24"), (&other, "b", "192.0.2.2/24")]
    {
        namespace.run(&["sysctl", "-qw", &format!("net.ipv6.conf.{interface}.disable_ipv6=1")]);
        namespace.ip(&["addr", "add", address, "dev", interface]);
        namespace.ip(&["link", "set", "dev", interface, "up"]);
    }
    // The neighbours are known before, so that there is no ARP in between.
    namespace.run(&["ping", "-c", "1", "-W", "5", "192.0.2.2"]);
    let watch = Watch::attached(&namespace, 2, &["--interface", "a"]);
    namespace.run(&["ping", "-c", "1", "-W", "5", "192.0.2.2"]);
    watch.wait_for_rows(2);
    let outcome = watch.stop();
    let rows: Vec<_> = outcome
        .rows
        .iter()
        .filter(|row| row["protocol"] == "ICMP")
        .map(|row| (row["direction"].clone(), row["source_ip"].clone(), row["icmp_type"].clone()))
        .collect();
    assert_eq!(
        rows,
        [(json!("out"), json!("192.0.2.1"), json!(8)), (json!("in"), json!("192.0.2.2"), json!(0)),]
    );
}

#[test]
fn a_link_without_ethernet() {
    let namespace = Namespace::new();
    namespace.ip(&["tuntap", "add", "dev", "tun0", "mode", "tun"]);
    namespace.silence("tun0");
    namespace.ip(&["addr", "add", "192.0.2.1/24", "dev", "tun0"]);
    namespace.ip(&["link", "set", "dev", "tun0", "up"]);
    // A tun device has a carrier only while somebody holds it.
    let _holder = namespace.enter(|| xdplive_lab::namespace::hold_tun("tun0"));
    let watch = Watch::attached(&namespace, 2, &["--interface", "tun0"]);
    let _ = namespace.command(&["ping", "-c", "1", "-W", "1", "192.0.2.9"]).output();
    watch.wait_for_rows(1);
    let outcome = watch.stop();
    let row = &outcome.rows[0];
    assert_eq!(
        [&row["direction"], &row["source_mac"], &row["destination_mac"], &row["ethertype"], &row["version"]],
        [&json!("out"), &Value::Null, &Value::Null, &Value::Null, &json!(4)]
    );
    assert_eq!(
        [&row["destination_ip"], &row["length"], &row["frame_length"]],
        [&json!("192.0.2.9"), &json!(84), &json!(84)]
    );
}

#[test]
fn loopback() {
    let namespace = Namespace::new();
    namespace.ip(&["link", "set", "dev", "lo", "up"]);
    let watch = Watch::attached(&namespace, 2, &["--interface", "lo"]);
    namespace.run(&["ping", "-c", "1", "-W", "5", "127.0.0.1"]);
    watch.wait_for_rows(4);
    let outcome = watch.stop();
    outcome.assert_well();
    let kinds: Vec<_> = outcome
        .rows
        .iter()
        .map(|row| (row["direction"].as_str().unwrap(), row["icmp_type"].as_u64().unwrap()))
        .collect();
    assert_eq!(kinds, [("out", 8), ("in", 8), ("out", 0), ("in", 0)]);
    assert_eq!(outcome.rows[0]["source_mac"], "00:00:00:00:00:00");
}

#[test]
fn a_frame_larger_than_a_page_under_native_xdp() {
    let namespace = Namespace::with_pair();
    for end in ["a", "b"] {
        namespace.ip(&["link", "set", "dev", end, "mtu", "9000"]);
    }
    let sender = Sender::new(&namespace, "b");
    let watch =
        Watch::attached(&namespace, 1, &["--interface", "a", "--direction", "in", "--hook", "xdp-native"]);
    let mut frame = named::ssdp().bytes();
    // IPv4 total length 8986, UDP length 8966; the checksums are nobody's business here.
    frame.resize(9000, 0);
    frame[16..18].copy_from_slice(&8986_u16.to_be_bytes());
    frame[38..40].copy_from_slice(&8966_u16.to_be_bytes());
    sender.send(&frame);
    watch.wait_for_rows(1);
    let outcome = watch.stop();
    assert_eq!([&outcome.rows[0]["frame_length"], &outcome.rows[0]["length"]], [&json!(9000), &json!(8986)]);
    assert_eq!(outcome.rows[0]["malformed"], Value::Null);
}
