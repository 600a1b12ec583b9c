use std::time::Duration;

use xdplive_capture::settings::Settings as CaptureSettings;
use xdplive_source::HookChoice;

use super::*;
use crate::access::Role;

mod ceiling;
mod data_source;
mod keys;
mod narrowing;
mod patterns;
mod server;

/// The administrator's settings from names and values, all of which can be used.
fn server(settings: &[(&str, &str)]) -> ServerSettings {
    let (settings, errors) = read_server(settings);
    assert_eq!(errors, []);
    settings
}

fn read_server(settings: &[(&str, &str)]) -> (ServerSettings, Vec<ServerSettingError>) {
    read_within(settings, &Ceiling::default())
}

fn read_within(settings: &[(&str, &str)], ceiling: &Ceiling) -> (ServerSettings, Vec<ServerSettingError>) {
    let get =
        |asked: &str| settings.iter().find(|(name, _)| *name == asked).map(|(_, value)| (*value).to_owned());
    ServerSettings::read(get, ceiling)
}
