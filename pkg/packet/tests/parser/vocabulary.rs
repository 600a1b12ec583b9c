//! Numbers and names that other parts of the product rely on.

use xdplive_packet::{
    Headers, Hook, LinkType, Malformed, Tag, TunnelKind,
    accounting::{cells, hook_cell, slot_cell},
    event::Direction,
};

#[test]
fn the_names_in_the_malformed_column() {
    let names: Vec<_> = (0..=u8::MAX).filter_map(Malformed::from_raw).map(Malformed::name).collect();
    assert_eq!(names, ["truncated", "bad_ihl", "bad_length", "too_many_headers"]);
}

#[test]
fn reasons_survive_being_stored() {
    for reason in (0..=u8::MAX).filter_map(Malformed::from_raw) {
        let headers = Headers { malformed: reason as u8, ..Headers::EMPTY };
        assert_eq!(headers.malformed(), Some(reason));
    }
    assert_eq!(Headers::EMPTY.malformed(), None);
}

#[test]
fn the_names_in_the_tunnel_column() {
    let names: Vec<_> = (0..=u8::MAX).filter_map(TunnelKind::from_raw).map(TunnelKind::name).collect();
    assert_eq!(names, ["vxlan", "geneve", "gre", "ipip", "6in4", "4in6", "6in6", "mpls", "pppoe", "gtp"]);
    for kind in TunnelKind::ALL {
        assert_eq!(TunnelKind::from_raw(kind as u8), Some(kind));
    }
}

#[test]
fn hooks_survive_being_stored() {
    for hook in [Hook::XdpNative, Hook::XdpGeneric, Hook::TcxIngress, Hook::TcxEgress] {
        assert_eq!(Hook::from_raw(hook as u8), Some(hook));
    }
    assert_eq!((0..=u8::MAX).filter_map(Hook::from_raw).count(), 4);
}

#[test]
fn only_tcx_egress_sees_what_goes_out() {
    let directions =
        [Hook::XdpNative, Hook::XdpGeneric, Hook::TcxIngress, Hook::TcxEgress].map(Hook::direction);
    assert_eq!(directions.map(Direction::name), ["in", "in", "in", "out"]);
}

#[test]
fn link_types_survive_being_stored() {
    for link in [LinkType::Ethernet, LinkType::RawIp] {
        assert_eq!(LinkType::from_raw(link as u32), link);
    }
}

#[test]
fn a_tag_that_was_taken_off_counts_four_bytes() {
    assert_eq!((Tag::NONE.length(), Tag::NONE.control()), (0, None));
    for control in [0, 40, u16::MAX] {
        let tag = Tag::taken_off(control);
        assert_eq!((tag.length(), tag.control()), (4, Some(control)));
    }
}

#[test]
fn every_count_of_a_generation_has_a_cell_of_its_own() {
    for slots in [0, 1, 64] {
        let hooks = Direction::ALL.map(|direction| hook_cell(100, direction));
        let of_slots =
            (0..slots).flat_map(|slot| Direction::ALL.map(|direction| slot_cell(100, slot, direction)));
        let mut all: Vec<u32> = hooks.into_iter().chain(of_slots).collect();
        all.sort_unstable();
        assert_eq!(all, (100..100 + cells(slots)).collect::<Vec<_>>());
    }
}
