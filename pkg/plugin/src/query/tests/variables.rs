//! Variables that nobody has replaced: alert rules and public dashboards ask as it was saved.

use super::*;

fn unreplaced(key: &str, variable: &str) -> String {
    format!(
        "{key}: \"{variable}\" is a variable, and nothing has replaced it: in alert rules and public dashboards nothing does, \
         and elsewhere there is none of this name; write the value itself"
    )
}

#[test]
fn they_are_named_instead_of_what_they_are_not() {
    for (query, key, variable) in [
        (json!({ "interfaces": ["$interface"] }), "interfaces", "$interface"),
        (json!({ "interfaces": ["eth0", "${interface:csv}"] }), "interfaces", "${interface:csv}"),
        (json!({ "interfaces": "[[interface]]" }), "interfaces", "[[interface]]"),
        (json!({ "interfaces": ["any", "$more"] }), "interfaces", "$more"),
        (json!({ "filter": "$filter" }), "filter", "$filter"),
        (json!({ "filter": "host ${hosts} and tcp" }), "filter", "${hosts}"),
        (json!({ "columns": ["time", "$columns"] }), "columns", "$columns"),
        (json!({ "columns": "$columns" }), "columns", "$columns"),
        (json!({ "kind": "$kind" }), "kind", "$kind"),
        (json!({ "direction": "$direction" }), "direction", "$direction"),
        (json!({ "kind": "rates", "groupBy": "$group" }), "groupBy", "$group"),
        (json!({ "kind": "rates", "measure": "$measure" }), "measure", "$measure"),
        (json!({ "kind": "flows", "since": "$since" }), "since", "$since"),
        (json!({ "interval": "$interval" }), "interval", "$interval"),
        (json!({ "limit": "$limit" }), "limit", "$limit"),
        (json!({ "top": "$top" }), "top", "$top"),
    ] {
        assert_eq!(refusal(&query), unreplaced(key, variable), "{query}");
    }
}

#[test]
fn the_first_one_is_named() {
    let query = json!({ "filter": "$filter", "interfaces": ["$interface"] });
    assert_eq!(refusal(&query), unreplaced("interfaces", "$interface"));
}

#[test]
fn what_has_no_variable_is_refused_as_ever() {
    let filter = "tcp[[13]] = 2";
    let expected = format!("filter: {}", Filter::parse(filter).unwrap_err());
    assert_eq!(refusal(&json!({ "filter": filter })), expected);
    assert!(
        refusal(&json!({ "interfaces": ["eth 0"], "rowsKept": "$rows" }))
            .starts_with("interfaces: \"eth 0\"")
    );
}

/// The kernel takes such names.
#[test]
fn an_interface_that_is_there_is_one() {
    let machine: Interfaces = [interface("$eth", 3)].into_iter().collect();
    let query = Query::parse(br#"{"interfaces": ["$eth"]}"#, &machine, CEILING).unwrap();
    assert_eq!(query.interfaces.texts(), ["$eth"]);
}

#[test]
fn a_long_one_is_shortened() {
    let variable = format!("${{interface:{}}}", "x".repeat(1000));
    let shown = format!("{}…", variable.chars().take(60).collect::<String>());
    assert_eq!(refusal(&json!({ "interfaces": [variable] })), unreplaced("interfaces", &shown));
}
