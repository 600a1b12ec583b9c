use std::net::{Ipv6Addr, SocketAddr, SocketAddrV6, TcpListener};

use netlink_packet_sock_diag::{AF_INET, AF_INET6};
use rustix::{
    fs::fstat,
    io::Errno,
    net::{AddressFamily, SocketFlags, SocketType, bind, getsockname, ipproto, listen, socket_with},
    process::geteuid,
};

use super::*;

/// A listening socket of this test's own, and its port.
fn listener(address: &str) -> (TcpListener, u16) {
    let socket = TcpListener::bind((address, 0)).unwrap();
    let port = socket.local_addr().unwrap().port();
    (socket, port)
}

fn of(family: u8) -> Vec<Found> {
    let mut found = Vec::new();
    sockets::each(Which::Listening, family, |socket| found.push(*socket)).unwrap();
    found
}

fn all() -> Vec<Found> {
    FAMILIES.into_iter().flat_map(of).collect()
}

#[test]
fn the_list_has_both_versions_with_user_and_control_group() {
    let (v4, v4_port) = listener("127.0.0.1");
    let (v6, v6_port) = listener("::1");
    for (family, port) in [(AF_INET, v4_port), (AF_INET6, v6_port)] {
        let found: Vec<Found> = of(family).into_iter().filter(|socket| socket.port == port).collect();
        let [socket] = found[..] else { panic!("{found:?}") };
        assert_eq!(socket.uid, geteuid().as_raw());
        assert_eq!(socket.control_group, control_group().unwrap());
    }
    drop((v4, v6));
}

/// What programs written in Go listen on where they can (Go 1.24).
#[test]
fn multipath_sockets_are_in_the_list() {
    let socket =
        socket_with(AddressFamily::INET6, SocketType::STREAM, SocketFlags::CLOEXEC, Some(ipproto::MPTCP));
    let socket = match socket {
        Ok(socket) => socket,
        Err(error @ (Errno::PROTONOSUPPORT | Errno::NOPROTOOPT)) => {
            eprintln!("SKIPPED: this kernel has no Multipath TCP: {error}");
            return;
        }
        Err(error) => panic!("{error}"),
    };
    bind(&socket, &SocketAddrV6::new(Ipv6Addr::UNSPECIFIED, 0, 0, 0)).unwrap();
    listen(&socket, 1).unwrap();
    let port = SocketAddrV6::try_from(getsockname(&socket).unwrap()).unwrap().port();
    let found: Vec<Found> = all().into_iter().filter(|socket| socket.port == port).collect();
    let inode = fstat(&socket).unwrap().st_ino as u32;
    let expected = Found { port, uid: geteuid().as_raw(), inode, control_group: control_group().unwrap() };
    assert!(found.contains(&expected), "{found:?}");
}

#[test]
fn more_sockets_than_one_answer_holds() {
    let listeners: Vec<(TcpListener, u16)> = (0..600).map(|_| listener("127.0.0.1")).collect();
    let found: BTreeSet<u16> = all().iter().map(|socket| socket.port).collect();
    assert!(listeners.iter().all(|(_, port)| found.contains(port)));
}

#[test]
fn connections_are_no_listening_sockets() {
    let (socket, port) = listener("127.0.0.1");
    let client = std::net::TcpStream::connect(SocketAddr::from(([127, 0, 0, 1], port))).unwrap();
    let client_port = client.local_addr().unwrap().port();
    let found = of(AF_INET);
    assert_eq!(found.iter().filter(|socket| socket.port == port).count(), 1);
    assert!(!found.iter().any(|socket| socket.port == client_port));
    drop(socket);
}

/// Who runs these tests is of the same user and control group as they are.
#[test]
fn the_parents_ports_are_those_of_its_user_and_control_group() {
    let parent = Parent::look().unwrap();
    let (v4, v4_port) = listener("127.0.0.1");
    let (v6, v6_port) = listener("::1");
    let ports = parent.ports().unwrap();
    assert!(ports.contains(&v4_port) && ports.contains(&v6_port), "{parent:?}: {ports:?}");
    let other_user = Parent { uid: parent.uid + 1, ..parent };
    let other_group = Parent { control_group: Some(u64::MAX), ..parent };
    for other in [other_user, other_group] {
        let ports = other.ports().unwrap();
        assert!(!ports.contains(&v4_port) && !ports.contains(&v6_port), "{other:?}: {ports:?}");
    }
    drop((v4, v6));
}

#[test]
fn user_and_control_group_decide_together() {
    let socket = Found { port: 3000, uid: 472, inode: 1, control_group: Some(10) };
    let holds = |uid, control_group| Parent { uid, control_group }.holds(&socket);
    assert!(holds(472, Some(10)));
    assert!(!holds(0, Some(10)));
    assert!(!holds(472, Some(11)));
    // A kernel without control groups gives none to either.
    assert!(holds(472, None));
    assert!(!holds(0, None));
    let without = Found { control_group: None, ..socket };
    assert!(!Parent { uid: 472, control_group: Some(10) }.holds(&without));
}

#[test]
fn the_socket_that_is_opened_to_look_is_closed_again() {
    let marker = Marker::open().unwrap();
    let found: Vec<Found> = all().into_iter().filter(|socket| marker.is(socket)).collect();
    assert_eq!(found.len(), 1);
    drop(marker);
    assert!(!all().contains(&found[0]));
}

#[test]
fn the_user_for_files_is_the_last() {
    let status = "Name:\tgrafana\nUid:\t0\t1\t2\t472\nGid:\t9\t9\t9\t9\n";
    assert_eq!(file_system_user(status), Some(472));
    assert_eq!(file_system_user("Name:\tgrafana\nUid:\t0\t1\t2\n"), None);
    assert_eq!(file_system_user("Name:\tgrafana\n"), None);
    assert_eq!(user_of(getppid().unwrap()).unwrap(), geteuid().as_raw());
}

#[test]
fn a_process_that_is_not_shown_is_an_error_that_says_so() {
    // Beyond the largest number there is (PID_MAX_LIMIT).
    let error = user_of(Pid::from_raw(1 << 30).unwrap()).unwrap_err();
    let text = error.to_string();
    assert!(text.starts_with("cannot read /proc/1073741824/status") && text.contains("hidepid"), "{text}");
}

/// A connection of this process to a server is found, and nobody else's to the same server.
#[test]
fn own_ends_of_connections_are_found() {
    let (server, port) = listener("127.0.0.1");
    let client = std::net::TcpStream::connect(("127.0.0.1", port)).unwrap();
    let own = client.local_addr().unwrap().port();
    let mut other = std::process::Command::new("bash")
        .args(["-c", &format!("exec 3<>/dev/tcp/127.0.0.1/{port}; echo; exec cat"), "bash"])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    // It is connected when it has written a line.
    std::io::Read::read_exact(other.stdout.as_mut().unwrap(), &mut [0]).unwrap();
    let mut connected_to = BTreeSet::new();
    sockets::each(Which::ConnectedTo(port), AF_INET, |socket| _ = connected_to.insert(socket.port)).unwrap();
    assert_eq!(connected_to.len(), 2, "{connected_to:?}");
    let ports = Ports { servers: [port].into(), ..Ports::default() };
    let (found, error) = ports.now();
    assert!(error.is_none(), "{error:?}");
    assert_eq!(found, BTreeSet::from([own]));
    other.kill().unwrap();
    other.wait().unwrap();
    drop((server, client));
    assert!(ports.now().0.is_empty(), "none once it is closed");
}
