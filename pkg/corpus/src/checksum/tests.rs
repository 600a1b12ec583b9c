use super::{Internet, crc32c};

/// RFC 1071, 3: the sum of these bytes is ddf2.
#[test]
fn internet_checksum_of_the_rfc() {
    let sum = Internet::default().add(&[0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7]);
    assert_eq!(sum.finish(), !0xddf2);
}

#[test]
fn internet_checksum_pads_an_odd_end_with_zero() {
    let odd = Internet::default().add(&[0x12, 0x34, 0x56]);
    let even = Internet::default().add(&[0x12, 0x34, 0x56, 0x00]);
    assert_eq!(odd.finish(), even.finish());
}

/// The check value of the CRC catalogues.
#[test]
fn crc32c_check_value() {
    assert_eq!(crc32c(b"123456789"), 0xe306_9283);
}
