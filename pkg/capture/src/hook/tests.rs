use xdplive_source::Link;

use super::*;

const KERNEL: KernelSupport = KernelSupport { tcx: true };
const OLD_KERNEL: KernelSupport = KernelSupport { tcx: false };

fn interface() -> Interface {
    Interface {
        driver: Some("ixgbe".to_owned()),
        physical: true,
        default: true,
        ..Interface::new("eth0", 2, Link::Ethernet)
    }
}

fn veth() -> Interface {
    Interface { driver: None, physical: false, ..interface() }
}

fn hooks(choice: HookChoice, interface: &Interface, kernel: KernelSupport) -> Vec<Hook> {
    plan(choice, Direction::In, interface, kernel).into_iter().map(|attempt| attempt.hook).collect()
}

#[test]
fn a_device_is_tried_natively_first() {
    assert_eq!(hooks(HookChoice::Auto, &interface(), KERNEL), [Hook::XdpNative, Hook::TcxIngress]);
    assert_eq!(hooks(HookChoice::Auto, &interface(), OLD_KERNEL), [Hook::XdpNative, Hook::XdpGeneric]);
}

#[test]
fn a_virtual_device_never_is() {
    assert_eq!(hooks(HookChoice::Auto, &veth(), KERNEL), [Hook::TcxIngress]);
    assert_eq!(hooks(HookChoice::Auto, &veth(), OLD_KERNEL), [Hook::XdpGeneric]);
}

#[test]
fn another_program_is_named_and_left_alone() {
    let taken = Interface { xdp_program: Some(77), ..interface() };
    let attempts = plan(HookChoice::Auto, Direction::In, &taken, KERNEL);
    assert_eq!(attempts.len(), 1);
    assert_eq!(attempts[0].hook, Hook::TcxIngress);
    assert!(attempts[0].reason.contains("id 77"), "{}", attempts[0].reason);
}

#[test]
fn what_a_person_would_not_expect_is_marked() {
    let expected = |interface: &Interface, kernel| {
        let attempts = plan(HookChoice::Auto, Direction::In, interface, kernel);
        attempts.iter().map(|attempt| attempt.expected).collect::<Vec<_>>()
    };
    assert_eq!(expected(&veth(), KERNEL), [true]);
    assert_eq!(expected(&veth(), OLD_KERNEL), [false]);
    assert_eq!(expected(&Interface { xdp_program: Some(7), ..veth() }, KERNEL), [false]);
    assert_eq!(expected(&interface(), KERNEL), [true, false]);
}

#[test]
fn an_explicit_choice_is_the_only_attempt() {
    for (name, choice) in &HookChoice::NAMES[1..] {
        let attempts = hooks(*choice, &veth(), OLD_KERNEL);
        assert_eq!(attempts.len(), 1);
        assert_eq!(attempts[0].name(), *name);
    }
}

#[test]
fn sending_needs_tcx() {
    let out = |kernel| plan(HookChoice::XdpGeneric, Direction::Out, &veth(), kernel);
    assert_eq!(out(KERNEL), [Attempt { hook: Hook::TcxEgress, reason: String::new(), expected: true }]);
    assert_eq!(out(OLD_KERNEL), []);
}

#[test]
fn every_harmful_driver_has_a_reason_and_a_source() {
    let mut count = 0;
    for line in HARMFUL_DRIVERS.lines().filter(|line| !line.starts_with('#')) {
        let parts: Vec<&str> = line.split('\t').collect();
        assert_eq!(parts.len(), 3, "{line}");
        assert!(parts.iter().all(|part| !part.is_empty()), "{line}");
        let device = Interface { driver: Some(parts[0].to_owned()), ..interface() };
        assert_eq!(hooks(HookChoice::Auto, &device, KERNEL), [Hook::TcxIngress], "{line}");
        count += 1;
    }
    assert!(count > 0);
}

/// On many cards native XDP resets queues or the link.
#[test]
fn what_nobody_has_asked_for_is_never_by_xdp() {
    for interface in [interface(), veth()] {
        assert_eq!(hooks(HookChoice::Shared, &interface, KERNEL), [Hook::TcxIngress]);
        assert_eq!(hooks(HookChoice::Shared, &interface, OLD_KERNEL), []);
    }
    let sent = plan(HookChoice::Shared, Direction::Out, &interface(), KERNEL);
    assert_eq!(sent.iter().map(|attempt| attempt.hook).collect::<Vec<_>>(), [Hook::TcxEgress]);
}
