//! Every key: its default, its values, and what is no value of it.

use super::*;

#[test]
fn every_key_has_a_default() {
    let query = parse(&json!({})).unwrap();
    let expected = Query {
        kind: Kind::Packets,
        hosts: Vec::new(),
        interfaces: xdplive_source::InterfaceSet::Named(vec!["eth0".to_owned()]),
        direction: vec![Direction::In, Direction::Out],
        filter: Arc::new(Filter::parse("").unwrap()),
        columns: Columns::Packets(PacketColumn::ALL.to_vec()),
        limit: Some(1000),
        interval: 1000,
        group_by: None,
        measure: Measure::Packets,
        top: 10,
        since: None,
        decapsulate: Decapsulate::None,
        format: Format::Table,
        prefix_ipv4: None,
        prefix_ipv6: None,
    };
    assert_eq!(query, expected);
}

/// The front end's forms may leave a key empty. `limit` is the exception: there it means "all".
#[test]
fn null_stands_for_the_default() {
    for key in [
        "kind",
        "interfaces",
        "direction",
        "filter",
        "columns",
        "interval",
        "groupBy",
        "measure",
        "top",
        "since",
    ] {
        assert_eq!(parse(&json!({ key: null })), parse(&json!({})), "{key}");
    }
}

#[test]
fn unknown_keys_are_ignored() {
    let query = json!({
        "refId": "A",
        "datasource": { "type": "xdplive-packets-datasource", "uid": "x" },
        "rowsKept": 10_000,
        "Limit": "many",
        "group_by": 7,
        "": null,
    });
    assert_eq!(parse(&query), parse(&json!({})));
}

#[test]
fn directions() {
    let direction = |value| parse(&json!({ "direction": value })).unwrap().direction;
    assert_eq!(direction("in"), [Direction::In]);
    assert_eq!(direction("out"), [Direction::Out]);
    assert_eq!(direction("both"), [Direction::In, Direction::Out]);
}

/// Values of any type but text, for keys that take one of a few words.
fn no_words() -> Vec<Value> {
    vec![json!(0), json!(1.5), json!(true), json!([]), json!(["in"]), json!({}), json!({ "in": "out" })]
}

#[test]
fn other_words_are_refused() {
    let words = ["", " ", "in ", "IN", "Both", "none", "packets,rates"].map(Value::from);
    let wrong = || no_words().into_iter().chain(words.clone());
    assert_refused("kind", wrong(), "allowed are packets, rates, flows, capture, interfaces, drops");
    assert_refused("direction", wrong(), "allowed are in, out, both");
    assert_refused(
        "measure",
        wrong(),
        "allowed are packets, bits, size, utilisation, retransmits, resets, zero_windows, unanswered, rtt",
    );
    assert_refused("since", wrong(), "allowed are interval, start");
    // To packets and others it is the editor's.
    assert!(parse(&json!({ "format": "lines" })).is_ok());
    for format in [json!("lines"), json!(1)] {
        let error = refusal(&json!({ "kind": "flows", "format": format }));
        assert_eq!(error, format!("format: {format} is not allowed; allowed are table, graph, matrix"));
    }
    assert_refused(
        "groupBy",
        wrong(),
        "allowed are protocol, direction, vlan, interface, host, source, destination, host_ip, \
         source_port, destination_port, ethertype, tcp_flag, cast, tunnel, tunnel_id, service, source_name, \
         destination_name, reason, process, container",
    );
}

#[test]
fn a_filter_is_text() {
    assert_refused("filter", no_words(), "it takes a text");
}

/// Values that are no whole number, and `bounds`, which are just outside of what is allowed.
fn no_number(bounds: [i64; 2]) -> impl Iterator<Item = Value> {
    let others = [
        json!("1000"),
        json!(true),
        json!([]),
        json!([1000]),
        json!({}),
        json!(-1),
        json!(-1000.0),
        json!(150.5),
        json!(1e300),
        json!(u64::MAX),
        json!(i64::MIN),
    ];
    others.into_iter().chain(bounds.map(Value::from))
}

#[test]
fn other_numbers_are_refused() {
    assert_refused("interval", no_number([99, 60_001]), "it takes a whole number from 100 to 60000");
    assert_refused("top", no_number([0, 101]), "it takes a whole number from 1 to 100");
}

/// A number in a form may come with a fraction of nothing.
#[test]
fn numbers_within_bounds_are_accepted() {
    for (key, values) in [
        ("interval", [json!(100), json!(60_000), json!(100.0), json!(6e4)]),
        ("top", [json!(1), json!(100), json!(1.0), json!(1e2)]),
        ("limit", [json!(1), json!(10_000), json!(1.0), json!(1e4)]),
    ] {
        for value in values {
            assert!(parse(&json!({ key: value })).is_ok(), "{key} {value}");
        }
    }
}

#[test]
fn every_word_is_accepted() {
    let groups: Vec<&str> = GroupBy::ALL.iter().map(|group| group.name()).collect();
    for (key, words) in [
        ("groupBy", groups.as_slice()),
        (
            "measure",
            &[
                "packets",
                "bits",
                "size",
                "utilisation",
                "retransmits",
                "resets",
                "zero_windows",
                "unanswered",
                "rtt",
            ],
        ),
        ("since", &["interval", "start"]),
    ] {
        for word in words {
            assert!(parse(&json!({ key: word })).is_ok(), "{key} {word}");
        }
    }
}

#[test]
fn a_query_is_an_object() {
    for text in ["null", "true", "7", "\"packets\"", "[]", "[{}]", "{", "{}{}", "packets"] {
        let error = Query::parse(text.as_bytes(), &machine(), CEILING).unwrap_err();
        let allowed = "a query is a JSON object such as {\"interfaces\": [\"eth0\"]}";
        assert_eq!(error.to_string(), format!("the query is {text}; {allowed}"));
    }
    assert!(Query::parse(b"", &machine(), CEILING).is_err());
    assert!(Query::parse(b"{\"kind\": \"\xff\"}", &machine(), CEILING).is_err());
}

#[test]
fn what_was_given_is_shortened() {
    let long = "x".repeat(1 << 20);
    let beginning = "x".repeat(59);
    assert_eq!(
        refusal(&json!({ "direction": long })),
        format!("direction: \"{beginning}… is not allowed; allowed are in, out, both")
    );
    let list = json!({ "columns": vec![long.clone(); 3] });
    assert!(
        refusal(&list).starts_with(&format!("columns: there is no column \"x{beginning}…\"; there are "))
    );
    let text = Query::parse(long.as_bytes(), &machine(), CEILING).unwrap_err().to_string();
    assert!(text.starts_with(&format!("the query is x{beginning}…; ")), "{text}");
}

/// A text is cut between characters, not inside of one.
#[test]
fn shortening_knows_characters() {
    assert_eq!(shortened(&"ü".repeat(60)), "ü".repeat(60));
    assert_eq!(shortened(&"ü".repeat(61)), format!("{}…", "ü".repeat(60)));
}
