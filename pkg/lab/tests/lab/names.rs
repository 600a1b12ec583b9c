//! Names of the DNS, in answers that pass and in answers to reverse look-ups: against a server that this test is, which writes its
//! answers byte by byte. And names of containers.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket},
    process::Command,
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

use aya::programs::loaded_programs;
use serde_json::{Value, json};
use xdplive_lab::{
    client, control_group::ControlGroup, eventually, leash::Leash, namespace::Namespace, send::Sender,
    watch::Watch,
};

/// The near end, and the addresses of the far one: each is the subject of an answer, over UDP of either IP version and over TCP, and
/// the last of one that nobody has asked for.
const NEAR: [&str; 2] = ["10.9.0.1", "fd00:9::1"];
const FAR: [&str; 4] = ["10.9.0.2", "fd00:9::2", "10.9.0.3", "10.9.0.4"];
/// Where packets go to that are looked at.
const PORT: u16 = 7000;
const COLUMNS: &str = "source_ip,destination_ip,source_port,source_name,destination_name,name_source";

fn namespaces() -> (Namespace, Namespace) {
    let (near, far) = (Namespace::new(), Namespace::new());
    near.ip(&["link", "add", "name", "a", "type", "veth", "peer", "name", "b"]);
    near.give(&far, "b");
    for (namespace, interface, addresses) in [(&near, "a", &NEAR[..]), (&far, "b", &FAR)] {
        for address in addresses {
            let length = if address.contains(':') { 64 } else { 24 };
            namespace.ip(&["addr", "add", &format!("{address}/{length}"), "dev", interface, "nodad"]);
        }
        namespace.ip(&["link", "set", "dev", interface, "up"]);
    }
    let carrier = || near.ip(&["-brief", "link", "show", "dev", "a"]).contains("LOWER_UP");
    assert!(eventually(Duration::from_secs(5), carrier), "no carrier");
    (near, far)
}

/// A name as messages have it (RFC 1035, section 3.1).
fn labels(name: &str) -> Vec<u8> {
    let labels = name.split('.').flat_map(|label| [&[label.len() as u8], label.as_bytes()].concat());
    labels.chain([0]).collect()
}

/// A question for the addresses of a name, of the version that `address` has.
fn question(id: u8, name: &str, address: IpAddr) -> Vec<u8> {
    let kind = if address.is_ipv4() { 1 } else { 28 };
    [&[0, id, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0][..], &labels(name), &[0, kind, 0, 1]].concat()
}

/// The answer to it: its name is an alias of another one, which has the address for a second.
fn answer(id: u8, name: &str, address: IpAddr) -> Vec<u8> {
    let mut message = question(id, name, address);
    message[2..8].copy_from_slice(&[0x81, 0x80, 0, 1, 0, 2]);
    let target = labels("edge.cdn.example");
    message.extend([0xc0, 12, 0, 5, 0, 1, 0, 0, 0, 1, 0, target.len() as u8]);
    let at = message.len() as u8;
    message.extend(&target);
    let (kind, bytes) = match address {
        IpAddr::V4(address) => (1, address.octets().to_vec()),
        IpAddr::V6(address) => (28, address.octets().to_vec()),
    };
    message.extend([0xc0, at, 0, kind, 0, 1, 0, 0, 0, 1, 0, bytes.len() as u8]);
    message.extend(bytes);
    message
}

/// Asks the far end for a name over UDP, and has the answer.
fn look_up(near: &Namespace, far: &Namespace, id: u8, name: &str, server: &str, address: &str) {
    let (server, address): (IpAddr, IpAddr) = (server.parse().unwrap(), address.parse().unwrap());
    let here: IpAddr = NEAR[usize::from(server.is_ipv6())].parse().unwrap();
    let serving = far.enter(|| UdpSocket::bind((server, 53)).unwrap());
    let asking = near.enter(|| UdpSocket::bind((here, 0)).unwrap());
    asking.send_to(&question(id, name, address), (server, 53)).unwrap();
    let mut bytes = [0; 1500];
    let (length, client) = serving.recv_from(&mut bytes).unwrap();
    assert_eq!(bytes[..length], question(id, name, address));
    serving.send_to(&answer(id, name, address), client).unwrap();
    asking.recv_from(&mut bytes).unwrap();
}

/// Sends a message in a segment out of an interface, as it would be forwarded: of what this machine's own sockets send by TCP, programs
/// at tracepoints see no more than headers.
fn send_segment(sender: &Sender, [from, to]: [&str; 2], [source, destination]: [u16; 2], message: &[u8]) {
    let length = (message.len() as u16).to_be_bytes();
    let ports = [source.to_be_bytes(), destination.to_be_bytes()].concat();
    let tcp = [&ports[..], &[0; 8], &[0x50, 0x18, 0xff, 0xff, 0, 0, 0, 0], &length, message].concat();
    let addresses = [from, to].map(|address| address.parse::<Ipv4Addr>().unwrap().octets()).concat();
    let whole = (20 + tcp.len() as u16).to_be_bytes();
    let ip = [&[0x45, 0][..], &whole, &[0, 1, 0, 0, 64, 6, 0, 0], &addresses].concat();
    sender.send(&[&[2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0][..], &ip, &tcp].concat());
}

/// Has a question pass by TCP, and its answer.
fn look_up_by_tcp(near: &Namespace, far: &Namespace, name: &str, server: &str, address: &str) {
    let address: IpAddr = address.parse().unwrap();
    let [out, back] = [(near, "a"), (far, "b")].map(|(namespace, end)| Sender::new(namespace, end));
    send_segment(&out, [NEAR[0], server], [40_001, 53], &question(9, name, address));
    send_segment(&back, [server, NEAR[0]], [53, 40_001], &answer(9, name, address));
}

/// Has packets go to and fro between the ends.
fn talk(near: &Namespace, far: &Namespace) {
    for there in FAR {
        let there = SocketAddr::new(there.parse().unwrap(), PORT);
        let here = SocketAddr::new(NEAR[usize::from(there.is_ipv6())].parse().unwrap(), PORT);
        let one = near.enter(|| UdpSocket::bind(here).unwrap());
        let other = far.enter(|| UdpSocket::bind(there).unwrap());
        for _ in 0..5 {
            one.send_to(b"x", there).unwrap();
            other.send_to(b"x", here).unwrap();
        }
    }
}

/// The programs that look at answers, of whomever.
fn programs() -> usize {
    /// `BPF_PROG_TYPE_TRACING` (linux/bpf.h).
    const TRACING: u32 = 26;
    let all = loaded_programs().filter_map(Result::ok);
    let tracing = all.filter(|program| program.program_type() as u32 == TRACING);
    tracing.filter(|program| matches!(program.name_as_str(), Some("received" | "sent"))).count()
}

/// All names that rows have for an address, and where they are from in those that it sent; of others, the sender has a name, too.
fn names<'a>(rows: &'a [Value], address: &str) -> [BTreeSet<&'a str>; 2] {
    let of = |column: &'static str| rows.iter().filter(move |row| row[column] == address);
    let text = |value: &'a Value| value.as_str().unwrap_or("-");
    let sent = of("source_ip").map(|row| text(&row["source_name"]));
    let received = of("destination_ip").map(|row| text(&row["destination_name"]));
    [sent.chain(received).collect(), of("source_ip").map(|row| text(&row["name_source"])).collect()]
}

/// No name, and so no source of it. The near end has one.
const NONE: &str = "-";

#[test]
fn a_host_has_the_name_by_which_somebody_has_asked_for_it() {
    let before = programs();
    let (near, far) = namespaces();
    let filter = format!("udp port {PORT}");
    let options = ["--interface", "a", "--filter", &filter, "--columns", COLUMNS];
    let look_up_all = || {
        look_up(&near, &far, 1, "four.example", FAR[0], FAR[0]);
        look_up(&near, &far, 2, "SIX.example", FAR[1], FAR[1]);
        look_up_by_tcp(&near, &far, "segment.example", FAR[0], FAR[2]);
        let anybody = far.enter(|| UdpSocket::bind((FAR[0], 53)).unwrap());
        anybody.send_to(&answer(3, "forged.example", FAR[3].parse().unwrap()), (NEAR[0], 40_000)).unwrap();
    };

    // Where the administrator has not allowed it, nothing looks.
    let watch = Watch::attached(&near, 2, &options);
    look_up_all();
    assert_eq!(programs(), before);
    talk(&near, &far);
    watch.wait_for_rows(40);
    let outcome = watch.stop();
    outcome.assert_well();
    for address in FAR {
        let [name, _] = names(&outcome.rows, address);
        assert_eq!(name, [NONE].into(), "{address}");
    }

    let watch = Watch::start_after("export GF_PLUGIN_DNS_ANSWERS=true", &near, &options);
    watch.wait_for_attachments(2);
    assert!(eventually(Duration::from_secs(10), || programs() == before + 2), "{} programs", programs());
    look_up_all();
    // A thread reads them as they come; a moment is enough.
    thread::sleep(Duration::from_millis(100));
    talk(&near, &far);
    watch.wait_for_rows(40);
    let outcome = watch.stop();
    outcome.assert_well();
    for (address, name) in [(FAR[0], "four.example"), (FAR[1], "six.example"), (FAR[2], "segment.example")] {
        assert_eq!(names(&outcome.rows, address), [[name].into(), ["dns-answer"].into()], "{address}");
    }
    assert_eq!(names(&outcome.rows, FAR[3])[0], [NONE].into(), "what nobody asked for");
    assert!(eventually(Duration::from_secs(10), || programs() == before), "they go with who asked");
}

/// Answers questions for names of addresses at the far end: one of them has a name, and others have none. Returns the questions, each
/// as the first label and as often as it was asked.
fn name_server(far: &Namespace) -> Arc<Mutex<BTreeMap<String, u32>>> {
    let asked = Arc::new(Mutex::new(BTreeMap::new()));
    let (counts, serving) = (Arc::clone(&asked), far.enter(|| UdpSocket::bind((FAR[0], 53)).unwrap()));
    thread::spawn(move || {
        let mut bytes = [0; 512];
        while let Ok((length, from)) = serving.recv_from(&mut bytes) {
            let question = &bytes[..length];
            let label = &question[13..13 + usize::from(question[12])];
            let label = String::from_utf8(label.to_vec()).unwrap();
            let mut answer = question.to_vec();
            if question[12..].starts_with(&labels("3.0.9.10.in-addr.arpa")) {
                answer[2..8].copy_from_slice(&[0x81, 0x80, 0, 1, 0, 1]);
                let name = labels("printer.example");
                answer.extend([0xc0, 12, 0, 12, 0, 1, 0, 0, 0, 60, 0, name.len() as u8]);
                answer.extend(name);
            } else {
                answer[2..4].copy_from_slice(&[0x81, 0x83]);
            }
            *counts.lock().unwrap().entry(label).or_insert(0) += 1;
            serving.send_to(&answer, from).unwrap();
        }
    });
    asked
}

#[tokio::test]
async fn an_address_is_looked_up_once_and_not_shown_to_be() {
    const COLUMNS: [&str; 5] = ["source_ip", "source_port", "destination_port", "source_name", "name_source"];
    let directory = tempfile::tempdir().unwrap();
    let (near, far) = namespaces();
    near.ask_names_of(FAR[0]);
    let asked = name_server(&far);
    let plugin = client::plugin_with(&near, directory.path(), &[("GF_PLUGIN_REVERSE_LOOKUPS", "true")]).await;
    let packets = json!({ "interfaces": ["a"], "filter": "udp", "columns": COLUMNS, "limit": null });
    let channel = client::ask(&plugin, packets).await;
    let mut stream = client::run(&plugin, &channel).await;
    let mut rows: Vec<[Value; COLUMNS.len()]> = Vec::new();
    let is_named = |row: &&[Value; COLUMNS.len()]| row[0] == FAR[2] && row[3] == "printer.example";
    let named = async {
        while rows.iter().find(is_named).is_none() || asked.lock().unwrap().values().sum::<u32>() < 4 {
            talk(&near, &far);
            let values = client::message(&mut stream).await["data"]["values"].take();
            let rows_of = values[0].as_array().map_or(0, Vec::len);
            rows.extend((0..rows_of).map(|row| std::array::from_fn(|column| values[column][row].clone())));
        }
    };
    let in_time = tokio::time::timeout(Duration::from_secs(20), named).await;
    assert!(in_time.is_ok(), "{:?} {:#?}", asked.lock().unwrap(), rows.last());
    let row = rows.iter().find(is_named).unwrap();
    assert_eq!(row[4], "ptr");
    assert!(rows.iter().filter(|row| row[0] == FAR[3]).all(|row| row[3] == Value::Null), "it has no name");
    // The near end has a name by its interface, and is not asked for. The addresses of both versions end with a 2.
    let expected = [("2", 2), ("3", 1), ("4", 1)].map(|(label, times)| (label.to_owned(), times));
    assert_eq!(*asked.lock().unwrap(), expected.into(), "each once, whoever has none");
    let dns = rows.iter().find(|row| row[1] == 53 || row[2] == 53);
    assert_eq!(dns, None, "own look-ups are own traffic");
    plugin.ask_to_end().await;
    assert!(plugin.wait().await);
}

/// At interfaces that may not be watched, nothing is read.
#[test]
fn answers_at_other_interfaces_are_nobodys_business() {
    let (near, far) = namespaces();
    near.add_pair("c", "d");
    let filter = format!("udp port {PORT}");
    let options = ["--interface", "a", "--filter", &filter, "--columns", COLUMNS];
    // The loopback interface may be watched, and the questions pass it not.
    let allowed = "export GF_PLUGIN_DNS_ANSWERS=true GF_PLUGIN_INTERFACES='a lo'";
    near.ip(&["link", "set", "dev", "lo", "up"]);
    let watch = Watch::start_after(allowed, &near, &options);
    watch.wait_for_attachments(2);
    near.ip(&["link", "set", "dev", "a", "down"]);
    near.ip(&["link", "set", "dev", "a", "name", "wan0"]);
    near.ip(&["link", "set", "dev", "wan0", "up"]);
    let carrier = || near.ip(&["-brief", "link", "show", "dev", "wan0"]).contains("LOWER_UP");
    assert!(eventually(Duration::from_secs(5), carrier), "no carrier");
    // The loader is told of changes a moment later.
    thread::sleep(Duration::from_secs(1));
    look_up(&near, &far, 1, "hidden.example", FAR[0], FAR[0]);
    thread::sleep(Duration::from_millis(100));
    near.ip(&["link", "set", "dev", "wan0", "down"]);
    near.ip(&["link", "set", "dev", "wan0", "name", "a"]);
    near.ip(&["link", "set", "dev", "a", "up"]);
    let back = || near.ip(&["-brief", "link", "show", "dev", "a"]).contains("LOWER_UP");
    assert!(eventually(Duration::from_secs(5), back), "no carrier");
    thread::sleep(Duration::from_secs(2));
    let (here, there) = ((NEAR[0], PORT), (FAR[0], PORT));
    let one = near.enter(|| UdpSocket::bind(here).unwrap());
    let sent = eventually(Duration::from_secs(10), || {
        let _ = one.send_to(b"x", there);
        watch.rows() > 4
    });
    assert!(sent, "no rows: {:#?}", watch.errors());
    let outcome = watch.stop();
    assert_eq!(names(&outcome.rows, FAR[0])[0], [NONE].into());
}

/// The far end is a container by its control group, and its monitor knows its name.
#[test]
fn a_container_has_its_id_for_a_name_until_somebody_knows_a_better_one() {
    const ID: &str = "c0ffee0123456789c0ffee0123456789c0ffee0123456789c0ffee0123456789";
    let (near, far) = namespaces();
    let group = ControlGroup::new("memory", &format!("machine.slice/libpod-{ID}.scope"));
    let filter = format!("udp port {PORT}");
    let options = ["--interface", "a", "--filter", &filter, "--columns", COLUMNS];
    // The names that rows have from now on, until one of them is this one.
    let named = |watch: Watch, name: &str| {
        let has_come = eventually(Duration::from_secs(20), || {
            talk(&near, &far);
            watch.last_lines(40).iter().any(|line| line.contains(&format!("\"{name}\"")))
        });
        let outcome = watch.stop();
        outcome.assert_well();
        assert!(has_come, "{name} is not there: {:?}", names(&outcome.rows, FAR[0]));
        // Before the first look, there is none.
        let is_named = |row: &Value| !row["source_name"].is_null() && !row["destination_name"].is_null();
        let named: Vec<Value> = outcome.rows.into_iter().filter(is_named).collect();
        FAR.map(|address| names(&named, address).map(|all| Vec::from_iter(all).join(",")))
    };
    let container = Leash(group.within(&far.command(&["sleep", "600"])).spawn().unwrap());
    let watch = Watch::attached(&near, 2, &options);
    let short = ["c0ffee012345".to_owned(), "container".to_owned()];
    assert_eq!(named(watch, &short[0]), [&short; 4].map(Clone::clone));

    // As conmon is started: a program of this name with these arguments, which sleeps. Perl leaves those behind a word alone.
    let directory = tempfile::tempdir().unwrap();
    let program = directory.path().join("conmon");
    std::fs::copy("/usr/bin/perl", &program).unwrap();
    let arguments = ["-e", "sleep 600", "word", "--api-version", "1", "-c", ID, "-u", ID, "-n", "shop"];
    let monitor = Leash(Command::new(&program).args(arguments).spawn().unwrap());
    let watch = Watch::attached(&near, 2, &options);
    let shop = ["shop".to_owned(), "container".to_owned()];
    assert_eq!(named(watch, &shop[0]), [&shop; 4].map(Clone::clone));
    drop((container, monitor));
}
