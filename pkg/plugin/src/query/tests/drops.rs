//! Queries for dropped packets: rows, or how many there are of each reason.

use super::*;

fn canonical(query: &Value) -> String {
    serde_json::to_string(&parse(query).unwrap()).unwrap()
}

#[test]
fn rows_have_a_limit_and_reasons_an_interval() {
    let keys = json!({ "kind": "drops", "filter": "udp", "columns": ["reason", "ttl"], "limit": 7, "interval": 200, "top": 3 });
    let expected = concat!(
        r#"{"kind":"drops","interfaces":["eth0"],"direction":"both","filter":"udp","columns":["reason","ttl"],"limit":7,"#,
        r#""interval":1000,"groupBy":null,"measure":"packets","top":10}"#,
    );
    assert_eq!(canonical(&keys), expected);
    let keys = json!({ "kind": "drops", "groupBy": "reason", "filter": "ttl 1", "limit": 7, "interval": 200, "top": 3 });
    let expected = concat!(
        r#"{"kind":"drops","interfaces":["eth0"],"direction":"both","filter":"ttl == 1","columns":[],"limit":1000,"#,
        r#""interval":200,"groupBy":"reason","measure":"packets","top":3}"#,
    );
    assert_eq!(canonical(&keys), expected);
    let series = vec![SeriesColumn::Time, SeriesColumn::Group, SeriesColumn::Packets];
    assert_eq!(parse(&keys).unwrap().columns, Columns::Series(series));
    assert!(!parse(&keys).unwrap().is_of_flows());
}

#[test]
fn a_reason_is_of_dropped_packets_and_they_have_no_other_groups() {
    assert_eq!(
        refusal(&json!({ "kind": "rates", "groupBy": "reason" })),
        "groupBy: \"reason\" is not allowed; only dropped packets have a reason: ask for kind drops"
    );
    assert_eq!(
        refusal(&json!({ "kind": "drops", "groupBy": "vlan" })),
        "groupBy: \"vlan\" is not allowed; dropped packets are grouped by reason"
    );
}
