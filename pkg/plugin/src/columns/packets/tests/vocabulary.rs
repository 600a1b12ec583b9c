//! Names and types of the columns: the contract with dashboards, and with the front end's fixtures.

use std::{fs, path::Path};

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

/// The front end tests itself against a list of its own.
#[test]
fn the_front_end_knows_the_same_columns() {
    let list = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../src/testing/packetColumns.ts");
    let text = fs::read_to_string(list).unwrap();
    let there: Vec<&str> = text.lines().map(str::trim).filter(|line| line.starts_with("column('")).collect();
    let here: Vec<String> = PacketColumn::ALL
        .iter()
        .map(|column| format!("column('{}', '{}', {}),", column.name(), kind(*column), column.nullable()))
        .collect();
    assert_eq!(there, here);
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
