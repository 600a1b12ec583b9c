//! BIG TCP: frames of more bytes than an IP header can say, which the kernel cuts behind the hook.

use std::{
    io::Write as _,
    net::{SocketAddr, TcpListener, TcpStream},
    thread,
    time::Duration,
};

use rtnetlink::{LinkUnspec, new_connection, packet_route::link::LinkAttribute};
use xdplive_lab::{namespace::Namespace, watch::Watch};

/// What is sent.
const SENT: usize = 30_000_000;
/// The largest frame that is put together: more than the 65,535 bytes that IPv4's length field can say.
const FRAME: u32 = 180_000;

const PORT: u16 = 5001;

/// Two machines, the first of which puts large frames together that are cut in the kernel, not by a device.
fn machines() -> [Namespace; 2] {
    let [here, there] = [Namespace::new(), Namespace::new()];
    // Nothing that nobody asked for: neither side may count what the other does not.
    for namespace in [&here, &there] {
        for setting in ["accept_ra=0", "accept_dad=0", "mldv2_unsolicited_report_interval=1"] {
            namespace.run(&["sysctl", "-qw", &format!("net.ipv6.conf.default.{setting}")]);
        }
    }
    here.ip(&["link", "add", "name", "a", "type", "veth", "peer", "name", "b"]);
    here.give(&there, "b");
    for (namespace, device, number) in [(&here, "a", 1), (&there, "b", 2)] {
        namespace.ip(&["link", "set", "dev", device, "addrgenmode", "none"]);
        namespace.ip(&["address", "add", &format!("10.9.0.{number}/24"), "dev", device]);
        namespace.ip(&["address", "add", &format!("fd09::{number}/64"), "dev", device, "nodad"]);
        namespace.ip(&["link", "set", "dev", device, "up"]);
    }
    here.run(&["ethtool", "-K", "a", "tso", "off", "gso", "on"]);
    there.run(&["ethtool", "-K", "b", "gro", "off"]);
    here.enter(|| allow_large_frames("a"));
    [here, there]
}

/// As `ip link set dev NAME gso_max_size N gso_ipv4_max_size N`, the second of which older commands do not know.
fn allow_large_frames(interface: &str) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let (connection, handle, _) = new_connection().unwrap();
        tokio::spawn(connection);
        let message = LinkUnspec::new_with_name(interface)
            .append_extra_attribute(LinkAttribute::GsoMaxSize(FRAME))
            .append_extra_attribute(LinkAttribute::GsoIpv4MaxSize(FRAME))
            .build();
        handle.link().set(message).execute().await.unwrap();
    });
}

/// Sends [`SENT`] bytes over TCP from one to the other.
fn transfer(from: &Namespace, to: &Namespace, address: SocketAddr) {
    let listener = to.enter(|| TcpListener::bind(address).unwrap());
    thread::scope(|scope| {
        let received = scope.spawn(|| {
            let (mut connection, _) = listener.accept().unwrap();
            std::io::copy(&mut connection, &mut std::io::sink()).unwrap()
        });
        let mut connection = from.enter(|| TcpStream::connect(address).unwrap());
        connection.write_all(&vec![7; SENT]).unwrap();
        drop(connection);
        assert_eq!(received.join().unwrap(), SENT as u64);
    });
}

/// What goes to the wire is what the other end's device counts, and a frame is longer than its IP header can say.
#[test]
fn bytes_of_big_tcp_are_those_on_the_wire() {
    let [here, there] = machines();
    for address in ["10.9.0.2", "fd09::2"] {
        // Neighbours are known then.
        here.run(&["ping", "-c", "1", "-W", "5", address]);
        thread::sleep(Duration::from_secs(1));
        let dropped = || here.counter("a", "tx_dropped");
        // On a busy machine the other end's queue may be full. What the device drops is sent, and has not come.
        let all_came = (0..5).any(|_| {
            let before = dropped();
            let compared = compare(&here, &there, address);
            let is_whole = dropped() == before;
            assert!(!is_whole || compared.is_ok(), "{compared:?}");
            is_whole
        });
        assert!(all_came, "the device has dropped packets five times");
    }
}

/// Sends to an address, and compares what is counted of it with what the other end's device has got.
fn compare(here: &Namespace, there: &Namespace, address: &str) -> Result<(), String> {
    let options = ["--interface", "a", "--direction", "out", "--query", "rates", "--interval", "100"];
    let watch = Watch::attached(here, 1, &options);
    let packets_of = Watch::attached(
        here,
        1,
        &[
            "--interface",
            "a",
            "--direction",
            "out",
            "--filter",
            "greater 65535",
            "--columns",
            "frame_length,length",
        ],
    );
    let counters = || ["rx_packets", "rx_bytes"].map(|counter| there.counter("b", counter));
    let before = counters();
    transfer(here, there, SocketAddr::new(address.parse().unwrap(), PORT));
    thread::sleep(Duration::from_millis(500));
    let [outcome, large] = [watch.stop(), packets_of.stop()];
    outcome.assert_well();
    large.assert_well();
    let sum = |name: &str| outcome.rows.iter().map(|row| row[name].as_u64().unwrap()).sum::<u64>();
    let (packets, segments, bytes) = (sum("packets"), sum("segments"), sum("bytes"));
    let [received, wire] = std::array::from_fn(|one| counters()[one] - before[one]);
    println!(
        "{address}: {packets} frames, {} of them of 65,535 bytes or more, {segments} packets, {bytes} bytes; the \
             other end's device {received}, {wire}",
        large.rows.len()
    );
    assert!(!large.rows.is_empty(), "no large frames were made");
    if (segments, bytes) != (received, wire) {
        return Err(format!("{segments} packets of {bytes} bytes, and {received} of {wire}"));
    }
    for row in &large.rows {
        let [frame, length] = ["frame_length", "length"].map(|name| row[name].as_u64().unwrap());
        assert_eq!(frame, length + 14, "{row}");
    }
    Ok(())
}
