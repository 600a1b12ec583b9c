//! What Wireshark's tools say of a file.

use std::{collections::BTreeMap, os::unix::process::CommandExt as _, path::Path, process::Command};

use serde_json::Value;

/// What tshark is asked for.
const FIELDS: [&str; 37] = [
    "frame.protocols",
    "frame.time_epoch",
    "frame.len",
    "frame.cap_len",
    "frame.interface_name",
    "frame.packet_flags_direction",
    "eth.src",
    "eth.dst",
    "vlan.id",
    "ieee8021ad.id",
    "ieee8021ad.svid",
    "ieee8021ad.cvid",
    "ip.src",
    "ip.dst",
    "ip.ttl",
    "ip.len",
    "ip.dsfield.dscp",
    "ipv6.src",
    "ipv6.dst",
    "ipv6.hlim",
    "ipv6.plen",
    "ipv6.tclass.dscp",
    "arp.src.proto_ipv4",
    "arp.dst.proto_ipv4",
    "tcp.srcport",
    "tcp.dstport",
    "tcp.flags",
    "udp.srcport",
    "udp.dstport",
    "sctp.srcport",
    "sctp.dstport",
    "dccp.srcport",
    "dccp.dstport",
    "icmp.type",
    "icmp.code",
    "icmpv6.type",
    "icmpv6.code",
];

/// Runs a program that reads a file, which must not complain.
fn tool(program: &str, arguments: &[&str], file: &Path) -> String {
    let mut command = Command::new(program);
    // A user without rights, because tshark warns of root; nobody's own preferences.
    command.args(arguments).arg(file).env("HOME", "/nonexistent").env("XDG_CONFIG_HOME", "/nonexistent");
    command.uid(65534).gid(65534);
    let output = command.output().unwrap_or_else(|error| panic!("{program}: {error}"));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.is_empty(), "{program}: {}: {said}", output.status);
    String::from_utf8(output.stdout).unwrap()
}

/// What tshark says of each packet of a file.
pub(super) fn tshark(file: &Path) -> Vec<BTreeMap<&'static str, String>> {
    let mut arguments = vec!["-n", "-T", "fields", "-E", "occurrence=f", "-o", "ip.defragment:FALSE"];
    arguments.extend(["-o", "ipv6.defragment:FALSE", "-o", "tcp.analyze_sequence_numbers:FALSE"]);
    arguments.extend(FIELDS.iter().flat_map(|field| ["-e", field]));
    arguments.push("-r");
    let said = tool("tshark", &arguments, file);
    said.lines()
        .map(|line| {
            let cells: Vec<&str> = line.split('\t').collect();
            assert_eq!(cells.len(), FIELDS.len(), "{line}");
            FIELDS.into_iter().zip(cells.into_iter().map(str::to_owned)).collect()
        })
        .collect()
}

/// What capinfos says of a file.
pub(super) fn capinfos(file: &Path) -> String {
    tool("capinfos", &["-M"], file)
}

/// The columns that are compared, and the fields that say the same: the first that tshark shows.
const COLUMNS: [(&str, &[&str]); 14] = [
    ("frame_length", &["frame.len"]),
    ("interface", &["frame.interface_name"]),
    ("source_mac", &["eth.src"]),
    ("destination_mac", &["eth.dst"]),
    ("vlan", &["vlan.id"]),
    ("source_ip", &["ip.src", "ipv6.src", "arp.src.proto_ipv4"]),
    ("destination_ip", &["ip.dst", "ipv6.dst", "arp.dst.proto_ipv4"]),
    ("ttl", &["ip.ttl", "ipv6.hlim"]),
    ("dscp", &["ip.dsfield.dscp", "ipv6.tclass.dscp"]),
    ("source_port", &["tcp.srcport", "udp.srcport", "sctp.srcport", "dccp.srcport"]),
    ("destination_port", &["tcp.dstport", "udp.dstport", "sctp.dstport", "dccp.dstport"]),
    ("icmp_type", &["icmp.type", "icmpv6.type"]),
    ("icmp_code", &["icmp.code", "icmpv6.code"]),
    ("tcp_flags", &["tcp.flags"]),
];

/// A cell as tshark writes it; empty for none.
fn as_tshark(column: &str, cell: &Value) -> String {
    match cell {
        Value::Null => String::new(),
        Value::Number(number) => number.to_string(),
        Value::String(flags) if column == "tcp_flags" => {
            let names = ["FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR"];
            let bits =
                names.iter().enumerate().filter(|(_, name)| flags.split(',').any(|flag| flag == **name));
            format!("0x{:04x}", bits.fold(0, |sum, (bit, _)| sum | 1 << bit))
        }
        Value::String(text) => text.clone(),
        other => panic!("{column}: {other}"),
    }
}

/// What tshark says of a column. Three more flags than TCP's eight are no column of ours.
fn of_tshark(column: &str, fields: &[&str], packet: &BTreeMap<&str, String>) -> String {
    // The outer tag may be of either kind, and has another name as one of two service tags.
    let tag = packet["frame.protocols"].split(':').find(|layer| ["vlan", "ieee8021ad"].contains(layer));
    let service: &[&str] = &["ieee8021ad.svid", "ieee8021ad.id"];
    let fields = if column == "vlan" && tag == Some("ieee8021ad") { service } else { fields };
    let found = fields.iter().map(|field| &packet[field]).find(|value| !value.is_empty());
    let found = found.cloned().unwrap_or_default();
    match found.strip_prefix("0x") {
        Some(flags) if column == "tcp_flags" => {
            format!("0x{:04x}", u16::from_str_radix(flags, 16).unwrap() & 0xff)
        }
        _ => found,
    }
}

/// Requires that tshark sees in a packet what its row says.
pub(super) fn compare(row: &Value, packet: &BTreeMap<&str, String>, what: &str) {
    for (column, fields) in COLUMNS {
        let expected = as_tshark(column, &row[column]);
        assert_eq!(of_tshark(column, fields, packet), expected, "{what}: {column} of {row}: {packet:?}");
    }
    let (seconds, fraction) = packet["frame.time_epoch"].split_once('.').unwrap();
    assert_eq!(fraction.len(), 9, "nanoseconds");
    let milliseconds = seconds.parse::<u64>().unwrap() * 1000 + fraction[..3].parse::<u64>().unwrap();
    assert_eq!(Some(milliseconds), row["time"].as_u64(), "{what}: {row}");
    let direction = match row["direction"].as_str() {
        Some("in") => "0x00000001",
        _ => "0x00000002",
    };
    assert_eq!(packet["frame.packet_flags_direction"], direction, "{what}: {row}");
}
