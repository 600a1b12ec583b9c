//! More packets than can be shown.

use xdplive_corpus::named;
use xdplive_lab::{namespace::Namespace, send::Sender, watch::Watch};

/// A UDP packet between two hosts, from a port of its own.
fn flood(number: u32, flows: u32) -> Vec<u8> {
    let mut frame = named::ssdp().bytes();
    frame[30..34].copy_from_slice(&[198, 51, 100, 7]);
    let flow = number % flows;
    frame[29] = flow as u8;
    frame[22] = 64;
    // Ports: random, and 9.
    frame[34..36].copy_from_slice(&(number.wrapping_mul(0x9e37_79b9) >> 16).to_be_bytes()[2..]);
    frame[36..38].copy_from_slice(&9_u16.to_be_bytes());
    frame
}

/// Sends so many packets as fast as they go.
fn send(sender: &Sender, packets: u32, flows: u32) {
    for number in 0..packets {
        sender.send(&flood(number, flows));
    }
}

#[test]
fn every_packet_of_a_flood_is_accounted_for() {
    const PACKETS: u32 = 400_000;
    let namespace = Namespace::with_pair();
    let sender = Sender::new(&namespace, "b");
    let before = namespace.counter("a", "rx_packets");
    for (limit, columns) in [(None, "ttl"), (Some("1000"), "ttl,source_port")] {
        let mut options = vec![
            "--interface",
            "a",
            "--direction",
            "in",
            "--columns",
            columns,
            "--filter",
            "",
            "--filter",
            "udp src portrange 0-9999",
            "--filter",
            "tcp",
        ];
        options.extend(limit.iter().flat_map(|limit| ["--limit", limit]));
        let watch = Watch::attached(&namespace, 1, &options);
        send(&sender, PACKETS, 64);
        let outcome = watch.stop();
        outcome.assert_well();
        for stream in 0..3 {
            let accounts = outcome.accounts(stream);
            let rows = outcome.rows.iter().filter(|row| row["stream"] == stream).count() as u64;
            assert_eq!(accounts["seen"], u64::from(PACKETS), "{stream}: {accounts:?}");
            assert_eq!(accounts["delivered"], rows, "{stream}: {accounts:?}");
            match (stream, limit) {
                (0, _) => assert_eq!(accounts["unmatched"], 0, "{accounts:?}"),
                (1, _) => {
                    let matched = (0..PACKETS)
                        .filter(|number| {
                            u16::from_be_bytes(flood(*number, 64)[34..36].try_into().unwrap()) <= 9999
                        })
                        .count() as u64;
                    assert_eq!(accounts["seen"] - accounts["unmatched"], matched, "{accounts:?}");
                }
                _ => assert_eq!(accounts["unmatched"], u64::from(PACKETS), "{accounts:?}"),
            }
            if limit.is_none() {
                assert_eq!(accounts["thinned"], 0, "{stream}: {accounts:?}");
            }
        }
    }
    assert_eq!(namespace.counter("a", "rx_packets") - before, 2 * u64::from(PACKETS));
}

/// The one packet that matters, among many others, and with a budget far below them.
#[test]
fn a_rare_packet_is_seen_in_a_flood() {
    for flows in [1, 64] {
        let namespace = Namespace::with_pair();
        let sender = Sender::new(&namespace, "b");
        let options =
            ["--interface", "a", "--direction", "in", "--limit", "1000", "--columns", "ttl,destination_port"];
        let watch = Watch::attached(&namespace, 1, &options);
        send(&sender, 200_000, flows);
        sender.send(&named::ssdp().bytes());
        send(&sender, 100_000, flows);
        let outcome = watch.stop();
        let accounts = outcome.accounts(0);
        assert_eq!(accounts["seen"], 300_001, "{accounts:?}");
        assert!(accounts["thinned"] > 100_000, "no flood: {accounts:?}");
        let rare = outcome.rows.iter().filter(|row| row["ttl"] == 1).count();
        assert_eq!(rare, 1, "{flows} flows: {accounts:?}");
    }
}
