//! What the administrator has set, as an editor is told it; and what a data source sets within that.

use serde_json::{Value, json};

use crate::{
    context::{viewer, with_settings},
    grafana::Grafana,
    source::Machine,
};

async fn settings(server: &[(&str, &str)], data_source: &str) -> Value {
    let grafana = Grafana::start_on(Machine::default(), server).await;
    let (status, body) = grafana.resource(with_settings(data_source), "GET", "settings").await;
    assert_eq!(status, 200, "{body}");
    body
}

#[tokio::test]
async fn nothing_is_set() {
    let expected = json!({
        "host": "nas",
        "settings": {
            "interfaces": { "value": [], "set": false },
            "hook": { "value": null, "set": false },
            "max_limit": { "value": 10_000, "set": false },
            "header_bytes": { "value": 0, "set": false },
            "ring_bytes": { "value": 8_388_608, "set": false },
            "queue_rows": { "value": 65_536, "set": false },
            "linger_seconds": { "value": 60, "set": false },
            "flow_entries": { "value": 65_536, "set": false },
            "history_seconds": { "value": 3600, "set": false },
            "history_rows": { "value": 10_000, "set": false },
            "watch": { "value": [], "set": false },
            "own_ports": { "value": [443, 3000], "set": false },
            "nats_servers": { "value": [], "set": false },
            "processes": { "value": false, "set": false },
            "country_file": { "value": null, "set": false },
            "asn_file": { "value": null, "set": false },
            "dns_answers": { "value": false, "set": false },
            "reverse_lookups": { "value": false, "set": false },
            "quota_percent": { "value": 100, "set": false },
            "log_level": { "value": "info", "set": false },
            "audit_level": { "value": "info", "set": false },
        },
        "problems": [],
    });
    assert_eq!(settings(&[], "").await, expected);
}

#[tokio::test]
async fn everything_is_set() {
    let server = [
        ("interfaces", "eth*, wg0"),
        ("hook", "xdp-native"),
        ("max_limit", "none"),
        ("header_bytes", "128"),
        ("ring_bytes", "4096"),
        ("queue_rows", "7"),
        ("linger_seconds", "5"),
        ("flow_entries", "2048"),
        ("history_seconds", "60"),
        ("history_rows", "0"),
        ("watch", "eth0 lo wg0"),
        ("own_ports", "none"),
        ("nats_servers", "tls://nats.example.org 10.0.0.1"),
        ("processes", "true"),
        ("country_file", "/usr/share/GeoIP/country.mmdb"),
        ("asn_file", "/usr/share/GeoIP/asn.mmdb"),
        ("dns_answers", "true"),
        ("reverse_lookups", "true"),
        ("quota_percent", "none"),
        ("log_level", "debug"),
        ("audit_level", "off"),
    ];
    let values = [
        ("interfaces", json!(["eth*", "wg0"])),
        ("hook", json!("xdp-native")),
        ("max_limit", json!(null)),
        ("header_bytes", json!(128)),
        ("ring_bytes", json!(4096)),
        ("queue_rows", json!(7)),
        ("linger_seconds", json!(5)),
        ("flow_entries", json!(2048)),
        ("history_seconds", json!(60)),
        ("history_rows", json!(0)),
        // Interfaces that may not be watched are not named.
        ("watch", json!(["eth0"])),
        ("own_ports", json!([])),
        ("nats_servers", json!(["nats://10.0.0.1:4222", "tls://nats.example.org:4222"])),
        ("processes", json!(true)),
        ("country_file", json!("/usr/share/GeoIP/country.mmdb")),
        ("asn_file", json!("/usr/share/GeoIP/asn.mmdb")),
        ("dns_answers", json!(true)),
        ("reverse_lookups", json!(true)),
        ("quota_percent", json!(null)),
        ("log_level", json!("debug")),
        ("audit_level", json!("off")),
    ];
    let body = settings(&server, r#"{"allowedInterfaces":["eth*","lo"]}"#).await;
    assert_eq!(body["settings"].as_object().unwrap().len(), values.len());
    for (name, value) in values {
        assert_eq!(body["settings"][name], json!({ "value": value, "set": true }), "{name}");
    }
}

#[tokio::test]
async fn what_cannot_be_used_has_its_default_and_is_named() {
    let body = settings(&[("max_limit", "many")], "").await;
    assert_eq!(body["settings"]["max_limit"], json!({ "value": 10_000, "set": false }));
    let problem = "max_limit = \"many\" in the section [plugin.xdplive-packets-datasource] is not allowed; it takes a whole \
                   number of 1 or more, or none";
    assert_eq!(body["problems"], json!([problem]));
}

/// What an answer's channel subscribes with keeps to it, so that the subscription is not refused in its turn.
#[tokio::test]
async fn a_data_source_has_a_ceiling_of_its_own() {
    let grafana = Grafana::start_on(Machine::default(), &[("max_limit", "none")]).await;
    let narrowed = || with_settings(r#"{"maxLimit":500}"#);
    for (limit, given) in [("501", "501"), ("null", "null")] {
        let answer = grafana.answer(narrowed(), &format!(r#"{{"limit":{limit}}}"#)).await;
        let expected = format!(
            "limit: {given} is not allowed; it takes a whole number of rows a second from 1 to 500, the ceiling \
             (maxLimit) in the data source's settings"
        );
        assert_eq!((answer.status, answer.error), (400, expected));
    }
    let answer = grafana.answer(narrowed(), "{}").await;
    let custom = crate::grafana::meta(&answer.frames[0])["custom"].take();
    for channel in [&custom, &custom["capture"]] {
        assert_eq!(channel["data"]["limit"], json!(500));
        let path = channel["channel"].as_str().unwrap();
        let (status, _) = grafana.subscribe(narrowed(), path, &channel["data"]).await;
        assert_eq!(status, grafana_plugin_sdk::pluginv2::subscribe_stream_response::Status::Ok, "{path}");
    }
    assert_eq!(grafana.answer(viewer(), r#"{"limit":null}"#).await.error, "");
}

/// A file has all the rows that its data source may have.
#[tokio::test]
async fn a_file_keeps_to_the_data_sources_ceiling() {
    let mut grafana = Grafana::start().await;
    let mut download = grafana.download(with_settings(r#"{"maxLimit":500}"#), "{}").await;
    assert_eq!(download.message().await.unwrap().unwrap().code, 200);
    let wanted = grafana.started().await.request.wanted.unwrap();
    assert_eq!(wanted.limit, xdplive_packet::accounting::Limit::PerSecond(500));
}
