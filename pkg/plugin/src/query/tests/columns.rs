//! The columns of a query.

use super::*;

fn columns(value: &Value) -> Vec<PacketColumn> {
    match parse(&json!({ "columns": value })).unwrap().columns {
        Columns::Packets(columns) => columns,
        other => panic!("{other:?}"),
    }
}

#[test]
fn columns_keep_their_order() {
    assert_eq!(
        columns(&json!(["ttl", "time", "source_ip"])),
        [PacketColumn::Ttl, PacketColumn::Time, PacketColumn::SourceIp]
    );
}

#[test]
fn every_column_can_be_had() {
    for column in PacketColumn::ALL.iter().chain(PacketColumn::BESIDES) {
        assert_eq!(columns(&json!([column.name()])), [*column]);
    }
}

#[test]
fn no_column_stands_for_all() {
    assert_eq!(columns(&json!([])), PacketColumn::ALL);
    assert_eq!(columns(&json!(null)), PacketColumn::ALL);
}

/// The lists of all columns are what dashboards and programs were made for.
#[test]
fn the_host_is_shown_where_it_is_asked_for() {
    assert_eq!(columns(&json!(["host", "ttl"])), [PacketColumn::Host, PacketColumn::Ttl]);
    assert!(!PacketColumn::ALL.contains(&PacketColumn::Host));
    for kind in ["rates", "flows", "capture"] {
        let query = parse(&json!({ "kind": kind, "columns": ["host"] })).unwrap();
        assert_eq!(serde_json::to_value(&query).unwrap()["columns"], json!(["host"]));
    }
}

#[test]
fn a_column_is_had_once() {
    let error = refusal(&json!({ "columns": ["time", "ttl", "time"] }));
    assert_eq!(error, "columns: \"time\" is not allowed; each column can be had once");
}

#[test]
fn an_unknown_column_is_answered_with_those_there_are() {
    for name in ["TTL", "hop_limit", ""] {
        let error = refusal(&json!({ "columns": ["time", name] }));
        let beginning =
            format!("columns: there is no column \"{name}\"; there are time, interface, direction, ");
        assert!(error.starts_with(&beginning), "{error}");
        assert!(error.ends_with(", process, pid, user, container, host"), "{error}");
    }
}

#[test]
fn columns_come_in_a_list_of_names() {
    let allowed = "it takes a list of names";
    assert_refused("columns", [json!("time"), json!(1), json!(true), json!({})], allowed);
    for name in [json!(1), json!(null), json!(["time"]), json!({})] {
        let error = refusal(&json!({ "columns": ["time", name] }));
        assert_eq!(error, format!("columns: {name} is not allowed; {allowed}"));
    }
}
