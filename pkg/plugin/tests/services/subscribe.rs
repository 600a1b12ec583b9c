//! SubscribeStream and PublishStream: nobody gets another query behind somebody's path.

use grafana_plugin_sdk::pluginv2::{
    publish_stream_response::Status as Published, subscribe_stream_response::Status as Subscribed,
};
use serde_json::{Value, json};
use tonic::Code;

use crate::{
    context::{viewer, with_settings},
    grafana::{Grafana, LiveChannel},
};

#[tokio::test]
async fn the_answer_brings_the_schema_only() {
    let grafana = Grafana::start().await;
    let LiveChannel { path, data } = grafana.channel(r#"{"columns":["time","ttl"]}"#).await;
    let (status, initial) = grafana.subscribe(viewer(), &path, data).await;
    assert_eq!(status, Subscribed::Ok);
    let initial: Value = serde_json::from_slice(&initial).unwrap();
    let expected = json!({
        "schema": {
            "fields": [
                {
                    "name": "time", "type": "time", "typeInfo": { "frame": "time.Time" },
                    "config": { "description": "When the kernel saw the packet" },
                },
                {
                    "name": "ttl", "type": "number", "typeInfo": { "frame": "uint32", "nullable": true },
                    "config": { "description": "TTL or hop limit" },
                },
            ],
        },
    });
    assert_eq!(initial, expected);
}

#[tokio::test]
async fn any_writing_of_the_data_will_do() {
    let grafana = Grafana::start().await;
    let channel = grafana.channel(r#"{"columns":["ttl"],"limit":20}"#).await;
    for data in [
        serde_json::to_string_pretty(&channel.data).unwrap(),
        r#"{"top":10,"limit":2e1,"columns":["ttl"],"refId":"A"}"#.to_owned(),
    ] {
        assert_eq!(grafana.subscribe(viewer(), &channel.path, data).await.0, Subscribed::Ok);
    }
}

#[tokio::test]
async fn paths_that_are_none_are_not_found() {
    let grafana = Grafana::start().await;
    let LiveChannel { data, .. } = grafana.channel("{}").await;
    for path in ["", "packets", "packets/", "packets/1f", "hosts/0123456789abcdef0123456789abcdef", "../.."] {
        let expected = (Subscribed::NotFound, Vec::new());
        assert_eq!(grafana.subscribe(viewer(), path, &data).await, expected, "{path}");
        let status = grafana.run(viewer(), path, &data).await.err().unwrap();
        assert_eq!(status.code(), Code::NotFound, "{path}");
        assert_eq!(status.message(), format!("there is no channel \"{path}\""));
    }
}

#[tokio::test]
async fn a_path_of_any_length_is_answered() {
    let grafana = Grafana::start().await;
    let status = grafana.run(viewer(), &"ü".repeat(100_000), "{}").await.err().unwrap();
    assert_eq!(status.message(), format!("there is no channel \"{}\"", "ü".repeat(80)));
}

/// Requires that nobody gets on with this path and these data.
async fn assert_forged(grafana: &Grafana, path: &str, data: &str) {
    let expected = (Subscribed::PermissionDenied, Vec::new());
    assert_eq!(grafana.subscribe(viewer(), path, data).await, expected, "{data}");
    let status = grafana.run(viewer(), path, data).await.err().unwrap();
    assert_eq!(status.code(), Code::PermissionDenied, "{data}");
    let beginning =
        format!("the subscription's data is missing or belongs to another channel than \"{path}\"; ");
    assert!(status.message().starts_with(&beginning), "{}", status.message());
}

#[tokio::test]
async fn a_forged_path() {
    let grafana = Grafana::start().await;
    let LiveChannel { path, data } = grafana.channel("{}").await;
    assert_forged(&grafana, "packets/0123456789abcdef0123456789abcdef", &data.to_string()).await;
    assert_forged(&grafana, &path.to_uppercase().replace("PACKETS", "packets"), &data.to_string()).await;
}

#[tokio::test]
async fn forged_data() {
    let grafana = Grafana::start().await;
    let LiveChannel { path, data } = grafana.channel(r#"{"interfaces":["wg0"]}"#).await;
    for (key, value) in [
        ("interfaces", json!(["eth0"])),
        ("interfaces", json!(["any"])),
        ("direction", json!("in")),
        ("columns", json!(["ttl"])),
        ("limit", json!(10_000)),
        // Data that are no query at all.
        ("limit", json!(10_001)),
        ("kind", json!("rates")),
        ("filter", json!("tcp")),
    ] {
        let mut forged = data.clone();
        forged[key] = value;
        assert_forged(&grafana, &path, &forged.to_string()).await;
    }
}

#[tokio::test]
async fn missing_or_garbled_data() {
    let grafana = Grafana::start().await;
    let LiveChannel { path, data } = grafana.channel(r#"{"interfaces":["wg0"]}"#).await;
    let data = data.to_string();
    for garbled in ["", "null", "{}", "[]", "\0", &data[..data.len() - 1], &format!("{data}{data}")] {
        assert_forged(&grafana, &path, garbled).await;
    }
}

#[tokio::test]
async fn somebody_elses_data() {
    let grafana = Grafana::start().await;
    let mine = grafana.channel(r#"{"interfaces":["wg0"]}"#).await;
    let theirs = grafana.channel(r#"{"interfaces":["eth0"]}"#).await;
    assert_forged(&grafana, &mine.path, &theirs.data.to_string()).await;
    assert_forged(&grafana, &theirs.path, &mine.data.to_string()).await;
}

#[tokio::test]
async fn settings_that_cannot_be_read_close_the_channel() {
    let grafana = Grafana::start().await;
    let LiveChannel { path, data } = grafana.channel("{}").await;
    let context = || with_settings(r#"{"minimumRole":"Boss"}"#);
    assert_eq!(grafana.subscribe(context(), &path, &data).await.0, Subscribed::PermissionDenied);
    let status = grafana.run(context(), &path, &data).await.err().unwrap();
    assert_eq!(status.code(), Code::FailedPrecondition);
    assert!(status.message().starts_with("the data source's setting minimumRole is \"Boss\"; "));
}

#[tokio::test]
async fn nobody_publishes() {
    let grafana = Grafana::start().await;
    let LiveChannel { path, .. } = grafana.channel("{}").await;
    for path in [path.as_str(), "", "anything"] {
        let response = grafana.publish(path).await;
        assert_eq!((response.status(), response.data), (Published::PermissionDenied, Vec::new()));
    }
}
