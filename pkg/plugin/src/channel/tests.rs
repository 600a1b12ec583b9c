use serde_json::Value;

use super::*;
use crate::{settings::LimitCeiling, tests::machine};

fn path_of(json: &str) -> String {
    path(&Query::parse(json.as_bytes(), &machine(), LimitCeiling::None).unwrap())
}

/// A query with every key.
const QUERY: &str = r#"{
    "kind": "packets", "interfaces": ["eth0", "wg0"], "direction": "in", "filter": "",
    "columns": ["time", "source_ip", "ttl"], "limit": 500,
    "interval": 1000, "groupBy": null, "measure": "packets", "top": 10
}"#;

/// [`QUERY`] with another value of one key.
fn with(key: &str, value: &str) -> String {
    let mut query: Value = serde_json::from_str(QUERY).unwrap();
    query[key] = serde_json::from_str(value).unwrap();
    path_of(&query.to_string())
}

/// Saved dashboards and running streams refer to it: it must not change.
#[test]
fn the_path_of_a_query_stays_as_it_is() {
    assert_eq!(path_of(QUERY), "packets/9c91b7a25b08d40be29fc3952063b90f");
    assert_eq!(path_of("{}"), "packets/56b85c405c7ed0aee3a5e74e0c962f8a");
}

#[test]
fn it_is_of_the_query_not_of_its_bytes() {
    let reversed = r#"{"top":10,"measure":"packets","interval":1000.0,"limit":5e2,
        "columns":["time","source_ip","ttl"],"direction":"in","interfaces":["wg0","eth0","wg0"]}"#;
    let escaped = r#" { "interfaces" : [ "\u0065th0" , "wg0" ] , "direction" : "in",
        "columns" : [ "time", "source_ip", "ttl" ], "limit" : 500 } "#;
    for other in [reversed, escaped] {
        assert_eq!(path_of(other), path_of(QUERY));
    }
}

#[test]
fn a_default_is_as_good_as_its_value() {
    let explicit = r#"{"kind":"packets","interfaces":["eth0"],"direction":"both","columns":[],"limit":1000}"#;
    assert_eq!(path_of(explicit), path_of("{}"));
}

#[test]
fn every_difference_that_matters_is_another_path() {
    let others = [
        with("interfaces", r#"["eth0"]"#),
        with("interfaces", r#"["eth0wg0"]"#),
        with("interfaces", r#"["any"]"#),
        with("direction", r#""out""#),
        with("direction", r#""both""#),
        with("columns", r#"["time", "ttl", "source_ip"]"#),
        with("columns", r#"["time", "ttl"]"#),
        with("limit", "501"),
        with("limit", "null"),
        path_of(QUERY),
    ];
    let different: std::collections::BTreeSet<&String> = others.iter().collect();
    assert_eq!(different.len(), others.len(), "{others:#?}");
}

#[test]
fn what_means_nothing_for_packets_is_the_same_path() {
    for (key, value) in [
        ("interval", "250"),
        ("groupBy", r#""protocol""#),
        ("measure", r#""bits""#),
        ("top", "3"),
        ("since", r#""start""#),
        ("filter", r#"" ""#),
        ("maxDataPoints", "1024"),
        ("timeRange", r#"{"from": 1}"#),
    ] {
        assert_eq!(with(key, value), path_of(QUERY), "{key}");
    }
}

#[test]
fn a_path_has_the_form_of_one() {
    assert!(is_path(&path_of("{}")));
    for garbage in [
        "",
        "/",
        "packets",
        "packets/",
        "packets/0123456789abcdef0123456789abcde",
        "packets/0123456789abcdef0123456789abcdef0",
        "packets/0123456789abcdef0123456789abcdeg",
        "packets/0123456789abcdef0123456789abcd\u{660}",
        "packets/ 123456789abcdef0123456789abcdef",
        "packets//123456789abcdef0123456789abcdef",
        "/packets/0123456789abcdef0123456789abcdef",
        "Packets/0123456789abcdef0123456789abcdef",
        "hosts/0123456789abcdef0123456789abcdef",
        "0123456789abcdef0123456789abcdef",
        "packets/../../../../../../../../../passwd",
    ] {
        assert!(!is_path(garbage), "{garbage}");
    }
}

/// Grafana's limit is 160 characters for `ds/<uid>/<path>`, and these are all that its SDK lets through.
#[test]
fn a_path_is_one_that_grafana_accepts() {
    let path = path_of("{}");
    assert_eq!(path.len(), 40);
    assert!(path.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'/'), "{path}");
}
