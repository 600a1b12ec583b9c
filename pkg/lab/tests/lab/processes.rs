//! Whose packets are, against who is known to have sent and received them: this test, and a shell that lives for some
//! milliseconds.

use std::{
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream, UdpSocket},
    thread,
    time::Duration,
};

use xdplive_lab::{namespace::Namespace, relay::Relay, watch::Watch};

/// A namespace has a /sys of its own, without control groups.
const ALLOWED: &str = "mount -t cgroup2 none /sys/fs/cgroup && export GF_PLUGIN_PROCESSES=true";
/// Ports of sockets of this test: a connection from before the watch, one that it asks for, one that it accepts, and datagrams.
const PORTS: [u16; 4] = [7001, 7002, 7003, 7100];
/// Where the shell sends to. Nobody listens there.
const OF_SHELL: u16 = 7200;

/// Sends something over a connection and back, so often.
fn talk(stream: &mut TcpStream, times: usize) {
    let mut answer = [0; 64];
    for _ in 0..times {
        stream.write_all(&[b'x'; 64]).unwrap();
        stream.read_exact(&mut answer).unwrap();
    }
}

/// Answers what comes with the same.
fn echo(namespace: &Namespace, address: &str) {
    let listener = namespace.enter(|| TcpListener::bind(address).unwrap());
    thread::spawn(move || {
        while let Ok((mut stream, _)) = listener.accept() {
            thread::spawn(move || {
                let mut bytes = [0; 64];
                while stream.read_exact(&mut bytes).and_then(|()| stream.write_all(&bytes)).is_ok() {}
            });
        }
    });
}

#[test]
fn packets_belong_to_the_processes_that_have_their_sockets() {
    let (near, far) = (Namespace::new(), Namespace::new());
    let _relay = Relay::start(&near, &far, "wire", Duration::ZERO, u64::MAX);
    let [here, there] = Relay::HOSTS;
    let at = |host: &str, port: u16| format!("{host}:{port}");
    echo(&far, &at(there, PORTS[0]));
    echo(&far, &at(there, PORTS[1]));
    echo(&near, &at(here, PORTS[2]));
    let mut old = near.enter(|| TcpStream::connect(at(there, PORTS[0])).unwrap());
    talk(&mut old, 1);
    let columns = "direction,source_port,destination_port,process,pid,user,container";
    let options = ["--interface", "wire", "--filter", "tcp or udp", "--columns", columns];
    let watch = Watch::start_after(ALLOWED, &near, &options);
    watch.wait_for_attachments(2);
    talk(&mut old, 100);
    let mut asked = near.enter(|| TcpStream::connect(at(there, PORTS[1])).unwrap());
    talk(&mut asked, 100);
    let mut accepted = far.enter(|| TcpStream::connect(at(here, PORTS[2])).unwrap());
    talk(&mut accepted, 100);
    let [one, other] = [(&near, here), (&far, there)]
        .map(|(namespace, host)| namespace.enter(|| UdpSocket::bind(at(host, PORTS[3])).unwrap()));
    for _ in 0..50 {
        one.send_to(b"x", at(there, PORTS[3])).unwrap();
        other.send_to(b"x", at(here, PORTS[3])).unwrap();
        thread::sleep(Duration::from_millis(1));
    }
    near.run(&["bash", "-c", &format!("echo x >/dev/udp/{there}/{OF_SHELL}")]);
    watch.wait_for_rows(600);
    thread::sleep(Duration::from_millis(500));
    let outcome = watch.stop();
    outcome.assert_well();

    let name = std::fs::read_to_string("/proc/self/comm").unwrap();
    let name = name.trim_end();
    for direction in ["in", "out"] {
        for port in PORTS {
            let of_port = |row: &&serde_json::Value| {
                row["direction"] == direction
                    && (row["source_port"] == port || row["destination_port"] == port)
            };
            let rows: Vec<_> = outcome.rows.iter().filter(of_port).collect();
            let known = rows.iter().filter(|row| row["process"] == name && row["pid"] == std::process::id());
            let known = known.count();
            assert!(rows.len() >= 50, "{port} {direction}: {} rows", rows.len());
            assert!(
                known * 100 >= rows.len() * 99,
                "{port} {direction}: {known} of {}: {:?}",
                rows.len(),
                rows[0]
            );
        }
    }
    let shell =
        outcome.rows.iter().find(|row| row["destination_port"] == OF_SHELL).expect("the shell's packet");
    assert_eq!((shell["process"].as_str(), shell["user"].as_str()), (Some("bash"), Some("root")), "{shell}");
}
