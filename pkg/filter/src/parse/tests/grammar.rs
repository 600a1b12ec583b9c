//! What is understood.

use super::{assert_means, assert_refused, parse, printed};

#[test]
fn nothing_is_everything() {
    assert_means(&[("", ""), (" \t\n", "")]);
}

/// pcap-filter(7): `and` and `or` bind equally, from left to right, `not` binds tightest.
#[test]
fn precedence() {
    assert_means(&[
        ("tcp or udp and ip", "(tcp or udp) and ip"),
        ("tcp and udp or ip", "(tcp and udp) or ip"),
        ("tcp or (udp and ip)", "tcp or (udp and ip)"),
        ("not tcp and udp", "not tcp and udp"),
        ("not (tcp and udp)", "not (tcp and udp)"),
        ("not not tcp", "not not tcp"),
        ("!tcp&&!(udp||ip)", "not tcp and not (udp or ip)"),
        ("tcp and (udp and ip) and arp", "tcp and udp and ip and arp"),
        ("(((tcp)))", "tcp"),
    ]);
}

/// pcap-filter(7): a value without keyword takes the most recent one.
#[test]
fn shorthand() {
    assert_means(&[
        ("port 80 or 443 and tcp", "(port 80 or port 443) and tcp"),
        ("tcp src port 80 or 443", "tcp src port 80 or tcp src port 443"),
        ("not host 192.0.2.1 and 192.0.2.2", "not host 192.0.2.1 and host 192.0.2.2"),
        ("not host (192.0.2.1 or 192.0.2.2)", "not (host 192.0.2.1 or host 192.0.2.2)"),
        ("port 80 or not 443", "port 80 or not port 443"),
        ("port (80 or (443 and not 8080))", "port 80 or (port 443 and not port 8080)"),
        ("net 10/8 or 172.16/12", "net 10.0.0.0/8 or net 172.16.0.0/12"),
        ("port 80 and tcp or 443", "(port 80 and tcp) or port 443"),
        ("ip proto 6 or 17", "ip proto 6 or ip proto 17"),
        ("ttl 1 or 2", "ttl == 1 or ttl == 2"),
        ("dscp df or ef", "dscp == 0 or dscp == 46"),
        ("dscp (ef or af11 or 8)", "dscp == 46 or dscp == 10 or dscp == 8"),
    ]);
}

#[test]
fn addresses() {
    assert_means(&[
        ("src 192.0.2.1", "src host 192.0.2.1"),
        ("dst or src host 192.0.2.1", "host 192.0.2.1"),
        ("src || dst net 10", "net 10.0.0.0/8"),
        ("dst and src host 192.0.2.1", "src and dst host 192.0.2.1"),
        ("src && dst host 192.0.2.1", "src and dst host 192.0.2.1"),
        ("net 192.0.2.1", "host 192.0.2.1"),
        ("net 10", "net 10.0.0.0/8"),
        ("net 192.168", "net 192.168.0.0/16"),
        ("net 192.0.2", "net 192.0.2.0/24"),
        ("net 0/0", "net 0.0.0.0/0"),
        ("net 192.0.2.0 mask 255.255.255.0", "net 192.0.2.0/24"),
        ("ip6 host 2001:DB8::1", "host 2001:db8::1"),
        ("net ::/0", "net ::/0"),
        ("host ::ffff:192.0.2.1", "host ::ffff:192.0.2.1"),
        ("ip net 10/8", "ip net 10.0.0.0/8"),
        ("arp src host 192.0.2.1", "arp src host 192.0.2.1"),
        ("ether host 2:0:0:0:0:1", "ether host 02:00:00:00:00:01"),
        ("ether src 02-00-00-00-00-01", "ether src host 02:00:00:00:00:01"),
        ("ether dst 0200.0000.0001", "ether dst host 02:00:00:00:00:01"),
        ("link host 020000000001", "ether host 02:00:00:00:00:01"),
        ("ether host 02.00.00.00.00.01", "ether host 02:00:00:00:00:01"),
    ]);
}

#[test]
fn ports() {
    assert_means(&[
        ("port http", "port 80"),
        ("port HTTP", "port 80"),
        ("tcp dst port ssh", "tcp dst port 22"),
        ("port syslog", "udp port 514"),
        ("port redis", "tcp port 6379"),
        ("port diameter", "tcp port 3868 or sctp port 3868"),
        ("not port diameter", "not (tcp port 3868 or sctp port 3868)"),
        ("port 0x50 or 0120", "port 80 or port 80"),
        ("portrange 80-90", "portrange 80-90"),
        ("portrange 90-80", "portrange 80-90"),
        ("portrange 80", "port 80"),
        ("portrange ftp-data-ssh", "portrange 20-22"),
        ("udp portrange 1-netbios-ns", "udp portrange 1-137"),
    ]);
}

#[test]
fn protocols() {
    assert_means(&[
        ("proto \\tcp", "tcp"),
        ("proto 6", "tcp"),
        ("ip proto \\tcp", "ip proto 6"),
        ("ip proto 1", "icmp"),
        ("ip6 proto \\ipv6-icmp", "icmp6"),
        ("ip6 protochain 6", "ip6 proto 6"),
        // The first extension header; what is behind all of them is the protocol.
        ("ip6 proto 44", "ip6[6] == 44"),
        ("ip6 proto \\ah", "ip6[6] == 51"),
        ("ip6 protochain 44", "ip6[6] == 44"),
        ("ip6 proto 0 or 43 or 60 or 58", "ip6[6] == 0 or ip6[6] == 43 or ip6[6] == 60 or icmp6"),
        ("ip proto 44", "ip proto 44"),
        ("proto 44", "proto 44"),
        ("proto ospf or GRE or \\pim", "proto 89 or proto 47 or pim"),
        ("ether proto \\ip", "ip"),
        ("ether proto 0x0806", "arp"),
        ("ether proto 35020", "lldp"),
        ("link proto \\aarp", "aarp"),
        ("broadcast or multicast", "ether broadcast or ether multicast"),
        ("ip broadcast or multicast", "ip broadcast or ether multicast"),
        ("ip6 multicast", "ip6 multicast"),
        ("inbound and not outbound", "inbound and not outbound"),
    ]);
}

#[test]
fn comparisons() {
    assert_means(&[
        ("tcp[tcpflags] & (tcp-syn|tcp-ack) = tcp-syn", "tcp[13] & 18 == 2"),
        ("(tcp[13] & 2) != 0", "tcp[13] & 2 != 0"),
        ("((len)) > (100)", "len > 100"),
        ("len - 14 * 2 > 100", "len - 28 > 100"),
        ("(len - 14) * 2 > 100", "(len - 14) * 2 > 100"),
        ("len >> 1 + 1 = 5", "len >> 2 == 5"),
        ("len & 3 << 2 = 5", "len & 12 == 5"),
        ("ip[4 + 4:1] < 5", "ip[8] < 5"),
        ("link[12:2] = 0x800", "ether[12:2] == 2048"),
        ("icmp[icmptype] = icmp-echo", "icmp[0] == 8"),
        ("less 100 and greater 60", "len <= 100 and len >= 60"),
        ("ttl < 5 or ttl 64", "ttl < 5 or ttl == 64"),
        ("-1 = ip[16:4]", "4294967295 == ip[16:4]"),
        ("not tcp[13] = 2 and udp", "not tcp[13] == 2 and udp"),
    ]);
}

/// The second tag of a packet is asked for by a second `vlan` that is joined by `and`.
#[test]
fn tags() {
    let same = |a: &str, b: &str| parse(a).unwrap() == parse(b).unwrap();
    assert_means(&[
        ("vlan 100 and vlan 200", "vlan 100 and vlan 200"),
        ("vlan 100 or vlan 200", "vlan 100 or vlan 200"),
        ("vlan 0x10", "vlan 16"),
        ("vlan and (ip or vlan 5)", "vlan and (ip or vlan 5)"),
    ]);
    assert!(!same("vlan 1 and vlan 1", "vlan 1 and not vlan 1"));
    // Either outer tag, then the inner one.
    let filter = parse("(vlan 1 or vlan 2) and vlan 3").unwrap();
    assert_eq!(filter.terms(&crate::Environment::default()).unwrap().len(), 1);
    // `not` says nothing about tags that are there.
    let filter = parse("not vlan 1 and not vlan 2").unwrap();
    let terms = filter.terms(&crate::Environment::default()).unwrap();
    assert!(terms.len() == 1 && terms[0].set(crate::Field::InnerVlan).is_none(), "{terms:?}");
}

#[test]
fn deep_and_long() {
    let deep = |levels: usize| format!("{}tcp{}", "(".repeat(levels), ")".repeat(levels));
    assert_eq!(printed(&deep(64)), "tcp");
    assert!(parse(&deep(65)).is_err());
    let chain = vec!["tcp"; 800].join(" and ");
    assert_eq!(printed(&chain), chain);
}

/// Ours: a condition with a list in braces is the condition for each of its values.
#[test]
fn lists_in_braces() {
    assert_means(&[
        ("host {192.0.2.1,192.0.2.2}", "host 192.0.2.1 or host 192.0.2.2"),
        ("not host {192.0.2.1,192.0.2.2} and tcp", "not (host 192.0.2.1 or host 192.0.2.2) and tcp"),
        ("port ({53,80} or 443)", "port 53 or port 80 or port 443"),
        ("tcp port 80 or {53,443}", "tcp port 80 or tcp port 53 or tcp port 443"),
        ("net 10.0.{1,2}.0/24", "net 10.0.1.0/24 or net 10.0.2.0/24"),
        ("net {10.0.0.0/8,fd00::/8}", "net 10.0.0.0/8 or net fd00::/8"),
        ("vlan {40,41} and vlan 7", "(vlan 40 or vlan 41) and vlan 7"),
        ("{tcp,udp} port {53,80}", "tcp port 53 or tcp port 80 or udp port 53 or udp port 80"),
        ("{tcp,udp} port 53 or 80", "tcp port 53 or udp port 53 or udp port 80"),
        ("{src,dst} port 53", "src port 53 or dst port 53"),
        ("{tcp,icmp}", "tcp or icmp"),
        ("less {100,200}", "len <= 100 or len <= 200"),
        ("ip[8] = {1,2}", "ip[8] == 1 or ip[8] == 2"),
        // It is to be none of them.
        ("ttl != {1,2}", "ttl != 1 and ttl != 2"),
        ("(ttl {1,2} or arp)", "ttl == 1 or ttl == 2 or arp"),
        ("proto {TCP,IPv6-ICMP}", "tcp or proto 58"),
        ("portrange {80-90,443}", "portrange 80-90 or port 443"),
        ("tcp[tcpflags] & tcp-{syn,fin} != 0", "tcp[13] & 2 != 0 and tcp[13] & 1 != 0"),
    ]);
}

/// Ours: a filter in braces is one condition, whatever is in it.
#[test]
fn filters_in_braces() {
    assert_means(&[
        ("{udp or arp} and ip", "(udp or arp) and ip"),
        ("not {udp or (arp)}", "not (udp or arp)"),
        ("{ udp port 53 }", "udp port 53"),
        ("tcp port 22 and {udp port 53} or 80", "(tcp port 22 and udp port 53) or tcp port 80"),
        ("{host {192.0.2.1} and tcp}", "host 192.0.2.1 and tcp"),
        ("({ttl {1,2} or arp})", "ttl == 1 or ttl == 2 or arp"),
        ("({}) and ip", "ip"),
    ]);
    let no_value = "the values of a list are words with commas between them";
    assert_refused(&[
        ("host {10.0.0.1 or tcp}", 6, "{", no_value),
        ("host ({10.0.0.1 or tcp})", 7, "{", no_value),
        ("src or dst port {53 or tcp}", 17, "{", no_value),
        ("{udp) or (arp} and ip", 5, ")", "and, or or }"),
        ("{udp or arp", 12, "", "and, or or }"),
        ("udp}", 4, "}", "and, or or the end"),
        ("({udp) or arp}", 6, ")", "and, or or }"),
        ("{and}", 2, "and", "but found"),
        ("{not}", 5, "}", "but found"),
        ("{tcp[} and host ::1", 6, "}", "but found"),
        ("{udp} {arp}", 8, "arp", "and, or or the end"),
        ("{port 53} or 80", 14, "80", "but found"),
        ("band {udp and arp}", 1, "band", "but found"),
    ]);
}

/// Ours: a condition with an empty list restricts nothing, and is left out with what joins it to the one before.
#[test]
fn empty_lists() {
    assert_means(&[
        ("host {}", ""),
        ("not host {}", ""),
        ("host .*", ""),
        (".*", ""),
        ("{}", ""),
        ("not (host {})", ""),
        ("tcp and host {}", "tcp"),
        ("host {} and tcp", "tcp"),
        ("tcp or not (host {} and port {}) and udp", "tcp and udp"),
        ("host ({} or 192.0.2.9)", "host 192.0.2.9"),
        ("net 10.{}.0.0/16 or arp", "arp"),
        ("net {}/24 or arp", "arp"),
        ("ttl < {} or arp", "arp"),
        ("len / {} = 5 or arp", "arp"),
        ("ip[{}] = 5 or arp", "arp"),
        ("less {} or arp", "arp"),
        ("{} port 53 or arp", "arp"),
        ("{tcp,udp} port {} or arp", "arp"),
        // The tag that is asked for is the outer one still.
        ("vlan {} and vlan 7", "vlan 7"),
    ]);
    assert_refused(&[
        ("host {10.0.0.1,nosuch}", 16, "nosuch", "names of hosts are not looked up; write the address"),
        ("port {80,tcp}", 10, "tcp", "the name of a service"),
        ("vlan {40,tcp}", 10, "tcp", "a condition like that of the first value in the braces"),
        ("host {} 5", 9, "5", "and, or or the end"),
        ("port {80,443", 6, "{", "write } behind the last of them"),
    ]);
    let vlans = (0..4000).map(|number| number.to_string()).collect::<Vec<_>>().join(",");
    let many = [(); 9].map(|()| format!("vlan {{{vlans}}}")).join(" or ");
    assert!(
        parse(&many).unwrap_err().to_string().contains("lists in braces come to 32768 conditions at most")
    );
}

#[test]
fn tunnels() {
    assert_means(&[
        ("vxlan", "vxlan"),
        ("vxlan 0x10", "vxlan 16"),
        ("vxlan 16777215", "vxlan 16777215"),
        ("geneve 5 or geneve 6", "geneve 5 or geneve 6"),
        ("gre 4294967295", "gre 4294967295"),
        ("mpls 1048575", "mpls 1048575"),
        ("pppoes 0xffff", "pppoes 65535"),
        ("gtp 7 and tcp", "gtp 7 and tcp"),
        ("not gre", "not gre"),
        ("vxlan {5,6}", "vxlan 5 or vxlan 6"),
        ("pppoed", "ether proto 0x8863"),
        // A service in the place of a port.
        ("port vxlan", "udp port 4789"),
        ("port (80 or geneve)", "port 80 or udp port 6081"),
        ("port {80,vxlan}", "port 80 or udp port 4789"),
        ("port 80 or vxlan", "port 80 or vxlan"),
        ("vxlan and 5 < ttl", "vxlan and 5 < ttl"),
    ]);
    assert_refused(&[
        ("vxlan 16777216", 7, "16777216", "expected a VXLAN network identifier (VNI) from 0 to 16777215"),
        ("geneve 16777216", 8, "16777216", "expected a Geneve network identifier (VNI) from 0 to 16777215"),
        ("gre 4294967296", 5, "4294967296", "expected a GRE key from 0 to 4294967295"),
        ("mpls 1048576", 6, "1048576", "expected an MPLS label from 0 to 1048575"),
        ("pppoes 65536", 8, "65536", "expected the id of a PPPoE session from 0 to 65535"),
        (
            "gtp 4294967296",
            5,
            "4294967296",
            "expected the id of a GTP tunnel's end (TEID) from 0 to 4294967295",
        ),
        ("pppoed 5", 8, "5", "expected and, or or the end"),
    ]);
}

#[test]
fn frames_with_a_length() {
    assert_means(&[
        ("llc", "llc"),
        ("llc ui or llc rnr", "llc ui or llc rnr"),
        ("llc {i,s}", "llc i or llc s"),
        ("llc {}", ""),
        ("stp", "stp"),
        ("ether proto 0x42", "stp"),
        ("ether proto \\stp", "stp"),
        ("ether proto 0xaa or 6", "ether proto 0xaa or ether proto 0x06"),
        ("ether proto 0xe0", "ipx"),
        ("netbeui", "netbeui"),
        ("is-is", "isis"),
        ("es-is or clnp", "esis or clnp"),
        ("iso proto 0x83", "isis"),
        ("iso proto \\clnp", "clnp"),
        ("iso proto 5", "iso proto 0x05"),
        ("iso proto {}", ""),
        ("isis proto 20", "isis proto 20"),
        ("l1 and not iih", "l1 and not iih"),
        ("lldp", "lldp"),
        ("ether proto 0x88cc", "lldp"),
        ("ether proto \\lldp", "lldp"),
        // A protocol of IP has the same name.
        ("ip proto isis", "ip proto 124"),
    ]);
    assert_refused(&[
        ("llc 5", 5, "5", "and, or or the end"),
        ("llc and nosuch", 9, "nosuch", "a condition"),
        ("iso proto 256", 11, "256", "the number of a protocol from 0 to 255, or clnp, esis or isis,"),
        ("isis proto lsp", 12, "lsp", "the type of a PDU from 0 to 255"),
        ("stp 5", 5, "5", "and, or or the end"),
    ]);
}

#[test]
fn properties_of_packets() {
    assert_means(&[
        ("fragment", "fragment"),
        ("not fragment and df", "not fragment and ip[6] & 64 != 0"),
        ("window 0", "window == 0"),
        ("window < 0x100", "window < 256"),
        ("payload > 0", "payload > 0"),
        ("100 <= payload", "100 <= payload"),
        ("tcpflags syn", "tcpflags & 2 == 2"),
        ("tcpflags syn or fin", "tcpflags & 2 == 2 or tcpflags & 1 == 1"),
        ("tcpflags & (syn|fin) != 0", "tcpflags & 3 != 0"),
        ("tcpflags & (tcp-syn|tcp-ack) = tcp-syn", "tcpflags & 18 == 2"),
        ("tcpflags == 2", "tcpflags == 2"),
        ("ip[6:2] & 0x1fff != 0", "ip[6:2] & 8191 != 0"),
        ("ip6[0:2] >> 4 = 0x600", "ip6[0:2] >> 4 == 1536"),
        ("udp[4:2] > 8", "udp[4:2] > 8"),
        ("tcp[14:2] = 0", "tcp[14:2] == 0"),
        ("ether[6:4] = 0x02000000", "ether[6:4] == 33554432"),
        ("arp[6:2] = 1", "arp[6:2] == 1"),
        (
            "ip[2:2] - ((ip[0]&0xf)<<2) - ((tcp[12]&0xf0)>>2) != 0",
            "(ip[2:2] - ((ip[0] & 15) << 2)) - ((tcp[12] & 240) >> 2) != 0",
        ),
    ]);
    assert_refused(&[
        ("window 65536", 8, "65536", "expected a window from 0 to 65535"),
        ("tcpflags nosuch", 10, "nosuch", "expected a TCP flag, such as syn"),
        ("payload", 1, "payload", "expected a condition"),
        ("payload >", 10, "", "expected a number"),
        ("fragment 5", 10, "5", "expected and, or or the end"),
    ]);
}
