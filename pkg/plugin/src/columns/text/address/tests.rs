use std::net::{Ipv4Addr, Ipv6Addr};

use proptest::{array, prelude::*};

use super::*;

fn written(version: u8, bytes: [u8; 16]) -> String {
    let mut text = String::new();
    address(version, &bytes, &mut text);
    text
}

#[test]
fn addresses_of_the_standards() {
    // RFC 5952, 1, 4.2.2 and 4.2.3; RFC 4291, 2.2 and 2.5.5.2.
    for text in [
        "2001:db8::1",
        "2001:db8:0:1:1:1:1:1",
        "2001:0:0:1::1",
        "2001:db8::1:0:0:1",
        "::",
        "::1",
        "1::",
        "ff01::101",
        "fe80::211:32ff:fee5:795c",
        "::ffff:192.0.2.128",
        "::fffe:c000:280",
        "64:ff9b::c000:221",
    ] {
        assert_eq!(written(6, text.parse::<Ipv6Addr>().unwrap().octets()), text);
    }
}

/// What `::` stands for depends on nothing else.
#[test]
fn every_choice_of_zeros_is_written_as_the_standard_library_does() {
    for mask in 0..=u8::MAX {
        for group in [1, 0x10, 0x0abc, 0xffff_u16] {
            let groups = std::array::from_fn(|place| if mask & (1 << place) == 0 { group } else { 0 });
            let address = Ipv6Addr::from_segments(groups);
            assert_eq!(written(6, address.octets()), address.to_string());
        }
    }
}

#[test]
fn every_group_is_written_as_the_standard_library_does() {
    for group in 0..=u16::MAX {
        let address = Ipv6Addr::from_segments([group, 1, 2, 3, 4, 5, 6, group]);
        assert_eq!(written(6, address.octets()), address.to_string());
    }
}

#[test]
fn what_is_no_ipv6_has_an_ipv4_address_in_front() {
    let mut bytes = [0xee; 16];
    bytes[..4].copy_from_slice(&[192, 0, 2, 1]);
    // Of IPv4, and of ARP.
    assert_eq!([written(4, bytes), written(0, bytes)], ["192.0.2.1", "192.0.2.1"]);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn ipv4_is_written_as_the_standard_library_does(octets: [u8; 4]) {
        let mut bytes = [0; 16];
        bytes[..4].copy_from_slice(&octets);
        prop_assert_eq!(written(4, bytes), Ipv4Addr::from(octets).to_string());
    }

    #[test]
    fn ipv6_is_written_as_the_standard_library_does(bytes: [u8; 16]) {
        prop_assert_eq!(written(6, bytes), Ipv6Addr::from(bytes).to_string());
    }

    /// Random bytes alone have hardly ever a zero among them.
    #[test]
    fn ipv6_of_few_bytes_is_written_as_the_standard_library_does(
        bytes in array::uniform16(prop_oneof![3 => Just(0_u8), 1 => Just(0xff), 1 => any::<u8>()]),
    ) {
        prop_assert_eq!(written(6, bytes), Ipv6Addr::from(bytes).to_string());
    }

    #[test]
    fn mac_is_two_digits_for_each_byte(bytes: [u8; 6]) {
        let expected = bytes.map(|byte| format!("{byte:02x}")).join(":");
        let mut text = String::new();
        mac(bytes, &mut text);
        prop_assert_eq!(text, expected);
    }

    #[test]
    fn hex_is_four_digits(number: u16) {
        let mut text = String::new();
        hex(number, &mut text);
        prop_assert_eq!(text, format!("0x{number:04x}"));
    }
}
