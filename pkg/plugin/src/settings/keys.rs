//! Which keys `jsonData` may have: ours, and those by which Grafana sets something about any data source.

use std::fmt;

use serde_json::{Map, Value};

use super::nearest::{SHOWN, nearest};

/// The settings of a data source. `src/settings/model.ts` has the same.
pub const KEYS: [&str; 13] = [
    "hook",
    "allowedInterfaces",
    "minimumRole",
    "allowPacketsToServices",
    "showOwnTraffic",
    "maxLimit",
    "maskIpv4",
    "maskIpv6",
    "natsServers",
    "natsPrefix",
    "natsClient",
    "natsTlsFirst",
    "allowedHosts",
];

/// What Grafana, its SDK for plugins and its own pages keep in the `jsonData` of data sources of any type. Nothing of it
/// says anything here. `httpHeaderName1` and so on come on top.
pub const GRAFANAS_KEYS: [&str; 38] = [
    "alertmanagerUid",
    "allowAsRecordingRulesTarget",
    "authType",
    "azureCredentials",
    "defaultEditor",
    "defaultRegion",
    "disableGrafanaCache",
    "enableSecureSocksProxy",
    "forwardGrafanaHeaders",
    "handleGrafanaManagedAlerts",
    "httpExpectContinueTimeout",
    "httpIdleConnTimeout",
    "httpKeepAlive",
    "httpMaxIdleConns",
    "httpTLSHandshakeTimeout",
    "implementation",
    "keepCookies",
    "manageAlerts",
    "oauthPassThru",
    "pdcInjected",
    "profile",
    "prometheusType",
    "prometheusVersion",
    "secureSocksProxyUsername",
    "serverName",
    "sigV4AssumeRoleArn",
    "sigV4Auth",
    "sigV4AuthType",
    "sigV4ExternalId",
    "sigV4Profile",
    "sigV4Region",
    "teamHttpHeaders",
    "timeout",
    "tlsAuth",
    "tlsAuthWithCACert",
    "tlsServerName",
    "tlsSkipVerify",
    "withCredentials",
];

/// Keys that a message names at most.
const NAMED: usize = 5;

/// Keys that are nobody's, each with the setting that it is nearest to, if it is near to one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownKeys {
    named: Vec<(String, Option<&'static str>)>,
    /// How many there are beside those.
    more: usize,
}

impl UnknownKeys {
    /// Those among `keys`; `None` where there is none. What is null sets nothing.
    pub fn among(keys: &Map<String, Value>) -> Option<Self> {
        let mut unknown =
            keys.iter().filter(|(key, value)| !value.is_null() && !is_known(key)).map(|(key, _)| key);
        let named: Vec<_> =
            unknown.by_ref().take(NAMED).map(|key| (shown(key), nearest(key, &KEYS))).collect();
        (!named.is_empty()).then(|| Self { named, more: unknown.count() })
    }
}

impl fmt::Display for UnknownKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, (key, nearest)) in self.named.iter().enumerate() {
            let comma = if number == 0 { "" } else { ", " };
            write!(f, "{comma}{key:?}")?;
            if let Some(nearest) = nearest {
                write!(f, " (is {nearest} meant?)")?;
            }
        }
        if self.more > 0 { write!(f, " and {} more", self.more) } else { Ok(()) }
    }
}

fn is_known(key: &str) -> bool {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    KEYS.contains(&key)
        || GRAFANAS_KEYS.contains(&key)
        || key.strip_prefix("httpHeaderName").is_some_and(is_number)
}

fn shown(key: &str) -> String {
    if key.chars().count() <= SHOWN {
        return key.to_owned();
    }
    key.chars().take(SHOWN).chain("…".chars()).collect()
}
