use crate::{Environment, Filter};

/// The terms of a filter, in words.
fn explained(text: &str) -> Vec<String> {
    let terms = Filter::parse(text).unwrap().terms(&Environment::default()).unwrap();
    terms.iter().map(ToString::to_string).collect()
}

#[test]
fn terms_are_explained() {
    for (text, expected) in [
        ("", vec!["every packet"]),
        ("udp dst port 53 or 5353", vec!["protocol UDP, destination port 53 | 5353"]),
        ("ether proto 0x88cc", vec!["EtherType 0x88cc"]),
        ("src net 10.0.0.0/8 and ip", vec!["EtherType 0x0800, IPv4 source 10.0.0.0/8"]),
        ("not ttl > 5", vec!["TTL not 6-255"]),
        ("vlan", vec!["any VLAN"]),
        ("not vlan", vec!["no VLAN"]),
        ("ether src 02:00:00:00:00:01", vec!["MAC source 02:00:00:00:00:01"]),
        ("ether broadcast and inbound", vec!["direction in, destination broadcast"]),
    ] {
        assert_eq!(explained(text), expected, "{text}");
    }
}

#[test]
fn long_lists_are_shortened() {
    let text = "udp dst port 1 or 3 or 5 or 7 or 9 or 11 or 13 or 15 or 17 or 19";
    let expected = "protocol UDP, destination port 1 | 3 | 5 | 7 | 9 | 11 | 13 | 15 and 2 more";
    assert_eq!(explained(text), [expected]);
}
