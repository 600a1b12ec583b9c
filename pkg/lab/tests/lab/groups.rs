//! Grouped rates, against tshark's counts of the same packets.

use std::collections::BTreeMap;

use serde_json::Value;
use xdplive_corpus::named;
use xdplive_lab::{namespace::Namespace, send::Sender, watch::Watch};

use crate::mixture::{Counted, Mixture};

/// The options of a watch for groups, on the interface `a`, ten times a second.
const OPTIONS: [&str; 8] = ["--interface", "a", "--hook", "tcx", "--query", "rates", "--interval", "100"];

/// Sums of all intervals by group; `""` stands for null.
fn sums<'a>(rows: impl IntoIterator<Item = &'a Value>) -> BTreeMap<String, Counted> {
    let mut sums: BTreeMap<String, Counted> = BTreeMap::new();
    for row in rows {
        let sum = sums.entry(row["group"].as_str().unwrap_or_default().to_owned()).or_default();
        assert_eq!(row["packets"], row["segments"], "offloads are off");
        sum.0 += row["packets"].as_u64().unwrap();
        sum.1 += row["bytes"].as_u64().unwrap();
    }
    sums
}

/// Replays the mixture while it is watched, and returns the sums, and the accounts: seen and delivered.
fn replay(mixture: &Mixture, hooks: usize, more: &[&str]) -> (Vec<Value>, [u64; 2]) {
    let namespace = Namespace::with_pair();
    let watch = Watch::attached(&namespace, hooks, &[&OPTIONS, more].concat());
    mixture.replay(&namespace);
    let outcome = watch.stop();
    outcome.assert_well();
    let accounts = outcome.accounts(0);
    (outcome.rows, ["seen", "delivered"].map(|name| accounts[name]))
}

fn text(groups: &[(&str, &str)]) -> Vec<(String, String)> {
    groups.iter().map(|(name, filter)| ((*name).to_owned(), (*filter).to_owned())).collect()
}

/// The groups of a key, each with the packets it stands for in tshark's language; `""` is null.
fn groups() -> Vec<(&'static str, Vec<(String, String)>)> {
    let ports = |way: &str, ports: &[u16]| {
        let group = |port: &u16| {
            let filter = ["tcp", "udp", "sctp"].map(|upper| format!("{upper}.{way}port=={port}")).join("||");
            (port.to_string(), filter)
        };
        let none = (String::new(), "!tcp&&!udp&&!sctp".to_owned());
        ports.iter().map(group).chain([none]).collect::<Vec<_>>()
    };
    let all: Vec<u16> = (19_001..=19_003).chain(50_000..=50_006).chain(50_010..=50_020).collect();
    let flags = ["fin", "syn", "reset", "push", "ack", "urg", "ece", "cwr"]
        .iter()
        .zip(["FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR"])
        .filter(|(_, name)| *name != "RST")
        .map(|(flag, name)| (name.to_owned(), format!("tcp.flags.{flag}==1")));
    vec![
        (
            "protocol",
            text(&[
                ("TCP", "ip.proto==6||ipv6.nxt==6"),
                ("UDP", "ip.proto==17||ipv6.nxt==17"),
                ("ICMP", "ip.proto==1"),
                ("IPv6-ICMP", "ipv6.nxt==58"),
                ("SCTP", "ip.proto==132"),
                ("", "!ip&&!ipv6"),
            ]),
        ),
        (
            "ethertype",
            text(&[
                ("IPv4", "ip"),
                ("IPv6", "ipv6"),
                ("ARP", "arp"),
                ("0x88b5", "eth.type==0x88b5"),
                ("802.3", "eth.len"),
            ]),
        ),
        ("vlan", text(&[("40", "vlan.id==40"), ("7", "vlan.id==7"), ("", "!vlan")])),
        (
            "cast",
            text(&[
                ("broadcast", "eth.dst==ff:ff:ff:ff:ff:ff"),
                ("multicast", "eth.dst==01:00:5e:00:00:01"),
                ("unicast", "eth.dst.ig==0"),
            ]),
        ),
        ("source_port", ports("src", &[&all[..], &[50_008, 50_077]].concat())),
        ("destination_port", ports("dst", &all)),
        (
            "source",
            (1..=9)
                .chain(10..=20)
                .chain([77, 78])
                .filter(|host| *host != 7)
                .map(|host| (format!("192.0.2.{host}"), format!("ip.src==192.0.2.{host}")))
                .chain(text(&[
                    ("198.51.100.7", "ip.src==198.51.100.7||arp.src.proto_ipv4==198.51.100.7"),
                    ("2001:db8::1", "ipv6.src==2001:db8::1"),
                    ("2001:db8::2", "ipv6.src==2001:db8::2"),
                    ("", "!ip&&!ipv6&&!arp"),
                ]))
                .collect(),
        ),
        ("tcp_flag", flags.collect()),
        (
            "host_ip",
            (1..=9)
                .chain(10..=20)
                .chain([77, 78])
                .filter(|host| *host != 7)
                .map(|host| format!("192.0.2.{host}"))
                .chain(["198.51.100.7", "224.0.0.1"].map(str::to_owned))
                .map(|host| {
                    let arp = format!("arp.src.proto_ipv4=={host}||arp.dst.proto_ipv4=={host}");
                    (host.clone(), format!("ip.addr=={host}||{arp}"))
                })
                .chain(text(&[
                    ("2001:db8::1", "ipv6.addr==2001:db8::1"),
                    ("2001:db8::2", "ipv6.addr==2001:db8::2"),
                    ("", "!ip&&!ipv6&&!arp"),
                ]))
                .collect(),
        ),
    ]
}

#[test]
fn the_sums_of_groups_are_what_tshark_counts() {
    let mixture = Mixture::new();
    assert!(mixture.packets() > 2000);
    for (key, groups) in groups() {
        let (rows, accounts) = replay(&mixture, 2, &["--group-by", key, "--top", "100"]);
        assert_eq!(accounts, [mixture.packets(); 2], "{key}");
        let names = groups.iter().map(|(name, _)| name.clone());
        let filters: Vec<String> = groups.iter().map(|(_, filter)| filter.clone()).collect();
        let expected: BTreeMap<String, Counted> = names.zip(mixture.statistics(&filters)).collect();
        assert!(expected.values().all(|(packets, _)| *packets > 0), "{key}: {expected:?}");
        let found = sums(&rows);
        assert_eq!(found, expected, "{key}");
        if key == "host_ip" {
            let total: u64 = found.values().map(|(packets, _)| packets).sum();
            assert_eq!(total, 2 * mixture.packets() - found[""].0, "each has two hosts, or none");
        } else if key != "tcp_flag" {
            let total = found.values().fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
            assert_eq!(total, (mixture.packets(), mixture.bytes()), "{key}");
        }
        let times: std::collections::BTreeSet<i64> =
            rows.iter().map(|row| row["time"].as_i64().unwrap()).collect();
        assert!(times.len() >= 3, "{key}: {} intervals only", times.len());
    }
    // And the hierarchy of protocols, which has no filters that could be wrong.
    let (rows, _) = replay(&mixture, 2, &["--group-by", "ethertype"]);
    let (found, hierarchy) = (sums(&rows), mixture.hierarchy());
    for (group, name) in [("IPv4", "ip"), ("IPv6", "ipv6"), ("ARP", "arp")] {
        assert_eq!(found[group], hierarchy[name], "{hierarchy:?}");
    }
}

/// What is not shown is in `other`, in each interval, and the largest come first.
#[test]
fn top_and_other_are_everything() {
    let mixture = Mixture::new();
    let (rows, _) = replay(&mixture, 2, &["--group-by", "source", "--top", "2"]);
    let found = sums(&rows);
    let total = found.values().fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
    assert_eq!(total, (mixture.packets(), mixture.bytes()));
    let mut by_time: BTreeMap<i64, Vec<&Value>> = BTreeMap::new();
    for row in &rows {
        by_time.entry(row["time"].as_i64().unwrap()).or_default().push(row);
    }
    for rows in by_time.values() {
        let packets: Vec<u64> = rows.iter().map(|row| row["packets"].as_u64().unwrap()).collect();
        match &rows[..] {
            [_, _, other] => assert_eq!(other["group"], "other"),
            [_, _] | [_] => {}
            more => panic!("{more:?}"),
        }
        assert!(packets.len() < 2 || packets[0] >= packets[1], "{packets:?}");
    }
    assert!(found["other"].0 > 0);
}

/// Each packet at both ends of the pair: sent at one, received at the other.
#[test]
fn interfaces_and_directions_are_groups() {
    let mixture = Mixture::new();
    let (all, to_a) = (mixture.packets(), mixture.packets_to_a());
    for (key, options, hooks, expected) in [
        ("direction", vec![], 2, vec![("in", to_a), ("out", all - to_a)]),
        ("direction", vec!["--interface", "b"], 4, vec![("in", all), ("out", all)]),
        ("interface", vec!["--interface", "b"], 4, vec![("a", all), ("b", all)]),
        ("interface", vec!["--interface", "b", "--direction", "in"], 2, vec![("a", to_a), ("b", all - to_a)]),
    ] {
        let (rows, accounts) = replay(&mixture, hooks, &[&["--group-by", key][..], &options].concat());
        let found: Vec<(String, u64)> = sums(&rows).into_iter().map(|(name, sum)| (name, sum.0)).collect();
        let total: u64 = expected.iter().map(|(_, packets)| packets).sum();
        let expected: Vec<(String, u64)> =
            expected.into_iter().map(|(name, packets)| (name.to_owned(), packets)).collect();
        assert_eq!((found, accounts), (expected, [total; 2]), "{key} {options:?}");
    }
}

#[test]
fn a_filter_chooses_among_flows() {
    let mixture = Mixture::new();
    let filter = "tcp port 19001 and not vlan and net 192.0.2.0/24";
    let (rows, accounts) = replay(&mixture, 2, &["--group-by", "direction", "--filter", filter]);
    let tshark = "(tcp.port==19001&&!vlan&&ip.addr==192.0.2.0/24)";
    let both =
        [format!("{tshark}&&eth.dst==02:00:00:00:00:0a"), format!("{tshark}&&eth.dst==02:00:00:00:00:0b")];
    let counted = mixture.statistics(&both);
    let expected = BTreeMap::from([("in".to_owned(), counted[0]), ("out".to_owned(), counted[1])]);
    assert_eq!(sums(&rows), expected);
    assert!(counted[0].0 > 0 && counted[1].0 > 0);
    assert_eq!(accounts, [mixture.packets(), counted[0].0 + counted[1].0]);
}

#[test]
fn filters_that_groups_cannot_have_are_refused() {
    let namespace = Namespace::with_pair();
    for (options, words) in [
        (vec!["--query", "rates", "--group-by", "vlan", "--filter", "ttl 1"], ["TTL", "leave groupBy out"]),
        (
            vec!["--query", "rates", "--group-by", "vlan", "--filter", "less 100"],
            ["length", "leave groupBy out"],
        ),
        (
            vec!["--query", "rates", "--group-by", "tcp_flag", "--filter", "udp"],
            ["tcp_flag", "beside the flows"],
        ),
        (vec!["--query", "rates", "--group-by", "colour"], ["groupBy", "allowed are protocol"]),
        (vec!["--query", "flows", "--filter", "icmp[icmptype] == 8"], ["ICMP type", "ask for kind packets"]),
        (vec!["--query", "flows", "--top", "101"], ["top", "1 to 100"]),
        (vec!["--query", "flows", "--since", "yesterday"], ["--since", "start"]),
    ] {
        let outcome = Watch::start(&namespace, &[&["--interface", "a"], &options[..]].concat()).finish();
        outcome.assert_failed(2, &words);
    }
}

/// Two filters are two streams in one process, made from one table.
#[test]
fn streams_share_a_table() {
    let namespace = Namespace::with_pair();
    let sender = Sender::new(&namespace, "b");
    let more =
        ["--direction", "in", "--group-by", "protocol", "--filter", "udp port 1900", "--filter", "tcp"];
    let watch = Watch::attached(&namespace, 1, &[&OPTIONS[..], &more].concat());
    for _ in 0..5000 {
        sender.send(&named::ssdp().bytes());
    }
    let outcome = watch.stop();
    outcome.assert_well();
    let of = |stream: u64| sums(outcome.rows.iter().filter(|row| row["stream"] == stream));
    let length = named::ssdp().bytes().len() as u64;
    assert_eq!(of(0), BTreeMap::from([("UDP".to_owned(), (5000, 5000 * length))]));
    assert_eq!(of(1), BTreeMap::new());
    for (stream, delivered) in [(0, 5000), (1, 0)] {
        let accounts = outcome.accounts(stream);
        assert_eq!(["seen", "delivered", "lost"].map(|name| accounts[name]), [5000, delivered, 0]);
    }
}
