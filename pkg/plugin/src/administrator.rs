//! What the administrator has set, read once and before rights are split: from the environment, as Grafana hands it on,
//! within the ceiling of the machine.

use std::{env, path::Path};

use tracing::{error, warn};
use xdplive_capture::settings::Settings as CaptureSettings;
use xdplive_loader::{policy::Policy, protocol::Instrument};

use crate::{
    naming::Lookups,
    places::Places,
    settings::{CEILING_PATH, Ceiling, NAMES, ServerSettingError, ServerSettings, nearest},
};

/// What Grafana puts before the names of a plugin's settings.
const PREFIX: &str = "GF_PLUGIN_";
/// What Grafana itself hands to plugins under such names (`pluginconfig/envvars.go`), and keys of the section that are its
/// own.
const GRAFANAS: [&str; 7] =
    ["app_client_id", "app_client_secret", "app_private_key", "as_external", "cdn", "path", "version"];

/// What is set, and what of it cannot be used.
#[derive(Debug)]
pub struct Administrator {
    /// What is in force.
    pub settings: ServerSettings,
    /// What cannot be used.
    pub errors: Vec<ServerSettingError>,
}

impl Administrator {
    /// Reads the environment and the ceiling's file, and logs what cannot be used.
    pub fn read() -> Self {
        let (ceiling, failed) = match Ceiling::read(Path::new(CEILING_PATH)) {
            Ok(ceiling) => (ceiling, None),
            Err(error) => (Ceiling::default(), Some(error)),
        };
        let (settings, mut errors) = ServerSettings::read(setting, &ceiling);
        errors.extend(failed.map(ServerSettingError::from));
        let read = Self { settings, errors };
        read.log();
        read
    }

    /// Reads the files by which hosts are known, and logs what is wrong with them: where addresses are, and who can be asked for
    /// their names.
    pub fn read_files(&mut self) {
        let settings = &mut self.settings;
        let files = &settings.place_files;
        let (places, errors) = Places::read(files.country.as_deref(), files.asn.as_deref());
        settings.places = places;
        settings.without.extend(errors.iter().map(ToString::to_string));
        if settings.reverse_lookups {
            match Lookups::open() {
                Ok(lookups) => settings.lookups = Some(lookups),
                Err(error) => settings.without.push(format!("the DNS cannot be asked for names: {error}")),
            }
        }
        for reason in &settings.without {
            warn!("{reason}");
        }
    }

    /// Why nothing may be captured, where that is so.
    pub fn stops(&self) -> Option<String> {
        let reasons: Vec<String> =
            self.errors.iter().filter(|error| error.stops()).map(ToString::to_string).collect();
        (!reasons.is_empty()).then(|| {
            format!(
                "nothing is captured until the administrator's settings are right: {}",
                reasons.join(". ")
            )
        })
    }

    /// What the loader does at most.
    pub fn policy(&self) -> Policy {
        let interfaces = self.settings.interfaces.clone();
        let CaptureSettings { ring_bytes, flow_entries, header_bytes, .. } = self.settings.capture;
        Policy {
            may_watch: Box::new(move |name| interfaces.allow(name, false)),
            ring_bytes,
            flow_entries,
            header_bytes,
            instruments: Instrument::ALL.into_iter().filter(|instrument| self.allows(*instrument)).collect(),
        }
    }

    fn allows(&self, instrument: Instrument) -> bool {
        match instrument {
            Instrument::Quality | Instrument::Drops => true,
            Instrument::Processes => self.settings.processes,
            Instrument::Answers => self.settings.dns_answers,
        }
    }

    fn log(&self) {
        for error in &self.errors {
            if error.stops() {
                error!("{error}");
            } else {
                warn!("{error}; the default holds");
            }
        }
        if setting("any_ring_bytes").is_some_and(|value| !value.is_empty()) {
            warn!(
                "the setting any_ring_bytes has no meaning any more: all interfaces share the ring of ring_bytes"
            );
        }
        for name in env::vars_os().filter_map(|(name, _)| name.into_string().ok()) {
            if let Some(warning) = unknown(&name) {
                warn!("{warning}");
            }
        }
    }
}

/// A setting of the server's administrator; empty where its name stands alone.
pub fn setting(name: &str) -> Option<String> {
    env::var(format!("{PREFIX}{}", name.to_uppercase())).ok()
}

/// What to report of a variable of the environment that looks like a setting and is none.
fn unknown(variable: &str) -> Option<String> {
    let name = variable.strip_prefix(PREFIX)?.to_lowercase();
    if NAMES.contains(&name.as_str()) || GRAFANAS.contains(&name.as_str()) {
        return None;
    }
    let meant = nearest(&name, &NAMES).map(|meant| format!("; is {meant} meant?")).unwrap_or_default();
    Some(format!(
        "{name} in the section [plugin.xdplive-packets-datasource] is no setting, and sets nothing{meant}"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_name_is_reported_with_what_may_be_meant() {
        let warning = "interface in the section [plugin.xdplive-packets-datasource] is no setting, and sets nothing; is \
                       interfaces meant?";
        assert_eq!(unknown("GF_PLUGIN_INTERFACE").as_deref(), Some(warning));
        assert!(unknown("GF_PLUGIN_COLOUR").is_some_and(|warning| !warning.contains("meant")));
    }

    #[test]
    fn our_names_and_grafana_s_are_not() {
        for name in NAMES.into_iter().chain(GRAFANAS) {
            assert_eq!(unknown(&format!("{PREFIX}{}", name.to_uppercase())), None, "{name}");
        }
        for other in ["PATH", "GF_APP_URL", "XDP_GF_PLUGIN_HOOK"] {
            assert_eq!(unknown(other), None, "{other}");
        }
    }

    /// The list is complete: every name in it is asked for, and no other.
    #[test]
    fn the_names_are_those_that_are_read() {
        let asked = std::cell::RefCell::new(Vec::new());
        let get = |name: &str| {
            asked.borrow_mut().push(name.to_owned());
            None
        };
        let _ = ServerSettings::read(get, &Ceiling::default());
        let mut asked = asked.into_inner();
        asked.push("any_ring_bytes".to_owned());
        asked.sort();
        asked.dedup();
        let mut names = NAMES.map(str::to_owned).to_vec();
        names.sort();
        assert_eq!(asked, names);
    }

    fn with(errors: Vec<ServerSettingError>) -> Administrator {
        Administrator { settings: ServerSettings::read(|_| None, &Ceiling::default()).0, errors }
    }

    #[test]
    fn what_stops_the_capture_is_told_in_one_go() {
        assert_eq!(with(Vec::new()).stops(), None);
        let level = |name| ServerSettingError::Value { name, given: "x".to_owned(), allowed: "it takes y" };
        assert_eq!(with(vec![level("log_level")]).stops(), None);
        let reason = with(vec![level("hook"), level("watch")]).stops().unwrap();
        assert!(reason.contains("hook = \"x\"") && reason.contains("watch = \"x\""), "{reason}");
    }

    #[test]
    fn the_loader_is_bound_by_what_is_in_force() {
        let settings =
            [("interfaces", "wan*"), ("ring_bytes", "4096"), ("header_bytes", "7"), ("flow_entries", "1024")];
        let get = |asked: &str| {
            settings.iter().find(|(name, _)| *name == asked).map(|(_, value)| (*value).to_owned())
        };
        let (settings, errors) = ServerSettings::read(get, &Ceiling::default());
        let policy = Administrator { settings, errors }.policy();
        assert!((policy.may_watch)("wan0") && !(policy.may_watch)("lan0"));
        assert_eq!((policy.ring_bytes, policy.header_bytes, policy.flow_entries), (4096, 7, 1024));
        assert_eq!(policy.instruments, [Instrument::Quality, Instrument::Drops]);
    }

    /// Each has its own, and one that somebody else forbids is none.
    #[test]
    fn the_loader_has_the_instruments_that_are_allowed() {
        let instruments = |name: &str, ceiling: &Ceiling| {
            let (settings, errors) =
                ServerSettings::read(|asked| (asked == name).then(|| "true".to_owned()), ceiling);
            Administrator { settings, errors }.policy().instruments
        };
        let open = Ceiling::default();
        assert!(instruments("processes", &open).contains(&Instrument::Processes));
        assert!(!instruments("processes", &open).contains(&Instrument::Answers));
        assert!(instruments("dns_answers", &open).contains(&Instrument::Answers));
        let closed = Ceiling { dns_answers: Some(false), ..Ceiling::default() };
        assert!(!instruments("dns_answers", &closed).contains(&Instrument::Answers));
    }
}
