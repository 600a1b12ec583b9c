//! Which hook is taken, with whom, and what is said of it.

use std::os::fd::AsFd;

use aya::{
    EbpfLoader,
    programs::{Xdp, XdpMode},
};
use xdplive_corpus::named;
use xdplive_lab::{namespace::Namespace, process::links, send::Sender, watch::Watch};

#[test]
fn a_virtual_device_is_watched_by_tcx_and_the_reason_is_told() {
    let namespace = Namespace::with_pair();
    let outcome = Watch::attached(&namespace, 2, &["--interface", "a", "--duration", "0.2"]).finish();
    outcome.assert_well();
    let attached: Vec<_> = outcome.errors.iter().filter(|line| line.starts_with("attached")).collect();
    assert_eq!(attached, ["attached a in by tcx", "attached a out by tcx"]);
    assert!(
        outcome.errors.iter().any(|line| line.starts_with("note: a in: tcx") && line.contains("virtual"))
    );
}

/// An XDP program of somebody else, attached while the value lives.
struct Foreign {
    _ebpf: aya::Ebpf,
    id: u32,
}

fn foreign_program(namespace: &Namespace, interface: &str) -> Foreign {
    let object = std::fs::read(xdplive_lab::in_checkout("ebpf/prebuilt/xdplive.bpf.o")).unwrap();
    let mut ebpf = EbpfLoader::new().load(&object).unwrap();
    let program: &mut Xdp = ebpf.program_mut("xdp_generic").unwrap().try_into().unwrap();
    program.load().unwrap();
    namespace.enter(|| program.attach(interface, XdpMode::Skb)).unwrap();
    let id = program.info().unwrap().id();
    assert!(program.fd().unwrap().as_fd().try_clone_to_owned().is_ok());
    Foreign { _ebpf: ebpf, id }
}

#[test]
fn a_foreign_xdp_program_is_named_and_left_alone() {
    let namespace = Namespace::with_pair();
    let foreign = foreign_program(&namespace, "a");
    let named_id = format!("id {}", foreign.id);

    let sender = Sender::new(&namespace, "b");
    let watch = Watch::attached(&namespace, 1, &["--interface", "a", "--direction", "in"]);
    sender.send(&named::ssdp().bytes());
    watch.wait_for_rows(1);
    let outcome = watch.stop();
    outcome.assert_well();
    assert!(outcome.errors.contains(&"attached a in by tcx".to_owned()), "{:#?}", outcome.errors);
    assert!(outcome.errors.iter().any(|line| line.contains(&named_id)), "{:#?}", outcome.errors);

    for hook in ["xdp-native", "xdp-generic"] {
        let outcome = Watch::start(&namespace, &["--interface", "a", "--hook", hook]).finish();
        outcome.assert_failed(1, &[hook, "\"a\"", &named_id, "bpftool"]);
    }
    assert!(namespace.ip(&["link", "show", "dev", "a"]).contains("xdp"), "the foreign program is gone");
}

#[test]
fn two_watchers_on_one_interface() {
    let namespace = Namespace::with_pair();
    let sender = Sender::new(&namespace, "b");
    let before = links();
    let native =
        Watch::attached(&namespace, 1, &["--interface", "a", "--direction", "in", "--hook", "xdp-native"]);
    let tcx = Watch::attached(&namespace, 1, &["--interface", "a", "--direction", "in"]);
    assert_eq!(links(), before + 2);
    sender.send(&named::ssdp().bytes());
    for watch in [native, tcx] {
        watch.wait_for_rows(1);
        watch.stop().assert_well();
    }
}
