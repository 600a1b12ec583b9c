//! Which keys `jsonData` may have: ours, and those by which Grafana sets something about any data source.

use std::fmt;

use serde_json::{Map, Value};

/// The settings of a data source. `src/settings/model.ts` has the same.
pub const KEYS: [&str; 6] =
    ["hook", "allowedInterfaces", "minimumRole", "allowPacketsToServices", "showOwnTraffic", "maxLimit"];

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
/// Characters of a key that a message shows at most; a longer one is no misspelling of ours.
const SHOWN: usize = 40;

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
        let named: Vec<_> = unknown.by_ref().take(NAMED).map(|key| (shown(key), nearest(key))).collect();
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

/// The setting that somebody may have meant: one that differs in a few letters, or of whose name a part was written,
/// whatever the case. `max_limit` is what `maxLimit` is called in `grafana.ini`.
fn nearest(key: &str) -> Option<&'static str> {
    /// Fewer letters are a part of too much.
    const PART: usize = 4;
    let given = letters(key);
    if given.is_empty() || given.len() > SHOWN {
        return None;
    }
    let how_near = |ours: &'static str| {
        let ours = letters(ours);
        let away = distance(&given, &ours);
        let is_part = given.len() >= PART && ours.windows(given.len()).any(|part| part == given);
        let is_whole = given.windows(ours.len()).any(|part| part == ours);
        (is_part || is_whole || 5 * away <= 2 * given.len().max(ours.len())).then_some(away)
    };
    KEYS.into_iter().filter_map(|ours| Some((how_near(ours)?, ours))).min().map(|(_, ours)| ours)
}

fn letters(text: &str) -> Vec<char> {
    text.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// How many letters have to be put in, taken out or changed to make one of the other (Levenshtein's distance).
fn distance(one: &[char], other: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (number, letter) in (1..).zip(one) {
        let mut before = number - 1;
        let mut left = number;
        if let Some(first) = row.first_mut() {
            *first = number;
        }
        for (above, theirs) in row.iter_mut().skip(1).zip(other) {
            let changed = before + usize::from(letter != theirs);
            before = *above;
            left = changed.min(left + 1).min(*above + 1);
            *above = left;
        }
    }
    row.last().copied().unwrap_or_default()
}
