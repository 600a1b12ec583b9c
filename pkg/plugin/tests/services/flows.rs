//! The kind `flows`: the largest conversations of each interval, or since the stream began.

use std::time::Duration;

use serde_json::json;
use xdplive_packet::{
    event::Direction::{In, Out},
    flow::Sum,
};
use xdplive_source::{Cut, Taken};

use crate::{
    context::{asked_by, service, viewer},
    feed::{INTERVAL, accounts, answer, arp, columns, end, flow, sum, tcp, udp},
    grafana::{Grafana, meta, rows},
};

const COLUMNS: &str =
    r#""columns":["source_ip","destination_port","packets","bytes","reverse_packets","reverse_bytes"]"#;

fn query(more: &str) -> String {
    format!(r#"{{"kind":"flows",{COLUMNS}{more}}}"#)
}

#[tokio::test(start_paused = true)]
async fn each_interval_has_its_largest_conversations() {
    let mut grafana = Grafana::start().await;
    let (mut running, mut stream) = grafana.stream(&query(r#","top":2,"interval":1000"#)).await;
    assert_eq!(stream.request.wanted, None);
    let flows = vec![
        flow(tcp(1, 443), Out, 5),
        flow(udp(2, 53), Out, 6),
        flow(answer(1, 443), In, 7),
        flow(udp(3, 53), Out, 1),
    ];
    stream.count(0, flows, 0);
    let both = json!([["192.0.2.1", "192.0.2.2"], [443, 53], [5, 6], [500, 600], [7, 0], [700, 0],]);
    assert_eq!(columns(&mut running).await, both);
    stream.count(1, vec![flow(udp(3, 53), Out, 1)], 0);
    let one = json!([["192.0.2.3"], [53], [1], [100], [0], [0]]);
    assert_eq!(columns(&mut running).await, one);
    // An interval without traffic sends nothing, and the last one ends with the stream.
    stream.count(2, Vec::new(), 0);
    let hour = Duration::from_secs(3600);
    assert!(tokio::time::timeout(hour, running.message()).await.is_err());
    stream.count_on("eth0", 3000, 3001, vec![flow(udp(3, 53), Out, 1)], 0);
    end(&grafana, &mut stream).await;
    assert_eq!(columns(&mut running).await, one);
    assert_eq!(accounts(&mut running).await, [21, 0, 0, 0, 21]);
}

#[tokio::test(start_paused = true)]
async fn since_the_stream_began() {
    let mut grafana = Grafana::start().await;
    let (mut running, mut stream) = grafana.stream(&query(r#","since":"start","filter":"not arp""#)).await;
    stream.count(0, vec![flow(tcp(1, 443), Out, 5), flow(udp(2, 53), Out, 6)], 0);
    assert_eq!(columns(&mut running).await[0], json!(["192.0.2.2", "192.0.2.1"]));
    stream.count(1, vec![flow(answer(1, 443), In, 2)], 0);
    let both = json!([["192.0.2.1", "192.0.2.2"], [443, 53], [5, 6], [500, 600], [2, 0], [200, 0],]);
    assert_eq!(columns(&mut running).await, both);
    // Nothing has changed: what was not wanted, and what the table had no room for.
    stream.count(2, vec![flow(arp(), In, 9)], 0);
    let hour = Duration::from_secs(3600);
    assert!(tokio::time::timeout(hour, running.message()).await.is_err());
    end(&grafana, &mut stream).await;
    assert_eq!(accounts(&mut running).await, [22, 9, 0, 0, 13]);
}

/// What the table had no room for belongs to some conversation, and to none that can be shown.
#[tokio::test(start_paused = true)]
async fn what_found_no_room_is_lost() {
    let mut grafana = Grafana::start().await;
    let (mut running, mut stream) = grafana.stream(&query("")).await;
    stream.count(0, vec![flow(tcp(1, 443), Out, 5)], 100);
    assert_eq!(columns(&mut running).await[2], json!([5]));
    end(&grafana, &mut stream).await;
    assert_eq!(accounts(&mut running).await, [105, 0, 0, 100, 5]);
}

/// What a machine has not sent one by one may belong to what is shown, and the answer says how much that is at most.
#[tokio::test(start_paused = true)]
async fn an_answer_says_how_much_is_missing() {
    let cut = |bytes, largest| Cut { sum: Sum { packets: 7, segments: 7, bytes }, largest };
    let taken = |interval: u64| Taken {
        from: 1_000_000 * INTERVAL * interval,
        to: 1_000_000 * INTERVAL * (interval + 1),
        entries: vec![flow(tcp(1, 443), Out, 5)],
        other: [sum(7), sum(0)],
        ..Taken::default()
    };
    let groups = r#"{"kind":"rates","groupBy":"source","columns":["group","bytes"]}"#;
    let exact = r#"{"kind":"rates","groupBy":"direction","columns":["group","bytes"]}"#;
    for (query, first, second) in [
        (query(r#","interval":1000"#), Some("may have beyond its figures, 300 bytes"), Some("20 bytes")),
        (query(r#","since":"start""#), Some("300 bytes"), Some("320 bytes")),
        (groups.to_owned(), Some("up to 900 bytes more"), Some("40 bytes")),
        (exact.to_owned(), None, None),
    ] {
        let mut grafana = Grafana::start().await;
        let (mut running, stream) = grafana.stream(&query).await;
        for (interval, cut, expected) in
            [(0, cut(900, 300), first), (1, cut(40, 20), second), (2, Cut::default(), second)]
        {
            stream.hand_on_cut("eth0", taken(interval), cut);
            columns(&mut running).await;
            let answer = grafana.answer(viewer(), &query).await;
            let notices = meta(&answer.frames[0])["notices"].to_string();
            // What is missing since the start stays so.
            let expected = expected.filter(|_| interval < 2 || query.contains("start"));
            match expected {
                Some(expected) => {
                    assert!(notices.contains(expected) && notices.contains("1 machine sends"), "{notices}");
                }
                None => assert!(!notices.contains("machine"), "{notices}"),
            }
        }
        drop((running, stream));
    }
}

/// Memory is bounded, and what does not fit is counted.
#[tokio::test(start_paused = true)]
async fn a_stream_knows_so_many_conversations() {
    let mut grafana = Grafana::start().await;
    let (mut running, mut stream) = grafana.stream(&query(r#","since":"start","top":1"#)).await;
    let (key, counters) = flow(udp(1, 53), Out, 1);
    let scan = |base: u8| {
        let mut flows = Vec::new();
        for number in 0..40_000_u16 {
            let mut key = key;
            key.destination[0] = base;
            key.destination_port = number;
            flows.push((key, counters));
        }
        flows
    };
    stream.count(0, scan(1), 0);
    columns(&mut running).await;
    stream.count(1, scan(2), 0);
    columns(&mut running).await;
    // What is known is still counted.
    stream.count(2, vec![scan(1)[7]], 0);
    assert_eq!(columns(&mut running).await[2], json!([2]));
    let lost = 80_000 - 65_536;
    end(&grafana, &mut stream).await;
    assert_eq!(accounts(&mut running).await, [80_001, 0, 0, lost, 80_001 - lost]);
}

/// Conversations say who talks to whom.
#[tokio::test]
async fn services_may_not_see_them() {
    let grafana = Grafana::start().await;
    let answer = grafana.answer(asked_by(Some(service("service"))), r#"{"kind":"flows"}"#).await;
    assert_eq!(answer.status, 403);
    assert_eq!(grafana.answer(viewer(), r#"{"kind":"flows"}"#).await.error, "");
}

#[tokio::test]
async fn the_columns_can_be_listed() {
    let grafana = Grafana::start().await;
    let (status, body) = grafana.resource(viewer(), "GET", "columns?kind=flows").await;
    assert_eq!(status, 200);
    let names = body["columns"].as_array().unwrap().iter().map(|column| column["name"].as_str().unwrap());
    assert_eq!(names.collect::<Vec<_>>()[..2], ["source_ip", "source_port"]);
}

/// Nodes and edges for Grafana's node graph. They are asked for again and again, and counted meanwhile.
#[tokio::test(start_paused = true)]
async fn as_a_graph() {
    let mut grafana = Grafana::start().await;
    let query = r#"{"kind":"flows","format":"graph","interval":2000}"#;
    let first = grafana.answer(viewer(), query).await;
    assert_eq!((first.error.as_str(), first.frames.len()), ("", 2));
    let stream = grafana.started().await;
    assert!(stream.flows.is_some(), "somebody counts");
    stream.count_on("eth0", 0, 2000, vec![flow(tcp(1, 443), Out, 5), flow(answer(1, 443), In, 20)], 0);
    let frames = loop {
        let frames = grafana.answer(viewer(), query).await.frames;
        if rows(&frames[0])[0].1 != json!([]) {
            break frames;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    };
    for frame in &frames {
        let meta = meta(frame);
        assert_eq!(meta["preferredVisualisationType"], "nodeGraph");
        assert_eq!(meta["custom"]["channel"], serde_json::Value::Null);
    }
    let column = |frame: &[u8], name: &str| {
        let found = rows(frame).into_iter().find(|(column, _)| column == name);
        found.unwrap_or_else(|| panic!("no {name}")).1
    };
    // 2,500 bytes in two seconds.
    assert_eq!(column(&frames[0], "id"), json!(["192.0.2.1", "198.51.100.7"]));
    assert_eq!(column(&frames[0], "title"), json!(["nas", "198.51.100.7"]));
    assert_eq!(column(&frames[0], "mainstat"), json!(["10.0 kb/s", "10.0 kb/s"]));
    assert_eq!(column(&frames[0], "secondarystat"), json!(["1 host", "1 host"]));
    assert_eq!(column(&frames[1], "source"), json!(["192.0.2.1"]));
    assert_eq!(column(&frames[1], "target"), json!(["198.51.100.7"]));
    assert_eq!(column(&frames[1], "mainstat"), json!(["10.0 kb/s"]));
    assert_eq!(column(&frames[1], "secondarystat"), json!(["https"]));
}

/// Who sends how much to whom, asked for again and again as a graph is.
#[tokio::test(start_paused = true)]
async fn as_a_matrix() {
    let mut grafana = Grafana::start().await;
    let query = r#"{"kind":"flows","format":"matrix","interval":2000,"prefixIpv4":24}"#;
    let first = grafana.answer(viewer(), query).await;
    assert_eq!((first.error.as_str(), first.frames.len()), ("", 1));
    let stream = grafana.started().await;
    stream.count_on("eth0", 0, 2000, vec![flow(tcp(1, 443), Out, 5), flow(answer(1, 443), In, 20)], 0);
    let frame = loop {
        let frame = grafana.answer(viewer(), query).await.frames.remove(0);
        if rows(&frame)[0].1 != json!([]) {
            break frame;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    };
    assert_eq!(meta(&frame)["custom"]["channel"], serde_json::Value::Null);
    // 500 and 2,000 bytes in two seconds; the larger sender is first.
    let expected = [
        ("source".to_owned(), json!(["198.51.100.0/24", "192.0.2.0/24"])),
        ("192.0.2.0/24".to_owned(), json!([8000.0, null])),
        ("198.51.100.0/24".to_owned(), json!([null, 2000.0])),
    ];
    assert_eq!(rows(&frame), expected);
    for wrong in
        [r#"{"kind":"flows","format":"matrix","prefixIpv4":33}"#, r#"{"kind":"flows","prefixIpv6":129}"#]
    {
        let answer = grafana.answer(viewer(), wrong).await;
        assert!(answer.error.contains("it takes a whole number from 0 to"), "{}", answer.error);
    }
}
