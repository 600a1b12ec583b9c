//! Who asks, and through which data source.

use grafana_plugin_sdk::pluginv2::{DataSourceInstanceSettings, PluginContext, User};

/// A data source that nobody has set anything for, asked by somebody who may look.
pub(crate) fn viewer() -> PluginContext {
    with_settings("")
}

/// A data source with these settings, asked by somebody who may look.
pub(crate) fn with_settings(json_data: &str) -> PluginContext {
    PluginContext {
        org_id: 1,
        plugin_id: "xdplive-packets-datasource".to_owned(),
        user: Some(person("Viewer")),
        app_instance_settings: None,
        data_source_instance_settings: Some(DataSourceInstanceSettings {
            uid: "p4ck3ts".to_owned(),
            name: "Packets".to_owned(),
            json_data: json_data.as_bytes().to_vec(),
            ..DataSourceInstanceSettings::default()
        }),
    }
}

/// Somebody who may look, by login, at a data source of an organisation.
pub(crate) fn viewer_called(login: &str, org_id: i64, data_source: &str) -> PluginContext {
    let mut context = viewer();
    context.org_id = org_id;
    context.user = Some(User { login: login.to_owned(), ..person("Viewer") });
    if let Some(instance) = &mut context.data_source_instance_settings {
        instance.uid = data_source.to_owned();
    }
    context
}

/// A data source without settings, asked by `user`.
pub(crate) fn asked_by(user: Option<User>) -> PluginContext {
    PluginContext { user, ..viewer() }
}

pub(crate) fn person(role: &str) -> User {
    User {
        login: "ada".to_owned(),
        name: "Ada".to_owned(),
        email: "ada@example.org".to_owned(),
        role: role.to_owned(),
    }
}

/// One of Grafana's own services.
pub(crate) fn service(login: &str) -> User {
    User { login: login.to_owned(), name: login.to_owned(), email: String::new(), role: "Admin".to_owned() }
}
