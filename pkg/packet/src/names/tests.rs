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
fn ethertypes_are_those_of_the_file() {
    let rows: Vec<(u16, &str)> = include_str!("../../data/ethertypes.tsv")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| {
            let mut cells = line.split('\t');
            let number = cells.next().unwrap().trim_start_matches("0x");
            let name = cells.next().unwrap();
            assert!(!cells.next().unwrap().is_empty(), "{line} has no source");
            (u16::from_str_radix(number, 16).unwrap(), name)
        })
        .collect();
    assert_eq!(rows, ETHERTYPES);
    assert!(rows.windows(2).all(|pair| pair[0].0 < pair[1].0), "sorted, each once");
    for (number, name) in &rows {
        assert_eq!(ethertype(*number), Some(*name));
        assert!((1..=8).contains(&name.len()) && name.is_ascii(), "{name}");
        assert_eq!(rows.iter().filter(|(_, other)| other.eq_ignore_ascii_case(name)).count(), 1, "{name}");
    }
    assert_eq!(
        [0x0800, 0x88cc, 0x88f7, 0xffff].map(ethertype),
        [Some("IPv4"), Some("LLDP"), Some("PTP"), None]
    );
}
