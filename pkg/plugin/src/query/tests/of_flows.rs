//! Queries that are answered from flows: conversations and grouped rates.

use super::*;

fn canonical(query: &Value) -> String {
    serde_json::to_string(&parse(query).unwrap()).unwrap()
}

#[test]
fn what_is_grouped_by_stands_in_the_canonical_form() {
    let query = json!({
        "kind": "rates", "groupBy": "source_port", "measure": "bits", "top": 5, "filter": "udp", "since": "start",
    });
    let expected = concat!(
        r#"{"kind":"rates","interfaces":["eth0"],"direction":"both","filter":"udp","columns":[],"limit":1000,"#,
        r#""interval":1000,"groupBy":"source_port","measure":"bits","top":5}"#,
    );
    assert_eq!(canonical(&query), expected);
    let series = vec![SeriesColumn::Time, SeriesColumn::Group, SeriesColumn::Bits];
    assert_eq!(parse(&query).unwrap().columns, Columns::Series(series));
    assert!(parse(&query).unwrap().is_of_flows());
    let counts =
        json!({ "kind": "rates", "groupBy": "vlan", "measure": "bits", "columns": ["group", "bytes"] });
    let expected = concat!(
        r#"{"kind":"rates","interfaces":["eth0"],"direction":"both","filter":"","columns":["group","bytes"],"#,
        r#""limit":1000,"interval":1000,"groupBy":"vlan","measure":"packets","top":10}"#,
    );
    assert_eq!(canonical(&counts), expected);
}

/// One query is one stream.
#[test]
fn what_means_nothing_is_left_at_its_default() {
    for (one, other) in [
        (json!({ "kind": "rates" }), json!({ "kind": "rates", "top": 3, "since": "start", "limit": 7 })),
        (
            json!({ "kind": "flows", "top": 3 }),
            json!({ "kind": "flows", "top": 3, "groupBy": "vlan", "measure": "bits", "limit": 7 }),
        ),
    ] {
        assert_eq!(canonical(&one), canonical(&other));
    }
    assert!(!parse(&json!({ "kind": "rates" })).unwrap().is_of_flows());
    assert!(!parse(&json!({ "groupBy": "vlan" })).unwrap().is_of_flows());
}

#[test]
fn conversations() {
    let query =
        json!({ "kind": "flows", "columns": ["bytes"], "top": 100, "since": "start", "filter": "tcp" });
    let expected = concat!(
        r#"{"kind":"flows","interfaces":["eth0"],"direction":"both","filter":"tcp","columns":["bytes"],"#,
        r#""limit":1000,"interval":1000,"groupBy":null,"measure":"packets","top":100,"since":"start"}"#,
    );
    assert_eq!(canonical(&query), expected);
    assert_eq!(parse(&json!({ "kind": "flows" })).unwrap().columns, Columns::Flows(FlowColumn::ALL.to_vec()));
    let accounts = parse(&query).unwrap().accounts(CEILING);
    let again = Query::parse(&serde_json::to_vec(&accounts).unwrap(), &machine(), CEILING);
    assert_eq!(again, Ok(accounts));
}

#[test]
fn a_filter_on_what_flows_do_not_carry_is_refused() {
    let no_ttl = "filter: a flow carries no TTL, which the filter looks at, and";
    assert_eq!(
        refusal(&json!({ "kind": "rates", "groupBy": "protocol", "filter": "udp and ttl 1" })),
        format!("{no_ttl} groups are made of flows; leave that condition out, or leave groupBy out")
    );
    assert_eq!(
        refusal(&json!({ "kind": "flows", "filter": "ttl 1" })),
        format!(
            "{no_ttl} conversations are made of flows; leave that condition out, or ask for kind packets"
        )
    );
    // The same without groups, and where groups have no meaning.
    assert!(parse(&json!({ "kind": "rates", "filter": "udp and ttl 1" })).is_ok());
    assert!(parse(&json!({ "groupBy": "protocol", "filter": "udp and ttl 1" })).is_ok());
    let alternatives: Vec<String> =
        (0..70).map(|number| format!("(src port {number} and dst port {})", number + 1000)).collect();
    let many = json!({ "kind": "flows", "filter": alternatives.join(" or ") });
    assert!(refusal(&many).starts_with("filter: the filter comes to "), "{}", refusal(&many));
}

#[test]
fn groups_by_flag_take_no_filter() {
    let query = |filter: &str| json!({ "kind": "rates", "groupBy": "tcp_flag", "filter": filter });
    for filter in ["tcp", "port 80", "ttl 1"] {
        assert!(refusal(&query(filter)).ends_with(
            "is not allowed with groupBy \"tcp_flag\", because TCP flags are counted beside the flows, for all packets \
             together; leave the filter out, or group by another key"
        ));
    }
    assert!(refusal(&query("port 80")).starts_with("filter: \"port 80\" is not allowed"));
    assert!(parse(&query(" ")).is_ok());
}
