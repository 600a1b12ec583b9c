//! The health check: what a person reads under "Save & test". And metrics, of which there are none yet.

use grafana_plugin_sdk::pluginv2::{check_health_response::HealthStatus, collect_metrics_response::Payload};
use serde_json::{Value, json};
use xdplive_capture::report::{Check, HookOption, InterfaceHooks, Outcome, Report};

use crate::{
    context::{viewer, with_settings},
    grafana::Grafana,
    source::Machine,
};

fn check(name: &str, outcome: Outcome, detail: &str, mend: Option<&str>) -> Check {
    Check { name: name.to_owned(), outcome, detail: detail.to_owned(), mend: mend.map(str::to_owned) }
}

fn hook(direction: &'static str, hook: &'static str, auto: bool) -> HookOption {
    HookOption { direction, hook, auto, possible: true, in_force: false, reason: String::new() }
}

/// A machine of which these `checks` are the result.
fn machine(checks: Vec<Check>) -> Machine {
    let hooks = vec![hook("in", "xdp-native", false), hook("in", "tcx", true), hook("out", "tcx", true)];
    let interfaces = vec![InterfaceHooks { interface: "eth0".to_owned(), hooks }];
    Machine { report: Report { checks, interfaces }, ..Machine::default() }
}

fn kernel() -> Check {
    check("kernel", Outcome::Ok, "6.12.0: XDP and TCX", None)
}

/// Status and message of the health check of a data source with these settings.
async fn health(machine: Machine, server: &[(&str, &str)], settings: &str) -> (HealthStatus, String) {
    let health = Grafana::start_on(machine, server).await.health(Some(with_settings(settings))).await;
    (health.status(), health.message)
}

const READY: &str =
    "XDP Live is ready. The default route's interface would be watched thus: eth0 in by tcx, out by tcx.";

#[tokio::test]
async fn all_is_well() {
    let well = (HealthStatus::Ok, READY.to_owned());
    assert_eq!(health(machine(vec![kernel()]), &[], "").await, well);
}

#[tokio::test]
async fn the_default_route_leads_through_what_cannot_be_watched() {
    let mut machine = machine(vec![kernel()]);
    machine.report.interfaces.clear();
    let expected = "XDP Live is ready. The default route's interface eth0 cannot be watched.";
    assert_eq!(health(machine, &[], "").await, (HealthStatus::Ok, expected.to_owned()));
}

/// Never a silent change: the hook in force may not be the one that was hoped for.
#[tokio::test]
async fn what_is_being_watched_says_how_and_why() {
    let mut machine = machine(vec![kernel()]);
    for option in &mut machine.report.interfaces[0].hooks {
        option.in_force = option.hook == "tcx";
        if option.in_force && option.direction == "in" {
            option.reason = "xdp-native refused: not supported".to_owned();
        }
    }
    let expected =
        "XDP Live is ready. Watched now: eth0 in by tcx (xdp-native refused: not supported), out by tcx.";
    assert_eq!(health(machine, &[], "").await, (HealthStatus::Ok, expected.to_owned()));
}

/// A machine full of containers must not fill the screen.
#[tokio::test]
async fn many_interfaces_are_being_watched() {
    let mut machine = machine(vec![kernel()]);
    let option = HookOption { in_force: true, ..hook("in", "tcx", true) };
    machine.report.interfaces = (0..7)
        .map(|number| InterfaceHooks { interface: format!("veth{number}"), hooks: vec![option.clone()] })
        .collect();
    let (_, message) = health(machine, &[], "").await;
    assert!(message.ends_with("; veth4 in by tcx; and 2 more interfaces."), "{message}");
}

#[tokio::test]
async fn there_is_no_default_route() {
    let mut machine = machine(vec![kernel()]);
    machine.interfaces = machine.interfaces.iter().filter(|one| !one.default).cloned().collect();
    assert_eq!(health(machine, &[], "").await, (HealthStatus::Ok, "XDP Live is ready.".to_owned()));
}

#[tokio::test]
async fn a_failure_names_its_remedy() {
    let rights = check("rights", Outcome::Failed, "user 472 lacks CAP_BPF", Some("sudo setcap …"));
    let expected = "rights: user 472 lacks CAP_BPF. Remedy: sudo setcap …";
    let failed = (HealthStatus::Error, expected.to_owned());
    assert_eq!(health(machine(vec![kernel(), rights]), &[], "").await, failed);
}

/// It works, and not as well as it could.
#[tokio::test]
async fn a_warning_is_no_failure() {
    let no_tcx = check("kernel", Outcome::Warning, "6.1.0: no TCX", Some("upgrade"));
    let warned = (HealthStatus::Ok, format!("{READY}\nkernel: 6.1.0: no TCX. Remedy: upgrade"));
    assert_eq!(health(machine(vec![no_tcx]), &[], "").await, warned);
}

#[tokio::test]
async fn each_problem_has_a_line() {
    let checks = vec![
        check("BTF", Outcome::Failed, "it is missing", None),
        kernel(),
        check("programs", Outcome::Warning, "one was refused", Some("see the log")),
    ];
    let (status, message) = health(machine(checks), &[("max_limit", "many")], r#"{"hook":7}"#).await;
    assert_eq!(status, HealthStatus::Error);
    let expected = [
        "max_limit = \"many\" in the section [plugin.xdplive-packets-datasource] is not allowed; it takes a \
         whole number of 1 or more, or none",
        "the data source's setting hook is 7; it takes auto, xdp-native, xdp-generic or tcx. Change it in the \
         data source's settings",
        "BTF: it is missing.",
        "programs: one was refused. Remedy: see the log",
    ];
    assert_eq!(message.lines().collect::<Vec<_>>(), expected);
}

#[tokio::test]
async fn settings_that_cannot_be_read() {
    for (settings, beginning) in [
        ("{", "the data source's settings are no JSON object; "),
        (r#"{"minimumRole":"Boss"}"#, "the data source's setting minimumRole is \"Boss\"; "),
        (r#"{"hook":"fast"}"#, "the data source's setting hook \"fast\" is not known; "),
    ] {
        let (status, message) = health(machine(vec![kernel()]), &[], settings).await;
        assert_eq!(status, HealthStatus::Error, "{settings}");
        assert!(message.starts_with(beginning), "{message}");
    }
}

#[tokio::test]
async fn the_administrators_hook_and_another() {
    let server = [("hook", "tcx")];
    let (status, message) = health(machine(vec![kernel()]), &server, r#"{"hook":"xdp-native"}"#).await;
    assert_eq!(status, HealthStatus::Error);
    assert!(message.contains("has set tcx for all"), "{message}");
    assert_eq!(health(machine(vec![kernel()]), &server, "").await.0, HealthStatus::Ok);
}

/// For who wants to know exactly: the front end, and `xdplive doctor`.
#[tokio::test]
async fn the_details_are_the_report() {
    let grafana = Grafana::start_on(machine(vec![kernel()]), &[]).await;
    let health = grafana.health(Some(viewer())).await;
    let details: Value = serde_json::from_slice(&health.json_details).unwrap();
    assert_eq!(details["verboseMessage"], json!(READY));
    assert_eq!(details["problems"], json!([]));
    let expected = json!([{ "name": "kernel", "outcome": "ok", "detail": "6.12.0: XDP and TCX" }]);
    assert_eq!(details["report"]["checks"], expected);
    assert_eq!(details["report"]["interfaces"][0]["interface"], json!("eth0"));
}

#[tokio::test]
async fn without_a_data_source_the_machine_is_looked_at_all_the_same() {
    let grafana = Grafana::start_on(machine(vec![kernel()]), &[]).await;
    let health = grafana.health(None).await;
    assert_eq!((health.status(), health.message.as_str()), (HealthStatus::Ok, READY));
}

#[tokio::test]
async fn metrics_can_be_asked_for() {
    let expected = Some(Payload { prometheus: Vec::new() });
    assert_eq!(Grafana::start().await.metrics().await.metrics, expected);
}
