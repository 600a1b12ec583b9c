use super::*;

fn said(address: [u8; 6]) -> Option<String> {
    vendor(address).map(|vendor| vendor.to_string())
}

#[test]
fn a_card_has_the_owner_of_its_block() {
    assert_eq!(vendor([0x00, 0x11, 0x32, 0xe5, 0x79, 0x5c]), Some(Vendor::Owner("Synology")));
    assert_eq!(said([0x00, 0x00, 0x0c, 1, 2, 3]).unwrap(), "Cisco Systems");
    // The registry's own line, whatever it is about.
    assert_eq!(said([0x00, 0x00, 0x5e, 0, 1, 1]).unwrap(), "ICANN, IANA Department");
}

/// `ieee-data` 20220827 has these lines: MA-M 70B3D5 is divided into MA-S, and 8C1F64 too.
#[test]
fn of_blocks_in_each_other_the_smallest_counts() {
    for line in TEXT.lines() {
        for (length, block) in blocks_of(line) {
            let [_, _, a, b, c, d, e, f] = (block << (48 - length)).to_be_bytes();
            let (name, _) = line.split_once('\t').unwrap();
            let found = owner([a, b, c, d, e, f]);
            // What begins with the same bits may be divided further.
            assert!(found == Some(name) || length < 36, "{name} {block:x}/{length}: {found:?}");
        }
    }
}

#[test]
fn every_line_is_an_owner_with_blocks_and_no_block_stands_there_twice() {
    let mut blocks: Vec<(u32, u64)> = TEXT.lines().flat_map(blocks_of).collect();
    let lines = TEXT.lines().filter(|line| !line.starts_with('#'));
    for line in lines {
        let (name, digits) = line.split_once('\t').unwrap();
        assert!(!name.is_empty() && name.len() <= 60 && !name.contains(['"', '\\']), "{line}");
        assert_eq!(blocks_of(line).count(), digits.split(' ').count(), "{line}");
        assert!(blocks_of(line).all(|(length, _)| LENGTHS.contains(&length)), "{line}");
    }
    let all = blocks.len();
    assert!(all > 45_000, "{all}");
    blocks.sort_unstable();
    blocks.dedup();
    assert_eq!(blocks.len(), all);
}

#[test]
fn what_no_card_has_is_said_in_words() {
    assert_eq!(said([0xff; 6]).unwrap(), "broadcast");
    // The destination of the seed's SSDP packets.
    assert_eq!(said([0x01, 0x00, 0x5e, 0x7f, 0xff, 0xfa]).unwrap(), "IPv4 multicast");
    assert_eq!(said([0x33, 0x33, 0, 0, 0, 1]).unwrap(), "IPv6 multicast");
    // Cisco's discovery protocol.
    assert_eq!(said([0x01, 0x00, 0x0c, 0xcc, 0xcc, 0xcc]).unwrap(), "group address of Cisco Systems");
    // Behind those of IPv4, for MPLS (RFC 5332).
    assert_eq!(said([0x01, 0x00, 0x5e, 0x80, 0, 0]).unwrap(), "group address of ICANN, IANA Department");
    assert_eq!(said([0x03, 0, 0, 0, 0, 1]).unwrap(), "group address");
    assert_eq!(said([0x02, 0x42, 0xac, 0x11, 0, 2]).unwrap(), "locally administered");
    // DECnet's, with the bit of local addresses, is in the registry.
    assert_eq!(said([0xaa, 0x00, 0x04, 0, 1, 4]).unwrap(), "DIGITAL EQUIPMENT");
    assert_eq!(said([0, 0, 0, 0, 0, 1]).unwrap(), "XEROX");
    assert_eq!(said([0x00; 6]), None);
    assert_eq!(said([0xf0, 0x00, 0x00, 0, 0, 1]), None);
}
