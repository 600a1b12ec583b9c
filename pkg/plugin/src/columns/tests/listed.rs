//! All columns as a file, `testdata/columns.json`: the front end's fixtures and the source of the dashboards have
//! names and types from there.
//!
//! `UPDATE_GOLDEN=1 cargo test --package xdplive-plugin the_front_end_knows` writes it anew.

use std::{env, fmt::Write as _, fs, path::Path};

use serde_json::json;

use super::*;
use crate::columns::{
    capture::CaptureColumn, drops::DropColumn, flows::FlowColumn, interfaces::InterfaceColumn,
    packets::PacketColumn, rates::CountColumn,
};

/// An object of columns by name, in the order in which they are shown, a line each.
fn listed<C: Column>() -> String {
    let mut text = "{".to_owned();
    for (position, column) in C::ALL.iter().chain(C::BESIDES).enumerate() {
        let mut entry = json!({
            "type": column.kind(),
            "nullable": column.nullable(),
            "description": column.description(),
        });
        if C::BESIDES.contains(column) {
            entry["optional"] = true.into();
        }
        let comma = if position == 0 { "" } else { "," };
        write!(text, "{comma}\n    {}: {entry}", json!(column.name())).unwrap();
    }
    text + "\n  }"
}

#[test]
fn the_front_end_knows_the_same_columns() {
    let kinds = [
        ("packets", listed::<PacketColumn>()),
        ("rates", listed::<CountColumn>()),
        ("flows", listed::<FlowColumn>()),
        ("capture", listed::<CaptureColumn>()),
        ("interfaces", listed::<InterfaceColumn>()),
        ("drops", listed::<DropColumn>()),
    ];
    let kinds = kinds.map(|(kind, columns)| format!("  \"{kind}\": {columns}")).join(",\n");
    let contents = format!("{{\n{kinds}\n}}\n");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/columns.json");
    if env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&path, &contents).unwrap();
    }
    assert_eq!(fs::read_to_string(&path).unwrap_or_default(), contents);
}
