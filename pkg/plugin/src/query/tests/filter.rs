//! The filter of a query.

use super::*;

#[test]
fn an_empty_filter_is_none() {
    for filter in ["", " ", "\t\n"] {
        assert_eq!(parse(&json!({ "filter": filter })), parse(&json!({})));
    }
}

/// However a filter is written, its stream is the same.
#[test]
fn it_is_kept_in_its_canonical_form() {
    let canonical = parse(&json!({ "filter": "tcp  port http or (443)" })).unwrap();
    assert_eq!(serde_json::to_value(&canonical).unwrap()["filter"], "tcp port 80 or tcp port 443");
    assert_eq!(parse(&json!({ "filter": "tcp port 80 or tcp port 443" })).unwrap(), canonical);
}

#[test]
fn a_fault_is_told_with_its_place() {
    assert_eq!(
        refusal(&json!({ "filter": "host 10.0.0.1 adn port 80" })),
        "filter: column 15: expected and, or or the end but found \"adn\"; did you mean \"and\"?"
    );
}

/// Also with the kind that takes none: what is wrong is named, not left out.
#[test]
fn a_wrong_one_is_refused_whatever_the_kind() {
    for kind in ["packets", "rates", "flows", "capture"] {
        let query = json!({ "kind": kind, "filter": "tpc" });
        assert!(refusal(&query).ends_with("but found \"tpc\"; did you mean \"tcp\"?"), "{kind}");
    }
}
