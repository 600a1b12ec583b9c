//! The canonical form: what subscriptions carry, and what the channel's hash is of.

use super::*;

fn canonical(query: &Value) -> String {
    serde_json::to_string(&parse(query).unwrap()).unwrap()
}

#[test]
fn every_key_is_there_in_a_fixed_order() {
    let expected = concat!(
        r#"{"kind":"packets","interfaces":["eth0"],"direction":"both","filter":"","columns":["time","#,
        r#""interface","direction","source_mac","destination_mac","ethertype","vlan","inner_vlan","#,
        r#""version","source_ip","destination_ip","protocol","length","frame_length","segments","ttl","#,
        r#""dscp","fragment","source_port","destination_port","tcp_flags","icmp_type","icmp_code","#,
        r#""malformed"],"limit":1000,"interval":1000,"groupBy":null,"measure":"packets","top":10}"#,
    );
    assert_eq!(canonical(&json!({})), expected);
}

#[test]
fn what_was_asked_for_stands_in_it() {
    let query = json!({
        "interfaces": ["wg0", "eth0"],
        "direction": "out",
        "columns": ["ttl", "time"],
        "limit": 20.0,
    });
    let expected = concat!(
        r#"{"kind":"packets","interfaces":["eth0","wg0"],"direction":"out","filter":"","#,
        r#""columns":["ttl","time"],"limit":20,"interval":1000,"groupBy":null,"measure":"packets","top":10}"#,
    );
    assert_eq!(canonical(&query), expected);
}

#[test]
fn no_budget_is_null() {
    let query = Query::parse(br#"{"limit": null}"#, &machine(), LimitCeiling::None).unwrap();
    assert!(serde_json::to_string(&query).unwrap().contains(r#""limit":null,"#));
}

/// Two panels that differ in what means nothing for packets share one stream.
#[test]
fn what_means_nothing_for_packets_is_left_at_its_default() {
    let other = json!({
        "interval": 100, "groupBy": "protocol", "measure": "bits", "top": 3, "since": "start", "filter": " ",
    });
    assert_eq!(canonical(&other), canonical(&json!({})));
}

/// Two panels on one interface share the accounts, whatever rows they ask for.
#[test]
fn what_means_nothing_for_capture_is_left_at_its_default() {
    let other = json!({
        "kind": "capture", "filter": "udp", "limit": 7, "groupBy": "vlan", "measure": "bits", "top": 3, "since": "start",
    });
    assert_eq!(canonical(&other), canonical(&json!({ "kind": "capture" })));
    let slow = json!({ "kind": "capture", "interval": 5000, "columns": ["seen"] });
    let expected = concat!(
        r#"{"kind":"capture","interfaces":["eth0"],"direction":"both","filter":"","columns":["seen"],"#,
        r#""limit":1000,"interval":5000,"groupBy":null,"measure":"packets","top":10}"#,
    );
    assert_eq!(canonical(&slow), expected);
    for one in [json!({}), json!({ "direction": "in", "filter": "tcp", "columns": ["ttl"], "limit": 3 })] {
        let accounts = parse(&one).unwrap().accounts(CEILING);
        let again = Query::parse(&serde_json::to_vec(&accounts).unwrap(), &machine(), CEILING);
        assert_eq!(again, Ok(accounts));
    }
}

#[test]
fn each_kind_has_columns_of_its_own() {
    assert!(
        refusal(&json!({ "kind": "capture", "columns": ["ttl"] }))
            .ends_with("channel, filter, flow_overflow, lost_network, state, reason, host")
    );
    assert!(refusal(&json!({ "columns": ["seen"] })).contains("there is no column \"seen\""));
}

/// Without columns rates are a time series of the measure; with columns they are counts.
#[test]
fn rates_are_a_series_or_counts() {
    let series = json!({ "kind": "rates", "measure": "bits", "filter": "udp", "limit": 7, "interval": 250 });
    let expected = concat!(
        r#"{"kind":"rates","interfaces":["eth0"],"direction":"both","filter":"udp","columns":[],"#,
        r#""limit":1000,"interval":250,"groupBy":null,"measure":"bits","top":10}"#,
    );
    assert_eq!(canonical(&series), expected);
    let columns = |query: &Value| parse(query).unwrap().columns;
    for (measure, column) in [
        ("packets", SeriesColumn::Packets),
        ("bits", SeriesColumn::Bits),
        ("size", SeriesColumn::Size),
        ("utilisation", SeriesColumn::Utilisation),
    ] {
        let query = json!({ "kind": "rates", "measure": measure, "columns": [] });
        assert_eq!(columns(&query), Columns::Series(vec![SeriesColumn::Time, column]));
        assert_eq!(canonical(&serde_json::from_str(&canonical(&query)).unwrap()), canonical(&query));
    }
    for (measure, column) in [
        ("retransmits", SeriesColumn::Retransmits),
        ("resets", SeriesColumn::Resets),
        ("zero_windows", SeriesColumn::ZeroWindows),
        ("unanswered", SeriesColumn::Unanswered),
        ("rtt", SeriesColumn::Rtt),
    ] {
        let query = json!({ "kind": "rates", "measure": measure, "groupBy": "source" });
        assert_eq!(columns(&query), Columns::Series(vec![SeriesColumn::Time, SeriesColumn::Group, column]));
    }
    let counts = json!({ "kind": "rates", "columns": ["time", "bytes"] });
    assert_eq!(columns(&counts), Columns::Counts(vec![CountColumn::Time, CountColumn::Bytes]));
    assert_eq!(canonical(&serde_json::from_str(&canonical(&counts)).unwrap()), canonical(&counts));
}
