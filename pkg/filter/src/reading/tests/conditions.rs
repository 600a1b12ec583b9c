//! That what menus show means the same once they write it is judged in `tests/conditions.rs`.

use super::{Condition, read_text};

/// Field, operator and values of each condition, with what joins them.
fn shown(text: &str) -> String {
    match read_text(text).conditions {
        Err(beyond) => format!("beyond: {beyond}"),
        Ok(conditions) => {
            let one = |Condition { field, asks, values }: &Condition| {
                [field.name(), asks.name()]
                    .iter()
                    .map(|word| (*word).to_owned())
                    .chain(values.clone())
                    .collect::<Vec<_>>()
                    .join(" ")
            };
            let joint = if conditions.all { ", and " } else { ", or " };
            conditions.conditions.iter().map(one).collect::<Vec<_>>().join(joint)
        }
    }
}

#[test]
fn keep_the_words_of_the_text() {
    for (text, expected) in [
        ("", ""),
        (" ", ""),
        ("port http or HTTPS", "port is http, or port is HTTPS"),
        ("port (http or https)", "port is http https"),
        ("port {http,https}", "port is http https"),
        ("((tcp and udp))", "protocol is tcp, and protocol is udp"),
        ("net 10 and net 10.0.0.0 / 8", "net is 10, and net is 10.0.0.0/8"),
        (r"proto \udp", r"protocol is \udp"),
        ("len > 0x10", "length greater 0x10"),
    ] {
        assert_eq!(shown(text), expected);
    }
}

#[test]
fn keep_variables_that_stand_for_values() {
    for (text, expected) in [
        ("host $hosts and not port ${ports}", "host is $hosts, and port is-not ${ports}"),
        ("host ($hosts or 192.0.2.7)", "host is $hosts 192.0.2.7"),
        ("net 10.0.$part.0/24", "net is 10.0.$part.0/24"),
        ("net $net/24", "net is $net/24"),
        ("vlan $vlans or proto $protocols", "vlan is $vlans, or protocol is $protocols"),
        ("ether proto $type", "ethertype is $type"),
        ("ttl < $ttl and tcp", "ttl less $ttl, and protocol is tcp"),
        ("ttl $ttl", "ttl is $ttl"),
        ("less $length", "length at-most $length"),
    ] {
        assert_eq!(shown(text), expected);
    }
}

#[test]
fn show_no_variable_that_may_be_more() {
    for (text, expected) in [
        ("$filter", "beyond: $filter can stand for more than a value"),
        ("tcp and $condition", "beyond: $condition can stand for more than a value"),
        ("port 80 or $port", "beyond: $port can stand for more than a value"),
        ("$protocol port 53", "beyond: $protocolport53 can stand for more than a value"),
        ("portrange $range", "beyond: they have no range of ports with names or variables"),
        ("tcp[tcpflags] & $flag != 0", "beyond: they have no such comparison"),
        ("tcp[tcpflags] & tcp-syn != $none", "beyond: they have no such comparison"),
        ("len > $a + 5", "beyond: it computes numbers"),
    ] {
        assert_eq!(shown(text), expected);
    }
}

/// What the back end refuses stays as it was typed.
#[test]
fn show_wrong_values_and_no_other_faults() {
    for (text, expected) in [
        ("tcp and port nosuch", "protocol is tcp, and port is nosuch"),
        ("host 10.0.0.1.1", "host is 10.0.0.1.1"),
        ("vlan 5000", "vlan is 5000"),
        ("ttl 256", "ttl is 256"),
        ("ttl > 255", "ttl greater 255"),
        ("port 80-90", "beyond: it has a range of ports behind port"),
        (
            "ether proto arp",
            "beyond: expected an EtherType such as 0x88cc, or a name behind a backslash such as \\arp, but found \"arp\"",
        ),
        ("ether proto nosuch", "beyond: it has the name of an EtherType without a backslash"),
        ("host", "beyond: the filter ends too early: expected an IP address"),
        (
            "host port 80",
            "beyond: \"port\" cannot be used: names of hosts are not looked up; write the address",
        ),
        ("tcp udp", "beyond: expected and, or or the end but found \"udp\""),
        (
            "\"",
            "beyond: expected a condition, such as host 192.0.2.1, port 53, tcp, or ip[8] < 5, but found \"\\\"\"",
        ),
    ] {
        assert_eq!(shown(text), expected);
    }
    assert!(
        shown(&"(".repeat(8000))
            .starts_with("beyond: \"(\" cannot be used: conditions can be 64 levels deep")
    );
}
