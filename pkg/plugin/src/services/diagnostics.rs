//! The health check: what this machine lets us do, and the command that fixes what it does not allow.

mod allowed;
mod from_the_start;
mod metrics;
mod names;

use grafana_plugin_sdk::pluginv2::{
    CheckHealthRequest, CheckHealthResponse, CollectMetricsRequest, CollectMetricsResponse,
    check_health_response::HealthStatus, collect_metrics_response::Payload, diagnostics_server::Diagnostics,
};
use serde_json::json;
use tonic::{Request, Response, Status, async_trait};
use xdplive_history::watched::State;
use xdplive_source::{HookOption, InterfaceHooks, Interfaces, Outcome, Report};

use self::from_the_start::Facts;
use super::Plugin;
use crate::{
    access::{check_interface, check_user},
    settings::{DataSourceSettingErrors, DataSourceSettings},
};

/// Interfaces that a health message names at most; there may be hundreds of containers.
const INTERFACES_NAMED: usize = 5;

#[async_trait]
impl Diagnostics for Plugin {
    async fn check_health(
        &self,
        request: Request<CheckHealthRequest>,
    ) -> Result<Response<CheckHealthResponse>, Status> {
        let context = request.into_inner().plugin_context.unwrap_or_default();
        let settings = context
            .data_source_instance_settings
            .as_ref()
            .map(|instance| DataSourceSettings::read(&instance.json_data, &self.server));
        let interfaces = self.source.interfaces();
        let is_shown = |name: &str| match &settings {
            // Nobody has allowed anything to who asks without one.
            None => false,
            // A restriction that cannot be read must not be taken for none.
            Some(Err(_)) => false,
            Some(Ok(settings)) => {
                check_user(context.user.as_ref(), settings).is_ok()
                    && check_interface(name, &interfaces, settings, &self.server).is_ok()
            }
        };
        let mut report = self.source.report(&is_shown).await;
        let mut problems: Vec<String> = self.setting_errors.iter().map(ToString::to_string).collect();
        let wrong = settings.as_ref().and_then(|read| read.as_ref().err());
        problems.extend(wrong.into_iter().flat_map(DataSourceSettingErrors::iter).map(ToString::to_string));
        let well = report.outcome() != Outcome::Failed && problems.is_empty();
        let status = if well { HealthStatus::Ok } else { HealthStatus::Error };
        let allowed = |patterns| allowed::check(&interfaces, &self.server.interfaces, patterns);
        let nothing_allowed = match &settings {
            None => allowed(None),
            Some(Err(errors)) => allowed(Some(errors.interfaces())),
            // Who may see no interface is not told which there are.
            Some(Ok(settings)) if check_user(context.user.as_ref(), settings).is_err() => None,
            Some(Ok(settings)) => allowed(Some(&settings.interfaces)),
        };
        let something_allowed = nothing_allowed.is_none();
        report.checks.extend(nothing_allowed);
        let (states, hidden): (Vec<State>, Vec<State>) =
            self.recorder.states().into_iter().partition(|state| is_shown(&state.interface));
        report.checks.push(from_the_start::check(&Facts {
            setting: &self.server.watch,
            obstacle: self.source.no_shared_hook(),
            states,
            hides_some: !hidden.is_empty(),
            accounts: &self.source.accounts().await,
        }));
        if self.server.dns_answers {
            report.checks.push(names::of_answers(&*self.source).await);
        }
        report.checks.extend(self.server.lookups.as_ref().map(names::of_lookups));
        report.checks.extend(names::of_what_is_missing(&self.server.without));
        let shown = interfaces.iter().filter(|interface| is_shown(&interface.name)).cloned().collect();
        let message = message(&self.host, &report, &problems, something_allowed.then_some(&shown));
        let details = json!({
            "host": *self.host,
            "report": report,
            "problems": problems,
            "verboseMessage": message,
        });
        Ok(Response::new(CheckHealthResponse {
            status: status.into(),
            message,
            json_details: details.to_string().into_bytes(),
        }))
    }

    async fn collect_metrics(
        &self,
        _request: Request<CollectMetricsRequest>,
    ) -> Result<Response<CollectMetricsResponse>, Status> {
        let learnt = self.source.learnt().filter(|_| self.server.dns_answers).map(|names| names.counts());
        let text = metrics::text(&self.source.accounts().await, learnt.as_ref())
            .map_err(|error| Status::internal(format!("the metrics cannot be written: {error}")))?;
        Ok(Response::new(CollectMetricsResponse { metrics: Some(Payload { prometheus: text.into_bytes() }) }))
    }
}

/// What a person reads under "Save & test": what is watched how, where that works; what is wrong, and its remedy. There are
/// no `interfaces` where none may be watched.
fn message(host: &str, report: &Report, problems: &[String], interfaces: Option<&Interfaces>) -> String {
    let is_well = problems.is_empty() && report.outcome() != Outcome::Failed;
    let mut lines = vec![match interfaces {
        _ if !is_well => format!("XDP Live is not ready on {host}."),
        Some(interfaces) => {
            format!("XDP Live is ready on {host}. {}", watched(report, interfaces)).trim_end().to_owned()
        }
        None => format!("XDP Live works on {host}, but nothing can be watched."),
    }];
    lines.extend(problems.iter().cloned());
    for check in &report.checks {
        if check.outcome != Outcome::Ok {
            let fix = check.fix.as_deref().map(|fix| format!(" Remedy: {fix}")).unwrap_or_default();
            lines.push(format!("{}: {}.{fix}", check.name, check.detail));
        }
    }
    lines.join("\n")
}

/// What is being watched, and how; or how the default route's interface would be.
fn watched(report: &Report, interfaces: &Interfaces) -> String {
    let now: Vec<String> =
        report.interfaces.iter().filter_map(|one| hooks_of(one, |option| option.in_force)).collect();
    if !now.is_empty() {
        let more = now.len().saturating_sub(INTERFACES_NAMED);
        let named: Vec<String> = now.into_iter().take(INTERFACES_NAMED).collect();
        let more = if more == 0 { String::new() } else { format!("; and {more} more interfaces") };
        return format!("Watched now: {}{more}.", named.join("; "));
    }
    let Some(default) = interfaces.default_route() else { return String::new() };
    let name = &default.name;
    let hooks = report.interfaces.iter().find(|one| one.interface == *name);
    match hooks.and_then(|hooks| hooks_of(hooks, |option| option.auto)) {
        Some(hooks) => format!("The default route's interface would be watched like this: {hooks}."),
        None => format!("The default route's interface {name} cannot be watched."),
    }
}

/// Those hooks of an interface that are `wanted`, in words; `None` where there are none.
fn hooks_of(interface: &InterfaceHooks, wanted: impl Fn(&HookOption) -> bool) -> Option<String> {
    let hooks: Vec<String> = interface
        .hooks
        .iter()
        .filter(|option| wanted(option))
        .map(|HookOption { direction, hook, reason, .. }| {
            let reason = if reason.is_empty() { String::new() } else { format!(" ({reason})") };
            format!("{direction} by {hook}{reason}")
        })
        .collect();
    (!hooks.is_empty()).then(|| format!("{} {}", interface.interface, hooks.join(", ")))
}
