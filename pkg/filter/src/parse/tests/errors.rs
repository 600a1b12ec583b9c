//! What is not understood: where, and what could stand there.

use super::{assert_refused, parse};
use crate::{FilterError, Reason};

/// The whole sentence, once.
#[test]
fn an_error_says_where_and_what() {
    let error = parse("host 10.0.0.1 adn port 80").unwrap_err();
    let expected = "and, or or the end";
    assert_eq!(
        error,
        FilterError { column: 15, length: 3, word: "adn".into(), reason: Reason::Expected(expected.into()) }
    );
    assert_eq!(error.to_string(), "column 15: \"adn\" stands where and, or or the end is expected");
    let error = parse("host").unwrap_err();
    assert_eq!(error.to_string(), "column 5: the filter ends where an IP address is expected");
    let error = parse("gateway x").unwrap_err();
    assert!(error.to_string().starts_with("column 1: \"gateway\" is not possible: it takes a host's name,"));
}

#[test]
fn words_out_of_place() {
    assert_refused(&[
        ("tcp udp", 5, "udp", "and, or or the end is expected"),
        ("(tcp", 5, "", "and, or or ) is expected"),
        ("(tcp udp)", 6, "udp", "and, or or ) is expected"),
        ("tcp)", 4, ")", "and, or or the end is expected"),
        ("tcp and", 8, "", "such as host 192.0.2.1, port 53, tcp, or ip[8] < 5, is expected"),
        ("and tcp", 1, "and", "ip[8] < 5, is expected"),
        ("()", 2, ")", "ip[8] < 5, is expected"),
        ("not", 4, "", "ip[8] < 5, is expected"),
        ("192.0.2.1", 1, "192.0.2.1", "ip[8] < 5, is expected"),
        ("foo", 1, "foo", "ip[8] < 5, is expected"),
        ("ether", 6, "", "host, src, dst, proto, broadcast or multicast is expected"),
        ("port (80 or tcp)", 13, "tcp", "or the name of a service is expected"),
    ]);
}

/// Columns count characters, not bytes.
#[test]
fn signs_out_of_place() {
    assert_refused(&[
        ("tcp and é", 9, "é", "a sign of the filter language is expected"),
        ("\u{a0}\u{2003}foo", 3, "foo", "is expected"),
        ("port 80 ; rm", 9, ";", "is expected"),
        ("\"tcp\"", 1, "\"", "is expected"),
    ]);
}

#[test]
fn values() {
    assert_refused(&[
        ("host 10.1", 6, "10.1", "a whole IP address (`net` takes a part of one) is expected"),
        ("host 10.0.0.256", 6, "10.0.0.256", "an IP address is expected"),
        ("host 1:2:3", 6, "1:2:3", "an IP address is expected"),
        ("host and", 6, "and", "names of hosts are not looked up; write the address"),
        ("net 1.2.3.4.5", 5, "1.2.3.4.5", "an IP address is expected"),
        ("net 10.0.0.1/8", 5, "10.0.0.1", "bits behind the prefix are set, so it is no network"),
        ("net 2001:db8::1/32", 5, "2001:db8::1", "so it is no network"),
        ("net 10/33", 8, "33", "a prefix length from 0 to 32 is expected"),
        ("net ::/129", 8, "129", "a prefix length from 0 to 128 is expected"),
        ("net 10.0.0.0 mask 255.0.255.0", 19, "255.0.255.0", "only masks of leading ones are networks"),
        ("port 65536", 6, "65536", "a port from 0 to 65535 is expected"),
        ("port 08", 6, "08", "a port from 0 to 65535 or the name of a service is expected"),
        ("port nosuchservice", 6, "nosuchservice", "or the name of a service is expected"),
        ("portrange 1-2-3", 11, "1-2-3", "a range of ports such as 8000-8080 is expected"),
        ("vlan 4096", 6, "4096", "a VLAN id from 0 to 4095 is expected"),
        ("ttl 256", 5, "256", "a number from 0 to 255 is expected"),
        ("dscp 64", 6, "64", "or its name, such as ef, is expected"),
        ("less 65536", 6, "65536", "a frame length in bytes from 0 to 65535 is expected"),
        (
            "ether host 1:2:3:4:5",
            12,
            "1:2:3:4:5",
            "an Ethernet address such as 02:00:5e:10:00:01 is expected",
        ),
        ("proto tcp", 7, "tcp", "or a name behind a backslash such as \\tcp, is expected"),
        ("proto 256", 7, "256", "or a name behind a backslash such as \\tcp, is expected"),
        ("proto \\nosuch", 7, "nosuch", "the name of an IP protocol is expected"),
        ("ether proto \\nosuch", 13, "nosuch", "the name of an EtherType is expected"),
    ]);
}

#[test]
fn comparisons() {
    assert_refused(&[
        ("len", 4, "", "an operator or one of = != < > <= >= is expected"),
        ("len > ", 7, "", "or bytes of a header such as ip[8], is expected"),
        ("tcp[13", 7, "", "an operator, : or ] is expected"),
        ("tcp[0:3] = 1", 7, "3", "1, 2 or 4 bytes is expected"),
        ("(len > 5", 9, "", "and, or or ) is expected"),
        ("((len) > 5", 11, "", "and, or or ) is expected"),
        (
            "foo[1] = 2",
            1,
            "foo",
            "one of the headers ether, ip, ip6, tcp, udp, sctp, icmp and icmp6 is expected",
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
    let length = "the filter has 8193 bytes, where 8192 are allowed";
    let operators = format!("len{} > 5", "+1".repeat(40));
    assert_refused(&[
        (&" ".repeat(8193), 1, "", length),
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
        (&format!("port ({}1)", "1 or ".repeat(1500)), 1, "", "bytes written out, where 8192 are allowed"),
    ]);
}
