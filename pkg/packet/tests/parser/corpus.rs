//! The generated corpus: sound where it says so, and with everything in it that there is to read.

use std::collections::{BTreeMap, BTreeSet};

use xdplive_corpus::{Kind, Sample, generate, generate::pool, tunnels};
use xdplive_packet::{Headers, Inside, Malformed, TunnelKind, Wire, headers::present, parse};

use crate::support::inside;

/// Enough for a hundred of each kind.
const FRAMES: usize = 100 * Kind::ALL.len();

fn corpus() -> impl Iterator<Item = (Sample, Headers)> {
    generate(1, FRAMES).map(|sample| {
        let headers = parse(&mut sample.bytes.as_slice(), &Wire::new(sample.link));
        (sample, headers)
    })
}

#[test]
fn sound_frames_have_no_fault() {
    for (sample, headers) in corpus().filter(|(sample, _)| sample.kind.is_sound()) {
        assert_eq!(headers.malformed(), None, "{sample}");
    }
}

#[test]
fn each_kind_has_the_faults_it_was_made_for() {
    use Malformed::{BadIhl, BadLength, TooManyHeaders, Truncated};
    let mut faults: BTreeMap<Kind, BTreeSet<u8>> = BTreeMap::new();
    for (sample, headers) in corpus() {
        faults.entry(sample.kind).or_default().insert(headers.malformed);
    }
    let only = |fault: Malformed| BTreeSet::from([fault as u8]);
    // Three are read, more are too many.
    assert_eq!(faults[&Kind::ThreeTags], BTreeSet::from([0, TooManyHeaders as u8]));
    assert_eq!(faults[&Kind::TooManyExtensions], only(TooManyHeaders));
    assert_eq!(faults[&Kind::WrongVersion], only(BadIhl));
    assert!(!faults[&Kind::TinyFragment].contains(&0));
    assert!(faults[&Kind::Cut].contains(&(Truncated as u8)));
    assert!(faults[&Kind::HeaderLength].is_superset(&BTreeSet::from([0, BadIhl as u8, BadLength as u8])));
    assert!(faults[&Kind::TotalLength].is_superset(&BTreeSet::from([0, Truncated as u8, BadLength as u8])));
    assert!(faults[&Kind::PayloadLength].is_superset(&BTreeSet::from([0, Truncated as u8])));
    assert!(faults[&Kind::ExtensionLength].is_superset(&BTreeSet::from([0, Truncated as u8])));
    assert!(faults[&Kind::TcpOffset].is_superset(&BTreeSet::from([0, BadLength as u8])));
    assert!(faults[&Kind::UdpLength].is_superset(&BTreeSet::from([0, BadLength as u8])));
}

/// Frames about tunnels, and what they carry.
fn carried() -> impl Iterator<Item = (Sample, Inside)> {
    tunnels(1, 4200).map(|sample| {
        let inside = inside(&sample.bytes, &Wire::new(sample.link));
        (sample, inside)
    })
}

#[test]
fn sound_tunnels_have_no_fault() {
    for (sample, inside) in carried().filter(|(sample, _)| sample.kind.is_sound()) {
        assert_eq!(inside.headers.malformed(), None, "{sample}");
    }
}

#[test]
fn each_kind_has_the_tunnels_it_was_made_for() {
    let outermost = |inside: &Inside| inside.tunnel.levels().next().map(|(kind, _)| kind);
    let mut kinds: BTreeMap<Kind, BTreeSet<Option<TunnelKind>>> = BTreeMap::new();
    let mut depths: BTreeMap<Kind, BTreeSet<usize>> = BTreeMap::new();
    for (sample, inside) in carried() {
        kinds.entry(sample.kind).or_default().insert(outermost(&inside));
        depths.entry(sample.kind).or_default().insert(inside.tunnel.levels().count());
        if matches!(sample.kind, Kind::TooManyTunnels | Kind::TooManyLabels) {
            assert_eq!(inside.headers.malformed(), Some(Malformed::TooManyHeaders), "{sample}");
        }
    }
    let only = |kind| BTreeSet::from([Some(kind)]);
    for (made, kind) in [
        (Kind::Vxlan, TunnelKind::Vxlan),
        (Kind::VxlanGpe, TunnelKind::Vxlan),
        (Kind::Geneve, TunnelKind::Geneve),
        (Kind::Gre, TunnelKind::Gre),
        (Kind::Nvgre, TunnelKind::Gre),
        (Kind::Erspan, TunnelKind::Gre),
        (Kind::Pptp, TunnelKind::Gre),
        (Kind::Mpls, TunnelKind::Mpls),
        (Kind::Pseudowire, TunnelKind::Mpls),
        (Kind::TooManyLabels, TunnelKind::Mpls),
        (Kind::Pppoe, TunnelKind::Pppoe),
        (Kind::Gtp, TunnelKind::Gtp),
    ] {
        assert_eq!(kinds[&made], only(kind), "{made:?}");
    }
    use TunnelKind::{FourInSix, Ipip, SixInFour, SixInSix};
    assert_eq!(kinds[&Kind::Tunnel], [Ipip, SixInFour, FourInSix, SixInSix].map(Some).into());
    // Discovery is none, a session is one, whatever it carries.
    assert_eq!(kinds[&Kind::PppoeOther], [None, Some(TunnelKind::Pppoe)].into());
    assert_eq!(kinds[&Kind::PortAlone], [None].into());
    assert_eq!(kinds[&Kind::GtpSignal], [None].into());
    assert_eq!(depths[&Kind::Nested], [2, 3].into());
    assert_eq!(depths[&Kind::TooManyTunnels], [3].into());
    assert!(depths[&Kind::TunnelCut].is_superset(&[0, 1, 2].into()));
    assert!(depths[&Kind::TunnelFragment].is_superset(&[0, 1].into()));
}

type Has = fn(&Headers) -> bool;

#[test]
fn each_column_is_null_and_not_null() {
    const MANY: usize = FRAMES / 64;
    let all: Vec<Headers> = corpus().map(|(_, headers)| headers).collect();
    let count = |has: &dyn Fn(&Headers) -> bool| all.iter().filter(|headers| has(headers)).count();
    let columns: [(&str, Has); 15] = [
        ("source_mac", |headers| headers.has(present::ETHERNET)),
        ("ethertype", |headers| headers.ethertype().is_some()),
        ("802.3", |headers| headers.has(present::LENGTH_FIELD)),
        ("vlan", |headers| headers.vlan().is_some()),
        ("inner_vlan", |headers| headers.inner_vlan().is_some()),
        ("version", |headers| headers.version().is_some()),
        ("source_ip", |headers| headers.has(present::ADDRESSES)),
        ("protocol", |headers| headers.protocol().is_some()),
        ("source_port", |headers| headers.source_port().is_some()),
        ("tcp_flags", |headers| headers.tcp_flags().is_some()),
        ("tcp_window", |headers| headers.tcp_window().is_some()),
        ("ip_id", |headers| headers.ip_id().is_some()),
        ("arp_operation", |headers| headers.arp_operation().is_some()),
        ("icmp_type", |headers| headers.icmp_type().is_some()),
        ("malformed", |headers| headers.malformed().is_some()),
    ];
    for (name, has) in columns {
        let values = count(&has);
        assert!(values >= MANY && all.len() - values >= MANY, "{name}: {values} of {}", all.len());
    }
    for fragment in [None, Some(false), Some(true)] {
        assert!(count(&|headers| headers.fragment() == fragment) >= MANY, "fragment {fragment:?}");
    }
}

/// A filter made from the pools finds matches and misses.
#[test]
fn each_pooled_value_occurs() {
    let all: Vec<Headers> = corpus().map(|(_, headers)| headers).collect();
    let occurs = |has: &dyn Fn(&Headers) -> bool| all.iter().filter(|headers| has(headers)).count() >= 20;
    for mac in pool::MACS {
        assert!(occurs(&|headers| headers.source_mac == *mac), "{mac:02x?}");
    }
    for mac in pool::GROUP_MACS {
        assert!(occurs(&|headers| headers.destination_mac == *mac), "{mac:02x?}");
    }
    for ip in pool::IPV4 {
        assert!(occurs(&|headers| headers.source_ip[..4] == *ip), "{ip:?}");
        assert!(occurs(&|headers| headers.destination_ip[..4] == *ip), "{ip:?}");
    }
    for ip in pool::IPV6 {
        assert!(occurs(&|headers| headers.source_ip == *ip), "{ip:02x?}");
        assert!(occurs(&|headers| headers.destination_ip == *ip), "{ip:02x?}");
    }
    for port in pool::PORTS {
        assert!(occurs(&|headers| headers.source_port() == Some(*port)), "{port}");
        assert!(occurs(&|headers| headers.destination_port() == Some(*port)), "{port}");
    }
    for vlan in pool::VLANS {
        assert!(occurs(&|headers| headers.vlan() == Some(*vlan)), "{vlan}");
        assert!(occurs(&|headers| headers.inner_vlan() == Some(*vlan)), "{vlan}");
    }
    for ttl in pool::TTLS {
        assert!(occurs(&|headers| headers.ttl() == Some(*ttl)), "{ttl}");
    }
    for dscp in pool::DSCPS {
        assert!(occurs(&|headers| headers.dscp() == Some(*dscp)), "{dscp}");
    }
    for flags in pool::TCP_FLAGS {
        assert!(occurs(&|headers| headers.tcp_flags() == Some(*flags)), "{flags:#04x}");
    }
}
