use crate::Filter;

/// What is suggested for a text, as the whole texts that there would be.
fn suggested(text: &str) -> Vec<String> {
    let error = Filter::parse(text).expect_err(text);
    error.suggestions.iter().map(|suggestion| suggestion.applied(text)).collect()
}

#[test]
fn conditions_of_wireshark_are_written_anew() {
    for (text, expected) in [
        ("ip.addr == 10.0.0.1", "host 10.0.0.1"),
        ("ip.addr==10.0.0.1", "host 10.0.0.1"),
        ("ip.src eq 10.0.0.1", "src host 10.0.0.1"),
        ("ip.dst != 10.0.0.1", "not dst host 10.0.0.1"),
        ("ip.addr == 10.0.0.0/8", "net 10.0.0.0/8"),
        ("ipv6.addr == 2001:db8::1", "host 2001:db8::1"),
        ("ip.addr in {10.0.0.1, 10.0.0.2}", "host {10.0.0.1,10.0.0.2}"),
        ("ip.addr in {10.0.0.1 10.0.0.2}", "host {10.0.0.1,10.0.0.2}"),
        ("ip.addr", "ip"),
        ("tcp.port == 80", "tcp port 80"),
        ("tcp.port != 80", "not tcp port 80"),
        ("tcp.port in {80, 443, 8000..8080}", "tcp portrange {80,443,8000-8080}"),
        ("tcp.dstport >= 1024", "tcp dst portrange 1024-65535"),
        ("udp.dstport < 1024", "udp dst portrange 0-1023"),
        ("udp.srcport == 53 && ip.ttl < 5", "udp src port 53 && ttl < 5"),
        ("eth.addr == 02:00:5e:10:00:01", "ether host 02:00:5e:10:00:01"),
        ("eth.type == 0x88cc", "ether proto 0x88cc"),
        ("vlan.id == 5", "vlan 5"),
        ("vlan.id", "vlan"),
        ("tcp.flags.syn == 1", "tcp[tcpflags] & tcp-syn != 0"),
        (
            "tcp.flags.syn == 1 and tcp.flags.ack == 0",
            "tcp[tcpflags] & tcp-syn != 0 and tcp[tcpflags] & tcp-ack = 0",
        ),
        ("tcp.flags.reset == true", "tcp[tcpflags] & tcp-rst != 0"),
        ("tcp.flags.fin", "tcp[tcpflags] & tcp-fin != 0"),
        ("tcp.flags == 0x12", "tcp[tcpflags] = 0x12"),
        ("frame.len > 100", "len > 100"),
        ("ip.proto == 47", "ip proto 47"),
        ("ip.dsfield.dscp == 46", "dscp = 46"),
        ("icmp.type == 8", "icmp[icmptype] = 8"),
        ("icmpv6.type == 135", "icmp6[icmp6type] = 135"),
        ("!(ip.addr == 10.0.0.1) || (tcp.port == 22)", "!(host 10.0.0.1) || (tcp port 22)"),
        ("http", "tcp port 80"),
        ("tls and host 10.0.0.1", "tcp port 443 and host 10.0.0.1"),
        ("dns", "port dns"),
        ("ssh", "port ssh"),
        ("ipv6", "ip6"),
        ("not icmpv6", "not icmp6"),
        ("dhcp", "udp port {67,68}"),
    ] {
        assert_eq!(suggested(text), [expected], "{text}");
        assert!(Filter::parse(expected).is_ok(), "{expected}");
    }
}

#[test]
fn what_cannot_be_had_has_a_reason_and_no_suggestion() {
    for (text, column, word, reason) in [
        ("frame contains \"GET\"", 7, "contains", "not at what packets carry behind them"),
        ("tcp and http.host contains \"example\"", 9, "http.host", "not at what packets carry behind them"),
        ("dns.qry.name matches \"^www\"", 1, "dns.qry.name", "not at what packets carry behind them"),
        (
            "http.request.method == \"GET\"",
            1,
            "http.request.method",
            "it belongs to Wireshark's display filters",
        ),
        (
            "tcp.analysis.retransmission",
            1,
            "tcp.analysis.retransmission",
            "it belongs to Wireshark's display filters",
        ),
        ("ip.addr == example.org", 1, "ip.addr", "it belongs to Wireshark's display filters"),
    ] {
        let error = Filter::parse(text).expect_err(text);
        assert_eq!((error.column, error.word.as_str()), (column, word), "{text}");
        assert!(error.to_string().contains(reason), "{text}: {error}");
        assert_eq!(error.suggestions, [], "{text}");
    }
}

#[test]
fn words_that_are_nearly_right_are_recognised() {
    for (text, expected) in [
        ("hots 10.0.0.1", &["host 10.0.0.1"][..]),
        ("scr host 10.0.0.1", &["src host 10.0.0.1"]),
        ("prot 80", &["port 80", "proto 80"]),
        ("prto 80", &["proto 80"]),
        ("tcp adn port 80", &["tcp and port 80"]),
        ("tcp prot 80", &["tcp port 80"]),
        ("port htpp", &["port http"]),
        ("src hsot 10.0.0.1", &["src host 10.0.0.1"]),
        ("brodcast", &["broadcast"]),
        ("mulitcast and udp", &["multicast and udp"]),
        ("ucp", &["tcp", "udp"]),
        ("TCP", &["tcp"]),
        ("Host 10.0.0.1", &["host 10.0.0.1"]),
        ("tcp[tcpflags] & tcp-sny != 0", &["tcp[tcpflags] & tcp-syn != 0"]),
        ("xyzzy", &[]),
        ("host hots", &[]),
        ("ab", &[]),
    ] {
        assert_eq!(suggested(text), expected, "{text}");
    }
}

#[test]
fn a_suggestion_is_a_part_of_the_sentence() {
    let told = |text: &str| Filter::parse(text).expect_err(text).to_string();
    assert_eq!(
        told("ip.addr == 10.0.0.1"),
        "column 1: \"ip.addr\" cannot be used: it belongs to Wireshark's display filters; filters here are in the language \
         of tcpdump; did you mean \"host 10.0.0.1\"?"
    );
    assert_eq!(
        told("prot 80"),
        "column 1: expected a condition, such as host 192.0.2.1, port 53, tcp, or ip[8] < 5, but found \"prot\"; did you \
         mean \"port\" or \"proto\"?"
    );
    assert_eq!(told("port"), "column 5: the filter ends too early: expected a port");
    assert_eq!(
        told("host example.org"),
        "column 6: \"example.org\" cannot be used: names of hosts are not looked up; write the address"
    );
}

/// A name behind `host` is that of a host.
#[test]
fn names_of_hosts_are_no_fields() {
    let error = Filter::parse("host http.example.org").unwrap_err();
    assert!(error.to_string().contains("names of hosts are not looked up"), "{error}");
}
