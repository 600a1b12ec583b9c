//! What the contract knows and this version does not do.

use super::*;

#[test]
fn other_kinds() {
    for kind in ["rates", "flows", "capture"] {
        assert_eq!(
            refusal(&json!({ "kind": kind })),
            format!(
                "kind \"{kind}\" cannot be had yet: this version of XDP Live streams packets, without filters"
            )
        );
    }
}

#[test]
fn filters() {
    assert_eq!(
        refusal(&json!({ "filter": " tcp port 80" })),
        "filter \" tcp port 80\" cannot be had yet: this version of XDP Live streams packets, without filters"
    );
}

#[test]
fn an_empty_filter_is_none() {
    for filter in ["", " ", "\t\n"] {
        assert_eq!(parse(&json!({ "filter": filter })), parse(&json!({})));
    }
}
