//! What a person can choose from: values of packets that panels were sent.

use grafana_plugin_sdk::pluginv2::{DataSourceInstanceSettings, PluginContext};
use serde_json::{Value, json};
use xdplive_packet::event::Direction::{In, Out};

use crate::{
    context::{viewer, with_settings},
    feed::{answer, columns, flow, tcp},
    grafana::{Grafana, next},
    source::Machine,
};

const PROTOCOLS: &str = "seen?what=protocols";

async fn seen(grafana: &Grafana, context: PluginContext, path: &str) -> Value {
    let (status, mut body) = grafana.resource(context, "GET", path).await;
    assert_eq!(status, 200, "{body}");
    body["values"].take()
}

#[tokio::test(start_paused = true)]
async fn packets_that_were_sent_are_seen_where_they_were() {
    let mut grafana = Grafana::start().await;
    assert_eq!(seen(&grafana, viewer(), PROTOCOLS).await, json!([]));
    assert_eq!(*grafana.source.prepared.lock().unwrap(), [], "asking starts nothing");
    let (mut running, stream) = grafana.stream(r#"{"columns":["ttl"]}"#).await;
    stream.capture([1], 0);
    next(&mut running).await.unwrap();
    let one = json!([{ "value": "UDP", "packets": 1 }]);
    for place in ["", "&interface=eth0", "&interface=any", "&interface=wg0&interface=eth0"] {
        assert_eq!(seen(&grafana, viewer(), &format!("{PROTOCOLS}{place}")).await, one, "{place}");
    }
    for other in ["protocols&interface=wg0", "hosts", "ports", "vlans"] {
        assert_eq!(seen(&grafana, viewer(), &format!("seen?what={other}")).await, json!([]), "{other}");
    }
}

#[tokio::test(start_paused = true)]
async fn conversations_are_seen_wherever_they_are() {
    let mut grafana = Grafana::start().await;
    let (mut running, stream) = grafana.stream(r#"{"kind":"flows","columns":["packets"]}"#).await;
    stream.count(0, vec![flow(tcp(1, 443), Out, 5), flow(answer(1, 443), In, 2)], 0);
    assert_eq!(columns(&mut running).await, json!([[5]]));
    // The first is an address of the machine.
    let hosts = json!([{ "value": "192.0.2.1", "packets": 7, "name": "nas" }, { "value": "198.51.100.7", "packets": 7 }]);
    assert_eq!(seen(&grafana, viewer(), "seen?what=hosts").await, hosts);
    assert_eq!(seen(&grafana, viewer(), "seen?what=hosts&interface=any").await, hosts);
    // A conversation does not say where it was seen.
    assert_eq!(seen(&grafana, viewer(), "seen?what=hosts&interface=eth0").await, json!([]));
    let narrowed = with_settings(r#"{"allowedInterfaces":["eth*"]}"#);
    assert_eq!(seen(&grafana, narrowed, "seen?what=hosts").await, json!([]));
}

#[tokio::test(start_paused = true)]
async fn a_data_source_knows_what_it_may_watch_and_has_sent_itself() {
    let mut grafana = Grafana::start().await;
    let (mut running, stream) = grafana.stream(r#"{"columns":["ttl"]}"#).await;
    stream.capture([1], 0);
    next(&mut running).await.unwrap();
    assert_eq!(seen(&grafana, with_settings(r#"{"allowedInterfaces":["wg0"]}"#), PROTOCOLS).await, json!([]));
    let other =
        DataSourceInstanceSettings { uid: "0ther".to_owned(), ..DataSourceInstanceSettings::default() };
    let other = PluginContext { data_source_instance_settings: Some(other), ..viewer() };
    assert_eq!(seen(&grafana, other, PROTOCOLS).await, json!([]));
    assert_eq!(seen(&grafana, PluginContext { org_id: 2, ..viewer() }, PROTOCOLS).await, json!([]));
}

#[tokio::test]
async fn what_may_not_be_watched_is_refused() {
    let grafana = Grafana::start_on(Machine::default(), &[("interfaces", "eth*")]).await;
    for (place, message) in [
        ("wg0", "interface \"wg0\" may not be watched; the server's administrator has set those allowed"),
        (
            "any",
            "all interfaces (any) may not be watched; the server's administrator has set those allowed; name the \
             interfaces, or write * for those allowed",
        ),
    ] {
        let answer = grafana.resource(viewer(), "GET", &format!("{PROTOCOLS}&interface={place}")).await;
        assert_eq!(answer, (403, json!({ "message": message })));
    }
    let message = "what is not known of \"macs\"; there are hosts, ports, vlans and protocols";
    let answer = grafana.resource(viewer(), "GET", "seen?what=macs").await;
    assert_eq!(answer, (400, json!({ "message": message })));
}
