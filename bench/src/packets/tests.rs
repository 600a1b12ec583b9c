use std::collections::HashSet;

use xdplive_packet::{Headers, LinkType, Wire, parse};

use super::*;

fn headers(frame: &[u8]) -> Headers {
    parse(&mut &*frame, &Wire::new(LinkType::Ethernet))
}

#[test]
fn sets_are_the_same_for_the_same_seed_and_hardly_repeat() {
    for kind in Kind::ALL {
        let packets = Packets::new(kind, 7);
        assert_eq!(packets.frames(), Packets::new(kind, 7).frames());
        let different: HashSet<_> = packets.headers().collect();
        assert!(different.len() > COUNT - 10, "{kind:?}: {}", different.len());
    }
}

#[test]
fn all_headers_are_in_the_part_that_feeders_write() {
    for kind in Kind::ALL {
        for frame in Packets::new(kind, 1).frames() {
            let mut changed = *frame;
            changed[HEADERS..].fill(0xff);
            assert_eq!(headers(frame), headers(&changed), "{kind:?}");
            assert_eq!(headers(frame).malformed(), None, "{kind:?}");
        }
    }
}

#[test]
fn filters_name_nothing_that_occurs() {
    for frame in Packets::new(Kind::Mixed, 3).frames() {
        let headers = headers(frame);
        assert!(headers.source_port().is_none_or(|port| port >= FILTERED_PORTS));
        assert!(headers.destination_port().is_none_or(|port| port >= FILTERED_PORTS));
        for address in [headers.source_ip, headers.destination_ip] {
            assert_ne!(address[0], if headers.version == 4 { FILTERED_NET } else { 0x20 });
        }
    }
}

#[test]
fn sources_are_those_given() {
    let packets = Packets::from_sources(&[[10, 0, 0, 1], [10, 0, 0, 2]], 1);
    let first: Vec<_> = packets.frames()[..3].iter().map(|frame| frame[26..30].to_vec()).collect();
    assert_eq!(first, [[10, 0, 0, 1], [10, 0, 0, 2], [10, 0, 0, 1]]);
    let address = [0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9];
    assert_eq!(Packets::from_sources(&[address], 1).frames()[0][22..38], address);
}
