//! What hosts are called, where it is asked for. The tests' machine is called `nas` and has 192.0.2.1; the packets of these tests are
//! between addresses for documentation, which no file of hosts has.

use serde_json::json;
use xdplive_packet::event::Direction::{In, Out};

use crate::{
    feed::{answer, columns, flow, tcp, udp},
    grafana::Grafana,
};

#[tokio::test(start_paused = true)]
async fn conversations_have_the_names_of_their_hosts() {
    let mut grafana = Grafana::start().await;
    let query = r#"{"kind":"flows","columns":["source_ip","source_name","destination_name","name_source","service"]}"#;
    let (mut running, stream) = grafana.stream(query).await;
    stream.count(0, vec![flow(tcp(1, 443), Out, 5), flow(udp(2, 53), Out, 1)], 0);
    let rows = json!([
        ["192.0.2.1", "192.0.2.2"],
        ["nas", null],
        [null, null],
        ["interface", null],
        ["https", "dns"],
    ]);
    assert_eq!(columns(&mut running).await, rows);
}

/// A host that has no name is a group by its address.
#[tokio::test(start_paused = true)]
async fn groups_of_names() {
    let mut grafana = Grafana::start().await;
    let query = |by: &str| format!(r#"{{"kind":"rates","groupBy":"{by}","columns":["group","packets"]}}"#);
    let flows = || vec![flow(tcp(1, 443), Out, 5), flow(udp(2, 53), Out, 2), flow(answer(1, 443), In, 3)];
    let (mut running, stream) = grafana.stream(&query("source_name")).await;
    stream.count(0, flows(), 0);
    assert_eq!(columns(&mut running).await, json!([["nas", "198.51.100.7", "192.0.2.2"], [5, 3, 2]]));
    let (mut running, stream) = grafana.stream(&query("destination_name")).await;
    stream.count(0, flows(), 4);
    assert_eq!(columns(&mut running).await, json!([["198.51.100.7", "nas", "other"], [7, 3, 4]]));
    let (mut running, stream) = grafana.stream(&query("service")).await;
    stream.count(0, flows(), 0);
    assert_eq!(columns(&mut running).await, json!([["https", "dns"], [8, 2]]));
}
