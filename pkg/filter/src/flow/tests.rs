use xdplive_corpus::generate;
use xdplive_packet::{LinkType, Wire, event::Direction, flow::FlowKey, parse};

use super::*;
use crate::field::Packet;

/// Filters that look at what a flow carries, with values of the corpus.
const OF_FLOWS: &[&str] = &[
    "",
    "not ip and not ip6 and not arp",
    "ip",
    "not ip6",
    "arp",
    "tcp",
    "not udp",
    "sctp or proto 47",
    "inbound",
    "outbound and not tcp",
    "broadcast",
    "not broadcast",
    "multicast",
    "ip broadcast",
    "ip multicast",
    "ip6 multicast",
    "ether multicast",
    "vlan",
    "not vlan",
    "vlan 40",
    "host 192.0.2.1",
    "not host 192.0.2.1",
    "src 10.1.2.3",
    "dst host 224.0.0.251",
    "net 192.0.2",
    "net 2001:db8::/32",
    "arp net 10/8",
    "port 80",
    "not port 80",
    "src port 53 or 443",
    "udp dst portrange 1000-6000",
    "ip6 proto 58",
    "ether proto 0x88cc",
    "not ether proto \\arp and not vlan 7",
];

/// Filters that look at something else, and what that is.
const OF_PACKETS: &[(&str, &str)] = &[
    ("ttl 64", "TTL"),
    ("udp and ttl < 5", "TTL"),
    ("port 80 or dscp ef", "traffic class (DSCP)"),
    ("tcp[tcpflags] & tcp-syn != 0", "single packet's TCP flags"),
    ("icmp[icmptype] == icmp-echo", "ICMP type"),
    ("icmp[icmpcode] == 3", "ICMP code"),
    ("vlan 40 and vlan 7", "inner VLAN id"),
    ("less 100", "length"),
    ("ether host 0:11:32:e5:79:5c", "MAC address"),
    ("ether src 0:11:32:e5:79:5c and ttl 1", "TTL or MAC address"),
    ("ttl 1 and less 100 and dscp 0", "TTL, traffic class (DSCP) or length"),
];

fn environment() -> Environment {
    Environment { broadcasts: vec![[192, 0, 2, 255].into(), [10, 255, 255, 255].into()] }
}

fn assert_agree(filters: &[(Filter, FlowFilter)], link: LinkType, bytes: &[u8], found: &mut [[u32; 2]]) {
    let headers = parse(&mut &*bytes, &Wire::new(link));
    for direction in Direction::ALL {
        let key = FlowKey::of(&headers, direction);
        let packet = Packet { headers: &headers, frame_length: bytes.len() as u32, direction, bytes: None };
        for field in Field::ALL.iter().filter(|field| field.is_of_flows()) {
            assert_eq!(field.flow_value(&key), field.value(&packet), "{field:?} of {headers:?}");
        }
        for ((filter, of_flows), found) in filters.iter().zip(found.iter_mut()) {
            let wanted = filter.matches(&packet, &environment());
            assert_eq!(of_flows.matches(&key), wanted, "{filter} of {headers:?}");
            found[usize::from(wanted)] += 1;
        }
    }
}

fn filters() -> Vec<(Filter, FlowFilter)> {
    let parsed = OF_FLOWS.iter().map(|text| Filter::parse(text).unwrap());
    parsed.map(|filter| (filter.clone(), FlowFilter::new(&filter, &environment()).unwrap())).collect()
}

/// What is decided on a flow is what is decided on each of its packets.
#[test]
fn flows_are_decided_as_their_packets() {
    let filters = filters();
    let mut found = vec![[0; 2]; filters.len()];
    for sample in generate(20_261_123, 6000) {
        assert_agree(&filters, sample.link, &sample.bytes, &mut found);
    }
    for ((filter, of_flows), [others, wanted]) in filters.iter().zip(found) {
        assert!(wanted > 0, "nothing is {filter}");
        assert_eq!(others == 0, of_flows.is_everything(), "{filter}");
    }
}

/// Whatever stands in a frame, also what no sound frame has.
#[test]
fn any_bytes_are_decided_as_their_packets() {
    let filters = filters();
    let mut found = vec![[0; 2]; filters.len()];
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = || {
        // xorshift64 (Marsaglia, 2003)
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    for sample in generate(7, 3000) {
        let mut bytes = sample.bytes;
        for _ in 0..1 + random() % 4 {
            let (place, value) = (random() as usize % bytes.len().clamp(1, 60), random() as u8);
            if let Some(byte) = bytes.get_mut(place) {
                *byte = value;
            }
        }
        bytes.truncate(bytes.len().saturating_sub((random() % 8) as usize));
        for link in [LinkType::Ethernet, LinkType::RawIp] {
            assert_agree(&filters, link, &bytes, &mut found);
        }
    }
}

#[test]
fn what_a_flow_does_not_carry_is_named() {
    for (text, words) in OF_PACKETS {
        let error = FlowFilter::new(&Filter::parse(text).unwrap(), &environment()).unwrap_err();
        assert_eq!(error.to_string(), format!("a flow carries no {words}, which the filter looks at"));
    }
}

/// A field in the text that decides nothing is none that is looked at.
#[test]
fn only_what_decides_counts() {
    let filter = Filter::parse("udp or (udp and ttl 1)").unwrap();
    assert!(FlowFilter::new(&filter, &environment()).is_ok());
}

#[test]
fn a_filter_without_a_normal_form_is_refused() {
    let alternatives: Vec<String> =
        (0..70).map(|number| format!("(src port {number} and dst port {})", number + 1000)).collect();
    let filter = Filter::parse(&alternatives.join(" or ")).unwrap();
    let error = FlowFilter::new(&filter, &environment()).unwrap_err();
    assert!(matches!(error, NotOfFlows::TooComplex(_)), "{error}");
}
