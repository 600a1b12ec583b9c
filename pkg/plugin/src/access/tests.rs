use super::*;

mod interfaces;
mod users;

/// The administrator's settings with these patterns of interfaces.
fn server(interfaces: &str) -> ServerSettings {
    let get = |name: &str| (name == "interfaces").then(|| interfaces.to_owned());
    ServerSettings::read(get, &crate::settings::Ceiling::default()).0
}

/// A data source's settings with these patterns of interfaces.
fn data_source(interfaces: &str) -> DataSourceSettings {
    DataSourceSettings {
        interfaces: crate::settings::Patterns::read(interfaces).unwrap_or_default(),
        ..Default::default()
    }
}
