//! What a data source sets, in its `jsonData`.

use serde_json::{Map, Value};
use thiserror::Error;
use xdplive_fleet::wire::{DEFAULT_PREFIX, Subjects, check_client};
use xdplive_source::{HookChoice, UnknownHook};

use super::{
    FleetSettings, LimitCeiling, Patterns, ServerAddress, ServerSettings,
    keys::{KEYS, UnknownKeys},
    words,
};
use crate::{access::Role, masks::Masks, shortened::shortened};

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
    /// `maxLimit`: the ceiling of `limit`, within the administrator's.
    pub ceiling: LimitCeiling,
    /// `maskIpv4` and `maskIpv6`: leading bits of addresses that are shown.
    pub masks: Masks,
    /// The other machines whose packets it has; none where it has those of this machine.
    pub fleet: Option<FleetSettings>,
}

/// What `allowedInterfaces` takes.
const ALLOWED_INTERFACES: &str = "it takes a list of names, patterns such as eth* and !veth*, and the words uplinks and any, \
    none of them empty, and beside any only entries with ! in front";

/// Everything that is wrong with a data source's settings, so that it can be fixed in one go. Its owner is told; nothing
/// works until it is, because a restriction that cannot be read must not be taken for none.
#[derive(Clone, Debug, PartialEq, Error)]
#[error("{}", sentences(.errors))]
pub struct DataSourceSettingErrors {
    errors: Vec<DataSourceSettingError>,
    /// `allowedInterfaces`, as far as it can be read: that no interface fits them is to be said in the same go.
    interfaces: Patterns,
}

impl DataSourceSettingErrors {
    /// One by one.
    pub fn iter(&self) -> impl Iterator<Item = &DataSourceSettingError> {
        self.errors.iter()
    }

    /// `allowedInterfaces`; none where it is wrong itself. Not for deciding what may be watched.
    #[must_use]
    pub const fn interfaces(&self) -> &Patterns {
        &self.interfaces
    }
}

fn sentences(errors: &[DataSourceSettingError]) -> String {
    errors.iter().map(ToString::to_string).collect::<Vec<_>>().join(". And ")
}

/// One thing that is wrong with a data source's settings.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum DataSourceSettingError {
    /// The settings are not a JSON object.
    #[error("the data source's settings are not a JSON object; save its settings again")]
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
    /// There are keys of no setting: misspelt ones may have been meant to restrict something.
    #[error(
        "the data source's jsonData holds what is no setting: {0}; the settings are {settings}. Correct or remove it where \
         it comes from, a provisioning file or a call of Grafana's HTTP API",
        settings = KEYS.join(", ")
    )]
    Unknown(UnknownKeys),
    /// The administrator allows no such servers.
    #[error(
        "the data source's setting natsServers names {given}, and the server's administrator allows {allowed}; have it added to \
         nats_servers in the section [plugin.xdplive-packets-datasource] of grafana.ini, and Grafana started again"
    )]
    NatsServer {
        /// Those of the data source that are not allowed, see [`named`].
        given: String,
        /// The administrator's, in the same way.
        allowed: String,
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

impl Default for DataSourceSettings {
    fn default() -> Self {
        Self {
            hook: HookChoice::Auto,
            interfaces: Patterns::default(),
            minimum_role: Role::Viewer,
            packets_to_services: false,
            shows_own_traffic: false,
            ceiling: LimitCeiling::None,
            masks: Masks::NONE,
            fleet: None,
        }
    }
}

impl DataSourceSettings {
    /// Reads `jsonData`; nothing at all stands for no settings. `server` is what the administrator has set.
    ///
    /// # Errors
    /// Everything that is wrong with them.
    pub fn read(json: &[u8], server: &ServerSettings) -> Result<Self, DataSourceSettingErrors> {
        let value = if json.is_empty() {
            Value::Null
        } else {
            serde_json::from_slice(json).unwrap_or(Value::Bool(false))
        };
        let keys = match value {
            Value::Object(keys) => keys,
            Value::Null => Map::new(),
            _ => {
                let errors = vec![DataSourceSettingError::NotAnObject];
                return Err(DataSourceSettingErrors { errors, interfaces: Patterns::default() });
            }
        };
        let mut reader = Reader { keys: &keys, errors: Vec::new() };
        let defaults = Self::default();
        let truth = "it takes true or false";
        let settings = Self {
            hook: reader.hook(server),
            interfaces: reader
                .value("allowedInterfaces", ALLOWED_INTERFACES, patterns)
                .unwrap_or(defaults.interfaces),
            minimum_role: reader
                .value("minimumRole", "it takes Viewer, Editor or Admin", |value| {
                    value.as_str()?.parse().ok().filter(|role| *role != Role::None)
                })
                .unwrap_or(defaults.minimum_role),
            packets_to_services: reader
                .value("allowPacketsToServices", truth, Value::as_bool)
                .unwrap_or(defaults.packets_to_services),
            shows_own_traffic: reader
                .value("showOwnTraffic", truth, Value::as_bool)
                .unwrap_or(defaults.shows_own_traffic),
            ceiling: reader
                .value("maxLimit", "it takes a whole number of 1 or more", |value| {
                    u32::try_from(value.as_u64()?).ok().filter(|rows| *rows > 0)
                })
                .map_or(defaults.ceiling, LimitCeiling::OfDataSource)
                .under(server.ceiling),
            masks: Masks {
                ipv4: reader
                    .value("maskIpv4", "it takes a whole number from 0 to 32", |value| bits(value, 32))
                    .unwrap_or(defaults.masks.ipv4),
                ipv6: reader
                    .value("maskIpv6", "it takes a whole number from 0 to 128", |value| bits(value, 128))
                    .unwrap_or(defaults.masks.ipv6),
            },
            fleet: reader.fleet(server),
        };
        let mut errors = reader.errors;
        errors.extend(UnknownKeys::among(&keys).map(DataSourceSettingError::Unknown));
        if errors.is_empty() {
            Ok(settings)
        } else {
            Err(DataSourceSettingErrors { errors, interfaces: settings.interfaces })
        }
    }
}

/// Leading bits of an address that has `most`.
fn bits(value: &Value, most: u8) -> Option<u8> {
    u8::try_from(value.as_u64()?).ok().filter(|bits| *bits <= most)
}

/// A list of texts, or one text with commas or white space between them; `None` where one of a list is empty.
fn texts(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::String(text) => Some(words(text).map(str::to_owned).collect()),
        Value::Array(texts) => {
            let text =
                |value: &Value| value.as_str().filter(|text| !text.trim().is_empty()).map(str::to_owned);
            texts.iter().map(text).collect()
        }
        _ => None,
    }
}

/// Whether subjects of NATS may begin so: words with dots between, none of them with a meaning of its own.
fn is_prefix(text: &str) -> bool {
    text.len() <= 64 && Subjects::new(text).is_ok()
}

/// A list of patterns, or one text. An empty one is the settings page's way to have none.
fn patterns(value: &Value) -> Option<Patterns> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Array(names) => {
            let names: Option<Vec<&str>> = names.iter().map(Value::as_str).collect();
            let names = names?;
            // Nothing between two names is no name of anything.
            if names.iter().any(|name| name.trim().is_empty()) {
                return None;
            }
            names.join(",")
        }
        _ => return None,
    };
    if text.is_empty() { Some(Patterns::default()) } else { Patterns::read(&text) }
}

/// Reads the settings one by one, and keeps what is wrong with any of them.
struct Reader<'a> {
    keys: &'a Map<String, Value>,
    errors: Vec<DataSourceSettingError>,
}

impl<'a> Reader<'a> {
    fn get(&self, key: &str) -> Option<&'a Value> {
        self.keys.get(key).filter(|value| !value.is_null())
    }

    fn value<T>(
        &mut self,
        key: &'static str,
        allowed: &'static str,
        read: impl FnOnce(&Value) -> Option<T>,
    ) -> Option<T> {
        let given = self.get(key)?;
        let value = read(given);
        if value.is_none() {
            let given = shortened(&given.to_string());
            self.errors.push(DataSourceSettingError::Value { key, given, allowed });
        }
        value
    }

    /// The other machines, reached by servers that the administrator allows. Without a server there are none.
    fn fleet(&mut self, server: &ServerSettings) -> Option<FleetSettings> {
        let servers = self.value(
            "natsServers",
            "it takes a list of addresses such as nats://nats.example.org:4222 and tls://nats.example.org",
            |value| texts(value)?.iter().map(|text| ServerAddress::read(text)).collect::<Option<Vec<_>>>(),
        );
        let prefix =
            self.value("natsPrefix", "it takes letters, digits, - and _, with dots between", |value| {
                value.as_str().filter(|prefix| is_prefix(prefix)).map(str::to_owned)
            });
        let client = self.value("natsClient", "it takes up to 64 letters, digits, - and _", |value| {
            value.as_str().filter(|name| check_client(name).is_ok()).map(str::to_owned)
        });
        let tls_first = self.value("natsTlsFirst", "it takes true or false", Value::as_bool);
        let hosts = self.value(
            "allowedHosts",
            "it takes a list of names, patterns such as web* and !web9, and labels such as site=fra, none of them empty",
            texts,
        );
        let servers = servers.filter(|servers| !servers.is_empty())?;
        let is_refused =
            |given: &&ServerAddress| !server.nats_servers.iter().any(|allowed| allowed.allows(given));
        let refused: Vec<&ServerAddress> = servers.iter().filter(is_refused).collect();
        if !refused.is_empty() {
            let given = named(refused);
            let allowed = named(&server.nats_servers);
            self.errors.push(DataSourceSettingError::NatsServer { given, allowed });
        }
        Some(FleetSettings {
            servers,
            prefix: prefix.unwrap_or_else(|| DEFAULT_PREFIX.to_owned()),
            client,
            tls_first: tls_first.unwrap_or_default(),
            hosts: hosts.unwrap_or_default(),
        })
    }

    /// The hook, within what the administrator has set.
    fn hook(&mut self, server: &ServerSettings) -> HookChoice {
        let named = self.value("hook", "it takes auto, xdp-native, xdp-generic or tcx", |value| {
            value.as_str().map(str::parse::<HookChoice>)
        });
        let asked = match named {
            None => HookChoice::Auto,
            Some(Ok(hook)) => hook,
            Some(Err(unknown)) => {
                self.errors.push(unknown.into());
                HookChoice::Auto
            }
        };
        match server.hook {
            Some(set) if asked != HookChoice::Auto && asked != set => {
                self.errors.push(DataSourceSettingError::HookIsSet { asked, set });
                asked
            }
            Some(set) => set,
            None => asked,
        }
    }
}
/// Servers as an error names them: the first three, and how many more there are.
fn named<'a>(servers: impl IntoIterator<Item = &'a ServerAddress>) -> String {
    const MOST: usize = 3;
    let all: Vec<&ServerAddress> = servers.into_iter().collect();
    let first: Vec<String> = all.iter().take(MOST).map(|one| shortened(&one.to_string())).collect();
    match all.len().saturating_sub(MOST) {
        _ if all.is_empty() => "none".to_owned(),
        0 => first.join(", "),
        more => format!("{} and {more} more", first.join(", ")),
    }
}
