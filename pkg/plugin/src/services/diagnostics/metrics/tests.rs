use std::{sync::Arc, time::Duration};

use xdplive_packet::{Hook, event::Direction};
use xdplive_source::{Host, KernelTime, StreamAccounts};

use super::*;

fn counts(matched: u64, delivered: u64) -> Counts {
    Counts { matched, thinned: 3, lost_ring: 2, lost_queue: 1, closed: 5, delivered, ..Counts::default() }
}

fn accounts(interface: &str, direction: Direction) -> HookAccounts {
    let stream = |counts| StreamAccounts {
        id: 1,
        has_rows: true,
        label: Arc::default(),
        filter: Arc::default(),
        counts,
    };
    HookAccounts {
        host: Host::only("nas"),
        state: None,
        reason: String::new(),
        interface: interface.into(),
        uplink: false,
        direction,
        hook: Some(Hook::TcxIngress),
        seen: 1000,
        own: 7,
        streams: vec![stream(counts(10, 4)), stream(counts(20, 14))],
        ended: counts(100, 94),
        ring_used: 12.5,
        kernel_time: None,
        flow_overflow: 3,
    }
}

#[test]
fn running_and_ended_streams_are_one_sum() {
    let text = text(&[accounts("eth0", Direction::In)], None).unwrap();
    let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
    let expected = [
        r#"xdplive_attached{direction="in",interface="eth0"} 1"#,
        r#"xdplive_flow_overflow_packets_total{direction="in",interface="eth0"} 3"#,
        r#"xdplive_packets_own_total{direction="in",interface="eth0"} 7"#,
        r#"xdplive_packets_seen_total{direction="in",interface="eth0"} 1000"#,
        r#"xdplive_ring_used_ratio{direction="in",interface="eth0"} 0.125"#,
        r#"xdplive_rows_delivered_total{direction="in",interface="eth0"} 112"#,
        r#"xdplive_rows_lost_total{cause="closed",direction="in",interface="eth0"} 15"#,
        r#"xdplive_rows_lost_total{cause="network",direction="in",interface="eth0"} 0"#,
        r#"xdplive_rows_lost_total{cause="queue",direction="in",interface="eth0"} 3"#,
        r#"xdplive_rows_lost_total{cause="ring",direction="in",interface="eth0"} 6"#,
        r#"xdplive_rows_matched_total{direction="in",interface="eth0"} 130"#,
        r#"xdplive_rows_thinned_total{direction="in",interface="eth0"} 9"#,
        r#"xdplive_streams{direction="in",interface="eth0"} 2"#,
    ];
    assert_eq!(lines, expected);
}

/// One name, whatever the interface and direction: Prometheus refuses a name whose kind is given twice.
#[test]
fn every_metric_is_described_once() {
    let all =
        [accounts("eth0", Direction::In), accounts("eth0", Direction::Out), accounts("wg0", Direction::In)];
    let text = text(&all, None).unwrap();
    let kinds: Vec<&str> =
        text.lines().filter(|line| line.starts_with("# TYPE xdplive_packets_seen_total")).collect();
    assert_eq!(kinds, ["# TYPE xdplive_packets_seen_total counter"]);
    assert_eq!(text.lines().filter(|line| line.starts_with("xdplive_packets_seen_total{")).count(), 3);
}

#[test]
fn a_strange_name_is_escaped() {
    let text = text(&[accounts("a\"b\\c", Direction::Out)], None).unwrap();
    assert!(
        text.contains(r#"xdplive_packets_seen_total{direction="out",interface="a\"b\\c"} 1000"#),
        "{text}"
    );
}

#[test]
fn what_the_kernel_measures_is_there_while_it_does() {
    let accounts = |kernel_time| HookAccounts { kernel_time, ..accounts("eth0", Direction::In) };
    let measured = KernelTime { total: Duration::from_millis(1500), runs: 9 };
    let text = text(&[accounts(Some(measured))], None).unwrap();
    assert!(
        text.contains("xdplive_kernel_seconds_total{direction=\"in\",interface=\"eth0\"} 1.5\n"),
        "{text}"
    );
    assert!(text.contains("xdplive_kernel_runs_total{direction=\"in\",interface=\"eth0\"} 9\n"), "{text}");
    assert!(!super::text(&[accounts(None)], None).unwrap().contains("kernel"));
}

#[test]
fn nothing_watched_is_nothing_counted() {
    assert_eq!(text(&[], None).unwrap(), "");
}

#[test]
fn answers_of_the_dns_are_told_by_what_became_of_them() {
    let counts = LearntCounts { read: 5, refused: 2, known: 7, ..LearntCounts::default() };
    let text = text(&[], Some(&counts)).unwrap();
    for line in [
        "xdplive_dns_answers_total{outcome=\"read\"} 5\n",
        "xdplive_dns_answers_total{outcome=\"refused\"} 2\n",
        "xdplive_dns_answers_total{outcome=\"lost\"} 0\n",
        "xdplive_learnt_names 7\n",
    ] {
        assert!(text.contains(line), "{text}");
    }
}
