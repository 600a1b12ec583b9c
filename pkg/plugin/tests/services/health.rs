//! The health check: what a person reads under "Save & test". And metrics, of which there are none yet.

use grafana_plugin_sdk::pluginv2::{
    PluginContext, check_health_response::HealthStatus, collect_metrics_response::Payload,
};
use serde_json::{Value, json};
use xdplive_source::{Check, HookOption, InterfaceHooks, Outcome, Report};

use crate::{
    context::{viewer, with_settings},
    grafana::Grafana,
    source::Machine,
};

fn check(name: &str, outcome: Outcome, detail: &str, fix: Option<&str>) -> Check {
    let (name, detail, fix) = (name.to_owned(), detail.to_owned(), fix.map(str::to_owned));
    Check { name, outcome, detail, fix, commands: Vec::new() }
}

fn hook(direction: &'static str, hook: &'static str, auto: bool) -> HookOption {
    HookOption {
        direction,
        hook,
        auto,
        possible: true,
        in_force: false,
        reason: String::new(),
        state: None,
        state_reason: String::new(),
    }
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

const READY: &str = "XDP Live is ready on nas. The default route's interface would be watched like this: eth0 in by tcx, out by tcx.";

#[tokio::test]
async fn all_is_well() {
    let well = (HealthStatus::Ok, READY.to_owned());
    assert_eq!(health(machine(vec![kernel()]), &[], "").await, well);
}

#[tokio::test]
async fn the_default_route_leads_through_what_cannot_be_watched() {
    let mut machine = machine(vec![kernel()]);
    machine.report.interfaces.clear();
    let expected = "XDP Live is ready on nas. The default route's interface eth0 cannot be watched.";
    assert_eq!(health(machine, &[], "").await, (HealthStatus::Ok, expected.to_owned()));
}

/// The tests' source can learn none.
#[tokio::test]
async fn names_that_cannot_be_learnt_are_told_where_they_are_switched_on() {
    let (_, message) = health(machine(vec![kernel()]), &[("dns_answers", "true")], "").await;
    let expected =
        "dns_answers is on, and no answers can be read: only answers can be read that pass this machine";
    assert!(message.contains(expected), "{message}");
    let (_, message) = health(machine(vec![kernel()]), &[], "").await;
    assert!(!message.contains("dns_answers"), "{message}");
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
    let expected = "XDP Live is ready on nas. Watched now: eth0 in by tcx (xdp-native refused: not supported), out by tcx.";
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
    assert_eq!(health(machine, &[], "").await, (HealthStatus::Ok, "XDP Live is ready on nas.".to_owned()));
}

#[tokio::test]
async fn a_failure_names_its_remedy() {
    let rights = check("rights", Outcome::Failed, "user 472 lacks CAP_BPF", Some("sudo setcap …"));
    let expected = "XDP Live is not ready on nas.\nrights: user 472 lacks CAP_BPF. Remedy: sudo setcap …";
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
        "XDP Live is not ready on nas.",
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
        ("{", "the data source's settings are not a JSON object; "),
        (r#"{"minimumRole":"Boss"}"#, "the data source's setting minimumRole is \"Boss\"; "),
        (
            r#"{"maxlimit":500}"#,
            "the data source's jsonData holds what is no setting: \"maxlimit\" (is maxLimit meant?); ",
        ),
        (
            r#"{"interfaces":["wg0"]}"#,
            "the data source's jsonData holds what is no setting: \"interfaces\" (is all",
        ),
        (r#"{"hook":"fast"}"#, "the data source's setting hook \"fast\" is not known; "),
    ] {
        let (status, message) = health(machine(vec![kernel()]), &[], settings).await;
        assert_eq!(status, HealthStatus::Error, "{settings}");
        let problem = message.lines().nth(1).unwrap();
        assert!(problem.starts_with(beginning), "{message}");
    }
}

/// One at a time would be one attempt more for each.
#[tokio::test]
async fn each_wrong_setting_has_a_line() {
    let (_, message) = health(machine(vec![kernel()]), &[], r#"{"maxlimit":5,"maxLimit":0,"hook":7}"#).await;
    let lines: Vec<&str> = message.lines().collect();
    for (line, part) in [(1, "hook is 7"), (2, "maxLimit is 0"), (3, "\"maxlimit\" (is maxLimit meant?)")] {
        assert!(lines[line].contains(part), "{message}");
    }
    assert_eq!(lines.len(), 4, "{message}");
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
    assert_eq!(details["host"], json!("nas"));
    assert_eq!(details["problems"], json!([]));
    let nothing = "nothing is counted from the start (watch = none)";
    let expected = json!([
        { "name": "kernel", "outcome": "ok", "detail": "6.12.0: XDP and TCX" },
        { "name": "watch", "outcome": "ok", "detail": nothing },
    ]);
    assert_eq!(details["report"]["checks"], expected);
    assert_eq!(details["report"]["interfaces"][0]["interface"], json!("eth0"));
}

#[tokio::test]
async fn without_a_data_source_the_machine_is_looked_at_and_no_interface_named() {
    let grafana = Grafana::start_on(machine(vec![kernel()]), &[]).await;
    let health = grafana.health(None).await;
    let message = "XDP Live is ready on nas.";
    assert_eq!((health.status(), health.message.as_str()), (HealthStatus::Ok, message));
    let details: Value = serde_json::from_slice(&health.json_details).unwrap();
    assert_eq!(details["report"]["checks"][0]["name"], json!("kernel"));
    assert_eq!(details["report"]["interfaces"], json!([]));
}

/// As in every other answer: who may not watch an interface is not told of it, however it is watched.
#[tokio::test]
async fn interfaces_that_may_not_be_watched_are_not_named() {
    let watched = || {
        let mut machine = machine(vec![kernel()]);
        let option = HookOption { in_force: true, ..hook("in", "tcx", true) };
        machine.report.interfaces = ["eth0", "wg0"]
            .map(|name| InterfaceHooks { interface: name.to_owned(), hooks: vec![option.clone()] })
            .into();
        machine
    };
    let shown = async |server: &[(&str, &str)], context: PluginContext| {
        let health = Grafana::start_on(watched(), server).await.health(Some(context)).await;
        let details: Value = serde_json::from_slice(&health.json_details).unwrap();
        let interfaces = details["report"]["interfaces"].as_array().unwrap().clone();
        let names: Vec<String> =
            interfaces.iter().map(|one| one["interface"].as_str().unwrap().to_owned()).collect();
        (health.message, names)
    };
    let only = |name: &str| {
        (format!("XDP Live is ready on nas. Watched now: {name} in by tcx."), vec![name.to_owned()])
    };
    assert_eq!(shown(&[], with_settings(r#"{"allowedInterfaces":["wg*"]}"#)).await, only("wg0"));
    assert_eq!(shown(&[("interfaces", "eth*")], viewer()).await, only("eth0"));
    let nothing = ("XDP Live is ready on nas.".to_owned(), vec![]);
    let (message, names) = shown(&[], with_settings(r#"{"allowedInterfaces":["lo"]}"#)).await;
    assert!(names.is_empty() && !message.contains("eth0") && !message.contains("wg0"), "{message}");
    assert_eq!(shown(&[], with_settings(r#"{"minimumRole":"Admin"}"#)).await, nothing);
    assert_eq!(shown(&[], with_settings("{")).await.1, Vec::<String>::new());
}

/// All is well with the machine, and still there will be no packets. An interface may yet come, so it is no failure.
#[tokio::test]
async fn patterns_that_no_interface_fits_are_named() {
    let remedy = "Remedy: correct the patterns, unless such an interface is still to come: it can be watched as soon as \
                  it appears";
    let warned = |fitting: &str| {
        let first = "XDP Live works on nas, but nothing can be watched.\ninterfaces: nothing can be watched: no \
                     interface of this machine";
        (HealthStatus::Ok, format!("{first} {fitting}. {remedy}"))
    };
    let wan = r#"{"allowedInterfaces":["wan*"]}"#;
    let own = "allowedInterfaces in the data source's settings (wan*)";
    assert_eq!(health(machine(vec![kernel()]), &[], wan).await, warned(&format!("fits {own}")));
    let both = warned(&format!("fits interfaces in grafana.ini (lan?), and none fits {own}"));
    assert_eq!(health(machine(vec![kernel()]), &[("interfaces", "lan?")], wan).await, both);
    let alone = warned("fits interfaces in grafana.ini (lan?)");
    assert_eq!(health(machine(vec![kernel()]), &[("interfaces", "lan?")], "").await, alone);

    // Beside a setting that cannot be read.
    let (status, message) =
        health(machine(vec![kernel()]), &[], r#"{"allowedInterfaces":["wan*"],"maxLimit":0}"#).await;
    assert_eq!(status, HealthStatus::Error);
    for part in ["XDP Live is not ready on nas.", "maxLimit is 0", &format!("fits {own}")] {
        assert!(message.contains(part), "{message}");
    }

    // It is among the checks, where the settings page finds it.
    let grafana = Grafana::start_on(machine(vec![kernel()]), &[]).await;
    let health = grafana.health(Some(with_settings(wan))).await;
    let details: Value = serde_json::from_slice(&health.json_details).unwrap();
    let checks = &details["report"]["checks"];
    assert_eq!((&checks[1]["name"], &checks[1]["outcome"]), (&json!("interfaces"), &json!("warning")));
}

#[tokio::test]
async fn metrics_can_be_asked_for() {
    let expected = Some(Payload { prometheus: Vec::new() });
    assert_eq!(Grafana::start().await.metrics().await.metrics, expected);
}
