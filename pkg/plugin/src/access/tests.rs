use super::*;

mod interfaces;
mod users;

/// The administrator's settings with these patterns of interfaces.
fn server(interfaces: &str) -> ServerSettings {
    ServerSettings::read(|name| (name == "interfaces").then(|| interfaces.to_owned())).0
}

/// A data source's settings with these patterns of interfaces.
fn data_source(interfaces: &str) -> DataSourceSettings {
    DataSourceSettings { interfaces: crate::settings::Patterns::new(interfaces), ..Default::default() }
}
