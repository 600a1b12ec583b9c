use bytemuck::Zeroable as _;
use xdplive_packet::event::MAX_HEADER_BYTES;

use super::*;

fn event(kind: RecordKind) -> Event {
    Event { time: 7, slots: 5, kind: kind as u8, ..Event::zeroed() }
}

/// A record as a kernel program writes it, with `bytes` and a tag that was taken off.
fn with_bytes(bytes: &[u8], tag: [u16; 2]) -> Vec<u8> {
    let mut record = HeaderRecord::zeroed();
    record.event = event(RecordKind::Headers);
    record.captured = u16::try_from(bytes.len()).unwrap();
    [record.tag_protocol, record.tag_control] = tag;
    record.bytes[..bytes.len()].copy_from_slice(bytes);
    bytemuck::bytes_of(&record)[..HeaderRecord::BYTES_AT + bytes.len()].to_vec()
}

#[test]
fn an_event_alone() {
    let event = event(RecordKind::Event);
    let read = Record::read(bytemuck::bytes_of(&event));
    assert_eq!(read, Some(Record { event, tunnel: None, captured: None }));
}

#[test]
fn an_event_with_bytes_and_the_tag_that_was_before_them() {
    let all: Vec<u8> = (0..MAX_HEADER_BYTES).map(|number| number as u8).collect();
    for length in [0, 1, 54, 511, 512] {
        for (tag, expected) in [([0, 0], None), ([0x88a8, 0x2028], Some([0x88a8, 0x2028]))] {
            let item = with_bytes(&all[..length], tag);
            let captured = Captured { bytes: &all[..length], tag: expected };
            let expected =
                Record { event: event(RecordKind::Headers), tunnel: None, captured: Some(captured) };
            assert_eq!(Record::read(&item), Some(expected), "{length}");
        }
    }
}

#[test]
fn what_is_no_record() {
    let whole = with_bytes(&[1; 60], [0, 0]);
    for length in (0..whole.len()).filter(|length| *length != whole.len()) {
        assert_eq!(Record::read(&whole[..length]), None, "{length}");
    }
    let mut longer = whole.clone();
    longer.push(0);
    assert_eq!(Record::read(&longer), None);
    let mut other = whole;
    other[std::mem::offset_of!(Event, kind)] = 3;
    assert_eq!(Record::read(&other), None);
}
