use std::time::Duration;

use super::{Resolution, Writer};
use crate::LinkType;

/// Byte by byte, as the format's description draws it.
#[test]
fn layout() {
    let time = Duration::new(2, 3_000);
    let mut writer = Writer::new(Vec::new(), LinkType::Ethernet, Resolution::Nanoseconds).unwrap();
    writer.frame(time, &[0xaa, 0xbb]).unwrap();
    #[rustfmt::skip]
    let expected = [
        0x4d, 0x3c, 0xb2, 0xa1,  2, 0, 4, 0,  0, 0, 0, 0,  0, 0, 0, 0,  0, 0, 4, 0,  1, 0, 0, 0,
        2, 0, 0, 0,  0xb8, 0x0b, 0, 0,  2, 0, 0, 0,  2, 0, 0, 0,  0xaa, 0xbb,
    ];
    assert_eq!(writer.finish().unwrap(), expected);
}

#[test]
fn raw_ip_in_microseconds() {
    let mut writer = Writer::new(Vec::new(), LinkType::RawIp, Resolution::Microseconds).unwrap();
    writer.frame(Duration::new(2, 3_000), &[]).unwrap();
    let bytes = writer.finish().unwrap();
    assert_eq!(bytes[..4], [0xd4, 0xc3, 0xb2, 0xa1]);
    assert_eq!(bytes[20..24], [101, 0, 0, 0]);
    assert_eq!(bytes[28..32], [3, 0, 0, 0]);
}

#[test]
fn a_time_beyond_the_format_is_refused() {
    let mut writer = Writer::new(Vec::new(), LinkType::RawIp, Resolution::Microseconds).unwrap();
    assert!(writer.frame(Duration::MAX, &[]).is_err());
}
