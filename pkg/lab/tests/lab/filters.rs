//! Several filters at once, judged by tcpdump.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    path::Path,
    process::Command,
    time::Duration,
};

use serde_json::Value;
use xdplive_corpus::{
    generate, named,
    pcap::{Resolution, Writer},
};
use xdplive_lab::{namespace::Namespace, send::Sender, watch::Watch};
use xdplive_packet::{Headers, LinkType, Wire, headers::present, parse};

const FILTERS: [&str; 10] = [
    "tcp",
    "udp port 53",
    "not port 53",
    "icmp or icmp6",
    "arp",
    "net 192.0.2.0/24",
    "tcp[tcpflags] & tcp-syn != 0",
    "ip[8] < 64",
    "ether multicast",
    "greater 300 and not tcp",
];

/// IP protocols.
const DCCP: u8 = 33;
const UDP_LITE: u8 = 136;

/// Frames that can be sent, and of which libpcap means the same: no tags and no extension headers, through which we
/// look and it does not, nothing broken, at which it gives up, and none of the protocols whose ports it does not know.
fn is_plain(bytes: &[u8]) -> bool {
    let headers: Headers = parse(&mut &*bytes, &Wire::new(LinkType::Ethernet));
    let next_header = bytes.get(20).copied();
    let extended = headers.version() == Some(6) && headers.protocol() != next_header;
    (60..=1500).contains(&bytes.len())
        && headers.malformed().is_none()
        && headers.has(present::ETHERNET)
        && headers.vlan().is_none()
        && !extended
        && !matches!(headers.protocol(), Some(DCCP | UDP_LITE))
}

/// The frames, each with its number as source address.
fn frames() -> Vec<Vec<u8>> {
    let plain = generate(4, 20_000).map(|sample| sample.bytes).filter(|bytes| is_plain(bytes));
    plain
        .take(2000)
        .zip(0_u32..)
        .map(|(mut bytes, number)| {
            bytes[6..8].copy_from_slice(&[2, 0]);
            bytes[8..12].copy_from_slice(&number.to_be_bytes());
            bytes
        })
        .collect()
}

fn number(row: &Value) -> u32 {
    let mac = row["source_mac"].as_str().unwrap();
    mac.split(':').skip(2).fold(0, |number, byte| number << 8 | u32::from_str_radix(byte, 16).unwrap())
}

/// The numbers of the frames that tcpdump finds in a capture. A frame's time is its number in microseconds.
fn tcpdump(capture: &Path, filter: &str) -> BTreeSet<u32> {
    let output = Command::new("tcpdump").arg("-r").arg(capture).args(["-w", "-", filter]).output();
    let output = output.expect("tcpdump; `make dependencies` installs it");
    assert!(output.status.success(), "{filter}: {}", String::from_utf8_lossy(&output.stderr));
    let mut found = BTreeSet::new();
    let mut rest = &output.stdout[24..];
    while let Some((header, behind)) = rest.split_first_chunk::<16>() {
        let word = |at: usize| u32::from_le_bytes(header[at..at + 4].try_into().unwrap());
        found.insert(word(4));
        rest = &behind[word(8) as usize..];
    }
    found
}

#[test]
fn ten_filters_at_once_find_what_tcpdump_finds() {
    let frames = frames();
    assert_eq!(frames.len(), 2000);
    let directory = tempfile::tempdir().unwrap();
    let capture = directory.path().join("frames.pcap");
    let file = File::create(&capture).unwrap();
    let mut writer = Writer::new(file, LinkType::Ethernet, Resolution::Microseconds).unwrap();
    for (frame, number) in frames.iter().zip(0..) {
        writer.frame(Duration::from_micros(number), frame).unwrap();
    }
    writer.finish().unwrap();
    assert!(fs::metadata(&capture).unwrap().len() > 0);

    let namespace = Namespace::with_pair();
    let sender = Sender::new(&namespace, "b");
    let mut options = vec!["--interface", "a", "--direction", "in"];
    options.extend(FILTERS.iter().flat_map(|filter| ["--filter", filter]));
    let watch = Watch::attached(&namespace, 1, &options);
    sender.send_at(10_000, 2000, |number| frames[number as usize].clone());
    let outcome = watch.stop();
    outcome.assert_well();
    for (stream, filter) in FILTERS.iter().enumerate() {
        let rows: Vec<u32> = outcome.rows.iter().filter(|row| row["stream"] == stream).map(number).collect();
        let found: BTreeSet<u32> = rows.iter().copied().collect();
        assert_eq!(rows.len(), found.len(), "{filter}: a row twice");
        assert_eq!(found, tcpdump(&capture, filter), "{filter}");
        assert!(!found.is_empty() && found.len() < 2000, "{filter} decides nothing: {} rows", found.len());
        let accounts = outcome.accounts(stream);
        assert_eq!([accounts["seen"], accounts["delivered"]], [2000, rows.len() as u64], "{filter}");
    }
}

/// Streams with the same filter are one to the kernel; what one of them leaves behind is the other's all the same.
#[test]
fn streams_that_share_a_filter_each_have_all_of_it() {
    let namespace = Namespace::with_pair();
    let sender = Sender::new(&namespace, "b");
    let options =
        ["--interface", "a", "--direction", "in", "--filter", "udp port 1900", "--filter", "udp port ssdp"];
    let watch = Watch::attached(&namespace, 1, &options);
    sender.send_at(5000, 500, |_| named::ssdp().bytes());
    let outcome = watch.stop();
    for stream in 0..2 {
        let accounts = outcome.accounts(stream);
        assert_eq!([accounts["seen"], accounts["delivered"]], [500, 500], "{accounts:?}");
    }
}

#[test]
fn more_filters_than_there_is_room_for() {
    let namespace = Namespace::with_pair();
    let filters: Vec<String> = (0..65).map(|ttl| format!("ttl {ttl}")).collect();
    let mut options = vec!["--interface", "a"];
    options.extend(filters.iter().flat_map(|filter| ["--filter", filter]));
    let outcome = Watch::start(&namespace, &options).finish();
    outcome.assert_failed(2, &["all 64 slots are taken"]);
}
