//! Settings on two levels: the server's administrator sets what is possible (grafana.ini's section
//! `[plugin.xdplive-packets-datasource]`, which arrives as `GF_PLUGIN_…`), a data source narrows it.

use std::{collections::BTreeSet, time::Duration};

use serde_json::{Map, Value};
use thiserror::Error;
use wildmatch::WildMatch;
use xdplive_capture::{
    hook::{HookChoice, UnknownHook},
    settings::{
        MAX_FLOW_ENTRIES, MAX_HEADER_BYTES, MAX_RING_BYTES, MIN_FLOW_ENTRIES, MIN_RING_BYTES,
        Settings as CaptureSettings,
    },
};

use crate::{access::Role, query::is_interface_name};

/// Rows a second of a query that does not say.
const DEFAULT_LIMIT: u32 = 1000;
/// Ceiling of `limit` where the administrator does not say.
const DEFAULT_CEILING: u32 = 10_000;

/// Seconds of counts, an hour, where the administrator does not say.
const DEFAULT_HISTORY_SECONDS: usize = 3600;
/// Rows kept of one query, 128 bytes each, where the administrator does not say.
const DEFAULT_HISTORY_ROWS: usize = 10_000;

/// The most rows a second that a query may ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LimitCeiling {
    /// This many.
    Rows(u32),
    /// Any number, or no limit at all.
    None,
}

impl LimitCeiling {
    /// Rows a second of a query that does not say.
    #[must_use]
    pub fn default_limit(self) -> Option<u32> {
        Some(match self {
            Self::Rows(most) => DEFAULT_LIMIT.min(most),
            Self::None => DEFAULT_LIMIT,
        })
    }
}

/// What the server's administrator has set.
#[derive(Clone, Debug)]
pub struct ServerSettings {
    /// `max_limit`: the ceiling of `limit`, or `none`. 10000.
    pub ceiling: LimitCeiling,
    /// `interfaces`: patterns of the interfaces that may be watched, separated by commas or spaces. All.
    pub interfaces: Patterns,
    /// `hook`: the receiving hook for everybody. None: a data source may choose.
    pub hook: Option<HookChoice>,
    /// `ring_bytes` (power of two from 4096 to 1 GiB, 8 MiB), `any_ring_bytes` (1 MiB), `queue_rows` (1 to
    /// 1,000,000, 65,536), `linger_seconds` (0 to 86,400, 60), `flow_entries` (1024 to 1,048,576, 65,536),
    /// `header_bytes` (0 to 512, 0).
    pub capture: CaptureSettings,
    /// `history_seconds`: seconds of counts that are kept, 60 to 86,400. 3600.
    pub history_seconds: usize,
    /// `history_rows`: rows of one query of packets that are kept, 0 to 100,000. 10,000.
    pub history_rows: usize,
    /// `watch`: names of interfaces that are counted from the start, separated by commas or spaces. None.
    pub watch: Vec<String>,
    /// `own_ports`: TCP ports of this machine whose packets are Grafana's own traffic, separated by commas or spaces, or
    /// `none`. None: those on which Grafana listens.
    pub own_ports: Option<BTreeSet<u16>>,
}

/// A setting of the administrator that cannot be used. The default stands in for it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{name} = \"{given}\" in the section [plugin.xdplive-packets-datasource] is not allowed; {allowed}")]
pub struct ServerSettingError {
    name: &'static str,
    given: String,
    allowed: &'static str,
}

impl ServerSettings {
    /// Reads the settings with `get`, which returns the value of a name in lower case. Also returns what
    /// could not be used.
    #[must_use]
    pub fn read(get: impl Fn(&str) -> Option<String>) -> (Self, Vec<ServerSettingError>) {
        let mut errors = Vec::new();
        let defaults = CaptureSettings::default();
        let mut reader = Reader { get: &get, errors: &mut errors };
        let rows = |text: &str| text.parse().ok().filter(|rows| *rows > 0).map(LimitCeiling::Rows);
        let ring = |text: &str| {
            let allowed = MIN_RING_BYTES..=MAX_RING_BYTES;
            text.parse::<u32>().ok().filter(|bytes| bytes.is_power_of_two() && allowed.contains(bytes))
        };
        let settings = Self {
            ceiling: reader
                .value("max_limit", "it takes a whole number of 1 or more, or none", |text| {
                    if text == "none" { Some(LimitCeiling::None) } else { rows(text) }
                })
                .unwrap_or(LimitCeiling::Rows(DEFAULT_CEILING)),
            interfaces: Patterns::new(&get("interfaces").unwrap_or_default()),
            own_ports: reader.value(
                "own_ports",
                "it takes TCP ports from 1 to 65535, separated by commas or spaces, or none",
                ports,
            ),
            history_seconds: reader
                .value("history_seconds", "it takes a whole number from 60 to 86400", |text| {
                    text.parse().ok().filter(|seconds| (60..=86_400).contains(seconds))
                })
                .unwrap_or(DEFAULT_HISTORY_SECONDS),
            history_rows: reader
                .value("history_rows", "it takes a whole number from 0 to 100000", |text| {
                    text.parse().ok().filter(|rows| *rows <= 100_000)
                })
                .unwrap_or(DEFAULT_HISTORY_ROWS),
            watch: reader
                .value(
                    "watch",
                    "it takes up to 16 names of interfaces, separated by commas or spaces",
                    watched,
                )
                .unwrap_or_default(),
            hook: reader
                .value("hook", "it takes auto, xdp-native, xdp-generic or tcx", |text| text.parse().ok()),
            capture: CaptureSettings {
                ring_bytes: reader
                    .value("ring_bytes", "it takes a power of two from 4096 to 1073741824", ring)
                    .unwrap_or(defaults.ring_bytes),
                any_ring_bytes: reader
                    .value("any_ring_bytes", "it takes a power of two from 4096 to 1073741824", ring)
                    .unwrap_or(defaults.any_ring_bytes),
                queue_rows: reader
                    .value("queue_rows", "it takes a whole number from 1 to 1000000", |text| {
                        text.parse().ok().filter(|rows| (1..=1_000_000).contains(rows))
                    })
                    .unwrap_or(defaults.queue_rows),
                linger: reader
                    .value("linger_seconds", "it takes a whole number from 0 to 86400", |text| {
                        text.parse()
                            .ok()
                            .filter(|seconds| (0..=86_400).contains(seconds))
                            .map(Duration::from_secs)
                    })
                    .unwrap_or(defaults.linger),
                flow_entries: reader
                    .value("flow_entries", "it takes a whole number from 1024 to 1048576", |text| {
                        let allowed = MIN_FLOW_ENTRIES..=MAX_FLOW_ENTRIES;
                        text.parse().ok().filter(|entries| allowed.contains(entries))
                    })
                    .unwrap_or(defaults.flow_entries),
                header_bytes: reader
                    .value("header_bytes", "it takes a whole number from 0 to 512", |text| {
                        text.parse().ok().filter(|bytes| (0..=MAX_HEADER_BYTES as u32).contains(bytes))
                    })
                    .unwrap_or(defaults.header_bytes),
            },
        };
        (settings, errors)
    }
}

/// Names of interfaces, of which each takes two slots and two records of counts.
fn watched(text: &str) -> Option<Vec<String>> {
    const MOST: usize = 16;
    let names: BTreeSet<String> = words(text).map(str::to_owned).collect();
    let all = names.iter().all(|name| is_interface_name(name));
    (all && names.len() <= MOST).then(|| names.into_iter().collect())
}

/// The words between commas and white space.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| c == ',' || c.is_whitespace()).filter(|word| !word.is_empty())
}

/// A list of ports; `none` is an empty one.
fn ports(text: &str) -> Option<BTreeSet<u16>> {
    if text == "none" {
        return Some(BTreeSet::new());
    }
    words(text).map(|name| name.parse().ok().filter(|port| *port > 0)).collect()
}

struct Reader<'a, G> {
    get: &'a G,
    errors: &'a mut Vec<ServerSettingError>,
}

impl<G: Fn(&str) -> Option<String>> Reader<'_, G> {
    fn value<T>(
        &mut self,
        name: &'static str,
        allowed: &'static str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let given = (self.get)(name)?;
        let value = parse(given.trim());
        if value.is_none() {
            self.errors.push(ServerSettingError { name, given, allowed });
        }
        value
    }
}

/// Names with `*` and `?`. None at all allow everything.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Patterns(Vec<WildMatch>);

impl Patterns {
    /// Patterns separated by commas or white space.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self(words(text).map(WildMatch::new).collect())
    }

    /// Whether every name is allowed.
    #[must_use]
    pub fn allow_all(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a name is allowed.
    #[must_use]
    pub fn allow(&self, name: &str) -> bool {
        self.0.is_empty() || self.0.iter().any(|pattern| pattern.matches(name))
    }
}

/// What a data source has set.
#[derive(Clone, Debug, PartialEq)]
pub struct DataSourceSettings {
    /// `hook`: the receiving hook.
    pub hook: HookChoice,
    /// `allowedInterfaces`: patterns, a list or one text.
    pub interfaces: Patterns,
    /// `minimumRole`.
    pub minimum_role: Role,
    /// `allowPacketsToServices`: whether public dashboards and the like may see packets.
    pub packets_to_services: bool,
    /// `showOwnTraffic`: whether the packets that carry rows to browsers are shown too.
    pub shows_own_traffic: bool,
}

impl Default for DataSourceSettings {
    fn default() -> Self {
        Self {
            hook: HookChoice::Auto,
            interfaces: Patterns::default(),
            minimum_role: Role::Viewer,
            packets_to_services: false,
            shows_own_traffic: false,
        }
    }
}

/// A setting of a data source that cannot be used. Its owner is told; nothing works until it is mended,
/// because a restriction that cannot be read must not be taken for none.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum DataSourceSettingError {
    /// The settings are no JSON object.
    #[error("the data source's settings are no JSON object; save its settings again")]
    NotAnObject,
    /// One of them is wrong.
    #[error("the data source's setting {key} is {given}; {allowed}. Change it in the data source's settings")]
    Value {
        /// The setting.
        key: &'static str,
        /// Its value.
        given: String,
        /// What may stand there.
        allowed: &'static str,
    },
    /// The hook's name is wrong.
    #[error("the data source's setting {0}. Change it in the data source's settings")]
    Hook(#[from] UnknownHook),
    /// The administrator has set another hook.
    #[error(
        "the data source asks for the hook {asked}, but the server's administrator has set {set} for all; choose \
         auto or {set} in the data source's settings"
    )]
    HookIsSet {
        /// The data source's.
        asked: HookChoice,
        /// The administrator's.
        set: HookChoice,
    },
}

impl DataSourceSettings {
    /// Reads `jsonData`; nothing at all stands for no settings. `server` is what the administrator has set.
    ///
    /// # Errors
    /// Any [`DataSourceSettingError`].
    pub fn read(json: &[u8], server: &ServerSettings) -> Result<Self, DataSourceSettingError> {
        let value = if json.is_empty() {
            Value::Null
        } else {
            serde_json::from_slice(json).unwrap_or(Value::Bool(false))
        };
        let keys = match value {
            Value::Object(keys) => keys,
            Value::Null => Map::new(),
            _ => return Err(DataSourceSettingError::NotAnObject),
        };
        let get = |key: &str| keys.get(key).filter(|value| !value.is_null());
        let wrong = |key, value: &Value, allowed| DataSourceSettingError::Value {
            key,
            given: value.to_string(),
            allowed,
        };
        let mut settings = Self::default();
        match get("hook") {
            None => {}
            Some(Value::String(name)) => settings.hook = name.parse()?,
            Some(other) => return Err(wrong("hook", other, "it takes auto, xdp-native, xdp-generic or tcx")),
        }
        match get("allowedInterfaces") {
            None => {}
            Some(Value::String(text)) => settings.interfaces = Patterns::new(text),
            Some(list @ Value::Array(names)) => {
                let names: Option<Vec<&str>> = names.iter().map(Value::as_str).collect();
                let names =
                    names.ok_or_else(|| wrong("allowedInterfaces", list, "it takes a list of patterns"))?;
                settings.interfaces = Patterns::new(&names.join(","));
            }
            Some(other) => return Err(wrong("allowedInterfaces", other, "it takes a list of patterns")),
        }
        if let Some(value) = get("minimumRole") {
            let role = value.as_str().and_then(|name| name.parse().ok()).filter(|role| *role != Role::None);
            settings.minimum_role =
                role.ok_or_else(|| wrong("minimumRole", value, "it takes Viewer, Editor or Admin"))?;
        }
        let truth = |key| match get(key) {
            None => Ok(false),
            Some(value) => value.as_bool().ok_or_else(|| wrong(key, value, "it takes true or false")),
        };
        settings.packets_to_services = truth("allowPacketsToServices")?;
        settings.shows_own_traffic = truth("showOwnTraffic")?;
        settings.under(server)
    }

    /// These settings within what the administrator has set.
    fn under(self, server: &ServerSettings) -> Result<Self, DataSourceSettingError> {
        match server.hook {
            None => Ok(self),
            Some(set) if self.hook == HookChoice::Auto || self.hook == set => Ok(Self { hook: set, ..self }),
            Some(set) => Err(DataSourceSettingError::HookIsSet { asked: self.hook, set }),
        }
    }
}

#[cfg(test)]
mod tests;
