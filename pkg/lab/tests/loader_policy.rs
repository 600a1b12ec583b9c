//! The loader keeps to the policy that it was started with, whatever the process at the other end asks for: that process
//! parses what comes from the network and from Grafana, and may be somebody else's by then.
//!
//! This program starts itself again inside a network namespace: a process with more than one thread cannot fork a loader.

#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use rustix::net::{AddressFamily, SocketType, netdevice::name_to_index, socket};
use xdplive_lab::namespace::Namespace;
use xdplive_loader::{
    AskError, Loader,
    identity::Identity,
    policy::Policy,
    protocol::{Instrument, LoaderError},
};
use xdplive_packet::Hook;

const RING_BYTES: u32 = 1 << 16;
const FLOW_ENTRIES: u32 = 1024;

/// The argument of the one inside.
const INSIDE: &str = "inside";

fn main() {
    if std::env::args().nth(1).as_deref() == Some(INSIDE) {
        return inside();
    }
    xdplive_lab::need_root();
    let namespace = Namespace::with_pair();
    let program = std::env::current_exe().unwrap();
    // A namespace has a /sys of its own, without control groups.
    let line = format!("mount -t cgroup2 none /sys/fs/cgroup && exec {} {INSIDE}", program.display());
    let status = namespace.command(&["sh", "-c", &line]).status().unwrap();
    assert!(status.success(), "{status}");
}

fn inside() {
    let policy = Policy {
        may_watch: Box::new(|name| name == "a"),
        ring_bytes: RING_BYTES,
        flow_entries: FLOW_ENTRIES,
        header_bytes: 0,
        instruments: vec![Instrument::Quality],
    };
    // SAFETY: this process has one thread.
    let loader = unsafe { Loader::fork(policy, Identity::choose(None).unwrap()) }.unwrap();

    forbidden(loader.maps.open(2 * RING_BYTES), "a ring of 131072 bytes");
    loader.maps.open(RING_BYTES).unwrap();
    // The ring is there, and who asks for it again is no better off.
    forbidden(loader.maps.open(1 << 31), "a ring of 2147483648 bytes");
    forbidden(loader.maps.flow_tables(FLOW_ENTRIES + 1), "a table of 1025 flows");
    loader.maps.flow_tables(FLOW_ENTRIES).unwrap();

    let (allowed, other) = (index("a"), index("b"));
    for hook in [Hook::XdpNative, Hook::XdpGeneric, Hook::TcxIngress, Hook::TcxEgress] {
        forbidden(loader.links.attach(hook, other), "to attach to b");
    }
    let attached = loader.links.attach(Hook::TcxIngress, allowed).unwrap();
    loader.links.detach(attached.link).unwrap();

    // Twice is once.
    for _ in 0..2 {
        assert_eq!(loader.links.begin(Instrument::Quality).unwrap().maps.len(), 1);
    }
    loader.links.walk(Instrument::Quality).unwrap();
    loader.links.finish(Instrument::Quality).unwrap();

    let Loader { maps, links, process } = loader;
    drop((maps, links));
    assert!(process.end(xdplive_loader::PATIENCE), "the loader did not end");
}

fn forbidden<T: std::fmt::Debug>(answer: Result<T, AskError>, what: &str) {
    match answer {
        Err(AskError::Loader(LoaderError::Forbidden(text))) if text.starts_with(what) => {}
        other => panic!("{what}: {other:?}"),
    }
}

fn index(name: &str) -> u32 {
    let any = socket(AddressFamily::UNIX, SocketType::DGRAM, None).unwrap();
    name_to_index(any, name).unwrap()
}
