use std::{fs, thread};

use rustix::{
    net::{accept, bind, listen},
    process::getuid,
};

use super::*;

/// A socket as systemd's, of which `serve` gets each connection.
fn refusal(name: &str, serve: impl Fn(OwnedFd) + Sync) -> String {
    let path = env::temp_dir().join(format!("xdplive-unit-{}-{name}", process::id()));
    let socket = socket_with(AddressFamily::UNIX, SocketType::SEQPACKET, SocketFlags::CLOEXEC, None).unwrap();
    bind(&socket, &SocketAddrUnix::new(&path).unwrap()).unwrap();
    listen(&socket, 1).unwrap();
    let refused = thread::scope(|scope| {
        scope.spawn(|| serve(accept(&socket).unwrap()));
        connect(&path).map(drop).unwrap_err().to_string()
    });
    fs::remove_file(&path).unwrap();
    refused
}

fn nothing() -> Policy {
    Policy {
        may_watch: Box::new(|_| false),
        ring_bytes: 0,
        flow_entries: 0,
        header_bytes: 0,
        instruments: Vec::new(),
    }
}

#[test]
fn who_is_refused_gets_the_reason() {
    let (uid, allowed) = (getuid().as_raw(), getuid().as_raw() + 1);
    let expected = format!(
        "the loader refuses: user {uid} may not use the loader; {allowed} may (XDPLIVE_PEER in xdplive-loader@.service)"
    );
    let refuse = |connection| _ = serve(connection, Some(allowed), nothing()).unwrap_err();
    // Before the plugin's first message has come, or after it: whichever is first here.
    for number in 0..100 {
        assert_eq!(refusal(&format!("peer-{number}"), refuse), expected);
    }
    let has_come = |connection: OwnedFd| {
        let channel = Channel::from(connection);
        assert!(channel.wait(PATIENCE).unwrap());
        refuse(channel.into());
    };
    assert_eq!(refusal("read", has_come), expected);
    assert_eq!(
        refusal("settings", |connection| decline(connection, "interfaces = , names none")),
        "the loader refuses: interfaces = , names none"
    );
}

#[test]
fn a_loader_that_ends_without_a_word_is_told_of() {
    let refused = refusal("silent", drop);
    assert!(refused.starts_with("the loader has ended at once ("), "{refused}");
}
