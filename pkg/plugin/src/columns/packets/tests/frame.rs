//! Columns that say where and how a frame was seen.

use xdplive_corpus::{
    frame::{Ethernet, Payload, ethertype},
    named,
};
use xdplive_packet::{LinkType, Tag, Wire};

use super::*;
use crate::tests::{EPOCH, TIME};

fn ssdp() -> Event {
    ethernet(&named::ssdp().bytes())
}

/// When the kernel saw it, rounded down: a row never comes from the future.
#[test]
fn time_is_in_whole_milliseconds() {
    let time = |time| cell(PacketColumn::Time, Event { time, ..ssdp() });
    let epoch = EPOCH / 1_000_000;
    assert_eq!(epoch, 1_767_225_600_000);
    assert_eq!(time(TIME), json!(epoch + 1));
    assert_eq!(time(0), json!(epoch));
    assert_eq!(time(999_999), json!(epoch));
    assert_eq!(time(1_000_000), json!(epoch + 1));
}

/// Numbers no clock shows must not end the process.
#[test]
fn any_time_is_a_number() {
    assert_eq!(cell(PacketColumn::Time, Event { time: u64::MAX, ..ssdp() }), json!(i64::MAX / 1_000_000));
}

#[test]
fn the_interface_is_named() {
    assert_eq!(cell(PacketColumn::Interface, ssdp()), json!("eth0"));
}

#[test]
fn the_direction_is_the_hooks() {
    for (hook, direction) in [
        (Hook::XdpNative, "in"),
        (Hook::XdpGeneric, "in"),
        (Hook::TcxIngress, "in"),
        (Hook::TcxEgress, "out"),
    ] {
        assert_eq!(cell(PacketColumn::Direction, Event { hook: hook as u8, ..ssdp() }), json!(direction));
    }
}

#[test]
fn segments_are_null_where_they_cannot_be_known() {
    let segments = |segments| cell(PacketColumn::Segments, Event { segments, ..ssdp() });
    assert_eq!(segments(SEGMENTS_UNKNOWN), Value::Null);
    assert_eq!(segments(1), json!(1));
    assert_eq!(segments(45), json!(45));
    assert_eq!(segments(u16::MAX), json!(65_535));
}

#[test]
fn the_frame_length_counts_padding() {
    let magic = Payload::Other { ethertype: ethertype::WAKE_ON_LAN, bytes: vec![0xff; 6] };
    let frame = Ethernet::new([2, 0, 0, 0, 0, 1], [0xff; 6], magic);
    assert_eq!(cell(PacketColumn::FrameLength, ethernet(&frame.bytes())), json!(60));
    assert_eq!(cell(PacketColumn::FrameLength, ssdp()), json!(143));
}

/// Card or kernel take the tag off before TCX sees the frame; on the wire it was there.
#[test]
fn a_tag_that_was_taken_off_counts() {
    let wire = Wire { link: LinkType::Ethernet, tag: Tag::taken_off(40) };
    let taken_off = event(&named::ssdp().bytes(), &wire);
    let in_frame = ethernet(&named::ssdp_in_vlan().bytes());
    assert_eq!(cell(PacketColumn::FrameLength, taken_off), json!(147));
    assert_eq!(cell(PacketColumn::FrameLength, in_frame), json!(147));
    assert_eq!(headers(taken_off), headers(in_frame));
}

/// Names are those that were known when the rows were taken; without any, nobody has asked.
#[test]
fn hosts_have_the_names_that_were_known() {
    use std::{net::IpAddr, sync::Arc};

    use xdplive_names::{About, Name, NameSource};

    let named =
        |text: &str, source| About { name: Some(Name { text: Arc::from(text), source }), ..About::default() };
    let [nas, group] = ["192.0.2.20", "239.255.255.250"].map(|text| text.parse::<IpAddr>().unwrap());
    let cells = |about: Vec<(IpAddr, About)>| {
        let mut batch = batch("eth0", [ssdp()]);
        batch.about = Some(Arc::new(about.into_iter().collect()));
        [PacketColumn::SourceName, PacketColumn::DestinationName, PacketColumn::NameSource].map(|column| {
            let mut cells = Values::default();
            column.write(std::slice::from_ref(&batch), &mut cells);
            cells.0.remove(0)
        })
    };
    let source = (nas, named("nas", NameSource::Hosts));
    let destination = (group, named("ssdp", NameSource::Interface));
    assert_eq!(cells(vec![source.clone()]), [json!("nas"), json!(null), json!("hosts")]);
    assert_eq!(cells(vec![destination.clone()]), [json!(null), json!("ssdp"), json!("interface")]);
    assert_eq!(cells(vec![source, destination]), [json!("nas"), json!("ssdp"), json!("hosts")]);
    assert_eq!(cells(vec![]), [json!(null), json!(null), json!(null)]);
    assert_eq!(cell(PacketColumn::SourceName, ssdp()), json!(null));
}
