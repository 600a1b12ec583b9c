//! Texts of filters.

use proptest::{prelude::*, sample::select, string::string_regex};
use xdplive_filter::Filter;

use crate::config;

/// Conditions about the corpus's values, in every notation.
pub(crate) const CONDITIONS: &[&str] = &[
    "ip",
    "ip6",
    "arp",
    "rarp",
    "tcp",
    "udp",
    "sctp",
    "icmp",
    "icmp6",
    "igmp",
    "pim",
    "vrrp",
    "ah",
    "esp",
    "mopdl",
    "inbound",
    "outbound",
    "broadcast",
    "multicast",
    "ip broadcast",
    "ip multicast",
    "ip6 multicast",
    "ether multicast",
    "vlan",
    "vlan 40",
    "host 192.0.2.1",
    "src 10.1.2.3",
    "dst host 224.0.0.251",
    "src and dst host 127.0.0.1",
    "host (192.0.2.1 or ::1)",
    "host 2001:db8:0:1::1",
    "ip host 192.0.2.20",
    "arp host 10.1.2.3",
    "ip6 src host fe80::211:32ff:fee5:795c",
    "net 10",
    "net 192.0.2",
    "src net 198.51.100.0/24",
    "net 192.0.2.0 mask 255.255.255.0",
    "net 2001:db8::/32",
    "dst net ff00::/8",
    "arp net 10/8",
    "ether host 0:11:32:e5:79:5c",
    "ether dst ff-ff-ff-ff-ff-ff",
    "ether src 5254.00ab.cdef",
    "port 80",
    "src port 53 or 443",
    "tcp port http",
    "port syslog",
    "port diameter",
    "src and dst port 53",
    "udp dst portrange 1000-6000",
    "portrange ssh-https",
    "portrange 443",
    "port (22 or 80 and 443)",
    "proto 47",
    "proto \\tcp",
    "ip proto ospf",
    "ip6 proto 58",
    "ip6 protochain \\udp",
    "ether proto 0x88cc",
    "ether proto \\arp",
    "less 100",
    "greater 0x80",
    "len > 500",
    "len & 3 == 1",
    "ttl 64",
    "ttl < 5",
    "ttl % 2 == 1",
    "dscp ef",
    "dscp > 10",
    "dscp 34",
    "pppoed",
    "lldp",
    "tcpflags syn",
    "tcpflags & (syn|fin) != 0",
    "port vxlan",
    "tcp[13] & 2 != 0",
    "tcp[tcpflags] = tcp-syn|tcp-ack",
    "tcp[0:2] = 443",
    "udp[2] < 5",
    "icmp[0] = icmp-echo",
    "icmp6[icmp6code] > 3",
    "ip[8] < 64",
    "ip[1] & 0xfc = 184",
    "ip[16] >= 224",
    "ip[12:4] & 0xffffff00 = 0xc0000200",
    "ip6[24:2] = 0xff02",
    "ether[0] & 1 = 0",
    "ether[12:2] <= 1500",
    "ether[12:2] > 2048",
    "-1 = ip[16:4]",
    "1 + 2 * 3 < ip[9] / 2",
    "host {192.0.2.1,::1}",
    "tcp dst port {80,443,ssh}",
    "net 10.{1,2}.0.0/16",
    "vlan {40,7}",
    "ttl != {1,64}",
    "{tcp,udp} port 53",
];

/// Conditions about values that have no table of their own.
pub(crate) const EXTRACTING: &[&str] = &[
    "vxlan",
    "vxlan 0x10",
    "geneve {5,6}",
    "gre",
    "gre 4294967295",
    "mpls 16",
    "pppoes",
    "pppoes 17",
    "gtp",
    "fragment",
    "llc",
    "llc sabme",
    "stp",
    "ipx",
    "iso proto 5",
    "isis",
    "isis proto 20",
    "csnp",
    "ether proto 0xaa",
    "atalk",
    "ip6[0:4] & 0xfffff = 5",
    "df",
    "window 0",
    "window < 1000",
    "payload > 100",
    "0 = payload",
    "ip6 proto 44",
    "ip6 protochain \\ah",
    "ip[6:2] & 0x1fff != 0",
    "ip[0] & 0xf > 5",
    "ip6[4:2] >= 100",
    "tcp[14:2] = 0",
    "udp[4:2] > 100",
    "icmp[4:2] = 1",
    "sctp[4:4] != 0",
    "ether[6:4] = 0x02000000",
    "arp[6:2] = 1",
    "ip[2:2] - ((ip[0]&0xf)<<2) - ((tcp[12]&0xf0)>>2) != 0",
];

/// The text of a filter: up to some twenty conditions, joined in any way, with shorthands.
pub(crate) fn filters() -> impl Strategy<Value = String> {
    let condition = prop_oneof![3 => select(CONDITIONS), 1 => select(EXTRACTING)].prop_map(str::to_owned);
    condition.prop_recursive(4, 20, 4, |inner| {
        let joint = select(&[" and ", " or ", " && ", "||"][..]);
        prop_oneof![
            (inner.clone(), joint.clone(), inner.clone()).prop_map(|(a, joint, b)| format!("{a}{joint}{b}")),
            (inner.clone(), joint, inner.clone()).prop_map(|(a, joint, b)| format!("({a}){joint}({b})")),
            inner.clone().prop_map(|a| format!("not {a}")),
            inner.prop_map(|a| format!("!({a})")),
        ]
    })
}

/// Words and signs of the language in no order.
pub(crate) fn salad() -> impl Strategy<Value = String> {
    let words = CONDITIONS
        .iter()
        .chain(EXTRACTING)
        .flat_map(|condition| condition.split_inclusive(' '))
        .collect::<Vec<_>>();
    let sign = select(
        &[
            "(", ")", "[", "]", ":", "!", "and", "or", "not", "\\", "/", "-", "<<", "", "é", "{}", "{1,tcp}",
            "{", ".*",
        ][..],
    );
    let piece = prop_oneof![3 => select(words), 1 => sign];
    prop::collection::vec(piece, 0..20).prop_map(|pieces| pieces.join(" "))
}

fn assert_sound(text: &str) {
    match Filter::parse(text) {
        Ok(filter) => {
            assert_eq!(Filter::parse(&filter.to_string()).as_ref(), Ok(&filter), "{text}");
            assert_ne!(filter.meaning(), "", "{text}");
        }
        Err(error) => {
            let marked: String = text.chars().skip(error.column - 1).take(error.length).collect();
            let is_made_of_list = marked.contains('{');
            assert!(is_made_of_list || marked.trim_start_matches('\\') == error.word, "{text}: {error}");
        }
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn what_is_printed_is_read_back(text in filters()) {
        // Tags beyond the second are refused; the rest of these is right.
        match Filter::parse(&text) {
            Ok(filter) => {
                let printed = filter.to_string();
                prop_assert_eq!(&Filter::parse(&printed).unwrap(), &filter, "{} as {}", text, printed);
                prop_assert_eq!(Filter::parse(&printed).unwrap().to_string(), printed);
            }
            Err(error) => prop_assert_eq!(&error.word, "vlan", "{}: {}", text, error),
        }
    }

    #[test]
    fn what_it_means_can_be_said(text in filters()) {
        if let Ok(filter) = Filter::parse(&text) {
            let meaning = filter.meaning();
            prop_assert!(meaning.contains("packet"), "{}: {}", text, meaning);
            prop_assert!(!meaning.contains("  ") && meaning.trim() == meaning, "{}: {}", text, meaning);
            prop_assert_eq!(meaning.matches('(').count(), meaning.matches(')').count(), "{}: {}", text, meaning);
            prop_assert_eq!(Filter::parse(&filter.to_string()).unwrap().meaning(), meaning);
        }
    }

    #[test]
    fn any_text_is_a_filter_or_an_error_with_its_place(text in any::<String>()) {
        assert_sound(&text);
    }

    #[test]
    fn any_words_are_a_filter_or_an_error_with_its_place(text in salad()) {
        assert_sound(&text);
    }

    #[test]
    fn any_signs_are_a_filter_or_an_error_with_its_place(text in string_regex("[(){},\\[\\]!a-c0-9:./ <>=&|-]{0,40}").unwrap()) {
        assert_sound(&text);
    }
}
