//! Malformed packets: what was read before the fault is kept.

use xdplive_corpus::{
    frame::{Ethernet, Ipv4, Padding, Tag, Tcp, tcp_flag},
    named,
};

use super::*;

fn segment() -> Ethernet {
    let packet = Ipv4::new([192, 0, 2, 1], [192, 0, 2, 20], Tcp::new(443, 50_085, tcp_flag::RST));
    let frame = Ethernet::new([2, 0, 0, 0, 0, 1], [2, 0, 0, 0, 0, 2], packet);
    Ethernet { padding: Padding::None, ..frame }
}

/// [`segment`] with another value of the byte at `at`.
fn with(at: usize, value: u8) -> Event {
    let mut bytes = segment().bytes();
    bytes[at] = value;
    ethernet(&bytes)
}

/// What is known of [`segment`] up to its IP header.
fn up_to_ip(malformed: &str) -> Value {
    json!({
        "source_mac": "02:00:00:00:00:01",
        "destination_mac": "02:00:00:00:00:02",
        "ethertype": "IPv4",
        "version": 4,
        "source_ip": "192.0.2.1",
        "destination_ip": "192.0.2.20",
        "protocol": "TCP",
        "length": 40,
        "ttl": 64,
        "dscp": 0,
        "fragment": false,
        "malformed": malformed,
    })
}

#[test]
fn an_empty_frame() {
    assert_eq!(headers(ethernet(&[])), json!({ "malformed": "truncated" }));
}

#[test]
fn cut_inside_of_the_ip_header() {
    let expected = json!({
        "source_mac": "02:00:00:00:00:01",
        "destination_mac": "02:00:00:00:00:02",
        "ethertype": "IPv4",
        "malformed": "truncated",
    });
    assert_eq!(headers(ethernet(&segment().bytes()[..33])), expected);
}

#[test]
fn cut_behind_the_ports() {
    let mut expected = up_to_ip("truncated");
    expected["source_port"] = json!(443);
    expected["destination_port"] = json!(50_085);
    assert_eq!(headers(ethernet(&segment().bytes()[..40])), expected);
}

#[test]
fn another_version_than_announced() {
    let expected = json!({
        "source_mac": "02:00:00:00:00:01",
        "destination_mac": "02:00:00:00:00:02",
        "ethertype": "IPv4",
        "malformed": "bad_ihl",
    });
    assert_eq!(headers(with(14, 0x65)), expected);
}

#[test]
fn an_impossible_header_length() {
    assert_eq!(headers(with(14, 0x44)), up_to_ip("bad_ihl"));
}

#[test]
fn a_total_length_below_the_header() {
    let mut expected = up_to_ip("bad_length");
    expected["length"] = json!(19);
    assert_eq!(headers(with(17, 19)), expected);
}

#[test]
fn a_tcp_header_beyond_its_packet() {
    let mut expected = up_to_ip("bad_length");
    expected["source_port"] = json!(443);
    expected["destination_port"] = json!(50_085);
    expected["tcp_flags"] = json!("RST");
    assert_eq!(headers(with(46, 0xf0)), expected);
}

#[test]
fn three_tags() {
    let frame = named::ssdp().tagged([Tag::service(1), Tag::customer(2), Tag::customer(3)]);
    let mut expected = ssdp_row();
    expected["vlan"] = json!(1);
    expected["inner_vlan"] = json!(2);
    assert_eq!(headers(ethernet(&frame.bytes())), expected);
}
