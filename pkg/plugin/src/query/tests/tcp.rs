//! Measures of TCP: of groups of flows, where both ways are seen.

use super::*;

#[test]
fn they_are_of_groups_of_flows() {
    for measure in ["retransmits", "resets", "zero_windows", "unanswered", "rtt"] {
        for group_by in ["direction", "source", "interface", "host_ip", "service", "process"] {
            assert!(parse(&of(measure, &json!({ "groupBy": group_by }))).is_ok(), "{measure} {group_by}");
        }
        for (query, given) in [(json!({}), "none"), (json!({ "groupBy": "tcp_flag" }), "tcp_flag")] {
            let expected = format!(
                "measure: \"{measure}\" is counted by flows, so it needs another groupBy than {given}; set groupBy, for \
                 example to \"direction\" or \"source\""
            );
            assert_eq!(refusal(&of(measure, &query)), expected);
        }
        assert_eq!(
            refusal(&of(measure, &json!({ "kind": "drops", "groupBy": "reason" }))),
            format!(
                "measure: \"{measure}\" is of TCP connections, and not of dropped packets; ask for kind rates"
            )
        );
        // Neither has a measure.
        assert!(parse(&of(measure, &json!({ "columns": ["bytes"] }))).is_ok());
        assert!(parse(&of(measure, &json!({ "kind": "flows" }))).is_ok());
    }
}

#[test]
fn requests_without_answers_are_of_both_directions() {
    for direction in ["in", "out"] {
        let query = json!({ "groupBy": "source", "direction": direction });
        assert_eq!(
            refusal(&of("unanswered", &query)),
            "measure: \"unanswered\" is not possible for one direction, because answers come the other way; set direction \
             to \"both\", and choose by filter or groupBy"
        );
        assert!(parse(&of("resets", &query)).is_ok());
    }
}

/// The same as a query of rates of a measure, unless it says something else.
fn of(measure: &str, query: &Value) -> Value {
    let mut all = json!({ "kind": "rates", "measure": measure });
    let keys = query.as_object().unwrap().clone();
    all.as_object_mut().unwrap().extend(keys);
    all
}
