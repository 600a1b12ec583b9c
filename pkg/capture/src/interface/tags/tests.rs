use rtnetlink::packet_route::link::LinkInfo;

use super::*;

fn virtual_device(xdp_program: Option<u32>) -> Interface {
    Interface { xdp_program, ..Interface::new("a", 7, Link::Ethernet) }
}

fn kind(kind: InfoKind) -> LinkAttribute {
    LinkAttribute::LinkInfo(vec![LinkInfo::Kind(kind)])
}

#[test]
fn a_card_is_asked_itself() {
    let card = Interface { physical: true, ..virtual_device(None) };
    assert_eq!(Decider::of(&card, &[]), Some(Decider::Card));
    let infiniband = Interface { link: Link::Unsupported, ..card };
    assert_eq!(Decider::of(&infiniband, &[]), None, "there are no VLAN tags");
}

#[test]
fn of_a_veth_pair_the_other_end_is_asked_once_it_matters() {
    let pair = [kind(InfoKind::Veth), LinkAttribute::Link(8)];
    assert_eq!(Decider::of(&virtual_device(None), &pair), None);
    assert_eq!(Decider::of(&virtual_device(Some(5)), &pair), Some(Decider::OtherEnd(8)));
    // In another namespace, 8 is another interface.
    let elsewhere = [kind(InfoKind::Veth), LinkAttribute::Link(8), LinkAttribute::LinkNetNsId(0)];
    assert_eq!(Decider::of(&virtual_device(Some(5)), &elsewhere), None);
}

#[test]
fn of_other_virtual_devices_a_bridge_alone_is_known() {
    assert_eq!(Decider::of(&virtual_device(None), &[kind(InfoKind::Bridge)]), None);
    assert_eq!(Decider::of(&virtual_device(Some(5)), &[kind(InfoKind::Bridge)]), Some(Decider::Kernel));
    assert_eq!(
        Decider::of(&virtual_device(Some(5)), &[kind(InfoKind::MacVlan), LinkAttribute::Link(8)]),
        None
    );
    assert_eq!(Decider::of(&virtual_device(Some(5)), &[]), None);
}

fn bits(names: &[&str]) -> Vec<EthtoolFeatureBit> {
    let others = ["highdma", "rx-gro"];
    let bit = |name: &&str| EthtoolFeatureBit { index: 1, name: (*name).to_owned(), value: true };
    others.iter().chain(names).map(bit).collect()
}

/// What is known of `eth0` with these features active, and those that can be switched.
fn found(which: &Features, active: &[&str], switchable: &[&str]) -> Option<VlanTags> {
    let features = [EthtoolFeatureAttr::Hw(bits(switchable)), EthtoolFeatureAttr::Active(bits(active))];
    judge("eth0", which, &features)
}

fn beside(features: &[&'static str]) -> Option<VlanTags> {
    Some(VlanTags::Beside { device: "eth0".to_owned(), features: features.to_vec() })
}

#[test]
fn features_in_force_decide() {
    const BOTH: [&str; 2] = ["rx-vlan-hw-parse", "rx-vlan-stag-hw-parse"];
    assert_eq!(found(&RECEIVING, &[], &BOTH), Some(VlanTags::InFrame));
    assert_eq!(found(&RECEIVING, &BOTH[..1], &BOTH), beside(&["rxvlan"]));
    assert_eq!(found(&RECEIVING, &BOTH, &BOTH), beside(&["rxvlan", "rx-vlan-stag-hw-parse"]));
    // Of the other direction.
    let sending = ["tx-vlan-hw-insert", "tx-vlan-stag-hw-insert"];
    assert_eq!(found(&RECEIVING, &sending, &sending), Some(VlanTags::InFrame));
    assert_eq!(found(&SENDING, &sending, &sending), beside(&["txvlan", "tx-vlan-stag-hw-insert"]));
}

/// A command that leaves one of two features on would fix half of it, and look like all.
#[test]
fn a_feature_that_cannot_be_switched_has_no_command() {
    const BOTH: [&str; 2] = ["rx-vlan-hw-parse", "rx-vlan-stag-hw-parse"];
    assert_eq!(found(&RECEIVING, &BOTH[..1], &[]), beside(&[]));
    assert_eq!(found(&RECEIVING, &BOTH, &BOTH[..1]), beside(&[]));
    assert_eq!(beside(&[]).unwrap().command(), None);
}

/// A bit of the set of those that can be switched comes with its value.
#[test]
fn a_bit_that_is_named_and_off_is_off() {
    let off = EthtoolFeatureBit { index: 8, name: "rx-vlan-hw-parse".to_owned(), value: false };
    let features = [
        EthtoolFeatureAttr::Hw(vec![off.clone()]),
        EthtoolFeatureAttr::Active(vec![EthtoolFeatureBit { value: true, ..off }]),
    ];
    assert_eq!(judge("eth0", &RECEIVING, &features), beside(&[]));
}

#[test]
fn without_an_answer_nothing_is_known() {
    assert_eq!(judge("eth0", &RECEIVING, &[]), None);
    assert_eq!(judge("eth0", &RECEIVING, &[EthtoolFeatureAttr::Hw(bits(&["rx-vlan-hw-parse"]))]), None);
}

#[test]
fn the_command_turns_all_of_it_off() {
    assert_eq!(beside(&["rxvlan"]).unwrap().command().unwrap(), "ethtool -K eth0 rxvlan off");
    assert_eq!(
        beside(&["txvlan", "tx-vlan-stag-hw-insert"]).unwrap().command().unwrap(),
        "ethtool -K eth0 txvlan off tx-vlan-stag-hw-insert off"
    );
    assert_eq!(VlanTags::InFrame.command(), None);
}
