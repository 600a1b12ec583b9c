//! The kind `interfaces`: what kernel and cards count, as an answer and as a stream. Nothing is attached for it.

use std::{sync::Mutex, time::Duration};

use serde_json::{Value, json};
use tokio::time::Instant;
use xdplive_source::{Host, LinkCounters, LinkReading, Moment};

use crate::{
    context::{asked_by, service, viewer, with_settings},
    grafana::{Grafana, LiveChannel, meta, next},
    source::Machine,
};

const QUERY: &str = r#"{"kind":"interfaces","interfaces":["any"],"interval":500,"filter":"udp","direction":"in",
    "columns":["interface","state","in_packets","in_bits","queue_dropped"]}"#;

fn reading(name: &str, index: u32, packets: u64) -> LinkReading {
    LinkReading {
        at: Moment::default(),
        host: Host::only("nas"),
        interface: name.into(),
        index,
        state: "up".into(),
        speed: Some(1_000_000),
        counters: LinkCounters {
            in_packets: packets,
            in_bytes: 100 * packets,
            queue_dropped: packets / 2,
            ..LinkCounters::default()
        },
    }
}

/// `eth0` and `wg0` are read; between two looks `eth0` has received 10 packets.
fn machine() -> Machine {
    let of = |packets| vec![reading("eth0", 2, packets), reading("wg0", 3, 7)];
    Machine { links: Mutex::new([100, 100, 100, 110, 120].map(of).into()), ..Machine::default() }
}

fn values(message: &[u8]) -> Value {
    let mut message: Value = serde_json::from_slice(message).unwrap();
    message["data"]["values"].take()
}

#[tokio::test(start_paused = true)]
async fn each_interval_brings_what_was_counted_in_it() {
    let mut grafana = Grafana::start_on(machine(), &[]).await;
    let LiveChannel { path, data } = grafana.channel(QUERY).await;
    assert!(path.starts_with("interfaces/"));
    assert_eq!((&data["filter"], &data["direction"]), (&json!(""), &json!("both")), "they mean nothing here");
    let mut running = grafana.run(viewer(), &path, data).await.unwrap();
    let start = Instant::now();
    for (message, packets) in [(1, 0), (2, 10), (3, 10)] {
        let packet = next(&mut running).await.unwrap();
        let shown = values(&packet.data);
        assert_eq!((&shown[0], &shown[1]), (&json!(["eth0", "wg0"]), &json!(["up", "up"])));
        assert_eq!((&shown[2], &shown[4]), (&json!([packets, 0]), &json!([packets / 2, 0])));
        assert_eq!(start.elapsed().as_millis() / 10, Duration::from_millis(500).as_millis() * message / 10);
    }
    assert!(grafana.all_started().is_empty(), "something is attached");
    assert!(grafana.source.prepared.lock().unwrap().is_empty(), "something is attached");
    grafana.shut_down().await;
    assert_eq!(
        values(&next(&mut running).await.unwrap().data)[2],
        json!([0, 0]),
        "the end brings the last interval"
    );
    assert_eq!(next(&mut running).await, None);
}

#[tokio::test]
async fn the_answer_has_what_there_is_now() {
    let grafana = Grafana::start_on(machine(), &[]).await;
    let answer = grafana.answer(viewer(), QUERY).await;
    assert_eq!(answer.error, "");
    let meta = meta(&answer.frames[0]);
    assert_eq!((&meta["custom"]["hooks"], &meta["custom"]["capture"]), (&json!([]), &Value::Null));
    assert_eq!(meta["notices"], Value::Null);
    let file = std::io::Cursor::new(&answer.frames[0]);
    let rows: usize = arrow_ipc::reader::FileReader::try_new(file, None)
        .unwrap()
        .map(|batch| batch.unwrap().num_rows())
        .sum();
    assert_eq!(rows, 2);
    let missing = grafana.answer(viewer(), r#"{"kind":"interfaces","interfaces":["eth7"]}"#).await;
    assert_eq!(missing.status, 400);
    assert!(missing.error.starts_with("there is no interface \"eth7\" here"), "{}", missing.error);
}

/// What is counted is no secret, as with rates; an interface that may not be watched is.
#[tokio::test]
async fn services_may_see_them_but_not_beyond_the_interfaces_allowed() {
    let grafana = Grafana::start_on(machine(), &[]).await;
    for login in ["service", "grafana_scheduler"] {
        let answer = grafana.answer(asked_by(Some(service(login))), QUERY).await;
        assert_eq!(answer.error, "", "{login}");
    }
    let narrowed = || with_settings(r#"{"allowedInterfaces":["wg*"]}"#);
    assert_eq!(grafana.answer(narrowed(), QUERY).await.status, 403);
    let fitting = r#"{"kind":"interfaces","interfaces":["*"]}"#;
    let answer = grafana.answer(narrowed(), fitting).await;
    let file = std::io::Cursor::new(&answer.frames[0]);
    let batch = arrow_ipc::reader::FileReader::try_new(file, None).unwrap().next().unwrap().unwrap();
    assert_eq!(batch.num_rows(), 1, "wg0 alone");
}
