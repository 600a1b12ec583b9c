//! What is understood, but no parsed header can decide.

use super::{assert_refused, parse};

#[test]
fn words_of_other_links_and_layers() {
    let words = "gateway mpls pppoed pppoes geneve iso clnp isis stp ipx netbeui llc wlan type subtype dir ifname \
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
        ("tcp[20:4] = 5", 1, "tcp", "of tcp these are tcp[0:2], tcp[2:2] and tcp[13]"),
        ("tcp[4] = 5", 1, "tcp", "of tcp these are tcp[0:2], tcp[2:2] and tcp[13]"),
        ("tcp[0:4] = 5", 1, "tcp", "of tcp these are tcp[0:2], tcp[2:2] and tcp[13]"),
        ("tcp[12:2] = 5", 1, "tcp", "of tcp these are tcp[0:2], tcp[2:2] and tcp[13]"),
        ("udp and udp[8] = 5", 9, "udp", "of udp these are udp[0:2] and udp[2:2]"),
        ("ip[0] & 0xf != 5", 1, "ip", "of ip these are ip[1], ip[8], ip[9], ip[12:4] and ip[16:4]"),
        ("ip6[6] = 6", 1, "ip6", "of ip6 these are ip6[7], ip6[8:16] and ip6[24:16]"),
        ("ip[4294967295:4] = 5", 1, "ip", "ip[12:4] and ip[16:4]"),
        ("tcp[(tcp[12] >> 4) * 4] = 5", 5, "(", "where header fields are, not where the packet says"),
        ("wlan[0] = 5", 1, "wlan", "`ether` asks for its fields"),
        ("ether[0] = 5", 1, "ether", "for a whole address there is `ether dst` and `ether src`"),
        ("ether[12] = 8", 1, "ether", "the type is told as a whole: ether[12:2]"),
        ("ether[12:2] = 100", 1, "ether", "cannot be told from one another"),
        ("ether[12:2] = 0x8100", 1, "ether", "VLAN tags are looked through; `vlan` asks for them"),
        ("ip[12:4] & 255 = 1", 1, "ip", "only >>, / and & with a mask of leading ones can be computed"),
        ("ip[15] = 1", 1, "ip", "ask for leading bytes or for a net"),
        ("ip6[30:4] > 5", 1, "ip6", "ask for leading bytes or for a net"),
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
        ("ip6 proto 44", 11, "44", "looked through, to the protocol behind them"),
        ("ether proto 1500", 13, "1500", "and what follows a length is not read"),
        ("ether proto 0x8100", 13, "0x8100", "`vlan` asks for them"),
        ("vlan and vlan and vlan", 19, "vlan", "two tags are read at most, the outer and the inner one"),
    ]);
}
