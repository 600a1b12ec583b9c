//! Other machines, for `watch`: the settings by which the plugin gets to them, as an administrator and a data source would
//! have them.

use std::{collections::HashMap, fs, path::Path};

use serde_json::{Value, json};

use crate::{cli::Fleet, exit::Failure};

/// The administrator's setting with the servers that data sources may have.
const SERVERS: &str = "GF_PLUGIN_NATS_SERVERS";

/// What the plugin's process has to be started with, beside `others`.
#[must_use]
pub fn environment<'a>(
    fleet: &Fleet,
    others: &[(&'a str, &'a str)],
    servers: &'a str,
) -> Vec<(&'a str, &'a str)> {
    let mut all = others.to_vec();
    if !fleet.nats.is_empty() {
        all.push((SERVERS, servers));
    }
    all
}

/// Adds what a data source of these machines has among its settings.
pub fn add_to(fleet: &Fleet, settings: &mut Value) {
    let Some(settings) = settings.as_object_mut().filter(|_| !fleet.nats.is_empty()) else { return };
    settings.insert("natsServers".to_owned(), json!(fleet.nats));
    settings.insert("natsTlsFirst".to_owned(), json!(fleet.tls_first));
    if let Some(prefix) = &fleet.prefix {
        settings.insert("natsPrefix".to_owned(), json!(prefix));
    }
}

/// What it has among its secrets: the files' texts.
///
/// # Errors
/// [`Failure::Call`] where a file cannot be read.
pub fn secrets(fleet: &Fleet) -> Result<HashMap<String, String>, Failure> {
    let files = [
        ("natsCredentials", &fleet.creds),
        ("natsTlsCa", &fleet.tls_ca),
        ("natsTlsCertificate", &fleet.tls_cert),
        ("natsTlsKey", &fleet.tls_key),
    ];
    let named = files.into_iter().filter_map(|(key, path)| Some((key, path.as_deref()?)));
    named.map(|(key, path)| Ok((key.to_owned(), read(path)?))).collect()
}

fn read(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path)
        .map_err(|error| Failure::Call(format!("{} cannot be read: {error}", path.display())))
}
