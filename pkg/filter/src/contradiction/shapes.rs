//! What packets can look like: which fields they have together, and with which values.
//!
//! A field that a shape does not mention can be anything in it, so that no packet is taken for impossible that is not.

use crate::{
    field::{Extracted, Field, cast},
    set::{Range, Set},
    term::Term,
    vocabulary::{
        ethertypes::{self, ARP, IPV4, IPV6},
        protocols,
    },
};

/// Every combination of headers that `pkg/packet` reads.
pub(super) struct Shapes(Vec<Shape>);

/// What fields are in packets of one kind. Of a field that is mentioned twice, the first mention includes the second.
#[derive(Clone)]
struct Shape {
    fields: Vec<(Field, Needs)>,
    /// Bytes that the headers take at least.
    bytes: u32,
}

/// What a field is in packets of one kind.
#[derive(Clone)]
enum Needs {
    Absent,
    /// It is there, with any value.
    Present,
    In(Set),
}

impl Needs {
    /// Whether some packet of the kind is in `set`.
    fn meets(&self, set: &Set) -> bool {
        match self {
            Self::Absent => set.absent(),
            Self::Present => !set.ranges().is_empty(),
            Self::In(values) => !set.intersection(values).is_empty(),
        }
    }
}

impl Shape {
    fn new(bytes: u32, fields: impl IntoIterator<Item = (Field, Needs)>) -> Self {
        Self { fields: fields.into_iter().collect(), bytes }
    }

    /// Headers behind these.
    fn followed_by(&self, other: &Self) -> Self {
        Self { fields: [&*self.fields, &*other.fields].concat(), bytes: self.bytes + other.bytes }
    }

    fn fits(&self, term: &Term) -> bool {
        let is_met = |field| {
            let set = term.set(field);
            let is_long_enough = || Needs::In(Set::range(self.bytes, Field::FrameLength.max()));
            match field {
                Field::FrameLength => set.is_none_or(|set| is_long_enough().meets(set)),
                _ => set.is_none_or(|set| {
                    self.fields.iter().all(|(other, needs)| *other != field || needs.meets(set))
                }),
            }
        };
        term.sets().all(|(field, set)| !set.is_empty() && is_met(field))
    }
}

impl Shapes {
    pub(super) fn new() -> Self {
        let mut shapes = Vec::new();
        for (link, networks) in [(links(), on_ethernet()), (vec![without_link()], on_no_link())] {
            for link in &link {
                shapes.extend(networks.iter().map(|network| link.followed_by(network)));
            }
        }
        Self(shapes)
    }

    /// Whether some packet is of `term`.
    pub(super) fn fit(&self, term: &Term) -> bool {
        is_cast_of_address(term) && self.0.iter().any(|shape| shape.fits(term))
    }

    /// The fewest fields whose sets in `term`, which no packet is of, keep every packet from it.
    pub(super) fn why_not(&self, term: &Term) -> Vec<Field> {
        let fields: Vec<Field> = term.sets().map(|(field, _)| field).collect();
        let keeps = |fields: &[Field]| !self.fit(&term.only(fields));
        let one = fields.iter().map(|field| vec![*field]).find(|one| keeps(one));
        let pairs = || fields.iter().flat_map(|a| fields.iter().map(|b| vec![*a, *b]));
        one.or_else(|| pairs().find(|pair| keeps(pair))).unwrap_or_else(|| {
            let mut left = fields.clone();
            for field in &fields {
                let without: Vec<Field> = left.iter().copied().filter(|other| other != field).collect();
                if keeps(&without) {
                    left = without;
                }
            }
            left
        })
    }
}

fn absent(fields: &[Field]) -> impl Iterator<Item = (Field, Needs)> + '_ {
    fields.iter().map(|field| (*field, Needs::Absent))
}

fn present(fields: &[Field]) -> impl Iterator<Item = (Field, Needs)> + '_ {
    fields.iter().map(|field| (*field, Needs::Present))
}

fn one_of<const N: usize>(field: Field, values: [u16; N]) -> (Field, Needs) {
    let range = |value: u16| Range { first: value.into(), last: value.into() };
    (field, Needs::In(Set::new(values.map(range))))
}

const ETHERNET: &[Field] = &[Field::SourceMac, Field::DestinationMac, Field::DestinationCast];
const TAGS: &[Field] = &[Field::Vlan, Field::InnerVlan];
const IP: &[Field] = &[Field::Ttl, Field::TrafficClass, Field::Extracted(Extracted::Fragment)];
/// Some IP packets have it.
const PAYLOAD: &[Field] = &[Field::Extracted(Extracted::PayloadLength)];
const ADDRESSES: &[Field] = &[Field::SourceIpv4, Field::DestinationIpv4];
const ADDRESSES6: &[Field] = &[Field::SourceIpv6, Field::DestinationIpv6];
const PORTS: &[Field] = &[Field::SourcePort, Field::DestinationPort];
const MESSAGE: &[Field] = &[Field::IcmpType, Field::IcmpCode];

/// Ethernet, with no tag, one or two.
fn links() -> Vec<Shape> {
    let tagged = |tags: usize| {
        let (there, not_there) = TAGS.split_at(tags);
        // 14 bytes of addresses and type (IEEE 802.3, 3.2), 4 of each tag (IEEE 802.1Q, 9.3).
        let bytes = 14 + 4 * tags as u32;
        Shape::new(bytes, present(ETHERNET).chain(present(there)).chain(absent(not_there)))
    };
    (0..=TAGS.len()).map(tagged).collect()
}

/// A link whose packets begin with IP, and a frame that ends within its Ethernet header.
fn without_link() -> Shape {
    Shape::new(0, absent(ETHERNET).chain(absent(TAGS)))
}

/// What Ethernet carries.
fn on_ethernet() -> Vec<Shape> {
    let types = Set::range(ethertypes::SMALLEST, Field::Ethertype.max()).with_absent(true);
    // Also an IP or ARP header that could not be read.
    let other = nothing_read(Needs::In(types));
    // RFC 826: 8 bytes, then two addresses of either kind.
    let arp = absent(ADDRESSES6).chain(absent(IP)).chain(absent(PAYLOAD)).chain(present(ADDRESSES));
    let arp = Shape::new(16, arp.chain([one_of(Field::Ethertype, [ARP]), (Field::Protocol, Needs::Absent)]));
    let arp = arp.followed_by(&no_upper());
    ip().into_iter().chain([other, arp]).collect()
}

fn on_no_link() -> Vec<Shape> {
    ip().into_iter().chain([nothing_read(Needs::Absent)]).collect()
}

/// A packet of which no more is read than its type.
fn nothing_read(ethertype: Needs) -> Shape {
    let fields = absent(IP).chain(absent(PAYLOAD)).chain(absent(ADDRESSES)).chain(absent(ADDRESSES6));
    let shape =
        Shape::new(0, fields.chain([(Field::Ethertype, ethertype), (Field::Protocol, Needs::Absent)]));
    shape.followed_by(&no_upper())
}

/// IPv4 (RFC 791, 3.1) and IPv6 (RFC 8200, 3).
fn ip() -> Vec<Shape> {
    let v4 = present(IP).chain(present(ADDRESSES)).chain(absent(ADDRESSES6));
    let v4 = Shape::new(20, v4.chain([one_of(Field::Ethertype, [IPV4])]));
    let v6 = present(IP).chain(present(ADDRESSES6)).chain(absent(ADDRESSES));
    let v6 = Shape::new(40, v6.chain([one_of(Field::Ethertype, [IPV6])]));
    // Extension headers are looked through, to the protocol behind them.
    let extension = |number: &u8| Range { first: (*number).into(), last: (*number).into() };
    let extensions = Set::new(protocols::EXTENSIONS.iter().map(extension));
    let no_extension =
        Shape::new(0, [(Field::Protocol, Needs::In(extensions.complement(Field::Protocol.max())))]);
    let v6 = v6.followed_by(&no_extension);
    // Extension headers can be so many, or so cut, that the protocol is not known.
    let unknown = v6.followed_by(&Shape::new(0, [(Field::Protocol, Needs::Absent)])).followed_by(&no_upper());
    let with_upper = [v4, v6].into_iter().flat_map(|ip| uppers().map(move |upper| ip.followed_by(&upper)));
    with_upper.chain([unknown]).collect()
}

/// No ports, flags and messages.
fn no_upper() -> Shape {
    Shape::new(0, absent(PORTS).chain(absent(MESSAGE)).chain([(Field::TcpFlags, Needs::Absent)]))
}

/// What is read behind an IP header: nothing, as in later fragments; ports of TCP, UDP, DCCP, SCTP and
/// UDP-Lite; also flags of TCP; a message of ICMP.
fn uppers() -> impl Iterator<Item = Shape> {
    let nothing = no_upper().followed_by(&Shape::new(0, present(&[Field::Protocol])));
    let ports = |protocol, flags, bytes| {
        let fields = present(PORTS).chain(absent(MESSAGE)).chain([protocol, (Field::TcpFlags, flags)]);
        Shape::new(bytes, fields)
    };
    let with_ports = ports(one_of(Field::Protocol, [6, 17, 33, 132, 136]), Needs::Absent, 4);
    let with_flags = ports(one_of(Field::Protocol, [6]), Needs::Present, 14);
    let message = present(MESSAGE).chain(absent(PORTS));
    let message = message.chain([one_of(Field::Protocol, [1, 58]), (Field::TcpFlags, Needs::Absent)]);
    [nothing, with_ports, with_flags, Shape::new(2, message)].into_iter()
}

/// Whether the destination address can be one of a station, a group or everyone, as is asked.
fn is_cast_of_address(term: &Term) -> bool {
    let (Some(address), Some(casts)) = (term.set(Field::DestinationMac), term.set(Field::DestinationCast))
    else {
        return true;
    };
    let everyone = Field::DestinationMac.max();
    let is_one = |range: &Range, asked: u128| {
        let is_everyone = range.first == everyone;
        // The group bit is the lowest of the first byte.
        let (first, last) = (range.first >> 40, range.last.min(everyone - 1) >> 40);
        match asked {
            cast::BROADCAST => range.last == everyone,
            _ if is_everyone => false,
            asked => first != last || first & 1 == asked,
        }
    };
    let mut found = [cast::UNICAST, cast::MULTICAST, cast::BROADCAST]
        .into_iter()
        .filter(|asked| casts.contains(Some(*asked)))
        .filter(|asked| address.ranges().iter().any(|range| is_one(range, *asked)));
    found.next().is_some() || (address.absent() && casts.absent())
}
