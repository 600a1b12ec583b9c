//! QueryData: an answer of its own for each query, and in it the way to its stream.

use std::sync::Arc;

use serde_json::{Value, json};
use xdplive_filter::Filter;
use xdplive_packet::{accounting::Limit, event::Direction};
use xdplive_plugin::{
    channel,
    columns::{Column as _, capture::CaptureColumn},
    query::Query,
    settings::LimitCeiling,
};
use xdplive_source::{Decapsulate, HookChoice, HostSet, InterfaceSet, Label, Request, Wanted};

use crate::{
    context::{viewer, with_settings},
    grafana::{Grafana, meta, query},
    source::Machine,
};

#[tokio::test]
async fn one_bad_query_leaves_the_others_alone() {
    let grafana = Grafana::start().await;
    let queries = vec![query("A", "{}"), query("B", r#"{"limit":0}"#), query("C", r#"{"direction":"in"}"#)];
    let answers = grafana.query(Some(viewer()), queries).await;
    assert_eq!(answers.len(), 3);
    for good in ["A", "C"] {
        let answer = &answers[good];
        assert_eq!((answer.status, answer.error.as_str(), answer.frames.len()), (200, "", 1));
    }
    assert_eq!((answers["B"].status, answers["B"].frames.len()), (400, 0));
    assert!(answers["B"].error.starts_with("limit: 0 is not allowed; "), "{}", answers["B"].error);
}

#[tokio::test]
async fn a_call_without_queries_has_no_answers() {
    assert!(Grafana::start().await.query(Some(viewer()), Vec::new()).await.is_empty());
}

#[tokio::test]
async fn the_frame_names_the_channel_and_the_data_to_subscribe_with() {
    let grafana = Grafana::start().await;
    let asked = r#"{"interfaces":["wg0","eth0"],"columns":["ttl"],"limit":20,"rowsKept":7}"#;
    let answer = grafana.answer(viewer(), asked).await;
    let machine = Machine::default();
    let query = Query::parse(asked.as_bytes(), &machine.interfaces, LimitCeiling::Rows(10_000)).unwrap();
    let accounts = query.accounts(LimitCeiling::Rows(10_000));
    let expected = json!({
        "preferredVisualisationType": "table",
        "custom": {
            "channel": channel::path(&query),
            "data": {
                "kind": "packets", "interfaces": ["eth0", "wg0"], "direction": "both", "filter": "",
                "columns": ["ttl"], "limit": 20, "interval": 1000, "groupBy": null, "measure": "packets",
                "top": 10,
            },
            "hooks": [],
            "host": "nas",
            "ownPorts": [443, 3000],
            "capture": {
                "channel": channel::path(&accounts),
                "data": {
                    "kind": "capture", "interfaces": ["eth0", "wg0"], "direction": "both", "filter": "",
                    "columns": CaptureColumn::OF_A_PANEL.iter().map(|column| column.name()).collect::<Vec<_>>(),
                    "limit": 1000, "interval": 1000, "groupBy": null, "measure": "packets", "top": 10,
                },
            },
        },
    });
    // Not in `meta.channel`: Grafana would subscribe by itself, without data.
    let mut meta = meta(&answer.frames[0]);
    let now = meta["custom"].as_object_mut().and_then(|custom| custom.remove("now")).unwrap();
    assert_eq!(meta, expected);
    let (before, after) = (now.as_i64().unwrap(), xdplive_capture::clock::milliseconds());
    assert!((after - 60_000..=after).contains(&before), "{before} at {after}");
}

#[tokio::test]
async fn the_frame_has_the_columns_and_no_rows() {
    let grafana = Grafana::start().await;
    let answers = grafana.query(Some(viewer()), vec![query("Q7", r#"{"columns":["ttl","time"]}"#)]).await;
    let file = std::io::Cursor::new(&answers["Q7"].frames[0]);
    let reader = arrow_ipc::reader::FileReader::try_new(file, None).unwrap();
    let schema = reader.schema();
    let columns: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
    assert_eq!(columns, ["ttl", "time"]);
    assert_eq!(schema.metadata()["refId"], "Q7");
    assert_eq!(reader.map(|records| records.unwrap().num_rows()).sum::<usize>(), 0);
}

#[tokio::test]
async fn the_source_is_made_ready_for_what_is_asked() {
    let grafana = Grafana::start_on(Machine::default(), &[("max_limit", "none")]).await;
    let answer = grafana
        .answer(viewer(), r#"{"direction":"out","interfaces":["wg0"],"limit":7,"filter":"udp"}"#)
        .await;
    assert_eq!(answer.error, "");
    let settings = with_settings(r#"{"hook":"xdp-generic","showOwnTraffic":true}"#);
    let answer = grafana.answer(settings, r#"{"interfaces":["any"],"limit":null}"#).await;
    assert_eq!(answer.error, "");
    let filter = |text: &str| Arc::new(Filter::parse(text).unwrap());
    let expected = [
        Request {
            hosts: HostSet::All,
            interfaces: InterfaceSet::Named(vec!["wg0".to_owned()]),
            directions: vec![Direction::Out],
            hook: HookChoice::Auto,
            decapsulate: Decapsulate::None,
            label: Arc::new(Label { owner: "1/p4ck3ts".to_owned(), stream: String::new() }),
            wanted: Some(Wanted {
                filter: filter("udp"),
                limit: Limit::PerSecond(7),
                hides_own: true,
                header_bytes: false,
            }),
        },
        Request {
            hosts: HostSet::All,
            interfaces: InterfaceSet::Any,
            directions: vec![Direction::In, Direction::Out],
            hook: HookChoice::XdpGeneric,
            decapsulate: Decapsulate::None,
            label: Arc::new(Label { owner: "1/p4ck3ts".to_owned(), stream: String::new() }),
            wanted: Some(Wanted {
                filter: filter(""),
                limit: Limit::All,
                hides_own: false,
                header_bytes: false,
            }),
        },
    ];
    let mut prepared = grafana.source.prepared.lock().unwrap().clone();
    for request in &mut prepared {
        // That is the channel's path.
        assert!(channel::is_path(&std::mem::take(&mut Arc::make_mut(&mut request.label).stream)));
    }
    assert_eq!(prepared, expected);
}

/// What the front end sends back is what came, in whatever order its JSON library has it.
#[tokio::test]
async fn the_data_of_a_channel_is_a_query_for_the_same_channel() {
    let grafana = Grafana::start().await;
    let channel = grafana.channel(r#"{"columns":["ttl"],"interval":250}"#).await;
    let Value::Object(keys) = channel.data.clone() else { panic!("{}", channel.data) };
    let reversed: Vec<String> = keys.iter().rev().map(|(key, value)| format!("\"{key}\": {value}")).collect();
    assert_eq!(grafana.channel(&format!("{{{}}}", reversed.join(", "))).await, channel);
}
