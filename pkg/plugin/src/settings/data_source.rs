//! What a data source sets, in its `jsonData`.

use serde_json::{Map, Value};
use thiserror::Error;
use xdplive_source::{HookChoice, UnknownHook};

use super::{LimitCeiling, Patterns, ServerSettings};
use crate::access::Role;

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
}

/// A setting of a data source that cannot be used. Its owner is told; nothing works until it is fixed,
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

impl Default for DataSourceSettings {
    fn default() -> Self {
        Self {
            hook: HookChoice::Auto,
            interfaces: Patterns::default(),
            minimum_role: Role::Viewer,
            packets_to_services: false,
            shows_own_traffic: false,
            ceiling: LimitCeiling::None,
        }
    }
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
        if let Some(value) = get("maxLimit") {
            let rows = value.as_u64().and_then(|rows| u32::try_from(rows).ok()).filter(|rows| *rows > 0);
            let rows =
                rows.ok_or_else(|| wrong("maxLimit", value, "it takes a whole number of 1 or more"))?;
            settings.ceiling = LimitCeiling::OfDataSource(rows);
        }
        settings.under(server)
    }

    /// These settings within what the administrator has set.
    fn under(self, server: &ServerSettings) -> Result<Self, DataSourceSettingError> {
        let hook = match server.hook {
            None => self.hook,
            Some(set) if self.hook == HookChoice::Auto || self.hook == set => set,
            Some(set) => return Err(DataSourceSettingError::HookIsSet { asked: self.hook, set }),
        };
        Ok(Self { hook, ceiling: self.ceiling.under(server.ceiling), ..self })
    }
}
