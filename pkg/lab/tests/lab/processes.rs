//! Whose packets are, against who is known to have sent and received them: this test, and a shell that lives for some
//! milliseconds.

use std::{
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream, UdpSocket},
    process::Stdio,
    thread,
    time::Duration,
};

use xdplive_lab::{leash::Leash, namespace::Namespace, relay::Relay, watch::Watch};

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

/// Answers datagrams to an address and the port of [`SERVERS`] with the same, under a name.
const SERVER: &str = r#"use IO::Socket::INET; ($0, my $address) = @ARGV;
    my $socket = IO::Socket::INET->new(Proto => "udp", LocalAddr => $address, LocalPort => 7300) or die $!;
    $| = 1; print "ready";
    while (defined(my $from = $socket->recv(my $bytes, 64))) { $socket->send($bytes, 0, $from); }"#;
/// Makes a socket under one name, and has a child send by it under another.
const FORK: &str = r#"use IO::Socket::INET; ($0, my $child, my $address) = @ARGV;
    my $socket = IO::Socket::INET->new(Proto => "udp", PeerAddr => $address, PeerPort => 7301) or die $!;
    if (my $id = fork) { waitpid($id, 0); exit $?; }
    $0 = $child; for (1..100) { $socket->send("x") or die $!; select(undef, undef, undef, 0.002); }"#;
/// The port of two servers, each with an address of its own.
const SERVERS: u16 = 7300;
/// Where a child sends to.
const OF_CHILD: u16 = 7301;

#[test]
fn servers_of_one_port_are_told_apart_and_an_inherited_socket_is_its_makers() {
    let (near, far) = (Namespace::new(), Namespace::new());
    let _relay = Relay::start(&near, &far, "wire", Duration::ZERO, u64::MAX);
    let [here, there] = Relay::HOSTS;
    let second = "192.0.2.3";
    near.ip(&["addr", "add", &format!("{second}/24"), "dev", "wire"]);
    far.ip(&["neigh", "replace", second, "lladdr", "02:00:00:00:00:01", "dev", "wire"]);
    let servers = [("alpha", here), ("beta", second)].map(|(name, address)| {
        let mut server = near.command(&["perl", "-e", SERVER, name, address]);
        let mut server = server.stdout(Stdio::piped()).spawn().unwrap();
        let mut ready = [0; 5];
        server.stdout.as_mut().unwrap().read_exact(&mut ready).unwrap();
        Leash(server)
    });
    let columns = "direction,source_ip,destination_ip,source_port,destination_port,process,pid";
    let options = ["--interface", "wire", "--filter", "udp", "--columns", columns];
    let watch = Watch::start_after(ALLOWED, &near, &options);
    watch.wait_for_attachments(2);
    let client = far.enter(|| UdpSocket::bind((there, 0)).unwrap());
    client.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    for _ in 0..100 {
        for address in [here, second] {
            client.send_to(b"x", (address, SERVERS)).unwrap();
            client.recv(&mut [0; 8]).unwrap();
        }
    }
    // A refusal would be an error of the next datagram.
    let _listens = far.enter(|| UdpSocket::bind((there, OF_CHILD)).unwrap());
    near.run(&["perl", "-e", FORK, "maker", "heir", there]);
    watch.wait_for_rows(500);
    let outcome = watch.stop();
    outcome.assert_well();
    for direction in ["in", "out"] {
        for ((name, address), server) in [("alpha", here), ("beta", second)].into_iter().zip(&servers) {
            let side = if direction == "in" { "destination" } else { "source" };
            let is_of = |row: &&serde_json::Value| {
                row["direction"] == direction
                    && row[format!("{side}_ip")] == address
                    && row[format!("{side}_port")] == SERVERS
            };
            let rows: Vec<_> = outcome.rows.iter().filter(is_of).collect();
            let known =
                rows.iter().filter(|row| row["process"] == name && row["pid"] == server.0.id()).count();
            assert_eq!(rows.len(), 100, "{name} {direction}");
            assert!(known >= 99, "{name} {direction}: {known} of 100: {:?}", rows[0]);
        }
    }
    let of_child: Vec<_> = outcome.rows.iter().filter(|row| row["destination_port"] == OF_CHILD).collect();
    let known = of_child.iter().filter(|row| row["process"] == "maker").count();
    assert_eq!(of_child.len(), 100);
    assert!(known >= 99, "{known} of 100: {:?}", of_child[0]);
}
