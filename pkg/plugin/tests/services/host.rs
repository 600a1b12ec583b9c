//! The name of the machine, in rows that ask for it.

use serde_json::{Value, json};
use xdplive_packet::event::Direction::{In, Out};

use crate::{
    accounts::hook,
    context::viewer,
    feed::{columns, flow, udp},
    grafana::{Grafana, next, query_over, rows},
    source::Machine,
};

#[tokio::test(start_paused = true)]
async fn packets_name_it_in_a_stream_and_in_an_answer() {
    let mut grafana = Grafana::start().await;
    let query = r#"{"columns":["host","ttl"]}"#;
    let (mut running, stream) = grafana.stream(query).await;
    stream.capture([7, 8], 0);
    let message: Value = serde_json::from_slice(&next(&mut running).await.unwrap().data).unwrap();
    assert_eq!(message["data"]["values"], json!([["nas", "nas"], [7, 8]]));
    // The tests' packets are from the beginning of 1970.
    let kept = grafana.query(Some(viewer()), vec![query_over("A", query, 0..=1)]).await;
    assert_eq!(rows(&kept["A"].frames[0])[0], ("host".to_owned(), json!(["nas", "nas"])));
}

#[tokio::test(start_paused = true)]
async fn conversations_and_groups_name_it() {
    for query in [
        r#"{"kind":"flows","columns":["host","packets"]}"#,
        r#"{"kind":"rates","groupBy":"protocol","columns":["host","packets"]}"#,
    ] {
        let mut grafana = Grafana::start().await;
        let (mut running, stream) = grafana.stream(query).await;
        stream.count(0, vec![flow(udp(2, 53), Out, 6)], 0);
        assert_eq!(columns(&mut running).await, json!([["nas"], [6]]), "{query}");
    }
}

#[tokio::test(start_paused = true)]
async fn accounts_name_it() {
    let machine = Machine { accounts: vec![hook("eth0", In, Vec::new())], ..Machine::default() };
    let mut grafana = Grafana::start_on(machine, &[]).await;
    let (mut running, _stream) = grafana.stream(r#"{"kind":"capture","columns":["host","interface"]}"#).await;
    assert_eq!(columns(&mut running).await, json!([["nas"], ["eth0"]]));
}
