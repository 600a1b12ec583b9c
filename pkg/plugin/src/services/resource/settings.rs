//! The resource `settings`: what the server's administrator has set.

use serde::Serialize;
use serde_json::{Value, json};

use super::Plugin;
use crate::{
    access::check_interface,
    settings::{DataSourceSettings, FromTheStart},
};

/// One setting.
#[derive(Serialize)]
struct Entry {
    /// What is in force.
    value: Value,
    /// Whether it is the administrator's, and not the default.
    set: bool,
}

impl Plugin {
    /// The settings under their names in `grafana.ini`, and the machine's name. Of interfaces that are watched from the
    /// start those are named that may be watched through the data source.
    pub(super) fn settings(&self, settings: &DataSourceSettings) -> Value {
        let server = &self.server;
        let interfaces = self.source.interfaces();
        let may_be_watched = |name: &&str| check_interface(name, &interfaces, settings, server).is_ok();
        let counted = self.recorder.states();
        let watched: Vec<&str> = match &server.watch {
            FromTheStart::Named(names) => names.iter().map(String::as_str).filter(may_be_watched).collect(),
            FromTheStart::DefaultRoute => {
                counted.iter().map(|state| &*state.interface).filter(may_be_watched).collect()
            }
        };
        let own_ports = server.own_ports.clone().unwrap_or_else(|| self.own_ports());
        let nats_servers: Vec<String> = server.nats_servers.iter().map(ToString::to_string).collect();
        let entry = |name: &str, value: Value| {
            (name.to_owned(), json!(Entry { value, set: server.made.contains(name) }))
        };
        let entries: serde_json::Map<String, Value> = [
            entry("interfaces", json!(server.interfaces.texts())),
            entry("hook", json!(server.hook)),
            entry("max_limit", json!(server.ceiling.most())),
            entry("header_bytes", json!(server.capture.header_bytes)),
            entry("ring_bytes", json!(server.capture.ring_bytes)),
            entry("queue_rows", json!(server.capture.queue_rows)),
            entry("linger_seconds", json!(server.capture.linger.as_secs())),
            entry("flow_entries", json!(server.capture.flow_entries)),
            entry("history_seconds", json!(server.history_seconds)),
            entry("history_rows", json!(server.history_rows)),
            entry("watch", json!(watched)),
            entry("own_ports", json!(own_ports)),
            entry("processes", json!(server.processes)),
            entry("country_file", json!(server.place_files.country)),
            entry("asn_file", json!(server.place_files.asn)),
            entry("dns_answers", json!(server.dns_answers)),
            entry("reverse_lookups", json!(server.reverse_lookups)),
            entry("nats_servers", json!(nats_servers)),
            entry("quota_percent", json!(server.quotas.percent())),
            entry("log_level", json!(server.log_level)),
            entry("audit_level", json!(server.audit_level)),
        ]
        .into_iter()
        .collect();
        let problems: Vec<String> = self.setting_errors.iter().map(ToString::to_string).collect();
        json!({ "host": *self.host, "settings": entries, "problems": problems })
    }
}
