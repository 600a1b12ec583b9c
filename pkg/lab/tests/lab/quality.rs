//! How well connections are, against what the kernel's own tools say: `ss` of a socket's round trip, nstat of what was sent
//! again.

use std::{
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;
use xdplive_lab::{namespace::Namespace, relay::Relay, watch::Watch};

const DELAY: Duration = Duration::from_millis(25);
/// One of so many frames with data is lost.
const LOSES: u64 = 50;
/// How long both connections send.
const SENDING: Duration = Duration::from_secs(3);
/// Of the connection from before the watch, and of the one from after it began.
const PORTS: [u16; 2] = [7001, 7002];

/// A namespace has a /sys of its own, without control groups.
const WITH_GROUPS: &str = "mount -t cgroup2 none /sys/fs/cgroup";

fn retransmitted(namespace: &Namespace) -> u64 {
    let text = namespace.run(&["nstat", "-asz", "TcpRetransSegs"]);
    let line = text.lines().find(|line| line.starts_with("TcpRetransSegs")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// The smoothed round trip of the only connection to a port, ms.
fn round_trip(namespace: &Namespace, port: u16) -> f64 {
    let text = namespace.run(&["ss", "-Htin", &format!("dport = :{port}")]);
    let (_, rest) = text.split_once(" rtt:").unwrap_or_else(|| panic!("{text}"));
    rest.split_once('/').unwrap().0.parse().unwrap()
}

fn mean(numbers: &[f64]) -> f64 {
    assert!(numbers.len() >= 5, "{numbers:?}");
    numbers.iter().sum::<f64>() / numbers.len() as f64
}

fn number(row: &Value, column: &str) -> f64 {
    row[column].as_f64().unwrap_or_else(|| panic!("{column} of {row}"))
}

/// Has the other side take all that comes, and answers nothing.
fn server(namespace: &Namespace, address: &str) -> TcpListener {
    let listener = namespace.enter(|| TcpListener::bind(address).unwrap());
    let accepting = listener.try_clone().unwrap();
    thread::spawn(move || {
        while let Ok((mut stream, _)) = accepting.accept() {
            thread::spawn(move || {
                let mut bytes = [0; 65_536];
                while stream.read(&mut bytes).is_ok_and(|length| length > 0) {}
            });
        }
    });
    listener
}

fn send_for(stream: &mut TcpStream, time: Duration) {
    let begun = Instant::now();
    while begun.elapsed() < time {
        stream.write_all(&[b'x'; 4096]).unwrap();
        thread::sleep(Duration::from_millis(2));
    }
}

/// One connection from before the watch, and one from after it began, over a wire with delay and loss.
#[test]
fn round_trip_and_what_is_sent_again_are_what_the_kernel_says() {
    let (near, far) = (Namespace::new(), Namespace::new());
    let relay = Relay::start(&near, &far, "wire", DELAY, LOSES);
    let _listening = [server(&far, "192.0.2.2:7001"), server(&far, "192.0.2.2:7002")];
    let mut old = near.enter(|| TcpStream::connect("192.0.2.2:7001").unwrap());
    send_for(&mut old, Duration::from_millis(200));
    let columns = "destination_port,rtt,retransmits,handshake,quality_source";
    let options = ["--interface", "wire", "--query", "flows", "--interval", "500", "--columns", columns];
    let watch = Watch::start_after(WITH_GROUPS, &near, &options);
    watch.wait_for_attachments(2);
    // What is on its way from before the watch.
    thread::sleep(Duration::from_millis(500));
    let before = retransmitted(&near);
    let lost = relay.lost();
    let mut new = near.enter(|| TcpStream::connect("192.0.2.2:7002").unwrap());
    let mut judges = [Vec::new(), Vec::new()];
    thread::scope(|scope| {
        scope.spawn(|| send_for(&mut old, SENDING));
        scope.spawn(|| send_for(&mut new, SENDING));
        let begun = Instant::now();
        while begun.elapsed() < SENDING {
            for (judge, port) in judges.iter_mut().zip(PORTS) {
                judge.push(round_trip(&near, port));
            }
            thread::sleep(Duration::from_millis(100));
        }
    });
    // Until all has come and the last interval is over.
    thread::sleep(Duration::from_millis(1500));
    let judged = retransmitted(&near) - before;
    let outcome = watch.stop();
    outcome.assert_well();
    for (port, judge) in PORTS.into_iter().zip(judges) {
        let rows: Vec<&Value> = outcome
            .rows
            .iter()
            .filter(|row| row["destination_port"] == port && !row["rtt"].is_null())
            .collect();
        let found = mean(&rows.iter().map(|row| number(row, "rtt")).collect::<Vec<_>>());
        let judge = mean(&judge);
        assert!((found / judge - 1.0).abs() <= 0.05, "{port}: {found} ms, and {judge} ms by ss");
        let last = rows.last().expect("a row");
        assert_eq!(last["quality_source"], "socket");
        // From the request to the answer there and back.
        let handshake = &last["handshake"];
        if port == 7001 {
            assert!(handshake.is_null(), "{last}");
        } else {
            let (least, most) = (2 * DELAY.as_millis() as u64, 4 * DELAY.as_millis() as u64);
            assert!((least as f64..most as f64).contains(&number(last, "handshake")), "{last}");
        }
    }
    let found: f64 = outcome.rows.iter().filter_map(|row| row["retransmits"].as_f64()).sum();
    assert!(judged > 20 && relay.lost() - lost > 20, "{judged} sent again, {} lost", relay.lost());
    let judge = judged as f64;
    assert!((found - judge).abs() <= (judge * 0.01).max(1.0), "{found} sent again, and {judge} by nstat");
}
