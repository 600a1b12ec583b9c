use crate::Filter;

fn told(text: &str) -> String {
    let filter = Filter::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    filter.contradiction().map_or_else(String::new, |contradiction| contradiction.to_string())
}

#[test]
fn conditions_that_contradict_each_other_are_named_with_the_reason() {
    for (text, expected) in [
        ("tcp and udp", "\"tcp\" and \"udp\" contradict each other, because a packet has one IP protocol"),
        (
            "ip6 and tcp[tcpflags] & tcp-syn != 0",
            "\"ip6\" and \"tcp[13] & 2 != 0\" contradict each other, because tcp[…] is read in IPv4 packets only",
        ),
        (
            "tcp and ip6 and ip[8] = 1",
            "\"ip6\" and \"ip[8] == 1\" contradict each other, because ip[…] is read in IPv4 packets only",
        ),
        (
            "port 80 and icmp",
            "\"port 80\" and \"icmp\" contradict each other, because only TCP, UDP, UDP-Lite, SCTP and DCCP packets have ports",
        ),
        (
            "host 10.0.0.1 and ip6",
            "\"host 10.0.0.1\" and \"ip6\" contradict each other, because only IPv4 and ARP packets have IPv4 addresses",
        ),
        (
            "host 10.0.0.1 and host ::1",
            "\"host 10.0.0.1\" and \"host ::1\" contradict each other, because both addresses of a packet are of one IP version",
        ),
        (
            "not vlan and vlan 5",
            "\"not vlan\" and \"vlan 5\" contradict each other, because a packet has one outer VLAN tag, or none",
        ),
        (
            "less 20 and greater 100",
            "\"len <= 20\" and \"len >= 100\" contradict each other, because a packet has one length",
        ),
        (
            "host 10.0.0.1 and host 10.0.0.2 and udp and host 10.0.0.3",
            "\"host 10.0.0.1\", \"host 10.0.0.2\" and \"host 10.0.0.3\" contradict each other, because a packet has one \
             IPv4 source address, and a packet has one IPv4 destination address",
        ),
        (
            "inbound and outbound",
            "\"inbound\" and \"outbound\" contradict each other, because a packet is either received or sent",
        ),
        (
            "arp and ttl 5",
            "\"arp\" and \"ttl == 5\" contradict each other, because only IP packets have a TTL",
        ),
        (
            "fragment and arp",
            "\"fragment\" and \"arp\" contradict each other, because only IP packets are fragmented",
        ),
        (
            "arp and payload > 5",
            "\"arp\" and \"payload > 5\" contradict each other, because only the payload of IP packets is looked at",
        ),
        (
            "fragment and not fragment",
            "\"fragment\" and \"not fragment\" contradict each other, because a packet is either a fragment or not",
        ),
        (
            "vxlan 5 and vxlan 6",
            "\"vxlan 5\" and \"vxlan 6\" contradict each other, because of several tunnels of one kind only the outermost counts",
        ),
        (
            "window 0 and window > 5",
            "\"window == 0\" and \"window > 5\" contradict each other, because a packet has one value at a place",
        ),
        (
            "tcp[13] & 2 != 0 and tcp[13] & 2 == 0",
            "\"tcp[13] & 2 != 0\" and \"tcp[13] & 2 == 0\" contradict each other, because a TCP flag is either set or not",
        ),
        (
            "broadcast and ether dst 02:00:00:00:00:01",
            "\"ether broadcast\" and \"ether dst host 02:00:00:00:00:01\" contradict each other, because the destination's \
             MAC address tells whether it is one station, a group or everyone",
        ),
        (
            "less 30 and tcp[13] = 2",
            "\"len <= 30\" and \"tcp[13] == 2\" contradict each other, because a frame with TCP flags is longer",
        ),
        (
            "not ip and ah",
            "\"not ip\" and \"ah\" contradict each other, because IPv6 extension headers are looked through, to the protocol \
             behind them",
        ),
        ("ttl > 255", "\"ttl > 255\" is never true"),
        (
            "not (tcp or not tcp)",
            "\"not tcp\" and \"tcp\" contradict each other, because a packet has one IP protocol",
        ),
        (
            "(tcp and udp) or (arp and ip)",
            "\"tcp\" and \"udp\" contradict each other, because a packet has one IP protocol",
        ),
        (
            "tcp and (udp or arp)",
            "\"tcp\" and \"udp or arp\" contradict each other, because a packet has one IP protocol, and only IP packets have \
             an IP protocol",
        ),
    ] {
        assert_eq!(told(text), format!("no packet can match: {expected}"), "{text}");
    }
}

#[test]
fn what_a_packet_can_be_is_no_contradiction() {
    for text in [
        "",
        "tcp",
        "vlan 5 and not vlan",
        "tcp and not port 80",
        "host 10.0.0.1 and host 10.0.0.2",
        "proto 58 and ip",
        "ip6 and tcp",
        "ip broadcast and host 192.0.2.255",
        "not ip broadcast and dst host 192.0.2.255",
        "arp and host 10.0.0.1",
        "ether dst ff:ff:ff:ff:ff:ff and broadcast",
        "ether dst 01:00:5e:00:00:01 and multicast",
        "not ether dst 01:00:5e:00:00:01 and multicast and not broadcast",
        "tcp and udp or arp",
        "less 34 and icmp",
        "ip6 and not proto 6",
    ] {
        assert_eq!(told(text), "", "{text}");
    }
}

/// A condition is quoted in a line, and a long search ends.
#[test]
fn what_is_long_is_told_in_short() {
    let hosts: Vec<String> = (0..250).map(|number| format!("10.0.0.{number}")).collect();
    let text = format!("ip6 and host {{{}}}", hosts.join(","));
    assert!(told(&text).len() < 300 && told(&text).contains("…\" contradict each other"), "{}", told(&text));
}
