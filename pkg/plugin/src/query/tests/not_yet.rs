//! What the contract knows and this version does not do.

use super::*;

#[test]
fn other_kinds() {
    for kind in ["rates", "flows"] {
        assert_eq!(
            refusal(&json!({ "kind": kind })),
            format!(
                "kind \"{kind}\" cannot be had yet: this version of XDP Live streams packets and capture"
            )
        );
    }
}
