use xdplive_source::{Host, InForce, Outcome, Prepared, Report};

use super::*;
use crate::report::{self, Kernel};

/// A card of which `ethtool -K` can turn this off.
fn card(name: &str, features: &[&'static str]) -> Interface {
    let tags = VlanTags::Beside { device: name.to_owned(), features: features.to_vec() };
    Interface {
        physical: true,
        vlan_tags: Some(tags),
        ..Interface::new(name, 2, xdplive_source::Link::Ethernet)
    }
}

/// An end of a veth pair whose other end, `b`, hands tags over beside the frame.
fn veth() -> Interface {
    let tags =
        VlanTags::Beside { device: "b".to_owned(), features: vec!["txvlan", "tx-vlan-stag-hw-insert"] };
    Interface { physical: false, vlan_tags: Some(tags), ..card("a", &[]) }
}

fn in_force(interface: &str, hook: Hook) -> InForce {
    InForce {
        host: Host::only("nas"),
        interface: interface.to_owned(),
        hook,
        reason: "asked for".to_owned(),
        expected: true,
    }
}

fn report(kernel: &str, interfaces: Vec<Interface>, in_force: &[InForce]) -> Report {
    let at_start = report::tests::at_start(Vec::new());
    let interfaces = interfaces.into_iter().collect();
    report::report(
        &at_start,
        &Kernel::from_release(kernel),
        Some(Vec::new()),
        &interfaces,
        &Prepared { in_force: in_force.to_vec(), left_out: Vec::new() },
    )
}

/// The warning on a kernel with TCX.
fn warning(interfaces: Vec<Interface>, in_force: &[InForce]) -> Option<Check> {
    warning_on("6.6.0", interfaces, in_force)
}

fn warning_on(kernel: &str, interfaces: Vec<Interface>, in_force: &[InForce]) -> Option<Check> {
    let check =
        report(kernel, interfaces, in_force).checks.into_iter().find(|check| check.name == "VLAN tags");
    assert!(check.iter().all(|check| check.outcome == Outcome::Warning));
    check
}

const MISSED: &str =
    "the column vlan and filters by vlan miss them there, and frame_length lacks their 4 bytes";

#[test]
fn where_auto_begins_with_xdp() {
    let check = warning(vec![card("eth0", &["rxvlan"])], &[]).unwrap();
    let where_ = "taken off before XDP sees the frame on eth0 (auto begins with xdp-native)";
    assert_eq!(check.detail, format!("{where_}: {MISSED}; tcx sees them"));
    assert_eq!(check.fix.unwrap(), "sudo ethtool -K eth0 rxvlan off, or choose the hook tcx");
    assert_eq!(check.commands, ["sudo ethtool -K eth0 rxvlan off"]);
}

#[test]
fn where_xdp_is_in_force() {
    for hook in [Hook::XdpNative, Hook::XdpGeneric] {
        let check =
            warning(vec![Interface { xdp_program: Some(5), ..veth() }], &[in_force("a", hook)]).unwrap();
        let where_ = format!("taken off before XDP sees the frame on a ({} is in force)", hook.name());
        assert_eq!(check.detail, format!("{where_}: {MISSED}; tcx sees them"));
        assert_eq!(
            check.fix.unwrap(),
            "sudo ethtool -K b txvlan off tx-vlan-stag-hw-insert off, or choose the hook tcx"
        );
    }
}

#[test]
fn nothing_is_said_where_tcx_receives() {
    let eth0 = || card("eth0", &["rxvlan"]);
    assert_eq!(warning(vec![eth0()], &[in_force("eth0", Hook::TcxIngress)]), None);
    // On a virtual device, and beside another's program, `auto` goes in by TCX.
    assert_eq!(warning(vec![veth()], &[]), None);
    assert_eq!(warning(vec![Interface { xdp_program: Some(5), ..eth0() }], &[]), None);
    // What is in force elsewhere changes nothing here.
    assert_eq!(warning(vec![veth()], &[in_force("c", Hook::XdpNative)]), None);
}

/// What receives may not be what sends.
#[test]
fn tcx_for_packets_sent_does_not_count() {
    assert!(warning(vec![card("eth0", &["rxvlan"])], &[in_force("eth0", Hook::TcxEgress)]).is_some());
}

#[test]
fn nothing_is_said_where_xdp_sees_tags_or_nothing_is_known() {
    for vlan_tags in [Some(VlanTags::InFrame), None] {
        let card = Interface { vlan_tags: vlan_tags.clone(), ..card("eth0", &[]) };
        assert_eq!(warning(vec![card.clone()], &[]), None, "{vlan_tags:?}");
        assert_eq!(warning(vec![card], &[in_force("eth0", Hook::XdpNative)]), None, "{vlan_tags:?}");
    }
}

#[test]
fn the_remedy_is_one_that_this_kernel_has() {
    let fixed = || vec![card("eth0", &[])];
    assert_eq!(warning(fixed(), &[]).unwrap().fix.unwrap(), "choose the hook tcx");
    let check = warning_on("6.1.0", fixed(), &[]).unwrap();
    assert_eq!(check.fix.unwrap(), "upgrade to kernel 6.6 or later, and choose the hook tcx");
    assert!(!check.detail.contains("tcx"), "{}", check.detail);
    let check = warning_on("6.1.0", vec![veth()], &[]).unwrap();
    assert!(check.detail.contains("a (auto begins with xdp-generic)"), "{}", check.detail);
    assert_eq!(check.fix.unwrap(), "sudo ethtool -K b txvlan off tx-vlan-stag-hw-insert off");
}

/// A machine full of cards must not fill the screen.
#[test]
fn many_are_told_in_one() {
    let cards =
        |count| (0..count).map(|number| card(&format!("eth{number}"), &["rxvlan"])).collect::<Vec<_>>();
    let check = warning(cards(5), &[]).unwrap();
    let last = "eth4 (auto begins with xdp-native): the";
    assert!(check.detail.contains(last), "{}", check.detail);
    let last = "; sudo ethtool -K eth4 rxvlan off, or choose the hook tcx";
    assert!(check.fix.as_ref().unwrap().ends_with(last), "{:?}", check.fix);

    let check = warning(cards(7), &[]).unwrap();
    let last = "eth4 (auto begins with xdp-native) and 2 more: the";
    assert!(check.detail.contains(last), "{}", check.detail);
    let last = "; sudo ethtool -K eth4 rxvlan off, and the others likewise, or choose the hook tcx";
    assert!(check.fix.as_ref().unwrap().ends_with(last), "{:?}", check.fix);
    assert_eq!(check.commands.len(), 5);
}

#[test]
fn the_choice_of_hooks_says_it_too() {
    let reasons = |kernel, interface: Interface, in_force: &[InForce]| -> Vec<(&'static str, String)> {
        let hooks = &report(kernel, vec![interface], in_force).interfaces[0].hooks;
        hooks.iter().map(|option| (option.hook, option.reason.clone())).collect()
    };
    let expected = [
        ("xdp-native", "tried first; tcx where the driver refuses it; VLAN tags are taken off before it"),
        ("tcx", ""),
        ("xdp-generic", "VLAN tags are taken off before it"),
        ("tcx", ""),
    ];
    let found = reasons("6.6.0", card("eth0", &["rxvlan"]), &[]);
    assert_eq!(found, expected.map(|(hook, reason)| (hook, reason.to_owned())));

    let found = reasons("6.6.0", card("eth0", &["rxvlan"]), &[in_force("eth0", Hook::XdpNative)]);
    assert_eq!(found[0].1, "asked for; VLAN tags are taken off before it");
    // Of a hook that cannot be had, no more is said than that.
    let found = reasons("6.6.0", Interface { xdp_program: Some(5), ..veth() }, &[]);
    assert!(found.iter().all(|(_, reason)| !reason.contains("VLAN")), "{found:?}");
    let found = reasons("6.6.0", Interface { vlan_tags: Some(VlanTags::InFrame), ..card("eth0", &[]) }, &[]);
    assert!(found.iter().all(|(_, reason)| !reason.contains("VLAN")), "{found:?}");
}
