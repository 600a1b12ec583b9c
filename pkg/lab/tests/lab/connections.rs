//! What packets tell of TCP connections, where no socket is asked: against nstat of what was sent again, and against what tshark
//! finds in a capture of the same packets.

use std::{
    fs,
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
    os::unix::fs::PermissionsExt as _,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;
use tempfile::TempDir;
use xdplive_lab::{namespace::Namespace, relay::Relay, watch::Watch};

const DELAY: Duration = Duration::from_millis(10);
/// One of so many frames with data is lost.
const LOSES: u64 = 40;
/// How long data is sent: over several readings of the table.
const SENDING: Duration = Duration::from_secs(4);

/// A capture of what passes a namespace's wire.
struct Capture {
    directory: TempDir,
    tcpdump: Child,
}

impl Capture {
    fn start(namespace: &Namespace) -> Self {
        let directory = tempfile::tempdir().unwrap();
        // A place that tshark may read.
        fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let file = directory.path().join("wire.pcap");
        let mut command =
            namespace.command(&["tcpdump", "-i", "wire", "-U", "-s", "120", "-Z", "root", "-w"]);
        let mut tcpdump = command.arg(&file).stderr(Stdio::null()).spawn().unwrap();
        let begun = Instant::now();
        while fs::metadata(&file).map_or(0, |file| file.len()) == 0 {
            assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", tcpdump.try_wait());
            thread::sleep(Duration::from_millis(50));
        }
        Self { directory, tcpdump }
    }

    fn stop(&mut self) {
        let id = self.tcpdump.id().to_string();
        assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
        assert!(self.tcpdump.wait().unwrap().success());
    }

    /// Packets that a filter of tshark's accepts.
    fn count(&self, filter: &str) -> u64 {
        let mut tshark = Command::new("tshark");
        tshark.args(["-n", "-r"]).arg(self.directory.path().join("wire.pcap"));
        let output = tshark.args(["-Y", filter, "-T", "fields", "-e", "frame.number"]).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().lines().count() as u64
    }
}

fn nstat(namespace: &Namespace, name: &str) -> u64 {
    let text = namespace.run(&["nstat", "-asz", name]);
    let line = text.lines().find(|line| line.starts_with(name)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

fn sum<'a>(rows: impl IntoIterator<Item = &'a Value>, column: &str) -> u64 {
    rows.into_iter().filter_map(|row| row[column].as_u64()).sum()
}

/// Has the other side take all that comes to a port, after a pause.
fn server(namespace: &Namespace, address: &str, pause: Duration) -> TcpListener {
    let listener = namespace.enter(|| TcpListener::bind(address).unwrap());
    let accepting = listener.try_clone().unwrap();
    thread::spawn(move || {
        while let Ok((mut stream, _)) = accepting.accept() {
            thread::sleep(pause);
            let mut bytes = [0; 65_536];
            while stream.read(&mut bytes).is_ok_and(|length| length > 0) {}
        }
    });
    listener
}

#[test]
fn what_packets_tell_is_what_nstat_and_tshark_say() {
    let (near, far) = (Namespace::new(), Namespace::new());
    let relay = Relay::start(&near, &far, "wire", DELAY, LOSES);
    // What the kernel would send in one frame is seen as what it is on the wire all the same; tshark sees frames.
    near.run(&["ethtool", "-K", "wire", "tso", "off", "gso", "off", "gro", "off"]);
    near.ip(&["neigh", "replace", "192.0.2.9", "lladdr", "02:00:00:00:00:09", "dev", "wire"]);
    let _reads = server(&far, "192.0.2.2:7001", Duration::ZERO);
    // Of sockets that are made from now on.
    far.run(&["sysctl", "-qw", "net.ipv4.tcp_rmem=4096 8192 16384"]);
    let _pauses = server(&far, "192.0.2.2:7002", Duration::from_secs(2));
    let mut capture = Capture::start(&near);
    let columns = "source_port,destination_port,rtt,retransmits,retransmitted_bytes,resets,zero_windows,unanswered,\
                   handshake,quality_source";
    let options = ["--interface", "wire", "--query", "flows", "--interval", "500", "--columns", columns];
    // Without control groups no socket is asked.
    let watch = Watch::start(&near, &options);
    watch.wait_for_attachments(2);
    let names = ["TcpRetransSegs", "TcpExtTCPSynRetrans"];
    let before = names.map(|name| nstat(&near, name));
    thread::scope(|scope| {
        scope.spawn(|| {
            let mut stream = near.enter(|| TcpStream::connect("192.0.2.2:7001").unwrap());
            let begun = Instant::now();
            while begun.elapsed() < SENDING {
                stream.write_all(&[b'x'; 4096]).unwrap();
                thread::sleep(Duration::from_millis(2));
            }
        });
        // More than the other side has room for, and nobody reads for a while.
        scope.spawn(|| {
            let mut stream = near.enter(|| TcpStream::connect("192.0.2.2:7002").unwrap());
            stream.write_all(&[b'y'; 50_000]).unwrap();
        });
        scope.spawn(|| {
            for _ in 0..3 {
                near.enter(|| TcpStream::connect("192.0.2.2:7009").expect_err("nobody listens"));
            }
        });
        scope.spawn(|| {
            let dead = "192.0.2.9:7003".parse().unwrap();
            near.enter(|| {
                TcpStream::connect_timeout(&dead, Duration::from_millis(2500)).expect_err("nobody is there")
            });
        });
    });
    // Until all has come and the intervals are over.
    thread::sleep(Duration::from_millis(2500));
    capture.stop();
    let [again, syns] = names.map(|name| nstat(&near, name));
    let outcome = watch.stop();
    outcome.assert_well();
    // Of an interval in which one side alone has sent something, that is the one that started it.
    let of_port = |port: u16| {
        let sides = ["source_port", "destination_port"];
        outcome.rows.iter().filter(move |row| sides.iter().any(|side| row[*side] == port))
    };
    assert!(outcome.rows.iter().all(|row| row["quality_source"] != "socket"));

    // Of all connections: what was sent again, but for requests.
    let judge = (again - before[0]) - (syns - before[1]);
    assert!(judge > 20 && relay.lost() > 20, "{judge} sent again, {} lost", relay.lost());
    let found = sum(&outcome.rows, "retransmits");
    let close = |found: u64, judge: u64| found.abs_diff(judge) <= (judge / 100).max(1);
    assert!(close(found, judge), "{found} sent again, and {judge} by nstat");
    // What came soon after what it should have come before, it takes for a change of order.
    let again =
        "tcp.analysis.retransmission || tcp.analysis.spurious_retransmission || tcp.analysis.out_of_order";
    let shark = capture.count(&format!("tcp.len > 0 && ({again})"));
    assert!(close(found, shark), "{found} sent again, and {shark} by tshark");
    assert!(sum(&outcome.rows, "retransmitted_bytes") > found * 500);

    let windows = "tcp.window_size_value == 0 && tcp.flags.syn == 0 && tcp.flags.reset == 0";
    let judge = capture.count(windows);
    assert!(judge > 0);
    assert_eq!(sum(of_port(7002), "zero_windows"), judge);
    assert_eq!(sum(&outcome.rows, "zero_windows"), judge);

    assert_eq!(sum(of_port(7009), "resets"), 3);
    assert_eq!(sum(of_port(7009), "unanswered"), 0, "refusals are answers");
    assert_eq!(sum(&outcome.rows, "resets"), capture.count("tcp.flags.reset == 1"));

    let judge = capture.count("ip.dst == 192.0.2.9 && tcp.flags.syn == 1");
    assert!(judge >= 2, "{judge}");
    assert_eq!(sum(of_port(7003), "unanswered"), judge);
    assert_eq!(sum(&outcome.rows, "unanswered"), judge);

    // The handshake there and back, and back again.
    let first = of_port(7001).find(|row| !row["rtt"].is_null()).expect("a handshake");
    let round_trip = first["rtt"].as_f64().unwrap();
    let (least, most) = (2.0 * DELAY.as_secs_f64() * 1e3, 4.0 * DELAY.as_secs_f64() * 1e3);
    assert!((least..most).contains(&round_trip), "{first}");
    assert_eq!(first["quality_source"], "estimated");
}
