//! What the server's administrator sets, in `grafana.ini`.

use std::{collections::BTreeSet, time::Duration};

use thiserror::Error;
use xdplive_capture::settings::{
    MAX_FLOW_ENTRIES, MAX_HEADER_BYTES, MAX_RING_BYTES, MIN_FLOW_ENTRIES, MIN_RING_BYTES,
    Settings as CaptureSettings,
};
use xdplive_source::HookChoice;

use super::{LimitCeiling, Patterns, ceiling::DEFAULT_CEILING, words};
use crate::{
    logging::{DEFAULT_LEVEL, LEVELS},
    query::is_interface_name,
    quota::Quotas,
};

/// Seconds of counts, an hour, where the administrator does not say.
const DEFAULT_HISTORY_SECONDS: usize = 3600;
/// Rows kept of one query, 128 bytes each, where the administrator does not say.
const DEFAULT_HISTORY_ROWS: usize = 10_000;

/// What the server's administrator has set.
#[derive(Clone, Debug)]
pub struct ServerSettings {
    /// `max_limit`: the ceiling of `limit`, or `none`. 10000.
    pub ceiling: LimitCeiling,
    /// `interfaces`: patterns of the interfaces that may be watched, separated by commas or spaces. All.
    pub interfaces: Patterns,
    /// `hook`: the receiving hook for everybody. None: a data source may choose.
    pub hook: Option<HookChoice>,
    /// `ring_bytes` (power of two from 4096 to 1 GiB, 8 MiB), `queue_rows` (1 to
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
    /// `quota_percent`: the [quotas](crate::quota) in percent, 1 to 1000, or `none`. 100.
    pub quotas: Quotas,
    /// `log_level`: one of [`LEVELS`]. `info`. Logging starts before the other settings are read.
    pub log_level: &'static str,
    /// Names of the settings that are made, and can be used; the others have their defaults.
    pub made: BTreeSet<&'static str>,
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
        let defaults = CaptureSettings::default();
        let mut reader = Reader { get, made: BTreeSet::new(), errors: Vec::new() };
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
            interfaces: reader
                .value("interfaces", "it takes patterns", |text| Some(Patterns::new(text)))
                .unwrap_or_default(),
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
            quotas: reader
                .value("quota_percent", "it takes a whole number from 1 to 1000, or none", |text| {
                    if text == "none" {
                        return Some(Quotas::None);
                    }
                    text.parse().ok().filter(|percent| (1..=1000).contains(percent)).map(Quotas::Percent)
                })
                .unwrap_or_default(),
            log_level: reader
                .value("log_level", "it takes error, warn, info, debug or trace", |text| {
                    LEVELS.into_iter().find(|level| *level == text)
                })
                .unwrap_or(DEFAULT_LEVEL),
            made: BTreeSet::new(),
        };
        (Self { made: reader.made, ..settings }, reader.errors)
    }
}

/// Names of interfaces, of which each takes two slots and two records of counts.
fn watched(text: &str) -> Option<Vec<String>> {
    const MOST: usize = 16;
    let names: BTreeSet<String> = words(text).map(str::to_owned).collect();
    let all = names.iter().all(|name| is_interface_name(name));
    (all && names.len() <= MOST).then(|| names.into_iter().collect())
}

/// A list of ports; `none` is an empty one.
fn ports(text: &str) -> Option<BTreeSet<u16>> {
    if text == "none" {
        return Some(BTreeSet::new());
    }
    words(text).map(|name| name.parse().ok().filter(|port| *port > 0)).collect()
}

struct Reader<G> {
    get: G,
    made: BTreeSet<&'static str>,
    errors: Vec<ServerSettingError>,
}

impl<G: Fn(&str) -> Option<String>> Reader<G> {
    fn value<T>(
        &mut self,
        name: &'static str,
        allowed: &'static str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let given = (self.get)(name)?;
        let value = parse(given.trim());
        if value.is_some() {
            self.made.insert(name);
        } else {
            self.errors.push(ServerSettingError { name, given, allowed });
        }
        value
    }
}
