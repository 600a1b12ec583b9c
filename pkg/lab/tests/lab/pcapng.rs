//! Packets as pcapng files: what the kernel gives away of them, and what tshark makes of it.

mod judge;

use std::{
    path::{Path, PathBuf},
    process::Stdio,
};

use grafana_plugin_sdk::pluginv2::{CallResourceRequest, StreamPacket};
use serde_json::{Value, json};
use tonic::Streaming;
use xdplive::host::Plugin;
use xdplive_capture::record::Record;
use xdplive_corpus::{Kind, generate, named};
use xdplive_lab::{client, namespace::Namespace, send::Sender, watch::Watch};
use xdplive_packet::{
    Event, Headers, Layers, LinkType, Wire,
    accounting::Configuration,
    event::{MAX_HEADER_BYTES, RecordKind},
    parse::tunnel::may_carry,
    parse_into,
};
use xdplive_plugin::services::ACCOUNTS;
use xdplive_source::Captured;

use self::judge::{capinfos, compare, tshark};
use crate::kernel::{HOOKS, Kernel, SHORTEST, everything, expected, takes};

/// What is in the file of a packet, by the parser that the kernel program shares: nothing behind its headers, or as
/// far as is allowed.
#[test]
fn the_kernel_gives_away_what_is_allowed_and_no_more() {
    let mut kernel = Kernel::load(1 << 16);
    let mut compared = 0;
    for link in [LinkType::Ethernet, LinkType::RawIp] {
        for header_bytes in [0, 1, 100, 512] {
            kernel.configure(Configuration { headers: 1, header_bytes, ..everything(link) });
            for sample in generate(11, 1500).filter(|sample| sample.bytes.len() >= SHORTEST) {
                let frame = &sample.bytes;
                for hook in HOOKS.into_iter().filter(|hook| takes(*hook, frame)) {
                    kernel.pass(hook, frame);
                    let record = kernel.take_record().unwrap_or_else(|| panic!("{hook:?}: {sample}"));
                    let read = Record::read(&record).unwrap_or_else(|| panic!("{hook:?}: {sample}"));
                    let event = Event { kind: RecordKind::Headers as u8, ..expected(hook, link, frame) };
                    assert_eq!(Event { time: 0, ..read.event }, event, "{hook:?}: {sample}");
                    let headers = usize::from(event.headers.header_length);
                    let length = headers.max(header_bytes as usize).min(frame.len()).min(MAX_HEADER_BYTES);
                    let captured = Captured { bytes: &frame[..length], tag: None };
                    assert_eq!(read.captured, Some(captured), "{hook:?}: {sample}");
                    compared += 1;
                }
            }
        }
    }
    assert!(compared > 30_000, "{compared} records");
}

/// The process that writes configurations may be somebody else's by then.
#[test]
fn what_the_loader_fixed_bounds_what_a_configuration_allows() {
    let frame = generate(11, 1500).map(|sample| sample.bytes).find(|frame| frame.len() > 200).unwrap();
    let link = LinkType::Ethernet;
    for ceiling in [0, 60, 150] {
        let mut kernel = Kernel::load_under(1 << 16, ceiling);
        for header_bytes in [0, 100, 512, u32::MAX] {
            kernel.configure(Configuration { headers: 1, header_bytes, ..everything(link) });
            for hook in HOOKS.into_iter().filter(|hook| takes(*hook, &frame)) {
                kernel.pass(hook, &frame);
                let record = kernel.take_record().unwrap();
                let read = Record::read(&record).unwrap();
                let headers = usize::from(read.event.headers.header_length);
                let length = headers.max(header_bytes.min(ceiling) as usize);
                assert_eq!(read.captured.unwrap().bytes, &frame[..length], "{hook:?}, {header_bytes}");
            }
        }
    }
}

#[test]
fn a_packet_that_only_others_want_is_an_event_alone() {
    let mut kernel = Kernel::load(1 << 16);
    // Slot 1 wants bytes, and no packet.
    kernel.configure(Configuration { headers: 2, header_bytes: 512, ..everything(LinkType::Ethernet) });
    for hook in HOOKS {
        kernel.pass(hook, &named::ssdp().bytes());
        assert_eq!(kernel.take_record().map(|record| record.len()), Some(size_of::<Event>()), "{hook:?}");
    }
}

/// A file that is being downloaded.
struct Download {
    pieces: Streaming<grafana_plugin_sdk::pluginv2::CallResourceResponse>,
    file: Vec<u8>,
}

impl Download {
    /// Begins one. When this returns, its packets are being counted.
    async fn begin(plugin: &Plugin, query: Value) -> Self {
        let request = CallResourceRequest {
            plugin_context: Some(client::context()),
            path: "pcapng".to_owned(),
            method: "POST".to_owned(),
            body: query.to_string().into(),
            ..CallResourceRequest::default()
        };
        let mut pieces = plugin.resource().call_resource(request).await.unwrap().into_inner();
        let first = pieces.message().await.unwrap().unwrap();
        assert_eq!(first.code, 200, "{}", String::from_utf8_lossy(&first.body));
        Self { pieces, file: first.body.to_vec() }
    }

    /// Takes it to its end, puts it at `path`, and returns its accounts: seen, unmatched, thinned, lost, delivered.
    async fn finish(mut self, path: &Path) -> [u64; 5] {
        while let Some(piece) = self.pieces.message().await.unwrap() {
            self.file.extend_from_slice(&piece.body);
        }
        let trailers = self.pieces.trailers().await.unwrap().unwrap();
        std::fs::write(path, self.file).unwrap();
        ACCOUNTS.map(|name| trailers.get(name).unwrap().to_str().unwrap().parse().unwrap())
    }
}

/// Takes a stream's rows to its end.
async fn rows(mut stream: Streaming<StreamPacket>) -> Vec<Value> {
    let mut names: Vec<String> = Vec::new();
    let mut rows = Vec::new();
    while let Some(packet) = stream.message().await.unwrap() {
        let message: Value = serde_json::from_slice(&packet.data).unwrap();
        if let Some(fields) = message["schema"]["fields"].as_array() {
            names = fields.iter().map(|field| field["name"].as_str().unwrap().to_owned()).collect();
        }
        let columns: Vec<&Vec<Value>> =
            message["data"]["values"].as_array().unwrap().iter().map(|one| one.as_array().unwrap()).collect();
        rows.extend((0..columns[0].len()).map(|row| {
            let cells = names.iter().zip(&columns).map(|(name, cells)| (name.clone(), cells[row].clone()));
            Value::Object(cells.collect())
        }));
    }
    rows
}

/// A place that tshark may read.
fn place() -> (tempfile::TempDir, PathBuf) {
    use std::os::unix::fs::PermissionsExt as _;
    let directory = tempfile::tempdir().unwrap();
    std::fs::set_permissions(directory.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    let file = directory.path().join("packets.pcapng");
    (directory, file)
}

/// Whether it is an ICMP message below 8 bytes, of which tshark shows nothing.
fn is_icmp_stub(headers: &Headers, layers: &Layers) -> bool {
    headers.protocol() == Some(1) && headers.length < layers.upper - layers.network + 8
}

/// Frames of every kind that a cable carries, well-formed and not too long for it.
fn cable() -> Vec<Vec<u8>> {
    // What lies in a way that the parser does not mind and tshark does is the business of the parser's own tests.
    let lies = [Kind::ExtensionLength, Kind::PayloadLength, Kind::TotalLength, Kind::Altered];
    let frames =
        generate(4, 3000).filter(|sample| sample.link == LinkType::Ethernet && !lies.contains(&sample.kind));
    frames
        .map(|sample| sample.bytes)
        .filter(|frame| {
            let (mut headers, mut layers) = (Headers::EMPTY, Layers::EMPTY);
            parse_into(&mut frame.as_slice(), &Wire::new(LinkType::Ethernet), &mut headers, &mut layers);
            // The rows have the outermost headers, of which tshark's fields are not told apart from those inside.
            let is_whole = headers.malformed().is_none() && !may_carry(&headers, &layers);
            (18..=1500).contains(&frame.len()) && is_whole && !is_icmp_stub(&headers, &layers)
        })
        .collect()
}

/// By every hook, sent and received, with the VLAN tag in the frame (XDP, sent) and beside it (TCX, received): the
/// file's packets are the rows' packets, one by one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_says_what_the_rows_say() {
    let frames = cable();
    for hook in ["xdp-native", "xdp-generic", "tcx"] {
        let (directory, file) = place();
        let namespace = Namespace::with_pair();
        let plugin = client::plugin_with(&namespace, directory.path(), &[("GF_PLUGIN_HOOK", hook)]).await;
        let query = json!({
            "interfaces": ["a"], "limit": null, "count": null, "seconds": null, "bytes": null,
        });
        let channel = client::ask(&plugin, query.clone()).await;
        let stream = client::run(&plugin, &channel).await;
        let download = Download::begin(&plugin, query).await;
        let (received, sent) = (Sender::new(&namespace, "b"), Sender::new(&namespace, "a"));
        for frame in &frames {
            received.send(frame);
            sent.send(frame);
        }
        plugin.ask_to_end().await;
        let (rows, accounts) = tokio::join!(rows(stream), download.finish(&file));
        assert!(plugin.wait().await);

        let packets = tshark(&file);
        assert_eq!(packets.len(), rows.len(), "{hook}");
        assert!(packets.len() > frames.len(), "{hook}: {} of {} frames", packets.len(), 2 * frames.len());
        assert_eq!(accounts, [rows.len() as u64, 0, 0, 0, rows.len() as u64], "{hook}");
        for (row, packet) in rows.iter().zip(&packets) {
            compare(row, packet, hook);
        }
        for direction in ["in", "out"] {
            let tagged = rows.iter().filter(|row| !row["vlan"].is_null() && row["direction"] == direction);
            assert!(tagged.count() > 50, "{hook}: {direction} has too few tags to tell");
        }
        let said = capinfos(&file);
        for line in ["Name = a", "Time precision = nanoseconds (9)", "Encapsulation = Ethernet (1 - ether)"] {
            assert!(said.contains(line), "{hook}: {line} is not in {said}");
        }
    }
}

#[test]
fn a_link_without_ethernet() {
    let (_directory, file) = place();
    let namespace = Namespace::new();
    namespace.ip(&["tuntap", "add", "dev", "tun0", "mode", "tun"]);
    namespace.silence("tun0");
    namespace.ip(&["addr", "add", "192.0.2.1/24", "dev", "tun0"]);
    namespace.ip(&["link", "set", "dev", "tun0", "up"]);
    let _holder = namespace.enter(|| xdplive_lab::namespace::hold_tun("tun0"));
    let watch = write(&namespace, 2, &file, &["--interface", "tun0", "--count", "1"]);
    let _ = namespace.command(&["ping", "-c", "1", "-W", "1", "192.0.2.9"]).output();
    watch.finish().assert_well();
    let packets = tshark(&file);
    let fields = ["frame.len", "ip.dst", "icmp.type", "eth.src"].map(|field| packets[0][field].as_str());
    assert_eq!((packets.len(), fields), (1, ["84", "192.0.2.9", "8", ""]));
    assert!(capinfos(&file).contains("Encapsulation = Raw IP"));
}

/// Starts `watch --write`, and waits until so many hooks are attached.
fn write(namespace: &Namespace, hooks: usize, file: &Path, options: &[&str]) -> Watch {
    let file = file.display().to_string();
    Watch::attached(namespace, hooks, &[&["--write", &file][..], options].concat())
}

/// On interface `a`, what is received.
const RECEIVED: [&str; 4] = ["--interface", "a", "--direction", "in"];

/// In every packet, behind its headers.
const MARKER: &[u8] = b"MAN: \"ssdp:discover\"";

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

/// Payload stays in the kernel unless the administrator lets it go.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn payload_is_in_the_file_only_where_the_administrator_says_so() {
    for (setting, length) in [("0", 46), ("60", 64), ("256", 147)] {
        for hook in ["xdp-native", "xdp-generic", "tcx"] {
            let (directory, file) = place();
            let namespace = Namespace::with_pair();
            let settings = [("GF_PLUGIN_HOOK", hook), ("GF_PLUGIN_HEADER_BYTES", setting)];
            let plugin = client::plugin_with(&namespace, directory.path(), &settings).await;
            let query = json!({ "interfaces": ["a"], "direction": "in", "count": 100 });
            let download = Download::begin(&plugin, query).await;
            let sender = Sender::new(&namespace, "b");
            let frame = named::ssdp_in_vlan().bytes();
            assert!(contains(&frame, MARKER));
            for _ in 0..100 {
                sender.send(&frame);
            }
            let accounts = download.finish(&file).await;
            assert_eq!(accounts, [100, 0, 0, 0, 100]);
            plugin.ask_to_end().await;
            assert!(plugin.wait().await);
            let packets = tshark(&file);
            assert_eq!(packets.len(), 100);
            // The tag that TCX gets beside the frame is 4 bytes more than the setting says.
            let length = if setting == "60" && hook != "tcx" { 60 } else { length };
            for packet in &packets {
                let lengths = ["frame.len", "frame.cap_len", "vlan.id"].map(|field| packet[field].as_str());
                assert_eq!(lengths, ["147", &length.to_string(), "40"], "{hook} {setting}");
            }
            let file = std::fs::read(&file).unwrap();
            assert_eq!(contains(&file, MARKER), setting == "256", "{hook} {setting}");
            assert_eq!(contains(&file, b"M-SEARCH"), setting != "0", "{hook} {setting}");
        }
    }
}

#[test]
fn watch_writes_what_matches_until_ctrl_c() {
    let (_directory, file) = place();
    let namespace = Namespace::with_pair();
    let sender = Sender::new(&namespace, "b");
    // An older file by that name is replaced.
    std::fs::write(&file, [1; 100_000]).unwrap();
    let watch = write(&namespace, 1, &file, &[&RECEIVED[..], &["--filter", "vlan 40"]].concat());
    for _ in 0..3000 {
        sender.send(&named::ssdp().bytes());
        sender.send(&named::ssdp_in_vlan().bytes());
    }
    let outcome = watch.stop();
    outcome.assert_well();
    assert_eq!(outcome.rows.len(), 0, "rows and a file");
    let accounts = outcome.accounts(0);
    let counts = ["seen", "unmatched", "thinned", "lost", "delivered"].map(|name| accounts[name]);
    assert_eq!(counts, [6000, 3000, 0, 0, 3000]);
    let packets = tshark(&file);
    assert_eq!(packets.len(), 3000);
    assert!(packets.iter().all(|packet| packet["vlan.id"] == "40"));
    let said = capinfos(&file);
    for line in [
        "Capture application: XDP Live ",
        "Filter string = vlan 40",
        "Number of stat entries = 1",
        "Number of packets = 3000",
    ] {
        assert!(said.contains(line), "{line} is not in {said}");
    }
    // Statistics are shown in no listing of tshark's; the comment is text.
    let bytes = std::fs::read(&file).unwrap();
    assert!(contains(&bytes, b"seen=6000 unmatched=3000 thinned=0 lost=0 delivered=3000"));
}

#[test]
fn count_and_duration_end_a_file() {
    let (_directory, file) = place();
    let namespace = Namespace::with_pair();
    let sender = Sender::new(&namespace, "b");
    let watch = write(&namespace, 1, &file, &[&RECEIVED[..], &["--count", "150"]].concat());
    for _ in 0..400 {
        sender.send(&named::ssdp().bytes());
    }
    let outcome = watch.finish();
    outcome.assert_well();
    let accounts = outcome.accounts(0);
    assert_eq!((accounts["delivered"], accounts["unmatched"], accounts["lost"]), (150, 0, 0), "{accounts:?}");
    assert_eq!(tshark(&file).len(), 150);

    let watch = write(&namespace, 1, &file, &[&RECEIVED[..], &["--duration", "1.5"]].concat());
    sender.send(&named::ssdp().bytes());
    let outcome = watch.finish();
    outcome.assert_well();
    assert_eq!((outcome.accounts(0)["delivered"], tshark(&file).len()), (1, 1));
}

#[test]
fn several_interfaces_in_one_file() {
    let (_directory, file) = place();
    let namespace = Namespace::with_pair();
    namespace.add_pair("c", "d");
    let options = ["--interface", "a", "--interface", "c", "--direction", "in"];
    let watch = write(&namespace, 2, &file, &options);
    for (interface, packets) in [("b", 2), ("d", 1), ("b", 1)] {
        let sender = Sender::new(&namespace, interface);
        (0..packets).for_each(|_| sender.send(&named::ssdp().bytes()));
    }
    watch.stop().assert_well();
    let names: Vec<String> =
        tshark(&file).into_iter().map(|packet| packet["frame.interface_name"].clone()).collect();
    assert_eq!(names, ["a", "a", "c", "a"]);
    let bytes = std::fs::read(&file).unwrap();
    for packets in ["seen=3", "seen=1"] {
        let comment = format!("{packets} unmatched=0 thinned=0 lost=0 delivered={}", &packets[5..]);
        assert!(contains(&bytes, comment.as_bytes()), "{comment}");
    }
}

#[test]
fn a_file_on_standard_output() {
    let (_directory, file) = place();
    let namespace = Namespace::with_pair();
    let script = format!(
        "{} watch --plugin {} --interface a --direction in --count 2 --write - > {}",
        xdplive_lab::xdplive().display(),
        xdplive_lab::plugin().display(),
        file.display(),
    );
    let mut command = namespace.command(&["sh", "-c", &script]);
    let watch = Watch::spawn(command.stdin(Stdio::null()));
    watch.wait_for_attachments(1);
    let sender = Sender::new(&namespace, "b");
    (0..2).for_each(|_| sender.send(&named::ssdp().bytes()));
    watch.finish().assert_well();
    assert_eq!(tshark(&file).len(), 2);
}

#[test]
fn wrong_calls() {
    let (directory, file) = place();
    std::fs::write(&file, "older").unwrap();
    let namespace = Namespace::with_pair();
    let start = |options: &[&str]| {
        let file = file.display().to_string();
        let options = [&["--interface", "a", "--write", &file][..], options].concat();
        Watch::start(&namespace, &options).finish()
    };
    start(&["--filter", "tcp", "--filter", "udp"]).assert_failed(2, &["--write takes one --filter", "or"]);
    start(&["--query", "rates"]).assert_failed(2, &["--write takes packets"]);
    start(&["--filter", "tcp prot 80"]).assert_failed(2, &["column 5"]);
    assert_eq!(std::fs::read(&file).unwrap(), b"older", "a call that is refused costs no file");
    let nowhere = directory.path().join("no/file").display().to_string();
    let outcome = Watch::start(&namespace, &["--interface", "a", "--write", &nowhere]).finish();
    outcome.assert_failed(1, &["cannot write", &nowhere]);
}
