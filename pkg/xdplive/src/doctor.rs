//! `xdplive doctor`: what is missing here, and the command that fixes it. Attaches nothing.

mod grafana;

use std::{
    fmt::Write as _,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use grafana_plugin_sdk::pluginv2::CheckHealthRequest;
use serde::Deserialize;
use serde_json::json;

use crate::{
    cli::Doctor,
    exit::Failure,
    host::{self, HostError, Plugin, log::Line},
    output, standard_error,
};

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
struct Check {
    name: String,
    outcome: Outcome,
    detail: String,
    #[serde(default)]
    fix: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Outcome {
    Ok,
    Warning,
    Failed,
}

/// What the plugin's health check tells in detail.
#[derive(Debug, Default, Deserialize)]
struct Details {
    report: Report,
    #[serde(default)]
    problems: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
struct Report {
    checks: Vec<Check>,
    interfaces: Vec<InterfaceHooks>,
}

#[derive(Debug, Deserialize)]
struct InterfaceHooks {
    interface: String,
    hooks: Vec<HookOption>,
}

#[derive(Debug, Deserialize)]
struct HookOption {
    direction: String,
    hook: String,
    auto: bool,
    possible: bool,
    reason: String,
}

/// Runs the command.
///
/// # Errors
/// Where something is missing without which nothing works, and where standard output does not take the findings.
pub async fn run(options: &Doctor) -> Result<(), Failure> {
    let program =
        host::find(options.plugin.as_deref()).map_err(|error| Failure::Machine(error.to_string()))?;
    let mut checks = vec![Check {
        name: "plugin".to_owned(),
        outcome: Outcome::Ok,
        detail: program.display().to_string(),
        fix: None,
    }];
    let mut interfaces = Vec::new();
    match ask(&program).await {
        Ok(details) => {
            checks.extend(details.report.checks);
            checks.extend(details.problems.into_iter().map(|detail| Check {
                name: "settings".to_owned(),
                outcome: Outcome::Failed,
                detail,
                fix: None,
            }));
            interfaces = details.report.interfaces;
        }
        Err(reason) => {
            checks.push(Check {
                name: "start".to_owned(),
                outcome: Outcome::Failed,
                detail: reason,
                fix: None,
            });
        }
    }
    checks.push(grafana::check(&program));
    output::print("the findings", &(describe(&checks) + &describe_interfaces(&interfaces)))?;
    if checks.iter().any(|check| check.outcome == Outcome::Failed) { Err(Failure::Told) } else { Ok(()) }
}

/// The plugin's own health check: the same code, the same rights as when Grafana asks. Or why there is no answer, with what
/// the plugin said last.
async fn ask(program: &Path) -> Result<Details, String> {
    let last: Arc<Mutex<Option<String>>> = Arc::default();
    let heard = Arc::clone(&last);
    let answer = ask_with(program, move |line| {
        if line.is_problem() {
            standard_error::note(format_args!("plugin: {}", line.message));
            *heard.lock().unwrap_or_else(PoisonError::into_inner) = Some(line.message);
        }
    });
    answer.await.map_err(|error| match last.lock().unwrap_or_else(PoisonError::into_inner).take() {
        Some(last) => format!("{error}: {last}"),
        None => error.to_string(),
    })
}

async fn ask_with(program: &Path, on_log: impl FnMut(Line) + Send + 'static) -> Result<Details, HostError> {
    let plugin = Plugin::start(program, &[host::WATCHING_NOTHING], on_log).await?;
    let request = CheckHealthRequest {
        plugin_context: Some(host::context(&json!({}))),
        ..CheckHealthRequest::default()
    };
    let answer = plugin.diagnostics().check_health(request).await;
    plugin.ask_to_end().await;
    plugin.wait().await;
    let failed = |reason: String| HostError::Handshake { program: program.to_owned(), reason };
    let answer = answer.map_err(|status| failed(status.message().to_owned()))?.into_inner();
    serde_json::from_slice(&answer.json_details).map_err(|error| failed(error.to_string()))
}

fn describe(checks: &[Check]) -> String {
    let mut text = String::new();
    for Check { name, outcome, detail, fix } in checks {
        let word = match outcome {
            Outcome::Ok => "ok",
            Outcome::Warning => "warning",
            Outcome::Failed => "FAILED",
        };
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{word:8} {name}: {detail}");
        if let Some(fix) = fix {
            let _ = writeln!(text, "{:8} remedy: {fix}", "");
        }
    }
    text
}

fn describe_interfaces(interfaces: &[InterfaceHooks]) -> String {
    if interfaces.is_empty() {
        return String::new();
    }
    let mut text = "\ninterfaces, and the hooks that auto takes there:\n".to_owned();
    for InterfaceHooks { interface, hooks } in interfaces {
        let auto: Vec<String> = hooks
            .iter()
            .filter(|option| option.auto)
            .map(|option| format!("{} {}", option.direction, option.hook))
            .collect();
        let auto = if auto.is_empty() { "none".to_owned() } else { auto.join(", ") };
        // Writing to a string cannot fail.
        let _ = writeln!(text, "  {interface}: {auto}");
        for option in hooks.iter().filter(|option| !option.reason.is_empty()) {
            let possible = if option.possible { "" } else { "not possible: " };
            let _ = writeln!(text, "    {} {}: {possible}{}", option.direction, option.hook, option.reason);
        }
    }
    text
}
