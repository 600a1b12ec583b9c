//! Numbers and names that other parts of the product rely on.

use xdplive_packet::{
    Headers, Hook, LinkType, Malformed, Tag,
    accounting::{BANKS, COUNTER_ENTRIES, counter_entry},
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
fn each_bank_and_direction_has_a_counter_entry() {
    let mut entries: Vec<_> = (0..BANKS)
        .flat_map(|generation| Direction::ALL.map(|direction| counter_entry(generation, direction)))
        .collect();
    entries.sort_unstable();
    assert_eq!(entries, (0..COUNTER_ENTRIES).collect::<Vec<_>>());
    // Generations take turns with the banks, also where their number wraps around.
    assert_eq!(counter_entry(u32::MAX, Direction::In), counter_entry(1, Direction::In));
}
