//! What is understood, but no parsed header can decide.

use super::{assert_refused, parse};

#[test]
fn words_of_other_links_and_layers() {
    let words = "gateway wlan type subtype dir ifname \
                 on rnr rulenum reason rset ruleset action lane oam vpi fisu opc byte";
    for word in words.split(' ') {
        let error = parse(&format!("ip and {word} 5")).unwrap_err();
        assert_eq!((error.column, error.word.as_str()), (8, word));
        assert!(error.to_string().contains(" cannot be used: "), "{error}");
    }
}

#[test]
fn bytes_that_are_not_read() {
    assert_refused(&[
        ("tcp[20:4] = 5", 1, "tcp", "every tcp header has are looked at: the first 20, tcp[0] to tcp[19]"),
        ("tcp[19:2] = 5", 1, "tcp", "the first 20, tcp[0] to tcp[19]"),
        ("udp and udp[8] = 5", 9, "udp", "the first 8, udp[0] to udp[7]"),
        ("sctp[12] = 0", 1, "sctp", "the first 12, sctp[0] to sctp[11]"),
        ("icmp[8] = 0", 1, "icmp", "the first 8, icmp[0] to icmp[7]"),
        ("icmp6[6:4] = 0", 1, "icmp6", "the first 8, icmp6[0] to icmp6[7]"),
        ("ip[20] = 5", 1, "ip", "the first 20, ip[0] to ip[19]"),
        ("ip6[40] = 6", 1, "ip6", "the first 40, ip6[0] to ip6[39]"),
        ("arp[28] = 6", 1, "arp", "the first 28, arp[0] to arp[27]"),
        ("ip[4294967295:4] = 5", 1, "ip", "the first 20"),
        ("ether[14] = 5", 1, "ether", "the first 12, ether[0] to ether[11], and the type, ether[12:2]"),
        ("ether[10:4] = 5", 1, "ether", "and the type, ether[12:2]"),
        ("tcp[(tcp[12] >> 4) * 4] = 5", 5, "(", "where header fields are, not where the packet says"),
        ("wlan[0] = 5", 1, "wlan", "`ether` asks for its fields"),
        ("ether[12] = 8", 1, "ether", "the type is told as a whole: ether[12:2]"),
        ("ether[12:2] = 100", 1, "ether", "cannot be told from one another"),
        ("ether[12:2] = 0x8100", 1, "ether", "VLAN tags are looked through; `vlan` asks for them"),
        ("ip[12:4] & 257 = 1", 1, "ip", "& with a mask whose ones are next to each other can be computed"),
        ("tcp[4:4] * 2 = 6", 1, "tcp", "only >>, / and & with a mask"),
        ("len = 70000", 1, "len", "up to 65535, which stands for all above it"),
    ]);
}

#[test]
fn qualifiers_that_do_not_fit() {
    assert_refused(&[
        ("tcp host 192.0.2.1", 1, "tcp", "write `and` between a protocol and a host"),
        ("ip port 80", 1, "ip", "write `and` between another protocol and a port"),
        ("ip and rarp host 192.0.2.1", 8, "rarp", "the addresses in RARP packets are not read"),
        ("ether net 10", 1, "ether", "`ether host` takes a whole address"),
        ("tcp proto 5", 1, "tcp", "can stand in front of proto"),
        ("ip host ::1", 9, "::1", "ip has IPv4 addresses only"),
        ("ip6 net 10/8", 9, "10", "ip6 has IPv6 addresses only"),
        ("ip6 broadcast", 5, "broadcast", "only ether and ip have it, and ip6 multicast"),
        ("host example.org", 6, "example.org", "names of hosts are not looked up; write the address"),
        ("host 02:00:00:00:00:01", 6, "02:00:00:00:00:01", "write `ether` in front of host, src or dst"),
        ("host 10.0.0.0/8", 14, "/", "a host is one address; write `net` for a network"),
        ("tcp port syslog", 10, "syslog", "the service syslog is not registered for tcp"),
        ("portrange syslog-https", 11, "syslog-https", "its two ends are services of different protocols"),
        ("ether proto 1500", 13, "1500", "from 256 to 1500 it is a length, and no type"),
        ("ether proto 0x8100", 13, "0x8100", "`vlan` asks for them"),
        (
            "vlan and vlan and vlan",
            19,
            "vlan",
            "the ids of two tags are kept at most, of the outer and the inner one",
        ),
    ]);
}
