//! The texts that the front end makes of ad hoc filters and template variables are filters. That it makes these is
//! checked by its own tests, from the same files.

#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use serde_json::{Value, json};
use xdplive_filter::Filter;
use xdplive_plugin::{query::Query, settings::LimitCeiling};
use xdplive_source::{Interface, Interfaces, Link};

/// The texts of the cases in a file, without those that are empty because everything is wanted.
fn texts(cases: &Value) -> Vec<&str> {
    let texts = cases.as_array().unwrap().iter().map(|case| case["expected"].as_str().unwrap());
    texts.filter(|text| !text.is_empty()).collect()
}

fn assert_filters(texts: &[&str]) {
    for text in texts {
        assert_eq!(Filter::parse(text).map_err(|error| format!("{text}: {error}")).err(), None);
    }
}

#[test]
fn of_ad_hoc_filters() {
    let cases: Value = serde_json::from_str(include_str!("../../../testdata/filters/ad-hoc.json")).unwrap();
    let texts = texts(&cases);
    assert!(texts.len() > 80, "{}", texts.len());
    assert_filters(&texts);
}

/// The reference says which of them flows can answer.
#[test]
fn of_ad_hoc_filters_on_flows() {
    let cases: Value = serde_json::from_str(include_str!("../../../testdata/filters/ad-hoc.json")).unwrap();
    let interfaces: Interfaces =
        [Interface { default: true, ..Interface::new("eth0", 2, Link::Ethernet) }].into_iter().collect();
    for text in texts(&cases) {
        let query = json!({ "kind": "flows", "filter": text }).to_string();
        let answer = Query::parse(query.as_bytes(), &interfaces, LimitCeiling::Rows(1000));
        let is_beyond = ["ttl ", "dscp ", "ether src ", "ether dst "].iter().any(|word| text.contains(word));
        assert_eq!(answer.is_err(), is_beyond, "{text}: {answer:?}");
    }
}

/// Several values are a list in braces, and none an empty one; beside them is the filter that is meant.
#[test]
fn of_variables() {
    let cases: Value =
        serde_json::from_str(include_str!("../../../testdata/filters/variables.json")).unwrap();
    let cases = cases["filters"].as_array().unwrap();
    assert!(cases.len() > 30, "{}", cases.len());
    for case in cases {
        let parsed =
            |key: &str| Filter::parse(case[key].as_str().unwrap()).map_err(|error| error.to_string());
        assert_eq!(parsed("expected"), parsed("means"), "{case}");
        assert!(parsed("means").is_ok(), "{case}");
    }
}

/// A value that is more than a word is a condition of its own or a fault, and never changes what is around it.
#[test]
fn of_variables_that_hold_more_than_a_value() {
    let cases: Value =
        serde_json::from_str(include_str!("../../../testdata/filters/variables.json")).unwrap();
    for case in cases["refused"].as_array().unwrap() {
        assert!(Filter::parse(case["expected"].as_str().unwrap()).is_err(), "{case}");
    }
}
