//! Percent of a link's speed: of one link, and of one of its directions at a time.

use super::*;

#[test]
fn what_is_of_one_link_and_direction_is_accepted() {
    for query in [
        json!({}),
        json!({ "direction": "in" }),
        json!({ "groupBy": "direction" }),
        json!({ "groupBy": "interface", "interfaces": ["any"] }),
        json!({ "groupBy": "interface", "interfaces": ["eth0", "wg0"], "direction": "out" }),
        json!({ "groupBy": "source", "direction": "out" }),
        json!({ "groupBy": "host_ip", "direction": "in" }),
        // Neither has a measure.
        json!({ "columns": ["bytes"], "interfaces": ["any"] }),
        json!({ "kind": "flows", "interfaces": ["any"] }),
    ] {
        assert!(parse(&of(&query)).is_ok(), "{query}: {:?}", parse(&of(&query)));
    }
}

#[test]
fn what_would_be_of_several_is_refused_with_what_to_do() {
    for (query, given) in [
        (json!({ "interfaces": ["any"] }), "any"),
        (json!({ "interfaces": ["wg0", "eth0"] }), "eth0, wg0"),
        (json!({ "interfaces": ["any"], "groupBy": "direction" }), "any"),
        (json!({ "interfaces": ["any"], "groupBy": "source", "direction": "in" }), "any"),
    ] {
        let expected = format!(
            "measure: \"utilisation\" of several interfaces ({given}) is not allowed, because each has a speed of its own; \
             ask for one interface, or set groupBy to \"interface\""
        );
        assert_eq!(refusal(&of(&query)), expected);
    }
    for group_by in ["protocol", "host_ip", "tcp_flag"] {
        let expected = format!(
            "measure: \"utilisation\" by \"{group_by}\" is not allowed for both directions together, because a link has its \
             whole speed in each; set direction to \"in\" or \"out\""
        );
        assert_eq!(refusal(&of(&json!({ "groupBy": group_by }))), expected);
    }
}

/// The same as a query of rates of utilisation, unless it says something else.
fn of(query: &Value) -> Value {
    let mut all = json!({ "kind": "rates", "measure": "utilisation" });
    let keys = query.as_object().unwrap().clone();
    all.as_object_mut().unwrap().extend(keys);
    all
}
