//! The measure `utilisation`: percent of a link's speed.

use std::time::Duration;

use serde_json::{Value, json};
use xdplive_packet::{
    event::Direction::{In, Out},
    flow::Sum,
};
use xdplive_source::{Interface, Interfaces, Lap, Link, Moment};

use crate::{
    context::viewer,
    feed::{columns, flow, tcp, udp},
    grafana::{Grafana, message, meta, next, query_over, rows},
    source::{Machine, interface},
};

/// A machine with links of 100,000 and 1,000,000 bits a second, and one whose speed nobody knows.
fn machine() -> Machine {
    let fast = Interface { speed: Some(1_000_000), ..interface("fast", 4, Link::Ethernet) };
    let eth0 = Interface {
        speed: Some(100_000),
        default: true,
        addresses: vec!["192.0.2.1/24".to_owned()],
        ..interface("eth0", 2, Link::Ethernet)
    };
    let interfaces: Interfaces = [eth0, interface("wg0", 3, Link::RawIp), fast].into_iter().collect();
    Machine { interfaces, ..Machine::default() }
}

fn query(more: &str) -> String {
    format!(r#"{{"kind":"rates","measure":"utilisation"{more}}}"#)
}

fn sum(bytes: u64) -> Sum {
    Sum { packets: 1, segments: 1, bytes }
}

/// By the real clock, so that how much it is cannot be told here.
#[tokio::test(start_paused = true)]
async fn a_stream_has_values_where_the_speed_is_known() {
    for (interface, is_known) in [("eth0", true), ("wg0", false)] {
        let counts = Some([sum(1000), sum(600)]);
        let mut grafana = Grafana::start_on(Machine { counts, ..machine() }, &[]).await;
        let (mut running, _stream) =
            grafana.stream(&query(&format!(r#","interfaces":["{interface}"]"#))).await;
        let message = message(next(&mut running).await);
        assert_eq!(message["schema"]["fields"][1]["config"]["unit"], "percent");
        let found = &message["data"]["values"][1][0];
        assert_eq!(found.is_number(), is_known, "{interface}: {found}");
        assert_eq!(found.is_null(), !is_known, "{interface}: {found}");
    }
}

#[tokio::test]
async fn the_past_is_of_the_busier_direction_in_each_interval() {
    let grafana = Grafana::start_on(machine(), &[]).await;
    let begin = 1_767_225_600_000;
    grafana.answer(viewer(), &query("")).await;
    let request = grafana.source.prepared.lock().unwrap()[0].clone();
    let lap = |second: i64, received, sent| Lap {
        at: Moment { wall: (begin + 1000 * second) * 1_000_000, steady: Duration::ZERO },
        length: Duration::from_secs(1),
        sums: [sum(received), sum(sent)],
    };
    grafana.recorder.add(&request, &[lap(1, 1250, 125), lap(2, 250, 2500), lap(3, 0, 0), lap(4, 500, 500)]);
    for (more, expected) in [
        ("", json!([10.0, 20.0, 0.0, 4.0])),
        (r#","direction":"in""#, json!([10.0, 2.0, 0.0, 4.0])),
        (r#","direction":"out""#, json!([1.0, 20.0, 0.0, 4.0])),
        (r#","interval":2000"#, json!([10.5, 2.0])),
    ] {
        let json = query(more);
        let asked = query_over("A", &json, begin..=begin + 4000);
        let answer = grafana.query(Some(viewer()), vec![asked]).await.remove("A").unwrap();
        assert_eq!(answer.error, "");
        assert_eq!(rows(&answer.frames[0])[1], ("utilisation".to_owned(), expected), "{more}");
    }
}

#[tokio::test(start_paused = true)]
async fn groups_are_shares_of_their_link() {
    let mut grafana = Grafana::start_on(machine(), &[]).await;
    let flows = || vec![flow(tcp(1, 443), In, 20), flow(udp(1, 53), In, 5), flow(tcp(1, 443), Out, 50)];
    for (more, groups, values) in [
        (r#","groupBy":"protocol","direction":"in","top":1"#, json!(["TCP", "other"]), json!([16.0, 4.0])),
        (r#","groupBy":"direction""#, json!(["out", "in"]), json!([40.0, 20.0])),
    ] {
        let (mut running, stream) = grafana.stream(&query(more)).await;
        stream.count(0, flows(), 0);
        let message = columns(&mut running).await;
        assert_eq!((&message[1], &message[2]), (&groups, &values), "{more}");
    }
    // Each interface has a speed of its own, and the busier direction of each is shown.
    let (mut running, stream) =
        grafana.stream(&query(r#","groupBy":"interface","interfaces":["any"],"top":2"#)).await;
    stream.count_on("eth0", 0, 1000, flows(), 0);
    stream.count_on("fast", 0, 1000, vec![flow(udp(1, 53), Out, 25), flow(udp(1, 53), In, 24)], 0);
    stream.count_on("wg0", 0, 1000, vec![flow(udp(1, 53), Out, 1)], 7);
    let message = columns(&mut running).await;
    assert_eq!(
        (&message[1], &message[2]),
        (&json!(["eth0", "fast"]), &json!([40.0, 2.0])),
        "others are of no link"
    );
}

/// As it is with a virtual machine's card, or a tunnel.
#[tokio::test(start_paused = true)]
async fn links_without_a_speed_are_named() {
    let mut grafana = Grafana::start_on(machine(), &[]).await;
    for (more, named) in [
        (r#","interfaces":["wg0"]"#, Some("wg0")),
        (r#","interfaces":["any"],"groupBy":"interface""#, Some("wg0")),
        ("", None),
    ] {
        let answer = grafana.answer(viewer(), &query(more)).await;
        let notices = meta(&answer.frames[0])["notices"].take();
        let expected =
            named.map(|name| format!("No utilisation of {name}: the kernel does not know the speed"));
        match expected {
            Some(expected) => {
                assert!(notices[0]["text"].as_str().unwrap().starts_with(&expected), "{notices}")
            }
            None => assert_eq!(notices, Value::Null),
        }
    }
    let (mut running, stream) =
        grafana.stream(&query(r#","interfaces":["any"],"groupBy":"interface""#)).await;
    stream.count_on("wg0", 0, 1000, vec![flow(udp(1, 53), Out, 1)], 0);
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(columns(&mut running).await[2], json!([null]));
}
