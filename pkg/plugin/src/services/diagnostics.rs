//! The health check: what this machine lets us do, and the command that mends what it does not.

use std::fmt::Write as _;

use grafana_plugin_sdk::pluginv2::{
    CheckHealthRequest, CheckHealthResponse, CollectMetricsRequest, CollectMetricsResponse,
    check_health_response::HealthStatus, collect_metrics_response::Payload, diagnostics_server::Diagnostics,
};
use serde_json::json;
use tonic::{Request, Response, Status, async_trait};
use xdplive_capture::{
    interface::Interfaces,
    report::{Outcome, Report},
};

use super::Plugin;
use crate::settings::DataSourceSettings;

#[async_trait]
impl Diagnostics for Plugin {
    async fn check_health(
        &self,
        request: Request<CheckHealthRequest>,
    ) -> Result<Response<CheckHealthResponse>, Status> {
        let request = request.into_inner();
        let report = self.source.report().await;
        let settings = request
            .plugin_context
            .and_then(|context| context.data_source_instance_settings)
            .map(|instance| DataSourceSettings::read(&instance.json_data, &self.server));
        let mut problems: Vec<String> = self.setting_errors.iter().map(ToString::to_string).collect();
        problems.extend(settings.and_then(Result::err).map(|error| error.to_string()));
        let well = report.outcome() != Outcome::Failed && problems.is_empty();
        let status = if well { HealthStatus::Ok } else { HealthStatus::Error };
        let message = message(&report, &problems, &self.source.interfaces());
        let details = json!({ "report": report, "problems": problems, "verboseMessage": message });
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
        Ok(Response::new(CollectMetricsResponse { metrics: Some(Payload { prometheus: Vec::new() }) }))
    }
}

/// What a person reads under "Save & test": what is wrong and its remedy, or what will be watched how.
fn message(report: &Report, problems: &[String], interfaces: &Interfaces) -> String {
    let mut lines: Vec<String> = problems.to_vec();
    for check in &report.checks {
        if check.outcome != Outcome::Ok {
            let mend = check.mend.as_deref().map(|mend| format!(" Remedy: {mend}")).unwrap_or_default();
            lines.push(format!("{}: {}.{mend}", check.name, check.detail));
        }
    }
    if lines.is_empty() {
        let mut text = "XDP Live is ready.".to_owned();
        if let Some(default) = interfaces.default_route() {
            // Writing to a string cannot fail.
            let _ = write!(text, " The default route's interface {}", hooks_of(report, &default.name));
        }
        return text;
    }
    lines.join("\n")
}

/// The hooks that `auto` would take, in words.
fn hooks_of(report: &Report, interface: &str) -> String {
    let hooks =
        report.interfaces.iter().find(|one| one.interface == interface).map(|one| one.hooks.as_slice());
    let auto: Vec<String> = hooks
        .unwrap_or_default()
        .iter()
        .filter(|option| option.auto)
        .map(|option| format!("{} by {}", option.direction, option.hook))
        .collect();
    if auto.is_empty() {
        format!("{interface} cannot be watched.")
    } else {
        format!("{interface} would be watched {}.", auto.join(", "))
    }
}
