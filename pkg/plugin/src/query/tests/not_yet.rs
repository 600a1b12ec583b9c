//! What the contract knows and this version does not do.

use super::*;

#[test]
fn groups() {
    for group in ["protocol", "tcp_flag"] {
        assert_eq!(
            refusal(&json!({ "kind": "rates", "groupBy": group })),
            format!(
                "groupBy \"{group}\" cannot be had yet: this version of XDP Live streams packets, rates and capture"
            )
        );
    }
}

#[test]
fn other_kinds() {
    let expected =
        "kind \"flows\" cannot be had yet: this version of XDP Live streams packets, rates and capture";
    assert_eq!(refusal(&json!({ "kind": "flows" })), expected);
}
