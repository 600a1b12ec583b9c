//! Settings on two levels: the server's administrator sets what is possible (grafana.ini's section
//! `[plugin.xdplive-packets-datasource]`, which arrives as `GF_PLUGIN_…`), a data source narrows it.

mod ceiling;
mod data_source;
mod keys;
mod patterns;
mod server;

pub use self::{
    ceiling::LimitCeiling,
    data_source::{DataSourceSettingError, DataSourceSettingErrors, DataSourceSettings},
    patterns::Patterns,
    server::{ServerSettingError, ServerSettings},
};

/// The words between commas and white space.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| c == ',' || c.is_whitespace()).filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests;
