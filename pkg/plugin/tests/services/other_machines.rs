//! Data sources that have the packets of other machines.

use grafana_plugin_sdk::pluginv2::PluginContext;
use serde_json::{Value, json};
use xdplive_plugin::settings::Secret;
use xdplive_source::{HostPatterns, HostSet, InterfaceSet};

use crate::{
    context::{viewer, with_settings},
    grafana::{Grafana, meta},
};

const SETTINGS: &str = r#"{"natsServers":["nats://10.0.0.1"],"allowedHosts":["web*"]}"#;

/// A data source with other machines, called `uid`.
fn of_others(uid: &str, json: &str) -> PluginContext {
    let mut context = with_settings(json);
    if let Some(instance) = &mut context.data_source_instance_settings {
        instance.uid = uid.to_owned();
        instance.decrypted_secure_json_data = [("natsCredentials".to_owned(), "SUA".to_owned())].into();
    }
    context
}

async fn grafana() -> Grafana {
    Grafana::start_on(Default::default(), &[("nats_servers", "nats://10.0.0.1:4222 tls://10.0.0.2")]).await
}

async fn machines(grafana: &Grafana, context: PluginContext) -> Value {
    let (status, body) = grafana.resource(context, "GET", "machines").await;
    assert_eq!(status, 200, "{body}");
    body["machines"].as_array().unwrap().iter().map(|one| one["name"].clone()).collect()
}

#[tokio::test]
async fn each_data_source_has_its_own_and_others_have_this_one() {
    let grafana = grafana().await;
    assert_eq!(machines(&grafana, viewer()).await, json!(["nas"]));
    assert_eq!(grafana.others.made.lock().unwrap().len(), 0, "nobody has asked for other machines");
    for _ in 0..2 {
        assert_eq!(machines(&grafana, of_others("a", SETTINGS)).await, json!(["web1"]));
        assert_eq!(machines(&grafana, of_others("b", SETTINGS)).await, json!(["web2"]));
    }
    // Other settings are other machines.
    let changed = r#"{"natsServers":"tls://10.0.0.2","natsPrefix":"lab"}"#;
    assert_eq!(machines(&grafana, of_others("a", changed)).await, json!(["web3"]));
    let made = grafana.others.made.lock().unwrap();
    let (owner, access, _) = &made[0];
    assert_eq!((owner.as_str(), access.settings.prefix.as_str()), ("1/a", "xdplive"));
    assert_eq!(access.settings.hosts, ["web*"]);
    assert_eq!(access.credentials.as_ref().map(Secret::text), Some("SUA"));
    let (_, access, _) = &made[2];
    let servers: Vec<String> = access.settings.servers.iter().map(ToString::to_string).collect();
    assert_eq!((servers, access.settings.prefix.as_str()), (vec!["tls://10.0.0.2:4222".to_owned()], "lab"));
}

#[tokio::test]
async fn a_server_that_the_administrator_does_not_allow_is_refused() {
    let grafana = grafana().await;
    for servers in ["nats://10.0.0.9", "nats://10.0.0.2", "10.0.0.1:22"] {
        let settings = json!({ "natsServers": [servers] }).to_string();
        let answer = grafana.answer(of_others("a", &settings), "{}").await;
        let allowed = "the server's administrator allows nats://10.0.0.1:4222, tls://10.0.0.2:4222; have it added to \
                       nats_servers";
        assert!(answer.error.contains(allowed), "{servers}: {}", answer.error);
    }
    assert_eq!(grafana.others.made.lock().unwrap().len(), 0);
}

#[tokio::test]
async fn a_query_names_machines() {
    let grafana = grafana().await;
    let asked = async |json: &str| {
        let answer = grafana.answer(of_others("a", SETTINGS), json).await;
        assert_eq!(answer.error, "");
        let data = meta(&answer.frames[0])["custom"]["data"].clone();
        let made = grafana.others.made.lock().unwrap();
        let request = made[0].2.prepared.lock().unwrap().last().cloned().unwrap();
        (request.hosts, data["hosts"].clone(), request.interfaces)
    };
    let eth0 = InterfaceSet::Named(vec!["eth0".to_owned()]);
    assert_eq!(asked("{}").await, (HostSet::All, Value::Null, eth0.clone()));
    let patterns = HostPatterns::new(["!web9", "site=fra", "web*"].map(str::to_owned));
    let expected = (HostSet::Matching(patterns), json!(["!web9", "site=fra", "web*"]), eth0);
    assert_eq!(asked(r#"{"hosts":["web*","site=fra","!web9","web*"]}"#).await, expected);
    for wrong in [r#""web1""#, r#"["a b"]"#, r#"[""]"#, r#"["!"]"#, r#"["=x"]"#, r#"["site="]"#, "[1]"] {
        let answer = grafana.answer(of_others("a", SETTINGS), &format!(r#"{{"hosts":{wrong}}}"#)).await;
        assert!(answer.error.starts_with("hosts: "), "{wrong}: {}", answer.error);
    }
}
