//! Grouped rates: counted by flow, and put together for those who ask.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::Instant;
use xdplive_packet::event::Direction::{In, Out};
use xdplive_source::Taken;

use crate::{
    context::{asked_by, service, viewer, with_settings},
    feed::{accounts, answer, arp, columns, end, flow, sum, tcp, udp},
    grafana::{Grafana, meta},
};

/// A query for groups, with further keys.
fn query(group: &str, more: &str) -> String {
    format!(r#"{{"kind":"rates","groupBy":"{group}","columns":["group","packets","bytes"]{more}}}"#)
}

#[tokio::test(start_paused = true)]
async fn each_interval_has_its_largest_groups_and_all_others() {
    let mut grafana = Grafana::start().await;
    let (mut running, mut stream) = grafana.stream(&query("protocol", r#","top":2"#)).await;
    assert_eq!(stream.request.wanted, None, "it takes no slot");
    assert_eq!(stream.flows.as_ref().unwrap().1, Duration::from_secs(1));
    let flows = vec![
        flow(tcp(1, 443), Out, 5),
        flow(answer(1, 443), In, 7),
        flow(udp(1, 53), Out, 2),
        flow(arp(), Out, 3),
    ];
    stream.count(0, flows, 4);
    assert_eq!(columns(&mut running).await, json!([["TCP", null, "other"], [12, 3, 6], [1200, 300, 600]]));
    stream.count(1, vec![flow(udp(1, 53), Out, 2)], 0);
    assert_eq!(columns(&mut running).await, json!([["UDP"], [2], [200]]));
    // What was counted until the end is the last interval.
    stream.count_on("eth0", 2000, 2001, vec![flow(udp(1, 53), Out, 9)], 0);
    end(&grafana, &mut stream).await;
    assert_eq!(columns(&mut running).await, json!([["UDP"], [9], [900]]));
    assert_eq!(accounts(&mut running).await, [32, 0, 0, 0, 32]);
}

/// An interval without a packet has no rows, and a message without rows is none.
#[tokio::test(start_paused = true)]
async fn nothing_is_no_message() {
    let mut grafana = Grafana::start().await;
    let (mut running, stream) = grafana.stream(&query("vlan", "")).await;
    stream.count(0, Vec::new(), 0);
    let hour = Duration::from_secs(3600);
    assert!(tokio::time::timeout(hour, running.message()).await.is_err());
}

/// A line for each group, which stays.
#[tokio::test(start_paused = true)]
async fn series_have_a_row_for_each_line() {
    let mut grafana = Grafana::start().await;
    let json = r#"{"kind":"rates","groupBy":"protocol","measure":"bits","top":1}"#;
    let (mut running, stream) = grafana.stream(json).await;
    stream.count(0, vec![flow(tcp(1, 443), Out, 5), flow(arp(), Out, 3)], 0);
    let message = columns(&mut running).await;
    assert_eq!(message[1], json!(["TCP", "other"]));
    assert_eq!(message[2], json!([4000.0, 2400.0]));
    assert_eq!(message[0][0], message[0][1]);
    stream.count(1, Vec::new(), 0);
    assert_eq!(columns(&mut running).await[2], json!([0.0, 0.0]));
    stream.count(2, vec![flow(arp(), Out, 6)], 0);
    let message = columns(&mut running).await;
    assert_eq!((&message[1], &message[2]), (&json!(["none", "other"]), &json!([4800.0, 0.0])));
}

#[tokio::test(start_paused = true)]
async fn filter_and_direction_choose_flows() {
    let mut grafana = Grafana::start().await;
    let (mut running, mut stream) =
        grafana.stream(&query("source", r#","filter":"tcp port 443","direction":"in""#)).await;
    let flows = vec![
        flow(answer(1, 443), In, 7),
        flow(answer(2, 80), In, 20),
        flow(tcp(1, 443), Out, 300),
        flow(arp(), In, 4000),
    ];
    stream.count(0, flows, 50_000);
    assert_eq!(columns(&mut running).await, json!([["198.51.100.7"], [7], [700]]));
    // Whether what found no room in the table was wanted, nobody knows; nobody asked what was sent.
    end(&grafana, &mut stream).await;
    assert_eq!(accounts(&mut running).await, [54_027, 4020, 0, 50_000, 7]);
}

/// The broadcast addresses that a filter may mean are the interface's.
#[tokio::test(start_paused = true)]
async fn a_filter_knows_the_interface() {
    let mut grafana = Grafana::start().await;
    let (mut running, stream) = grafana
        .stream(&query("destination", r#","filter":"ip broadcast","interfaces":["eth0","wg0"]"#))
        .await;
    let to_all = || xdplive_corpus::frame::Ipv4 { destination: [192, 0, 2, 255], ..udp(1, 67) };
    stream.count_on("wg0", 0, 1000, vec![flow(to_all(), Out, 5)], 0);
    stream.count_on("eth0", 0, 1000, vec![flow(to_all(), Out, 3), flow(udp(1, 67), Out, 1)], 0);
    assert_eq!(columns(&mut running).await, json!([["192.0.2.255"], [3], [300]]));
}

/// The tests' machine has 192.0.2.1, and Grafana listens on 443 and 3000.
#[tokio::test(start_paused = true)]
async fn own_traffic_is_left_out_unless_it_is_shown() {
    let own = || vec![flow(answer(1, 3000), In, 5), flow(tcp(1, 3000), Out, 4), flow(udp(1, 3000), Out, 1)];
    let json = query("protocol", "");
    let mut grafana = Grafana::start().await;
    let (mut running, mut stream) = grafana.stream(&json).await;
    let served = |port| xdplive_corpus::frame::Ipv4 { source: [192, 0, 2, 1], ..answer(9, port) };
    let flows = [vec![flow(served(3000), Out, 70)], own()].concat();
    stream.count(0, flows.clone(), 0);
    // A port of that number on another machine is none of ours.
    assert_eq!(columns(&mut running).await, json!([["TCP", "UDP"], [9, 1], [900, 100]]));
    end(&grafana, &mut stream).await;
    assert_eq!(accounts(&mut running).await, [80, 70, 0, 0, 10]);

    let mut grafana = Grafana::start().await;
    let shown = with_settings(r#"{"showOwnTraffic":true}"#);
    let (mut running, stream) = grafana.stream_as(shown, &json).await;
    stream.count(0, flows, 0);
    assert_eq!(columns(&mut running).await, json!([["TCP", "UDP"], [79, 1], [7900, 100]]));
}

#[tokio::test(start_paused = true)]
async fn flags_are_counted_beside_the_flows() {
    let mut grafana = Grafana::start().await;
    let (mut running, mut stream) = grafana.stream(&query("tcp_flag", r#","direction":"out""#)).await;
    let mut taken = Taken { to: 1_000_000_000, entries: vec![flow(tcp(1, 80), Out, 9)], ..Taken::default() };
    taken.tcp_flags[Out as usize][1] = sum(2);
    taken.tcp_flags[Out as usize][4] = sum(9);
    taken.tcp_flags[In as usize][0] = sum(70);
    stream.hand_on("eth0", taken);
    assert_eq!(columns(&mut running).await, json!([["ACK", "SYN"], [9, 2], [900, 200]]));
    end(&grafana, &mut stream).await;
    assert_eq!(accounts(&mut running).await, [9, 0, 0, 0, 9]);
}

/// A packet is of both of its hosts, and the answer says so.
#[tokio::test(start_paused = true)]
async fn hosts_have_the_packets_of_either_side() {
    let mut grafana = Grafana::start().await;
    let json = query("host_ip", r#","top":2"#);
    let (mut running, mut stream) = grafana.stream(&json).await;
    stream.count(
        0,
        vec![flow(tcp(1, 443), Out, 5), flow(answer(1, 443), In, 7), flow(udp(2, 53), Out, 1)],
        4,
    );
    assert_eq!(
        columns(&mut running).await,
        json!([["198.51.100.7", "192.0.2.1", "other"], [13, 12, 9], [1300, 1200, 900]])
    );
    end(&grafana, &mut stream).await;
    assert_eq!(accounts(&mut running).await, [17, 0, 0, 0, 17], "each was counted once");
    let notices = meta(&grafana.answer(viewer(), &json).await.frames[0])["notices"].take();
    assert!(notices[0]["text"].as_str().unwrap().contains("up to twice"), "{notices}");
}

/// Other streams may have the tables read more often.
#[tokio::test(start_paused = true)]
async fn an_interval_is_made_of_all_its_snapshots() {
    let mut grafana = Grafana::start().await;
    let (mut running, stream) = grafana.stream(&query("interface", "")).await;
    for tenth in 0..10 {
        stream.count_on("eth0", 100 * tenth, 100 * (tenth + 1), vec![flow(tcp(1, 80), Out, 1)], 1);
    }
    assert_eq!(columns(&mut running).await, json!([["eth0"], [20], [2000]]));
}

/// Several interfaces are read one after the other.
#[tokio::test(start_paused = true)]
async fn all_interfaces_are_in_one_interval() {
    let mut grafana = Grafana::start().await;
    let (mut running, stream) = grafana.stream(&query("interface", r#","interfaces":["any"]"#)).await;
    stream.count_on("eth0", 0, 1000, vec![flow(tcp(1, 80), Out, 1)], 0);
    let begin = Instant::now();
    tokio::time::sleep(Duration::from_millis(100)).await;
    stream.count_on("wg0", 0, 1060, vec![flow(tcp(1, 80), Out, 2)], 0);
    assert_eq!(columns(&mut running).await, json!([["wg0", "eth0"], [2, 1], [200, 100]]));
    assert_eq!(begin.elapsed().as_millis() / 10, 25);
    // What belongs to the next interval does not come into this one.
    stream.count_on("eth0", 1000, 2000, vec![flow(tcp(1, 80), Out, 4)], 0);
    stream.count_on("eth0", 2000, 3000, vec![flow(tcp(1, 80), Out, 8)], 0);
    assert_eq!(columns(&mut running).await, json!([["eth0"], [4], [400]]));
    assert_eq!(columns(&mut running).await, json!([["eth0"], [8], [800]]));
}

#[tokio::test(start_paused = true)]
async fn a_capture_that_ends_is_an_error() {
    let mut grafana = Grafana::start().await;
    let (mut running, stream) = grafana.stream(&query("cast", "")).await;
    stream.close_flows();
    assert_eq!(running.message().await.unwrap_err().message(), "the capture has ended");
}

#[tokio::test]
async fn the_answer_has_the_columns_and_where_the_rows_come() {
    let grafana = Grafana::start().await;
    // A series for each group, of which there is none yet; without any it would be no time series.
    for (json, answered, fields) in [
        (r#"{"kind":"rates","groupBy":"vlan"}"#, vec!["time", "packets"], vec!["time", "group", "packets"]),
        (
            r#"{"kind":"rates","groupBy":"vlan","measure":"size"}"#,
            vec!["time", "size"],
            vec!["time", "group", "size"],
        ),
        (
            r#"{"kind":"rates","groupBy":"vlan","columns":["group","bytes"]}"#,
            vec!["group", "bytes"],
            vec!["group", "bytes"],
        ),
    ] {
        let answer = grafana.answer(viewer(), json).await;
        assert_eq!(answer.error, "");
        let file = std::io::Cursor::new(&answer.frames[0]);
        let schema = arrow_ipc::reader::FileReader::try_new(file, None).unwrap().schema();
        assert_eq!(schema.fields().iter().map(|field| field.name().as_str()).collect::<Vec<_>>(), answered);
        let custom = meta(&answer.frames[0])["custom"].take();
        let path = custom["channel"].as_str().unwrap();
        assert!(path.starts_with("rates/"));
        let (status, schema) = grafana.subscribe(viewer(), path, &custom["data"]).await;
        assert_eq!(status as i32, 0);
        let schema: Value = serde_json::from_slice(&schema).unwrap();
        let names = schema["schema"]["fields"].as_array().unwrap().iter().map(|field| field["name"].clone());
        assert_eq!(names.collect::<Vec<_>>(), fields);
    }
}

/// Groups are rates: how much there is, is no secret to alert rules.
#[tokio::test]
async fn services_may_see_groups() {
    let grafana = Grafana::start().await;
    let answer = grafana.answer(asked_by(Some(service("grafana_scheduler"))), &query("protocol", "")).await;
    assert_eq!(answer.error, "");
}
