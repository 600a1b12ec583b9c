//! What is not understood: where, and what could stand there.

use super::{assert_refused, parse};
use crate::Reason;

/// The whole sentence, once.
#[test]
fn an_error_says_where_and_what() {
    let error = parse("host 10.0.0.1 adn port 80").unwrap_err();
    let reason = Reason::Expected("and, or or the end".into());
    assert_eq!((error.column, error.length, error.word.as_str(), &error.reason), (15, 3, "adn", &reason));
    assert_eq!(
        error.to_string(),
        "column 15: expected and, or or the end but found \"adn\"; did you mean \"and\"?"
    );
    let error = parse("host").unwrap_err();
    assert_eq!(error.to_string(), "column 5: the filter ends too early: expected an IP address");
    let error = parse("gateway x").unwrap_err();
    assert!(error.to_string().starts_with("column 1: \"gateway\" cannot be used: it takes a host's name,"));
}

#[test]
fn words_out_of_place() {
    assert_refused(&[
        ("tcp udp", 5, "udp", "expected and, or or the end"),
        ("(tcp", 5, "", "expected and, or or )"),
        ("(tcp udp)", 6, "udp", "expected and, or or )"),
        ("tcp)", 4, ")", "expected and, or or the end"),
        ("tcp and", 8, "", "such as host 192.0.2.1, port 53, tcp, or ip[8] < 5"),
        ("and tcp", 1, "and", "ip[8] < 5"),
        ("()", 2, ")", "ip[8] < 5"),
        ("not", 4, "", "ip[8] < 5"),
        ("192.0.2.1", 1, "192.0.2.1", "ip[8] < 5"),
        ("foo", 1, "foo", "ip[8] < 5"),
        ("ether", 6, "", "expected host, src, dst, proto, broadcast or multicast"),
        ("port (80 or tcp)", 13, "tcp", "or the name of a service"),
    ]);
}

/// Columns count characters, not bytes.
#[test]
fn signs_out_of_place() {
    assert_refused(&[
        ("tcp and é", 9, "é", "a sign of the filter language"),
        ("\u{a0}\u{2003}foo", 3, "foo", "but found"),
        ("port 80 ; rm", 9, ";", "but found"),
        ("\"tcp\"", 1, "\"", "but found"),
    ]);
}

#[test]
fn values() {
    assert_refused(&[
        ("host 10.1", 6, "10.1", "expected a whole IP address (`net` takes a part of one)"),
        ("host 10.0.0.256", 6, "10.0.0.256", "expected an IP address"),
        ("host 1:2:3", 6, "1:2:3", "expected an IP address"),
        ("host and", 6, "and", "names of hosts are not looked up; write the address"),
        ("net 1.2.3.4.5", 5, "1.2.3.4.5", "expected an IP address"),
        ("net 10.0.0.1/8", 5, "10.0.0.1", "it is no network, because bits behind its prefix are set"),
        ("net 2001:db8::1/32", 5, "2001:db8::1", "it is no network"),
        ("net 10/33", 8, "33", "expected a prefix length from 0 to 32"),
        ("net ::/129", 8, "129", "expected a prefix length from 0 to 128"),
        (
            "net 10.0.0.0 mask 255.0.255.0",
            19,
            "255.0.255.0",
            "all ones of a mask have to be in front of its zeros",
        ),
        ("port 65536", 6, "65536", "expected a port from 0 to 65535"),
        ("port 08", 6, "08", "expected a port from 0 to 65535 or the name of a service"),
        ("port nosuchservice", 6, "nosuchservice", "or the name of a service"),
        ("portrange 1-2-3", 11, "1-2-3", "expected a range of ports such as 8000-8080"),
        ("vlan 4096", 6, "4096", "expected a VLAN id from 0 to 4095"),
        ("ttl 256", 5, "256", "expected a number from 0 to 255"),
        ("dscp 64", 6, "64", "or its name, such as ef"),
        ("less 65536", 6, "65536", "expected a frame length in bytes from 0 to 65535"),
        ("ether host 1:2:3:4:5", 12, "1:2:3:4:5", "expected an Ethernet address such as 02:00:5e:10:00:01"),
        ("proto tcp", 7, "tcp", "or a name behind a backslash such as \\tcp"),
        ("proto 256", 7, "256", "or a name behind a backslash such as \\tcp"),
        ("proto \\nosuch", 7, "nosuch", "expected the name of an IP protocol"),
        ("ether proto \\nosuch", 13, "nosuch", "expected the name of an EtherType"),
    ]);
}

#[test]
fn comparisons() {
    assert_refused(&[
        ("len", 4, "", "expected an operator or one of = != < > <= >="),
        ("len > ", 7, "", "or bytes of a header such as ip[8]"),
        ("tcp[13", 7, "", "expected an operator, : or ]"),
        ("tcp[0:3] = 1", 7, "3", "expected 1, 2 or 4 bytes"),
        ("(len > 5", 9, "", "expected and, or or )"),
        ("((len) > 5", 11, "", "expected and, or or )"),
        (
            "foo[1] = 2",
            1,
            "foo",
            "expected one of the headers ether, ip, ip6, arp, tcp, udp, sctp, icmp and icmp6",
        ),
        ("len / 0 = 1", 5, "/", "nothing can be divided by 0"),
        ("len << 32 = 1", 5, "<<", "they can be shifted by 31 at most"),
        ("5 / len = 1", 3, "/", "packets can have a value here for which the result is not defined"),
        ("1 = 1", 1, "1", "it says nothing about the packet"),
        ("len = ip[8]", 1, "len", "a comparison can look at one value of the packet only"),
    ]);
}

#[test]
fn too_much() {
    let length = "the filter has 262145 bytes, where 262144 are allowed";
    let operators = format!("len{} > 5", "+1".repeat(40));
    assert_refused(&[
        (&" ".repeat(262_145), 1, "", length),
        (&"(".repeat(8000), 65, "(", "conditions can be 64 levels deep at most"),
        (&"!".repeat(8000), 65, "!", "conditions can be 64 levels deep at most"),
        (
            &format!("{}arp", "tcp or udp and ".repeat(500)),
            485,
            "or",
            "conditions can be 64 levels deep at most",
        ),
        (&operators, 68, "+", "a comparison can have 32 operators and parentheses at most"),
        (&format!("len > {}", "-".repeat(8000)), 39, "-", "32 operators and parentheses at most"),
        (&["len & 1 = 1"; 5].join(" or "), 61, "len", "come to more than 131072 ranges of values"),
        (
            &format!("tcp port ({}1)", "not 1 or ".repeat(20_000)),
            1,
            "",
            "bytes written out, where 262144 are allowed",
        ),
        (
            &format!("port ({}1)", "1 or ".repeat(33_000)),
            1,
            "",
            "has 33001 conditions, where 32768 are allowed",
        ),
    ]);
}
