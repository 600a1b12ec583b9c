//! Queries that are not answered: each fault with the status and in the words of whose business it is.

use grafana_plugin_sdk::pluginv2::{DataQuery, PluginContext, TimeRange};
use xdplive_source::{HookChoice, SourceError};

use crate::{
    context::{viewer, with_settings},
    grafana::{Grafana, query},
    source::Machine,
};

/// Status and error of the answer to a query.
async fn refusal(grafana: &Grafana, context: Option<PluginContext>, query: DataQuery) -> (i32, String) {
    let mut answers = grafana.query(context, vec![query]).await;
    let answer = answers.remove("A").unwrap();
    assert_eq!(answer.frames.len(), 0);
    (answer.status, answer.error)
}

#[tokio::test]
async fn what_is_wrong_with_a_query_is_the_askers_business() {
    let grafana = Grafana::start().await;
    for (json, status, beginning) in [
        ("[]", 400, "the query is []; a query is a JSON object"),
        ("", 400, "the query is "),
        (r#"{"limit":10001}"#, 400, "limit: 10001 is not allowed; it takes a whole number of rows a second"),
        (r#"{"limit":null}"#, 400, "limit: null is not allowed; "),
        (r#"{"interfaces":"eth0"}"#, 400, "interfaces: \"eth0\" is not allowed; it takes a list"),
        (
            r#"{"interfaces":["usb0"]}"#,
            400,
            "there is no interface \"usb0\" here; the query editor lists those that may be watched, and on the machine `ip link` all there are",
        ),
        (r#"{"columns":["hops"]}"#, 400, "columns: there is no column \"hops\"; there are time, "),
        (r#"{"interval":99}"#, 400, "interval: 99 is not allowed; it takes a whole number from 100 to 60000"),
        (r#"{"kind":"rows"}"#, 400, "kind: \"rows\" is not allowed; allowed are packets, "),
        (r#"{"kind":"flows","filter":"ttl 1"}"#, 400, "filter: a flow carries no TTL"),
        (r#"{"filter":"tpc"}"#, 400, "filter: column 1: expected a condition, such as "),
        (
            r#"{"interfaces":["$interface"]}"#,
            400,
            "interfaces: \"$interface\" is a variable, and nothing has ",
        ),
    ] {
        let (code, error) = refusal(&grafana, Some(viewer()), query("A", json)).await;
        assert_eq!(code, status, "{json}");
        assert!(error.starts_with(beginning), "{error}");
    }
}

#[tokio::test]
async fn what_keeps_the_machine_from_it_is_not() {
    let not_allowed = SourceError::NotAllowed {
        reason: "user 472 lacks CAP_BPF".to_owned(),
        fix: "setcap and restart Grafana".to_owned(),
    };
    for (refusal, status, error) in [
        (not_allowed, 500, "user 472 lacks CAP_BPF. setcap and restart Grafana"),
        (SourceError::Unavailable("no netlink".to_owned()), 500, "no netlink"),
        (SourceError::Gone, 500, "the capture has ended; Grafana restarts it within a second"),
    ] {
        let machine = Machine { refusal: Some(refusal), ..Machine::default() };
        let answer = Grafana::start_on(machine, &[]).await.answer(viewer(), "{}").await;
        assert_eq!((answer.status, answer.error.as_str()), (status, error));
    }
}

#[tokio::test]
async fn without_a_default_route_an_interface_must_be_named() {
    let mut machine = Machine::default();
    machine.interfaces = machine.interfaces.iter().filter(|one| !one.default).cloned().collect();
    let grafana = Grafana::start_on(machine, &[]).await;
    let answer = grafana.answer(viewer(), "{}").await;
    assert_eq!(answer.status, 400);
    assert!(
        answer.error.ends_with("no default route to go by; name one: the query editor lists those that may be watched, and on the machine `ip link` all there are"),
        "{}",
        answer.error
    );
    assert_eq!(grafana.answer(viewer(), r#"{"interfaces":["wg0"]}"#).await.status, 200);
}

#[tokio::test]
async fn time_ranges_at_the_ends_of_what_there_is() {
    const MAX: i64 = 8_640_000_000_000_000;
    let grafana = Grafana::start().await;
    for (from_epoch_ms, to_epoch_ms, status) in [
        (-MAX, MAX, 200),
        (i64::MIN, i64::MAX, 400),
        (i64::MAX, i64::MIN, 400),
        (0, MAX + 1, 400),
        (1, 0, 400),
    ] {
        let time_range = Some(TimeRange { from_epoch_ms, to_epoch_ms });
        let query = DataQuery { time_range, ..query("A", "{}") };
        let answers = grafana.query(Some(viewer()), vec![query]).await;
        assert_eq!(answers["A"].status, status, "{from_epoch_ms} to {to_epoch_ms}");
    }
}

#[tokio::test]
async fn there_must_be_a_time_range() {
    let missing = DataQuery { time_range: None, ..query("A", "{}") };
    let (status, error) = refusal(&Grafana::start().await, Some(viewer()), missing).await;
    assert_eq!(status, 400);
    assert!(error.starts_with("the time range from nothing to nothing is not allowed; "), "{error}");
}

#[tokio::test]
async fn without_a_data_source_there_is_nothing_to_ask() {
    let grafana = Grafana::start().await;
    let no_data_source = PluginContext { data_source_instance_settings: None, ..viewer() };
    for context in [None, Some(no_data_source)] {
        let expected = (400, "Grafana did not name the data source".to_owned());
        assert_eq!(refusal(&grafana, context, query("A", "{}")).await, expected);
    }
}

#[tokio::test]
async fn settings_that_cannot_be_read_close_the_data_source() {
    let grafana = Grafana::start().await;
    for (settings, beginning) in [
        ("{", "the data source's settings are not a JSON object; "),
        ("[]", "the data source's settings are not a JSON object; "),
        (r#"{"minimumRole":"Boss"}"#, "the data source's setting minimumRole is \"Boss\"; "),
        (r#"{"allowedInterfaces":7}"#, "the data source's setting allowedInterfaces is 7; "),
        (r#"{"hook":"native"}"#, "the data source's setting hook \"native\" is not known; "),
    ] {
        let (status, error) = refusal(&grafana, Some(with_settings(settings)), query("A", "{}")).await;
        assert_eq!(status, 400, "{settings}");
        assert!(error.starts_with(beginning), "{error}");
    }
}

#[tokio::test]
async fn a_hook_against_the_administrators_is_refused() {
    let grafana = Grafana::start_on(Machine::default(), &[("hook", "tcx")]).await;
    let asking = with_settings(r#"{"hook":"xdp-native"}"#);
    let (status, error) = refusal(&grafana, Some(asking), query("A", "{}")).await;
    assert_eq!(status, 400);
    assert!(error.contains("asks for the hook xdp-native") && error.contains("has set tcx"), "{error}");
    assert_eq!(grafana.answer(viewer(), "{}").await.status, 200);
    assert_eq!(grafana.source.prepared.lock().unwrap()[0].hook, HookChoice::Tcx);
}
