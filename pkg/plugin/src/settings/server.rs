//! What the server's administrator sets, in `grafana.ini`.

use std::{collections::BTreeSet, path::PathBuf, time::Duration};

use thiserror::Error;
use xdplive_capture::settings::Settings as CaptureSettings;
use xdplive_protocol::plugin::LOADER_SOCKET;
use xdplive_source::HookChoice;

use super::{
    LimitCeiling, Patterns, ServerAddress, bounds,
    ceiling::DEFAULT_CEILING,
    ceiling_file::{Ceiling, CeilingFileError},
    words,
};
use crate::{
    logging::{AUDIT_LEVELS, DEFAULT_LEVEL, LEVELS},
    naming::Lookups,
    places::Places,
    query::is_interface_name,
    quota::Quotas,
    shortened::shortened,
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
    /// `watch`: names of interfaces that are counted from the start, separated by commas or spaces, or `none`. That with the
    /// default route.
    pub watch: FromTheStart,
    /// `own_ports`: TCP ports of this machine whose packets are Grafana's own traffic, separated by commas or spaces, or
    /// `none`. None: those on which Grafana listens.
    pub own_ports: Option<BTreeSet<u16>>,
    /// `quota_percent`: the [quotas](crate::quota) in percent, 1 to 1000, or `none`. 100.
    pub quotas: Quotas,
    /// `loader`: the socket of the loader's service. `/run/xdplive/loader.sock`.
    pub loader: PathBuf,
    /// `user`: the user, and group, by number, that a process started by root goes on as, 1 to 4294967294. One that no
    /// other process has.
    pub user: Option<u32>,
    /// `log_level`: one of [`LEVELS`]. `info`. Logging starts before the other settings are read.
    pub log_level: &'static str,
    /// `audit_level`: one of [`AUDIT_LEVELS`]. `info`. See [`crate::audit`].
    pub audit_level: &'static str,
    /// `country_file` and `asn_file`: absolute paths of files in MaxMind's format with the country, and with the autonomous system
    /// of addresses. None.
    pub place_files: PlaceFiles,
    /// What is in these files; nothing until they have been [read](crate::places::Places::read).
    pub places: Places,
    /// `processes`: whether processes, users and containers are shown, `true` or `false`. False.
    pub processes: bool,
    /// `dns_answers`: whether names are learnt from answers of the DNS that pass, `true` or `false`. False.
    pub dns_answers: bool,
    /// `reverse_lookups`: whether the DNS is asked for the names of addresses, `true` or `false`. False.
    pub reverse_lookups: bool,
    /// What asks it; nothing until it has been [opened](crate::naming::Lookups::open).
    pub lookups: Option<Lookups>,
    /// What of all that is set to know hosts by cannot be used, each with its reason.
    pub without: Vec<String>,
    /// `nats_servers`: servers of NATS by which data sources may reach other machines, separated by commas or spaces. None.
    pub nats_servers: BTreeSet<ServerAddress>,
    /// Names of the settings that are made, and can be used; the others have their defaults.
    pub made: BTreeSet<&'static str>,
}

/// Interfaces that are counted from the start, whether anybody looks or not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum FromTheStart {
    /// That with the default route, as far as it may be watched, and in a way that no card is reset by.
    #[default]
    DefaultRoute,
    /// Those that the administrator names. None where the setting cannot be read either.
    Named(Vec<String>),
}

/// A setting of the administrator that cannot be used. Nothing is captured until it is corrected: it may have been meant to
/// restrict something.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ServerSettingError {
    /// It has another value than it may.
    #[error(
        "{name} = \"{given}\" in the section [plugin.xdplive-packets-datasource] is not allowed; {allowed}"
    )]
    Value {
        /// The setting.
        name: &'static str,
        /// Its value.
        given: String,
        /// What it may be.
        allowed: &'static str,
    },
    /// It goes beyond the [ceiling](Ceiling).
    #[error(
        "{name} = \"{given}\" in the section [plugin.xdplive-packets-datasource] is more than {most}, the ceiling in \
         {}; lower one, or have root raise the other",
        super::ceiling_file::PATH
    )]
    AboveCeiling {
        /// The setting.
        name: &'static str,
        /// Its value.
        given: String,
        /// The ceiling.
        most: u32,
    },
    /// The [ceiling](Ceiling) is against it.
    #[error(
        "{name} = \"true\" in the section [plugin.xdplive-packets-datasource] is not allowed by {}, the ceiling, which has {name} = \
         false; take one away, or have root take the other away",
        super::ceiling_file::PATH
    )]
    AgainstCeiling {
        /// The setting.
        name: &'static str,
    },
    /// The ceiling itself cannot be read.
    #[error(transparent)]
    Ceiling(#[from] CeilingFileError),
}

impl ServerSettingError {
    /// Whether nothing may be captured until it is corrected. Of how much is logged, the default will do: that of the audit log
    /// is all. So it will of where addresses are: nothing is known then.
    #[must_use]
    pub fn stops(&self) -> bool {
        !matches!(self, Self::Value { name: "log_level" | "audit_level" | "country_file" | "asn_file", .. })
    }
}

/// Names of all settings, in lower case.
pub const NAMES: [&str; 24] = [
    "asn_file",
    "audit_level",
    "country_file",
    "dns_answers",
    "flow_entries",
    "header_bytes",
    "history_rows",
    "history_seconds",
    "hook",
    "interfaces",
    "linger_seconds",
    "loader",
    "log_level",
    "max_limit",
    "nats_servers",
    "own_ports",
    "processes",
    "queue_rows",
    "quota_percent",
    "reverse_lookups",
    "ring_bytes",
    "user",
    "watch",
    // Without a meaning since all interfaces share a ring; there is a word of its own about it.
    "any_ring_bytes",
];

impl ServerSettings {
    /// Reads the settings with `get`, which returns the value of a name in lower case, within `ceiling`. Also returns what
    /// could not be used.
    #[must_use]
    pub fn read(get: impl Fn(&str) -> Option<String>, ceiling: &Ceiling) -> (Self, Vec<ServerSettingError>) {
        let defaults = CaptureSettings::default();
        let mut reader = Reader { get, made: BTreeSet::new(), errors: Vec::new() };
        let number = |is_allowed: fn(u32) -> bool| {
            move |text: &str| text.parse().ok().filter(|number| is_allowed(*number))
        };
        let settings = Self {
            ceiling: reader.rows(ceiling.max_limit),
            interfaces: reader
                .value("interfaces", bounds::PATTERNS, Patterns::read_names)
                .unwrap_or_default()
                .within(ceiling.interfaces.clone()),
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
            watch: reader.watched(),
            hook: reader
                .value("hook", "it takes auto, xdp-native, xdp-generic or tcx", |text| text.parse().ok()),
            capture: CaptureSettings {
                ring_bytes: reader.bounded(
                    ("ring_bytes", bounds::RING_BYTES),
                    number(bounds::is_ring_bytes),
                    defaults.ring_bytes,
                    ceiling.ring_bytes,
                ),
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
                flow_entries: reader.bounded(
                    ("flow_entries", bounds::FLOW_ENTRIES),
                    number(bounds::is_flow_entries),
                    defaults.flow_entries,
                    ceiling.flow_entries,
                ),
                header_bytes: reader.bounded(
                    ("header_bytes", bounds::HEADER_BYTES),
                    number(bounds::is_header_bytes),
                    defaults.header_bytes,
                    ceiling.header_bytes,
                ),
            },
            quotas: reader
                .value("quota_percent", "it takes a whole number from 1 to 1000, or none", |text| {
                    if text == "none" {
                        return Some(Quotas::None);
                    }
                    text.parse().ok().filter(|percent| (1..=1000).contains(percent)).map(Quotas::Percent)
                })
                .unwrap_or_default(),
            loader: reader
                .value("loader", "it takes the absolute path of a socket", |text| {
                    text.starts_with('/').then(|| text.into())
                })
                .unwrap_or_else(|| LOADER_SOCKET.into()),
            user: reader.value("user", "it takes the number of a user from 1 to 4294967294", |text| {
                text.parse().ok().filter(|id| (1..u32::MAX).contains(id))
            }),
            log_level: reader
                .value("log_level", "it takes error, warn, info, debug or trace", |text| {
                    LEVELS.into_iter().find(|level| *level == text)
                })
                .unwrap_or(DEFAULT_LEVEL),
            audit_level: reader
                .value("audit_level", "it takes info or off", |text| {
                    AUDIT_LEVELS.into_iter().find(|level| *level == text)
                })
                .unwrap_or(DEFAULT_LEVEL),
            place_files: PlaceFiles {
                country: reader.value("country_file", FILE, absolute),
                asn: reader.value("asn_file", FILE, absolute),
            },
            places: Places::default(),
            processes: reader
                .value("processes", "it takes true or false", |text| text.parse().ok())
                .unwrap_or_default(),
            dns_answers: reader.allowed("dns_answers", ceiling.dns_answers),
            reverse_lookups: reader.allowed("reverse_lookups", None),
            lookups: None,
            without: Vec::new(),
            nats_servers: reader
                .value(
                    "nats_servers",
                    "it takes addresses of NATS servers such as nats://127.0.0.1:4222 and tls://nats.example.org, separated by \
                     commas or spaces",
                    ServerAddress::read_all,
                )
                .unwrap_or_default(),
            made: BTreeSet::new(),
        };
        (Self { made: reader.made, ..settings }, reader.errors)
    }
}

/// Files that say where addresses are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PlaceFiles {
    /// Their countries.
    pub country: Option<PathBuf>,
    /// Their autonomous systems.
    pub asn: Option<PathBuf>,
}

/// What names of files take.
const FILE: &str = "it takes the absolute path of a file in MaxMind's format (.mmdb)";

fn absolute(text: &str) -> Option<PathBuf> {
    text.starts_with('/').then(|| text.into())
}

/// Names of interfaces; `none` is an empty list.
fn watched(text: &str) -> Option<Vec<String>> {
    const MOST: usize = 16;
    let names: BTreeSet<String> = words(text).filter(|_| text != "none").map(str::to_owned).collect();
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
    /// The setting `watch`. Nothing behind its name is nothing to be watched, unlike no such setting at all, and what cannot
    /// be read is not taken for leave to watch.
    fn watched(&mut self) -> FromTheStart {
        match (self.get)("watch") {
            None => FromTheStart::DefaultRoute,
            Some(text) if text.is_empty() => {
                self.made.insert("watch");
                FromTheStart::Named(Vec::new())
            }
            Some(_) => {
                let allowed = "it takes up to 16 names of interfaces, separated by commas or spaces, or none";
                FromTheStart::Named(self.value("watch", allowed, watched).unwrap_or_default())
            }
        }
    }

    fn value<T>(
        &mut self,
        name: &'static str,
        allowed: &'static str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let given = (self.get)(name).filter(|given| !given.is_empty())?;
        let value = parse(given.trim());
        if value.is_some() {
            self.made.insert(name);
        } else {
            self.errors.push(ServerSettingError::Value { name, given: shortened(&given), allowed });
        }
        value
    }

    /// A number that the machine's ceiling may bound; without one in the environment the default, or the ceiling where that
    /// is lower.
    fn bounded(
        &mut self,
        (name, allowed): (&'static str, &'static str),
        parse: impl FnOnce(&str) -> Option<u32>,
        default: u32,
        most: Option<u32>,
    ) -> u32 {
        let most = most.unwrap_or(u32::MAX);
        match self.value(name, allowed, parse) {
            Some(value) if value > most => self.above(name, most),
            Some(value) => value,
            None => default.min(most),
        }
    }

    /// A switch that the machine's ceiling may hold in its place, which is off.
    fn allowed(&mut self, name: &'static str, ceiling: Option<bool>) -> bool {
        let given = self.value(name, "it takes true or false", |text| text.parse().ok()).unwrap_or_default();
        if given && ceiling == Some(false) {
            self.made.remove(name);
            self.errors.push(ServerSettingError::AgainstCeiling { name });
            return false;
        }
        given
    }

    /// `max_limit`.
    fn rows(&mut self, most: Option<u32>) -> LimitCeiling {
        const NAME: &str = "max_limit";
        let given = self.value(NAME, "it takes a whole number of 1 or more, or none", |text| {
            if text == "none" {
                return Some(LimitCeiling::None);
            }
            text.parse().ok().filter(|rows| *rows > 0).map(LimitCeiling::Rows)
        });
        match (given, most) {
            (None, None) => LimitCeiling::Rows(DEFAULT_CEILING),
            (None, Some(most)) => LimitCeiling::Rows(DEFAULT_CEILING.min(most)),
            (Some(given), Some(most)) if given.most().is_none_or(|rows| rows > most) => {
                LimitCeiling::Rows(self.above(NAME, most))
            }
            (Some(given), _) => given,
        }
    }

    /// A value that goes beyond the ceiling, which stands in for it.
    fn above(&mut self, name: &'static str, most: u32) -> u32 {
        let given = (self.get)(name).unwrap_or_default();
        self.made.remove(name);
        self.errors.push(ServerSettingError::AboveCeiling { name, given: shortened(&given), most });
        most
    }
}
