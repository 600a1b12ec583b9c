//! What holds for any query, right or wrong.

use proptest::{option, prelude::*, sample};
use serde_json::Number;
use xdplive_source::{ANY, UPLINKS};

use super::*;
use crate::query::keys::KEYS;

/// A key that is missing, or has one of `values`.
fn key(
    name: &'static str,
    values: impl Strategy<Value = Value> + 'static,
) -> BoxedStrategy<Option<(String, Value)>> {
    option::of(values.prop_map(move |value| (name.to_owned(), value))).boxed()
}

fn word(words: &'static [&'static str]) -> impl Strategy<Value = Value> {
    sample::select(words).prop_map(Value::from)
}

/// A whole number, written as such or with a fraction of nothing.
fn number(range: std::ops::RangeInclusive<u32>) -> impl Strategy<Value = Value> {
    prop_oneof![range.clone().prop_map(Value::from), range.prop_map(|number| Value::from(f64::from(number)))]
}

fn interfaces() -> impl Strategy<Value = Value> {
    // Those with a variable in them are refused.
    let is_name = |name: &String| {
        let parts = ['$', '[', '*', '?', '!'];
        !matches!(name.as_str(), "." | ".." | ANY | UPLINKS) && !name.contains(parts)
    };
    let name = "[!-.0-9;-~]{1,15}".prop_filter("no name", is_name);
    let names = prop::collection::vec(name, 0..=crate::query::keys::MAX_INTERFACES).prop_map(Value::from);
    let entry = prop_oneof![
        2 => "[a-z]{0,5}[*?][a-z0-9]{0,5}",
        2 => "[a-z]{1,5}[0-9]",
        1 => Just(UPLINKS.to_owned()),
        2 => "![a-z]{1,5}[*]?",
        1 => Just(format!("!{UPLINKS}")),
    ];
    // As long as nothing is left out of nothing.
    let is_set = |entries: &Vec<String>| !entries.iter().any(|entry| entry == "!any");
    let sets = prop::collection::vec(entry, 1..6).prop_filter("no set", is_set).prop_map(Value::from);
    prop_oneof![4 => names, 2 => sets, 1 => Just(json!([ANY]))]
}

fn columns() -> impl Strategy<Value = Value> {
    let names: Vec<&str> = PacketColumn::ALL.iter().map(|column| column.name()).collect();
    let most = names.len();
    sample::subsequence(names, 0..=most).prop_shuffle().prop_map(Value::from)
}

/// Queries that are right, with any keys missing.
fn right() -> impl Strategy<Value = Value> {
    let keys = vec![
        key("kind", word(&["packets"])),
        key("interfaces", interfaces()),
        key("direction", word(&["in", "out", "both"])),
        key("filter", word(&["", "  "])),
        key("columns", columns()),
        key("limit", number(1..=10_000)),
        key("interval", number(100..=60_000)),
        key("groupBy", word(&["protocol", "vlan", "tcp_flag", "source"])),
        key("measure", word(&["packets", "bits", "size", "utilisation", "unanswered"])),
        key("top", number(1..=100)),
        key("since", word(&["interval", "start"])),
        key("rowsKept", any::<u32>().prop_map(Value::from)),
    ];
    keys.prop_map(|keys| Value::Object(keys.into_iter().flatten().collect()))
}

/// Any JSON value, a few levels deep.
fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(|number| Number::from_f64(number).map_or(Value::Null, Value::Number)),
        ".{0,80}".prop_map(Value::from),
        word(&[
            "packets", "any", "eth0", "time", "ttl", "in", "protocol", "bits", "rates", "flows", "start",
            "udp"
        ]),
    ];
    leaf.prop_recursive(3, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..70).prop_map(Value::from),
            prop::collection::hash_map(".{0,20}", inner, 0..6)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// Objects with the keys of a query, each with any value.
fn anything() -> impl Strategy<Value = Value> {
    KEYS.map(|name| key(name, json_value()))
        .to_vec()
        .prop_map(|keys| Value::Object(keys.into_iter().flatten().collect()))
}

/// Requires that the canonical form of a query is a query, and its own canonical form.
fn assert_canonical(query: &Query, ceiling: LimitCeiling) {
    let canonical = serde_json::to_vec(query).unwrap();
    let again = Query::parse(&canonical, &machine(), ceiling).unwrap();
    assert_eq!(&again, query);
    assert_eq!(serde_json::to_vec(&again).unwrap(), canonical);
}

/// Parses any bytes: a query with a canonical form, or a sentence of bearable length.
fn assert_answered(bytes: &[u8]) {
    for ceiling in [CEILING, LimitCeiling::None, LimitCeiling::Rows(1)] {
        match Query::parse(bytes, &machine(), ceiling) {
            Ok(query) => assert_canonical(&query, ceiling),
            Err(error) => {
                let sentence = error.to_string();
                assert!(sentence.len() < 800, "{} bytes: {sentence}", sentence.len());
            }
        }
    }
}

/// A time in ms, possible or not.
fn time() -> impl Strategy<Value = i64> {
    prop_oneof![any::<i64>(), -TIME_MAX - 2..=TIME_MAX + 2, sample::select(&[-TIME_MAX, TIME_MAX])]
}

fn config() -> ProptestConfig {
    // A query that fails is printed; it belongs into a test of its own, not into a file of seeds.
    ProptestConfig { failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn the_canonical_form_is_its_own(query in right()) {
        let query = parse(&query);
        prop_assert!(query.is_ok(), "{query:?}");
        assert_canonical(&query.unwrap(), CEILING);
    }

    #[test]
    fn any_object_is_answered(value in anything()) {
        assert_answered(value.to_string().as_bytes());
    }

    #[test]
    fn any_json_is_answered(value in json_value()) {
        assert_answered(value.to_string().as_bytes());
    }

    #[test]
    fn any_bytes_are_answered(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        assert_answered(&bytes);
    }

    #[test]
    fn any_time_range_is_answered(range in option::of((time(), time()))) {
        let possible = range.is_some_and(|(from, to)| -TIME_MAX <= from && from <= to && to <= TIME_MAX);
        prop_assert_eq!(check_time_range(range).is_ok(), possible);
    }
}
