//! The filters that the front end's menus write mean what they are to mean. That they write these, and read them back,
//! is checked by the front end's tests, from the same file.

#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use serde_json::Value;
use xdplive_filter::{Environment, Filter};

fn cases(name: &str) -> Vec<Value> {
    let all: Value = serde_json::from_str(include_str!("../../../testdata/filters/builder.json")).unwrap();
    all[name].as_array().unwrap().clone()
}

fn parsed(text: &Value) -> Filter {
    let parsed = Filter::parse(text.as_str().unwrap()).map_err(|error| format!("{text}: {error}"));
    assert_eq!(parsed.as_ref().err(), None);
    parsed.unwrap()
}

#[test]
fn what_menus_write_has_its_meaning() {
    let cases = cases("written");
    assert!(cases.len() > 90, "{}", cases.len());
    for case in cases {
        assert_eq!(parsed(&case["filter"]).meaning(), case["meaning"], "{}", case["filter"]);
    }
}

#[test]
fn what_menus_read_means_the_same_once_they_write_it() {
    let environment = Environment::default();
    for case in cases("spelledOtherwise") {
        let terms = |text| parsed(text).terms(&environment).unwrap();
        assert_eq!(terms(&case["filter"]), terms(&case["expected"]), "{}", case["filter"]);
    }
}

#[test]
fn what_menus_cannot_show_are_filters() {
    for text in cases("beyondMenus") {
        parsed(&text);
    }
}
