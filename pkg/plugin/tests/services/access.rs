//! Who may see what: the same in answers, subscriptions, streams and resources.

use grafana_plugin_sdk::pluginv2::{PluginContext, subscribe_stream_response::Status as Subscribed};
use tonic::Code;

use crate::{
    context::{asked_by, person, service, viewer, with_settings},
    grafana::{Grafana, LiveChannel},
    source::Machine,
};

/// Requires that `context` is refused the packets of `interfaces` (JSON) everywhere, with this sentence.
async fn assert_refused(grafana: &Grafana, context: &PluginContext, interfaces: &str, sentence: &str) {
    let json = format!(r#"{{"interfaces":{interfaces},"columns":["ttl"]}}"#);
    let answer = grafana.answer(context.clone(), &json).await;
    assert_eq!((answer.status, answer.error.as_str(), answer.frames.len()), (403, sentence, 0));

    // As if somebody else had given away path and data.
    let LiveChannel { path, data } = Grafana::start().await.channel(&json).await;
    let subscription = grafana.subscribe(context.clone(), &path, &data).await;
    assert_eq!(subscription, (Subscribed::PermissionDenied, Vec::new()));
    let status = grafana.run(context.clone(), &path, &data).await.err().unwrap();
    assert_eq!((status.code(), status.message()), (Code::PermissionDenied, sentence));
}

async fn assert_allowed(grafana: &Grafana, context: &PluginContext, interfaces: &str) {
    let json = format!(r#"{{"interfaces":{interfaces},"columns":["ttl"]}}"#);
    let answer = grafana.answer(context.clone(), &json).await;
    assert_eq!((answer.status, answer.error.as_str()), (200, ""));
    let LiveChannel { path, data } = Grafana::start().await.channel(&json).await;
    assert_eq!(grafana.subscribe(context.clone(), &path, &data).await.0, Subscribed::Ok);
    assert!(grafana.run(context.clone(), &path, &data).await.is_ok());
}

const ETH0: &str = r#"["eth0"]"#;

#[tokio::test]
async fn a_user_without_a_role() {
    let grafana = Grafana::start().await;
    let sentence =
        |role| format!("the role {role} may not see packets; this data source asks for Viewer or higher");
    for (role, shown) in [("", "None"), ("None", "None"), ("Boss", "Boss")] {
        assert_refused(&grafana, &asked_by(Some(person(role))), ETH0, &sentence(shown)).await;
    }
}

#[tokio::test]
async fn nobody() {
    let sentence = "the request names no user; only users with a role see packets";
    assert_refused(&Grafana::start().await, &asked_by(None), ETH0, sentence).await;
}

#[tokio::test]
async fn the_minimum_role() {
    let grafana = Grafana::start().await;
    let with_role =
        |role| PluginContext { user: Some(person(role)), ..with_settings(r#"{"minimumRole":"Editor"}"#) };
    let sentence = "the role Viewer may not see packets; this data source asks for Editor or higher";
    assert_refused(&grafana, &with_role("Viewer"), ETH0, sentence).await;
    for role in ["Editor", "Admin"] {
        assert_allowed(&grafana, &with_role(role), ETH0).await;
    }
}

#[tokio::test]
async fn public_dashboards_and_alert_rules() {
    let grafana = Grafana::start().await;
    let sentence = "packets are not shown to public dashboards and Grafana's own services; an administrator can \
                    allow it in the data source's settings";
    for login in ["service", "grafana_scheduler"] {
        let context = asked_by(Some(service(login)));
        assert_refused(&grafana, &context, ETH0, sentence).await;
        let user = context.user;
        let context = PluginContext { user, ..with_settings(r#"{"allowPacketsToServices":true}"#) };
        assert_allowed(&grafana, &context, ETH0).await;
    }
}

/// Groups by address or port are as good as a list of conversations.
#[tokio::test]
async fn groups_of_peers_are_packets_to_services() {
    let grafana = Grafana::start().await;
    for login in ["service", "grafana_scheduler"] {
        let context = asked_by(Some(service(login)));
        for group in ["source", "destination", "host_ip", "source_port", "destination_port"] {
            let query = format!(r#"{{"kind":"rates","groupBy":"{group}"}}"#);
            let refused = grafana.answer(context.clone(), &query).await;
            assert_eq!(refused.status, 403, "{group}");
            assert!(refused.error.starts_with("packets are not shown"), "{group}: {}", refused.error);
            let user = context.user.clone();
            let allowed = PluginContext { user, ..with_settings(r#"{"allowPacketsToServices":true}"#) };
            assert_eq!(grafana.answer(allowed, &query).await.error, "", "{group}");
        }
        for group in ["protocol", "direction", "vlan", "interface", "ethertype", "cast", "tcp_flag"] {
            let query = format!(r#"{{"kind":"rates","groupBy":"{group}"}}"#);
            assert_eq!(grafana.answer(context.clone(), &query).await.error, "", "{group}");
        }
    }
}

#[tokio::test]
async fn interfaces_that_the_data_source_does_not_allow() {
    let grafana = Grafana::start().await;
    let context = with_settings(r#"{"allowedInterfaces":["wg*"]}"#);
    let sentence =
        "interface \"eth0\" may not be watched through this data source; its settings name those allowed";
    for interfaces in [ETH0, r#"["wg0","eth0"]"#] {
        assert_refused(&grafana, &context, interfaces, sentence).await;
    }
    // Which interface has the default route is not told.
    let default = "the query names no interface, and the one with the default route may not be watched through this \
                   data source; its settings name those allowed";
    let answer = grafana.answer(context.clone(), r#"{"interfaces":[]}"#).await;
    assert_eq!((answer.status, &*answer.error), (403, default));
    assert_allowed(&grafana, &context, r#"["wg0"]"#).await;
    let any = "all interfaces (any) may not be watched through this data source; its settings name those \
               allowed; name the interfaces, or write * for those allowed";
    assert_refused(&grafana, &context, r#"["any"]"#, any).await;
}

#[tokio::test]
async fn interfaces_that_the_administrator_does_not_allow() {
    let grafana = Grafana::start_on(Machine::default(), &[("interfaces", "wg*")]).await;
    let sentence = "interface \"eth0\" may not be watched; the server's administrator has set those allowed";
    let default = "the query names no interface, and the one with the default route may not be watched; the server's \
                   administrator has set those allowed";
    for context in [viewer(), with_settings(r#"{"allowedInterfaces":"*"}"#)] {
        assert_refused(&grafana, &context, ETH0, sentence).await;
        let answer = grafana.answer(context.clone(), r#"{"interfaces":[]}"#).await;
        assert_eq!((answer.status, &*answer.error), (403, default));
        assert_allowed(&grafana, &context, r#"["wg0"]"#).await;
    }
}

/// A refusal must not tell which interfaces there are.
#[tokio::test]
async fn an_interface_that_is_not_allowed_is_not_looked_for() {
    let grafana = Grafana::start_on(Machine::default(), &[("interfaces", "wg*")]).await;
    for interface in ["eth0", "usb0"] {
        let answer = grafana.answer(viewer(), &format!(r#"{{"interfaces":["{interface}"]}}"#)).await;
        assert_eq!(answer.status, 403);
        assert_eq!(grafana.source.prepared.lock().unwrap().len(), 0);
    }
}
