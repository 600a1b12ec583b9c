//! The filters that the front end's menus write mean what they are to mean, and are read as what they were written of.
//! That the front end writes these is checked by its own tests, from the same file.

#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use serde_json::{Value, json};
use xdplive_filter::{
    Environment, Filter,
    reading::{Asks, Condition, MenuField, Reading},
    words::{self, WordKind},
};

fn file() -> Value {
    serde_json::from_str(include_str!("../../../testdata/filters/conditions.json")).unwrap()
}

fn cases(name: &str) -> Vec<Value> {
    file()[name].as_array().unwrap().clone()
}

fn parsed(text: &Value) -> Filter {
    let parsed = Filter::parse(text.as_str().unwrap()).map_err(|error| format!("{text}: {error}"));
    assert_eq!(parsed.as_ref().err(), None);
    parsed.unwrap()
}

/// What menus show of a text: its joint, and of each condition field, operator and values.
fn shown(text: &Value) -> Result<(Value, Value), String> {
    let conditions = Reading::new(text.as_str().unwrap(), &[], None).conditions;
    let conditions = conditions.map_err(|beyond| beyond.to_string())?;
    let one = |Condition { field, asks, values }: &Condition| {
        let words = [field.name(), asks.name()].map(str::to_owned);
        json!(words.into_iter().chain(values.clone()).collect::<Vec<_>>())
    };
    let joint = if conditions.all { "and" } else { "or" };
    Ok((json!(joint), json!(conditions.conditions.iter().map(one).collect::<Vec<_>>())))
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
fn what_menus_write_is_read_as_it_was() {
    for case in cases("written") {
        let expected = (case["joint"].clone(), case["conditions"].clone());
        assert_eq!(shown(&case["filter"]), Ok(expected), "{}", case["filter"]);
    }
}

#[test]
fn what_is_spelled_otherwise_means_the_same_once_menus_write_it() {
    let environment = Environment::default();
    for case in cases("spelledOtherwise") {
        let expected = (case["joint"].clone(), case["conditions"].clone());
        assert_eq!(shown(&case["filter"]), Ok(expected), "{}", case["filter"]);
        let terms = |text| parsed(text).terms(&environment).unwrap();
        assert_eq!(terms(&case["filter"]), terms(&case["expected"]), "{}", case["filter"]);
    }
}

/// Whatever values somebody types: what is shown of it is what it was written of, and a filter means the same once it
/// is read and written again.
#[test]
fn what_menus_write_at_random_is_read_as_it_was_or_not_at_all() {
    let (mut filters, mut read) = (0, 0);
    let cases: Vec<Value> =
        serde_json::from_str(include_str!("../../../testdata/filters/random-conditions.json")).unwrap();
    for case in cases {
        filters += usize::from(Filter::parse(case["filter"].as_str().unwrap()).is_ok());
        if let Ok(conditions) = shown(&case["filter"]) {
            read += 1;
            assert_eq!(conditions, (case["joint"].clone(), case["conditions"].clone()), "{}", case["filter"]);
        }
    }
    assert!(filters > 50 && read > 150, "{filters} filters, {read} of all were read");
}

#[test]
fn what_menus_cannot_show_are_filters() {
    for case in cases("beyondMenus") {
        parsed(&case["filter"]);
        assert_eq!(shown(&case["filter"]).err().as_deref(), case["why"].as_str(), "{}", case["filter"]);
    }
}

/// The front end writes them without a qualifier.
#[test]
fn protocols_with_a_keyword_are_the_same() {
    let keywords = words::all().filter(|word| matches!(word.kind, WordKind::Protocol | WordKind::Ethertype));
    let mut keywords: Vec<&str> = keywords.map(|word| word.text).collect();
    keywords.sort_unstable();
    assert_eq!(json!(keywords), file()["protocolWords"]);
}

#[test]
fn each_field_and_operator_is_written() {
    let written: Vec<Value> =
        cases("written").iter().flat_map(|case| case["conditions"].as_array().unwrap().clone()).collect();
    for field in MenuField::ALL {
        assert!(written.iter().any(|condition| condition[0] == field.name()), "{field:?}");
    }
    for asks in Asks::ALL {
        assert!(written.iter().any(|condition| condition[1] == asks.name()), "{asks:?}");
    }
}
