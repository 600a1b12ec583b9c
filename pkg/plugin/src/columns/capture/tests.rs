use std::{fs, path::Path, time::Duration};

use serde_json::{Value, json};
use xdplive_filter::Filter;
use xdplive_source::{Host, KernelTime, Label, StreamAccounts};

use super::*;
use crate::columns::tests::Values;

/// Name, type and whether it can be null; the first fourteen are the contract.
const CONTRACT: [(&str, &str, bool); 20] = [
    ("time", "time", false),
    ("interface", "string", false),
    ("direction", "string", false),
    ("hook", "string", true),
    ("seen", "number", false),
    ("own", "number", false),
    ("streams", "number", false),
    ("matched", "number", false),
    ("thinned", "number", false),
    ("lost_ring", "number", false),
    ("lost_queue", "number", false),
    ("delivered", "number", false),
    ("ring_used", "number", false),
    ("kernel_ns", "number", true),
    ("channel", "string", true),
    ("filter", "string", true),
    ("flow_overflow", "number", false),
    ("lost_network", "number", false),
    ("state", "string", true),
    ("reason", "string", true),
];

fn kind(column: CaptureColumn) -> String {
    serde_json::to_value(column.kind()).unwrap().as_str().unwrap().to_owned()
}

fn stream(owner: &str, name: &str, filter: &str, matched: u64) -> StreamAccounts {
    StreamAccounts {
        id: if owner == "1/a" { 1 } else { 2 },
        has_rows: true,
        label: Arc::new(Label { owner: owner.to_owned(), stream: name.to_owned() }),
        filter: Arc::new(Filter::parse(filter).unwrap()),
        counts: Counts {
            matched,
            thinned: 4,
            lost_ring: 3,
            lost_queue: 2,
            lost_network: 8,
            // What waited when a panel closed is in no column.
            closed: 7,
            delivered: matched - 17,
            ..Counts::default()
        },
    }
}

fn accounts(interface: &str, direction: Direction, streams: Vec<StreamAccounts>) -> HookAccounts {
    HookAccounts {
        host: Host::only("nas"),
        state: Some(InterfaceState::Refused),
        reason: "no room".to_owned(),
        interface: interface.into(),
        uplink: false,
        direction,
        hook: Some(Hook::XdpGeneric),
        seen: u64::from(u32::MAX) + 10,
        own: 5,
        streams,
        ended: Counts::default(),
        ring_used: 12.3456,
        kernel_time: Some(KernelTime { total: Duration::from_nanos(1000), runs: 3 }),
        flow_overflow: 6,
    }
}

/// The rows as an array for each.
fn shown(view: View<'_>, accounts: &[HookAccounts]) -> Vec<Vec<Value>> {
    let rows = view.rows(accounts, 1_767_225_600_000);
    let columns = CaptureColumn::ALL.iter().map(|column| {
        let mut cells = Values::default();
        column.write(&rows, &mut cells);
        cells.0
    });
    let columns: Vec<Vec<Value>> = columns.collect();
    (0..rows.len()).map(|row| columns.iter().map(|column| column[row].clone()).collect()).collect()
}

fn named(names: &[&str]) -> InterfaceSet {
    InterfaceSet::Named(names.iter().map(|name| (*name).to_owned()).collect())
}

#[test]
fn the_columns_are_those_of_the_contract() {
    let columns: Vec<(&str, String, bool)> =
        CaptureColumn::ALL.iter().map(|column| (column.name(), kind(*column), column.nullable())).collect();
    assert_eq!(columns, CONTRACT.map(|(name, kind, nullable)| (name, kind.to_owned(), nullable)));
}

#[test]
fn the_documentation_knows_the_same_columns() {
    let reference = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference.md");
    let text = fs::read_to_string(reference).unwrap();
    let (_, section) = text.split_once("## Columns of capture").unwrap();
    for column in CaptureColumn::ALL {
        assert!(section.contains(&format!("`{}`", column.name())), "{}", column.name());
    }
}

#[test]
fn each_stream_has_a_row_beside_its_hook() {
    let streams =
        vec![stream("1/a", "packets/1f", "udp port 53", 20), stream("1/b", "packets/2e", "tcp", 30)];
    let view = View {
        hosts: &HostSet::All,
        owner: Some("1/a"),
        interfaces: &named(&["eth0"]),
        directions: &Direction::ALL,
    };
    let rows = shown(view, &[accounts("eth0", Direction::In, streams)]);
    let hook = [
        json!(1_767_225_600_000_i64),
        json!("eth0"),
        json!("in"),
        json!("xdp-generic"),
        json!(4_294_967_305_u64),
        json!(5),
        json!(2),
    ];
    let first = [json!(20), json!(4), json!(3), json!(2), json!(3)];
    let second = [json!(30), json!(4), json!(3), json!(2), json!(13)];
    let rest = [json!(12.35), json!(333.33)];
    // What another data source looks for is not told.
    let names = [[json!("packets/1f"), json!("udp port 53")], [json!("other/2"), json!(null)]];
    let overflow = [json!(6), json!(8), json!("refused"), json!("no room")];
    let row = |counts: &[Value], names: &[Value]| [&hook[..], counts, &rest, names, &overflow].concat();
    assert_eq!(rows, [row(&first, &names[0]), row(&second, &names[1])]);
}

#[test]
fn a_hook_without_a_stream_has_a_row_of_its_own() {
    let view = View {
        hosts: &HostSet::All,
        owner: Some("1/a"),
        interfaces: &InterfaceSet::Any,
        directions: &Direction::ALL,
    };
    let idle = HookAccounts { hook: None, kernel_time: None, ..accounts("wg0", Direction::Out, Vec::new()) };
    let rows = shown(view, &[idle]);
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0][3], Value::Null);
    assert_eq!(rows[0][6..12], [0, 0, 0, 0, 0, 0].map(Value::from));
    assert_eq!(
        rows[0][13..],
        [Value::Null, Value::Null, Value::Null, json!(6), json!(0), json!("refused"), json!("no room")]
    );
}

#[test]
fn only_what_is_asked_for_is_shown() {
    let all = [
        accounts("eth0", Direction::In, Vec::new()),
        accounts("eth0", Direction::Out, Vec::new()),
        accounts("wg0", Direction::In, Vec::new()),
    ];
    let places = |interfaces: &InterfaceSet, directions: &[Direction]| {
        let rows = shown(View { hosts: &HostSet::All, owner: None, interfaces, directions }, &all);
        rows.into_iter().map(|row| format!("{} {}", row[1], row[2]).replace('"', "")).collect::<Vec<_>>()
    };
    assert_eq!(places(&InterfaceSet::Any, &Direction::ALL), ["eth0 in", "eth0 out", "wg0 in"]);
    assert_eq!(places(&named(&["eth0"]), &[Direction::Out]), ["eth0 out"]);
    assert_eq!(places(&named(&["wg0", "eth1"]), &Direction::ALL), ["wg0 in"]);
}

/// Who may not see packets is not told what others look for either.
#[test]
fn nobody_elses_filter_is_shown_nor_a_name_that_tells_it() {
    let streams = vec![stream("1/a", "packets/1f", "host 192.0.2.7", 20)];
    let view = View {
        hosts: &HostSet::All,
        owner: None,
        interfaces: &InterfaceSet::Any,
        directions: &Direction::ALL,
    };
    let rows = shown(view, &[accounts("eth0", Direction::In, streams)]);
    assert_eq!(rows[0][14..16], [json!("other/1"), Value::Null]);
    assert_eq!(rows[0][7], 20);
}

#[test]
fn a_long_filter_is_cut() {
    let long = format!("host {}", ["192.0.2.1"; 400].join(" or "));
    let view = View {
        hosts: &HostSet::All,
        owner: Some("1/a"),
        interfaces: &InterfaceSet::Any,
        directions: &Direction::ALL,
    };
    let rows = shown(view, &[accounts("eth0", Direction::In, vec![stream("1/a", "packets/1f", &long, 20)])]);
    let filter = rows[0][15].as_str().unwrap();
    assert_eq!(filter.chars().count(), 61);
    assert!(filter.starts_with("host {192.0.2.1,192.0.2.1,"), "{filter}");
}
