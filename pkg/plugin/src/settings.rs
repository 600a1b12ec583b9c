//! Settings on two levels: the server's administrator sets what is possible (grafana.ini's section
//! `[plugin.xdplive-packets-datasource]`, which arrives as `GF_PLUGIN_…`), a data source narrows it. Above both stands what
//! root has set for the machine.

mod bounds;
mod ceiling;
mod ceiling_file;
mod data_source;
mod fleet;
mod keys;
mod nearest;
mod patterns;
mod server;

pub use self::{
    ceiling::LimitCeiling,
    ceiling_file::{Ceiling, CeilingFileError, PATH as CEILING_PATH},
    data_source::{DataSourceSettingError, DataSourceSettingErrors, DataSourceSettings},
    fleet::{FleetAccess, FleetSettings, Secret, ServerAddress},
    nearest::nearest,
    patterns::Patterns,
    server::{FromTheStart, NAMES, ServerSettingError, ServerSettings},
};

/// The words between commas and white space.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| c == ',' || c.is_whitespace()).filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests;
