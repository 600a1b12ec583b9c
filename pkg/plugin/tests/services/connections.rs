//! What is counted of TCP connections: in rows of conversations, and as rates.

use serde_json::{Value, json};
use xdplive_packet::{
    event::Direction::{self, In, Out},
    flow::{FlowCounters, FlowKey, TcpCounts},
};

use crate::{
    context::viewer,
    feed::{accounts, answer, columns, end, flow, tcp, udp},
    grafana::{Grafana, meta},
};

const NOTHING: TcpCounts = TcpCounts::ZERO;
const REQUEST: TcpCounts = TcpCounts { requests: 1, ..NOTHING };
const ACCEPTED: TcpCounts = TcpCounts { acceptances: 1, ..NOTHING };
/// OPENS and SYN, as programs mark them.
const OPENED: u64 = 0x102;

/// A flow of a packet with these counts.
fn asks(host: u8, counts: TcpCounts) -> (FlowKey, FlowCounters) {
    let (key, counters) = flow(tcp(host, 443), Out, 1);
    (key, FlowCounters { tcp: counts, tcp_flags: OPENED, ..counters })
}

fn answers(host: u8, counts: TcpCounts) -> (FlowKey, FlowCounters) {
    let (key, counters) = flow(answer(host, 443), In, 1);
    (key, FlowCounters { tcp: counts, ..counters })
}

fn rates(measure: &str, more: &str) -> String {
    format!(r#"{{"kind":"rates","measure":"{measure}","groupBy":"source"{more}}}"#)
}

#[tokio::test(start_paused = true)]
async fn conversations_have_what_is_counted_of_tcp() {
    let mut grafana = Grafana::start().await;
    let json = r#"{"kind":"flows","columns":["source_ip","rtt","retransmits","retransmitted_bytes","resets",
        "zero_windows","unanswered","quality_source"]}"#;
    let (mut running, mut stream) = grafana.stream(json).await;
    let sent = TcpCounts { retransmits: 2, retransmitted_bytes: 2000, round_trip: 12_345_678, ..REQUEST };
    let received =
        TcpCounts { retransmits: 1, retransmitted_bytes: 500, resets: 1, zero_windows: 3, ..ACCEPTED };
    stream.count(0, vec![asks(1, sent), answers(1, received), flow(udp(2, 53), Out, 5)], 0);
    // The largest is first.
    let expected = json!([
        ["192.0.2.2", "192.0.2.1"],
        [null, 12.345],
        [null, 3],
        [null, 2500],
        [null, 1],
        [null, 3],
        [null, 0],
        [null, "estimated"]
    ]);
    assert_eq!(columns(&mut running).await, expected);
    end(&grafana, &mut stream).await;
}

/// A request that had no answer has a row, though there is no packet of it any more.
#[tokio::test(start_paused = true)]
async fn requests_without_answers_are_told_an_interval_later() {
    let json = |more: &str| {
        format!(
            r#"{{"kind":"flows","columns":["source_ip","packets","reverse_packets","unanswered"]{more}}}"#
        )
    };
    let mut grafana = Grafana::start().await;
    let (mut running, mut stream) = grafana.stream(&json("")).await;
    stream.count(0, vec![asks(1, REQUEST), asks(2, REQUEST)], 0);
    assert_eq!(columns(&mut running).await[3], json!([0, 0]));
    // One answer came across the end of the interval.
    stream.count(1, vec![answers(2, ACCEPTED)], 0);
    let expected = json!([["198.51.100.7", "192.0.2.1"], [1, 0], [0, 0], [0, 1]]);
    let rows = columns(&mut running).await;
    assert_eq!((&rows[1], &rows[2], &rows[3]), (&expected[1], &expected[2], &expected[3]), "{rows}");
    assert_eq!(rows[0][1], "192.0.2.1");
    stream.count(2, vec![flow(udp(3, 53), Out, 1)], 0);
    assert_eq!(columns(&mut running).await, json!([["192.0.2.3"], [1], [0], [null]]));
    end(&grafana, &mut stream).await;
    assert_eq!(accounts(&mut running).await, [4, 0, 0, 0, 4]);

    // Since the start all that have none.
    let mut grafana = Grafana::start().await;
    let (mut running, stream) = grafana.stream(&json(r#","since":"start""#)).await;
    stream.count(0, vec![asks(1, TcpCounts { requests: 3, ..NOTHING }), answers(1, ACCEPTED)], 0);
    assert_eq!(columns(&mut running).await[3], json!([2]));
    // Where answers are not seen, nobody knows.
    let (mut running, stream) = grafana.stream(&json(r#","direction":"out""#)).await;
    stream.count(0, vec![asks(1, REQUEST)], 0);
    assert_eq!(columns(&mut running).await[3], json!([null]));
}

#[tokio::test(start_paused = true)]
async fn rates_have_lines_at_zero_and_are_of_tcp_alone() {
    let mut grafana = Grafana::start().await;
    let (mut running, mut stream) = grafana.stream(&rates("retransmits", "")).await;
    let again = TcpCounts { retransmits: 7, retransmitted_bytes: 9000, ..NOTHING };
    stream.count(0, vec![asks(1, NOTHING), flow(udp(2, 53), Out, 50)], 0);
    let [groups, values] = next(&mut running).await;
    assert_eq!((groups, values), (json!(["192.0.2.1"]), json!([0.0])));
    stream.count(1, vec![asks(1, again), asks(3, NOTHING)], 4);
    let [groups, values] = next(&mut running).await;
    assert_eq!((groups, values), (json!(["192.0.2.1", "192.0.2.3"]), json!([7.0, 0.0])));
    end(&grafana, &mut stream).await;
    // Of flows that found no room, nobody knows what TCP there was.
    assert_eq!(accounts(&mut running).await, [57, 0, 0, 4, 53]);
}

#[tokio::test(start_paused = true)]
async fn the_round_trip_is_a_mean_of_handshakes() {
    let mut grafana = Grafana::start().await;
    let (mut running, stream) = grafana.stream(&rates("rtt", "")).await;
    let with = |round_trip| TcpCounts { round_trip, ..REQUEST };
    let other_port = |counts: TcpCounts| {
        let (key, counters) = asks(1, counts);
        (FlowKey { source_port: 1, ..key }, counters)
    };
    stream.count(0, vec![asks(1, with(10_000_000)), other_port(with(20_000_000)), asks(2, NOTHING)], 0);
    let [groups, values] = next(&mut running).await;
    assert_eq!((groups, values), (json!(["192.0.2.1", "192.0.2.2"]), json!([15.0, null])));
}

#[tokio::test(start_paused = true)]
async fn requests_without_answers_as_rates_are_those_that_a_filter_wants() {
    let mut grafana = Grafana::start().await;
    // Answers do not pass this filter.
    let json = rates("unanswered", r#","filter":"src host 192.0.2.1 or src host 192.0.2.2""#);
    let (mut running, stream) = grafana.stream(&json).await;
    let both = |direction: Direction, (key, counters): (FlowKey, FlowCounters)| {
        (FlowKey { direction: direction as u8, ..key }, counters)
    };
    let first = vec![
        asks(1, TcpCounts { requests: 4, ..NOTHING }),
        asks(2, REQUEST),
        both(In, answers(2, ACCEPTED)),
        asks(3, REQUEST),
    ];
    stream.count(0, first, 0);
    let [groups, values] = next(&mut running).await;
    assert_eq!((groups, values), (json!(["192.0.2.1", "192.0.2.2"]), json!([0.0, 0.0])));
    stream.count(1, Vec::new(), 0);
    let [groups, values] = next(&mut running).await;
    assert_eq!((groups, values), (json!(["192.0.2.1", "192.0.2.2"]), json!([4.0, 0.0])));
}

/// A scan leaves more requests waiting than a stream can know, and the answer says how many it does not tell of.
#[tokio::test(start_paused = true)]
async fn an_answer_says_how_many_requests_found_no_room() {
    let flows = r#"{"kind":"flows","columns":["source_ip","unanswered"],"interval":1000}"#;
    for json in [flows.to_owned(), rates("unanswered", "")] {
        let mut grafana = Grafana::start().await;
        let (mut running, stream) = grafana.stream(&json).await;
        let scan = |hosts: std::ops::Range<u8>| {
            let ports = |host| (0..40_000).map(move |port| (host, port));
            let asked = |(host, port)| {
                let (key, counters) = asks(host, REQUEST);
                (FlowKey { destination_port: port, ..key }, counters)
            };
            hosts.flat_map(ports).map(asked).collect::<Vec<_>>()
        };
        stream.count(0, scan(1..3), 0);
        columns(&mut running).await;
        let notices = async |grafana: &Grafana| {
            let answer = grafana.answer(viewer(), &json).await;
            meta(&answer.frames[0])["notices"].to_string()
        };
        let left_out = format!("{} requests of the last interval", 80_000 - 65_536);
        let told = notices(&grafana).await;
        assert!(told.contains(&left_out) && !told.contains("machine"), "{told}");
        // The answers that came meanwhile made room.
        let (key, counters) = asks(9, REQUEST);
        stream.count(1, vec![(key, counters)], 0);
        columns(&mut running).await;
        stream.count(2, vec![(key, counters)], 0);
        columns(&mut running).await;
        let told = notices(&grafana).await;
        assert!(!told.contains("requests"), "{told}");
    }
}

/// What is kept for other measures is of packets.
#[tokio::test]
async fn measures_of_tcp_have_no_past_of_packets() {
    let grafana = Grafana::start().await;
    let answer = grafana.answer(viewer(), &rates("resets", "")).await;
    assert_eq!(answer.error, "");
    assert!(meta(&answer.frames[0]).is_object());
    let refused = grafana.answer(viewer(), r#"{"kind":"rates","measure":"resets"}"#).await;
    assert!(refused.error.contains("set groupBy"), "{}", refused.error);
}

/// Groups and values of the next message.
async fn next(
    running: &mut tonic::codec::Streaming<grafana_plugin_sdk::pluginv2::StreamPacket>,
) -> [Value; 2] {
    let mut message = columns(running).await;
    [message[1].take(), message[2].take()]
}
