//! Two machines with an agent each, and somebody who looks at both.

use std::{collections::BTreeMap, time::Duration};

use serde_json::Value;
use xdplive_corpus::named;
use xdplive_lab::{
    eventually,
    fleet::{Nats, RunningAgent},
    namespace::Namespace,
    send::Sender,
    watch::Watch,
};

const SERVER: &str = "nats://10.77.1.1:4222";

/// A machine behind an interface of the hub.
fn machine(hub: &Namespace, number: u8) -> Namespace {
    let machine = Namespace::new();
    let to = format!("to-web{number}");
    hub.ip(&["link", "add", "name", &to, "type", "veth", "peer", "name", "eth0"]);
    hub.silence(&to);
    hub.give(&machine, "eth0");
    machine.run(&["sysctl", "-qw", "net.ipv6.conf.eth0.disable_ipv6=1"]);
    hub.ip(&["address", "add", &format!("10.77.{number}.1/24"), "dev", &to]);
    machine.ip(&["address", "add", &format!("10.77.{number}.2/24"), "dev", "eth0"]);
    for device in ["lo", "eth0"] {
        machine.ip(&["link", "set", "dev", device, "up"]);
    }
    hub.ip(&["link", "set", "dev", &to, "arp", "on", "up"]);
    machine.ip(&["route", "add", "default", "via", &format!("10.77.{number}.1")]);
    machine
}

/// The source port of packets that are sent until both machines deliver, and of all others.
const FIRST: u16 = 7;
const PORT: u16 = 50085;

/// The acceptance frame from another port.
fn frame(port: u16) -> Vec<u8> {
    let mut frame = named::ssdp().bytes();
    frame[34..36].copy_from_slice(&port.to_be_bytes());
    frame
}

/// How many rows each host has, without those of the beginning.
fn by_host(rows: &[Value]) -> BTreeMap<&str, usize> {
    let mut hosts = BTreeMap::new();
    for row in rows.iter().filter(|row| row["source_port"] == PORT) {
        *hosts.entry(row["host"].as_str().unwrap()).or_default() += 1;
    }
    hosts
}

#[test]
fn two_machines_are_one_stream_and_one_that_goes_and_comes_back_is_named() {
    let hub = Namespace::new();
    hub.ip(&["link", "set", "dev", "lo", "up"]);
    let machines = [1, 2].map(|number| machine(&hub, number));
    let _nats = Nats::start(&hub, "10.77.1.1");
    let agent = |number: usize| RunningAgent::start(&machines[number - 1], &format!("web{number}"), SERVER);
    let (first, second) = (agent(1), agent(2));
    let both = ["--nats", SERVER, "--interface", "eth0", "--direction", "in"];
    let filter = ["--filter", "udp port 1900", "--columns", "time,host,source_port"];
    let packets = Watch::start(&hub, &[&both[..], &filter].concat());
    let columns = ["--query", "capture", "--interval", "200", "--columns", "host,state,reason"];
    let states = Watch::start(&hub, &[&both[..], &columns].concat());
    let is_told = |host: &str, state: &str| {
        let has = |key: &str, value: &str| format!("\"{key}\":\"{value}\"");
        states
            .last_lines(8)
            .iter()
            .any(|line| line.contains(&has("host", host)) && line.contains(&has("state", state)))
    };
    let soon = Duration::from_secs(10);
    for host in ["web1", "web2"] {
        assert!(eventually(soon, || is_told(host, "attached")), "{host}: {:?}", states.last_lines(8));
    }

    let senders = ["to-web1", "to-web2"].map(|interface| Sender::new(&hub, interface));
    let send_each = |frame: &[u8]| senders.iter().for_each(|sender| sender.send(frame));
    let has_rows_of = |host: &str, after: usize| {
        packets
            .last_lines(usize::MAX)
            .iter()
            .skip(after)
            .any(|line| line.contains(&format!("\"host\":\"{host}\"")))
    };
    // A stream has begun at a machine when its first row is here.
    let begin = |hosts: &[&str], after: usize| {
        let has_begun = eventually(soon, || {
            send_each(&frame(FIRST));
            std::thread::sleep(Duration::from_millis(20));
            hosts.iter().all(|host| has_rows_of(host, after))
        });
        assert!(has_begun, "{:?}", packets.errors());
        // All of these are here, or on their way for no longer than rows are held back.
        std::thread::sleep(Duration::from_millis(700));
        packets.rows()
    };
    let send = |count: u32| {
        for _ in 0..count {
            send_each(&frame(PORT));
            std::thread::sleep(Duration::from_millis(1));
        }
    };
    let before = begin(&["web1", "web2"], 0);
    send(300);
    packets.wait_for_rows(before + 600);

    second.kill();
    assert!(
        eventually(Duration::from_secs(3), || is_told("web2", "unreachable")),
        "{:?}",
        states.last_lines(8)
    );
    send(50);
    packets.wait_for_rows(before + 650);
    let second = agent(2);
    assert!(eventually(soon, || is_told("web2", "attached")), "{:?}", states.last_lines(8));
    let before = begin(&["web2"], before + 650);
    send(50);
    packets.wait_for_rows(before + 100);

    let seen = packets.stop();
    seen.assert_well();
    assert_eq!(by_host(&seen.rows), BTreeMap::from([("web1", 400), ("web2", 350)]));
    let times: Vec<u64> = seen.rows.iter().map(|row| row["time"].as_u64().unwrap()).collect();
    assert!(times.is_sorted());
    let accounts = seen.accounts(0);
    let rows = seen.rows.len() as u64;
    assert_eq!([accounts["delivered"], accounts["thinned"], accounts["lost"]], [rows, 0, 0], "{accounts:?}");
    states.stop().assert_well();
    for agent in [first, second] {
        let said = agent.stop();
        assert!(said.contains("has ended"), "{said}");
    }
}
