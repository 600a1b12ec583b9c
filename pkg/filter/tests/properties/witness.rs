//! A frame for a term: what shows that some packet matches.

use xdplive_corpus::{
    LinkType,
    frame::{Arp, Ethernet, Extension, Ipv4, Ipv6, Padding, Payload, Tag, Upper},
};
use xdplive_filter::{Environment, Field, Filter, Term};
use xdplive_packet::event::Direction;

use crate::frames::Seen;

/// Whether a frame made for one of the terms matches `filter`.
pub(crate) fn exists(filter: &Filter) -> bool {
    let terms = filter.terms(&Environment::default()).unwrap();
    terms
        .iter()
        .any(|term| Maker { term }.frames().any(|(link, bytes)| is_wanted(filter, term, link, &bytes)))
}

fn is_wanted(filter: &Filter, term: &Term, link: LinkType, bytes: &[u8]) -> bool {
    let length = Maker { term }.length(bytes.len());
    let mut bytes = bytes.to_vec();
    bytes.resize(length, 0);
    let seen = Seen::new(link, bytes);
    let matches = |direction| filter.matches(&seen.packet(direction), &Environment::default());
    Direction::ALL.into_iter().any(matches)
}

struct Maker<'t> {
    term: &'t Term,
}

impl<'t> Maker<'t> {
    /// The smallest value that is wanted, and the largest; `usual` where any will do.
    fn values(&self, field: Field, usual: u128) -> Vec<u128> {
        let ranges = self.term.set(field).map_or(&[][..], |set| set.ranges());
        match (ranges.first(), ranges.last()) {
            (Some(first), Some(last)) => vec![first.first, last.last],
            _ => vec![usual],
        }
    }

    fn value(&self, field: Field, usual: u128) -> u128 {
        self.values(field, usual)[0]
    }

    /// The next length from `built` on that is wanted, or else the one before.
    fn length(&self, built: usize) -> usize {
        let Some(set) = self.term.set(Field::FrameLength) else { return built };
        let built = built as u128;
        let above = set.ranges().iter().find(|range| range.last >= built).map(|range| range.first.max(built));
        above.unwrap_or_else(|| self.values(Field::FrameLength, built)[1]) as usize
    }

    fn frames(self) -> impl Iterator<Item = (LinkType, Vec<u8>)> + use<'t> {
        let payloads: Vec<Payload> = self.payloads();
        payloads.into_iter().flat_map(move |payload| {
            let raw = matches!(payload, Payload::Ipv4(_) | Payload::Ipv6(_) | Payload::Length(_));
            let raw = raw.then(|| (LinkType::RawIp, payload.bytes()));
            self.on_ethernet(&payload).into_iter().map(|bytes| (LinkType::Ethernet, bytes)).chain(raw)
        })
    }

    fn on_ethernet(&self, payload: &Payload) -> Vec<Vec<u8>> {
        let mac = |address: u128| -> [u8; 6] { (address as u64).to_be_bytes()[2..].try_into().unwrap() };
        let usual = [0x0200_0000_0001, 0x0100_5e00_0001, 0xffff_ffff_ffff];
        let wanted = |address: &u128| {
            self.term.set(Field::DestinationMac).is_none_or(|set| set.contains(Some(*address)))
        };
        let named = self.values(Field::DestinationMac, usual[0]);
        let source = mac(self.value(Field::SourceMac, usual[0]));
        let mut frames = Vec::new();
        for destination in usual.into_iter().filter(wanted).chain(named) {
            for tags in 0..=2 {
                let ids = [self.value(Field::Vlan, 1), self.value(Field::InnerVlan, 1)];
                let tags: Vec<Tag> = ids.iter().take(tags).map(|id| Tag::customer(*id as u16)).collect();
                let frame = Ethernet::new(source, mac(destination), payload.clone()).tagged(tags);
                frames.push(Ethernet { padding: Padding::None, ..frame }.bytes());
            }
        }
        frames
    }

    fn payloads(&self) -> Vec<Payload> {
        let mut payloads = vec![Payload::Length(Vec::new())];
        for ethertype in self.values(Field::Ethertype, 0x88cc) {
            payloads.push(Payload::Other { ethertype: ethertype as u16, bytes: Vec::new() });
        }
        let four = |field| (self.value(field, 1) as u32).to_be_bytes();
        let (source, destination) = (four(Field::SourceIpv4), four(Field::DestinationIpv4));
        payloads.push(Arp::request([2, 0, 0, 0, 0, 1], source, destination).into());
        let class = self.value(Field::TrafficClass, 0) as u8;
        let (dscp, ecn, ttl) = (class >> 2, class & 3, self.value(Field::Ttl, 64) as u8);
        let sixteen = |field| self.value(field, 1).to_be_bytes();
        let addresses6 = (sixteen(Field::SourceIpv6), sixteen(Field::DestinationIpv6));
        for upper in self.uppers() {
            for fragment_offset in [0, 1] {
                let packet = Ipv4::new(source, destination, upper.clone());
                payloads.push(Ipv4 { dscp, ecn, ttl, fragment_offset, ..packet }.into());
                let packet = Ipv6::new(addresses6.0, addresses6.1, upper.clone());
                let header = Extension::Fragment { offset: fragment_offset, more: false, identification: 1 };
                payloads.push(Ipv6 { dscp, ecn, hop_limit: ttl, extensions: vec![header], ..packet }.into());
            }
        }
        payloads
    }

    fn uppers(&self) -> Vec<Upper> {
        let two = |field| (self.value(field, 1) as u16).to_be_bytes();
        let ports = [two(Field::SourcePort), two(Field::DestinationPort)].concat();
        let flags = self.value(Field::TcpFlags, 2) as u8;
        let segment = [&ports[..], &[0; 8], &[0x50, flags], &[0; 6]].concat();
        let message = vec![self.value(Field::IcmpType, 8) as u8, self.value(Field::IcmpCode, 0) as u8, 0, 0];
        let others = [6, 17, 132, 1, 58, 47, 60];
        let protocols =
            self.values(Field::Protocol, 47).into_iter().map(|protocol| protocol as u8).chain(others);
        let with = |protocol| {
            [Vec::new(), ports.clone(), segment.clone(), message.clone()]
                .map(|bytes| Upper::Other { protocol, bytes })
        };
        protocols.flat_map(with).collect()
    }
}
