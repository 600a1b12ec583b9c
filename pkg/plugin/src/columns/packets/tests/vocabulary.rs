//! Names and types of the columns: the contract with dashboards.

use super::*;

/// Name, type and whether it can be null, as the contract has them.
const CONTRACT: [(&str, &str, bool); 24] = [
    ("time", "time", false),
    ("interface", "string", false),
    ("direction", "string", false),
    ("source_mac", "string", true),
    ("destination_mac", "string", true),
    ("ethertype", "string", true),
    ("vlan", "number", true),
    ("inner_vlan", "number", true),
    ("version", "number", true),
    ("source_ip", "string", true),
    ("destination_ip", "string", true),
    ("protocol", "string", true),
    ("length", "number", true),
    ("frame_length", "number", false),
    ("segments", "number", true),
    ("ttl", "number", true),
    ("dscp", "number", true),
    ("fragment", "boolean", true),
    ("source_port", "number", true),
    ("destination_port", "number", true),
    ("tcp_flags", "string", true),
    ("icmp_type", "number", true),
    ("icmp_code", "number", true),
    ("malformed", "string", true),
];

fn kind(column: PacketColumn) -> String {
    serde_json::to_value(column.kind()).unwrap().as_str().unwrap().to_owned()
}

#[test]
fn the_columns_are_those_of_the_contract() {
    let columns: Vec<(&str, String, bool)> =
        PacketColumn::ALL.iter().map(|column| (column.name(), kind(*column), column.nullable())).collect();
    assert_eq!(columns, CONTRACT.map(|(name, kind, nullable)| (name, kind.to_owned(), nullable)));
}

/// Columns of what a packet's fields are called, which nobody gets unasked.
const NAMED: [&str; 14] = [
    "source_mac_vendor",
    "destination_mac_vendor",
    "source_name",
    "destination_name",
    "name_source",
    "source_country",
    "destination_country",
    "source_asn",
    "destination_asn",
    "service",
    "process",
    "pid",
    "user",
    "container",
];

/// What `xdplive watch` asks for: all columns but that of the machine and those of names and processes, those of tunnels apart.
#[test]
fn the_columns_that_watch_asks_for_are_all() {
    use xdplive_protocol::columns::{PACKETS, TUNNELS};

    let of_tunnels = PacketColumn::OF_TUNNELS.map(PacketColumn::name);
    assert_eq!(of_tunnels, TUNNELS);
    let all = PacketColumn::ALL.iter().chain(PacketColumn::BESIDES).map(|column| column.name());
    let apart = [&["host"], of_tunnels.as_slice(), &NAMED].concat();
    let others: Vec<&str> = all.filter(|name| !apart.contains(name)).collect();
    assert_eq!(others, PACKETS);
}

#[test]
fn a_name_is_read_back() {
    for column in PacketColumn::ALL {
        assert_eq!(PacketColumn::find(column.name()), Ok(*column));
    }
}

#[test]
fn every_column_is_described() {
    for column in PacketColumn::ALL {
        assert!(!column.description().is_empty(), "{}", column.name());
    }
}
