use super::*;

#[test]
fn protocols_stand_at_their_numbers() {
    // Far apart, so that one missing line anywhere shows.
    for (number, name) in [
        (0, "HOPOPT"),
        (1, "ICMP"),
        (2, "IGMP"),
        (6, "TCP"),
        (17, "UDP"),
        (41, "IPv6"),
        (47, "GRE"),
        (50, "ESP"),
        (51, "AH"),
        (58, "IPv6-ICMP"),
        (59, "IPv6-NoNxt"),
        (88, "EIGRP"),
        (89, "OSPFIGP"),
        (103, "PIM"),
        (112, "VRRP"),
        (115, "L2TP"),
        (132, "SCTP"),
        (136, "UDPLite"),
        (140, "Shim6"),
        (145, "NSH"),
        (147, "BIT-EMU"),
    ] {
        assert_eq!(protocol(number), Some(name));
    }
    for number in [61, 63, 68, 99, 114, 148, 253, 254, 255] {
        assert_eq!(protocol(number), None);
    }
}

#[test]
fn only_what_is_read_has_an_ethertype_name() {
    assert_eq!(ethertype(0x0800), Some("IPv4"));
    assert_eq!(ethertype(0x86dd), Some("IPv6"));
    assert_eq!(ethertype(0x88cc), None);
}
