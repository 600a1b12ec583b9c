//! The kind `drops`: who may see it, and what a source says that cannot tell.

use crate::{
    context::{asked_by, service, viewer},
    grafana::Grafana,
};

const ROWS: &str = r#"{"kind":"drops","interfaces":["any"]}"#;
const REASONS: &str = r#"{"kind":"drops","interfaces":["any"],"groupBy":"reason"}"#;

#[tokio::test]
async fn a_source_that_cannot_tell_says_so() {
    let grafana = Grafana::start().await;
    for query in [ROWS, REASONS] {
        let answer = grafana.answer(viewer(), query).await;
        assert_eq!(answer.status, 500);
        let expected = "the packets that the kernel drops cannot be had from nas; choose other machines";
        assert!(answer.error.starts_with(expected), "{}", answer.error);
    }
    assert!(grafana.source.prepared.lock().unwrap().is_empty(), "something is attached");
}

/// Rows say who talks to whom, reasons do not.
#[tokio::test]
async fn services_may_see_reasons_and_not_packets() {
    let grafana = Grafana::start().await;
    for login in ["service", "grafana_scheduler"] {
        let asked = || asked_by(Some(service(login)));
        assert_eq!(grafana.answer(asked(), ROWS).await.status, 403);
        assert_eq!(grafana.answer(asked(), REASONS).await.status, 500, "it gets as far as the source");
    }
}
