//! The columns of flows: both ways of a conversation in one row.

use std::{net::IpAddr, sync::Arc};

use xdplive_names::{About, name_source};
use xdplive_packet::{
    flow::{FlowCounters, TcpCounts},
    headers::present,
};
use xdplive_source::{Conversation, Process, Qualities, Quality, ip};

use super::{
    Cells, number, optional,
    text::{self, words},
};

columns! {
    /// A column of conversations.
    FlowColumn of [FlowRow], counted by <[FlowRow]>::len, written by write_rows;
    SourceIp "source_ip" String true 42 "Address of who started it, as far as seen; for ARP the sender's";
    SourcePort "source_port" Number true 6 "Port of who started it: TCP, UDP, SCTP";
    DestinationIp "destination_ip" String true 42 "Address of the other side; for ARP the target's";
    DestinationPort "destination_port" Number true 6 "Port of the other side";
    Protocol "protocol" String true 18 "IP protocol, for IPv6 that after the extension headers";
    Vlan "vlan" Number true 5 "Outer VLAN id";
    Packets "packets" Count false 20 "Packets from who started it, as the hook saw them";
    Bytes "bytes" Count false 20 "Bytes of them on the wire" in "decbytes";
    ReversePackets "reverse_packets" Count false 20 "Packets to who started it, as the hook saw them";
    ReverseBytes "reverse_bytes" Count false 20 "Bytes of them on the wire" in "decbytes";
    FirstSeen "first_seen" Time false 14 "When the first packet was seen";
    LastSeen "last_seen" Time false 14 "When the last packet was seen";
    Ttl "ttl" Number true 5 "TTL or hop limit of the last packet from who started it; without any, of the other side";
    TcpFlags "tcp_flags" String true 34 "TCP flags of all packets both ways";
    + Tunnel "tunnel" String true 23 "Tunnels around the packets, the outermost first; read where decapsulate is inner";
    + TunnelId "tunnel_id" Number true 11 "Id of the innermost tunnel: VNI, key, label, session, TEID of who started it";
    + SourceName "source_name" String true 255 "Name of who started it, as far as this machine knows it";
    + DestinationName "destination_name" String true 255 "Name of the other side, as far as this machine knows it";
    + NameSource "name_source" String true 12 "Where source_name is from; without that, where destination_name is from";
    + SourceCountry "source_country" String true 102 "Country of who started it, by two letters; where the administrator names a file";
    + DestinationCountry "destination_country" String true 102 "Country of the other side, by two letters; where the administrator names a file";
    + SourceAsn "source_asn" String true 120 "Autonomous system of who started it; where the administrator names a file";
    + DestinationAsn "destination_asn" String true 120 "Autonomous system of the other side; where the administrator names a file";
    + Service "service" String true 18 "Service by protocol and port, of the side of the server";
    + SeenAt "seen_at" String false 66 "Machines that saw the packets; where host is not shown, what several saw is one row, as the one counted that saw most";
    + Rtt "rtt" Decimal true 12 "Smoothed round trip, as a local socket of the conversation has it; else that of its handshake" in "ms";
    + Retransmits "retransmits" Count true 20 "Segments that local sockets of the conversation have sent again; else those whose data had been seen before";
    + Handshake "handshake" Decimal true 12 "Time from the request for the connection to its answer" in "ms";
    + QualitySource "quality_source" String true 11 "socket: as a local socket has it; estimated: by the packets";
    + RetransmittedBytes "retransmitted_bytes" Count true 20 "Bytes of TCP both ways that had been seen before; null if it is not TCP" in "decbytes";
    + Resets "resets" Count true 20 "TCP packets both ways with RST; null if it is not TCP";
    + ZeroWindows "zero_windows" Count true 20 "TCP packets both ways with a window of zero; null if it is not TCP";
    + Unanswered "unanswered" Count true 20 "Requests for the connection that had no answer by the end of the interval after; null where only one direction is seen";
    + Process "process" String true 18 "Process of this machine that started the conversation, or else that of the other side";
    + Pid "pid" Number true 11 "Number of the process";
    + User "user" String true 34 "User of the process";
    + Container "container" String true 66 "Container of the process, or else its control group";
    + Host "host" String false 66 "Name of the machine that saw the packets; shown where it is asked for by name";
}

/// A conversation, with its times as people read them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlowRow {
    /// The host's name.
    host: Arc<str>,
    /// The hosts that saw it, with commas between them.
    seen_at: Arc<str>,
    conversation: Conversation,
    /// What is known of its source and destination, where it was asked for.
    about: [About; 2],
    /// Milliseconds since 1970.
    first_seen: i64,
    last_seen: i64,
    /// How well its connection is, where somebody has asked for it.
    quality: Option<Quality>,
    /// Requests for it that had no answer, where somebody has asked for it and both ways are seen.
    unanswered: Option<u64>,
    /// Whose it is, where somebody has asked for it.
    process: Option<Arc<Process>>,
}

impl FlowRow {
    /// `conversation` on the host of this name, with times in nanoseconds since 1970. It has a packet.
    #[must_use]
    pub fn new(host: Arc<str>, conversation: Conversation) -> Self {
        let mut both = conversation.forward;
        both += conversation.reverse;
        let (first_seen, last_seen) = (milliseconds(both.first), milliseconds(both.last));
        let about = Default::default();
        Self {
            seen_at: Arc::clone(&host),
            host,
            conversation,
            about,
            first_seen,
            last_seen,
            quality: None,
            unanswered: None,
            process: None,
        }
    }

    /// The same, seen at all of these hosts.
    #[must_use]
    pub fn seen_at(self, hosts: &str) -> Self {
        Self { seen_at: hosts.into(), ..self }
    }

    /// The hosts that saw it, with commas between them.
    #[must_use]
    pub fn places(&self) -> &str {
        &self.seen_at
    }

    /// The same with what `about` knows of its two hosts.
    #[must_use]
    pub fn told(mut self, about: impl Fn(&IpAddr) -> About) -> Self {
        let key = &self.conversation.key;
        if key.has(present::ADDRESSES) {
            self.about = [key.source, key.destination].map(|bytes| about(&ip(key.version, bytes)));
        }
        self
    }

    /// The same with whose it is.
    #[must_use]
    pub fn of_process(self, process: Option<Arc<Process>>) -> Self {
        Self { process, ..self }
    }

    /// The same with how well its connection is, as far as somebody knows.
    #[must_use]
    pub fn with_quality(self, known: &Qualities) -> Self {
        Self { quality: known.of(&self.conversation), ..self }
    }

    /// The same with so many requests that had no answer.
    #[must_use]
    pub fn with_unanswered(self, requests: u64) -> Self {
        Self { unanswered: Some(requests), ..self }
    }

    /// What was counted.
    #[must_use]
    pub const fn conversation(&self) -> &Conversation {
        &self.conversation
    }

    /// The addresses of its source and destination; `None` without any.
    #[must_use]
    pub fn ends(&self) -> Option<(IpAddr, IpAddr)> {
        let key = &self.conversation.key;
        key.has(present::ADDRESSES).then(|| (ip(key.version, key.source), ip(key.version, key.destination)))
    }

    /// What is known of these, where it was asked for.
    #[must_use]
    pub const fn about(&self) -> &[About; 2] {
        &self.about
    }

    /// The service that it belongs to.
    #[must_use]
    pub fn service(&self) -> Option<&'static str> {
        let key = &self.conversation.key;
        xdplive_names::service(key.protocol()?, key.ports()?)
    }

    /// When its first and its last packet was seen, ms since 1970.
    #[must_use]
    pub const fn times(&self) -> (i64, i64) {
        (self.first_seen, self.last_seen)
    }

    /// What was counted of who started it, or, where that is nothing, of the other side.
    fn seen(&self) -> &FlowCounters {
        let Conversation { forward, reverse, .. } = &self.conversation;
        if reverse.sum.packets > 0 && forward.sum.packets == 0 { reverse } else { forward }
    }
}

impl FlowColumn {
    /// Those about tunnels: part of all columns where somebody looks inside.
    pub const OF_TUNNELS: [Self; 2] = [Self::Tunnel, Self::TunnelId];

    /// Whether it is about where hosts are.
    #[must_use]
    pub const fn is_of_places(self) -> bool {
        matches!(
            self,
            Self::SourceCountry | Self::DestinationCountry | Self::SourceAsn | Self::DestinationAsn
        )
    }

    /// Whether it is about what is known of hosts.
    #[must_use]
    pub const fn is_of_names(self) -> bool {
        matches!(self, Self::SourceName | Self::DestinationName | Self::NameSource)
    }

    /// Whether it is about whose packets are.
    #[must_use]
    pub const fn is_of_processes(self) -> bool {
        matches!(self, Self::Process | Self::Pid | Self::User | Self::Container)
    }

    /// Those about how well connections are, for which sockets are asked.
    pub const OF_QUALITY: [Self; 4] = [Self::Rtt, Self::Retransmits, Self::Handshake, Self::QualitySource];

    /// What is counted of TCP: null of all else, and of fragments, which have no TCP header.
    fn of_tcp(self, row: &FlowRow) -> Option<u64> {
        let Conversation { key, forward, reverse, .. } = &row.conversation;
        key.is_of_tcp().then_some(())?;
        let both = |count: fn(&TcpCounts) -> u64| count(&forward.tcp).saturating_add(count(&reverse.tcp));
        match self {
            Self::RetransmittedBytes => Some(both(|tcp| tcp.retransmitted_bytes)),
            Self::Resets => Some(both(|tcp| tcp.resets)),
            Self::ZeroWindows => Some(both(|tcp| tcp.zero_windows)),
            _ => row.unanswered,
        }
    }

    fn write_rows<C: Cells>(self, rows: &[FlowRow], cells: &mut C) {
        for row in rows {
            self.write_row(row, cells);
        }
    }

    #[expect(clippy::cast_possible_truncation, reason = "a TTL and TCP flags have eight bits")]
    fn write_row<C: Cells>(self, row: &FlowRow, cells: &mut C) {
        let Conversation { key, forward, reverse, .. } = &row.conversation;
        let [source, destination] = &row.about;
        let address = |address, cells: &mut C| {
            if key.has(present::ADDRESSES) {
                cells.address(key.version, &address);
            } else {
                cells.null();
            }
        };
        match self {
            Self::SourceIp => address(key.source, cells),
            Self::SourcePort => number(key.ports().map(|(source, _)| source), cells),
            Self::DestinationIp => address(key.destination, cells),
            Self::DestinationPort => number(key.ports().map(|(_, destination)| destination), cells),
            Self::Protocol => match key.protocol() {
                Some(number) => cells.word(words::protocol(number)),
                None => cells.null(),
            },
            Self::Vlan => number(key.vlan(), cells),
            Self::Packets => cells.count(forward.sum.packets),
            Self::Bytes => cells.count(forward.sum.bytes),
            Self::ReversePackets => cells.count(reverse.sum.packets),
            Self::ReverseBytes => cells.count(reverse.sum.bytes),
            Self::FirstSeen => cells.time(row.first_seen),
            Self::LastSeen => cells.time(row.last_seen),
            Self::Ttl => number(key.version().map(|_| row.seen().ttl as u8), cells),
            Self::TcpFlags if key.is_of_tcp() => {
                cells.word(words::tcp_flags((forward.tcp_flags | reverse.tcp_flags) as u8));
            }
            Self::TcpFlags => cells.null(),
            Self::Tunnel if key.tunnels().next().is_some() => cells.text(&text::tunnel(key.tunnels())),
            Self::Tunnel => cells.null(),
            Self::TunnelId => number(key.tunnel_id(), cells),
            Self::SourceName => optional(source.name(), cells),
            Self::DestinationName => optional(destination.name(), cells),
            Self::NameSource => {
                let of = name_source(Some(source), Some(destination));
                optional(of.map(xdplive_names::NameSource::name), cells);
            }
            Self::SourceCountry => optional(source.country.as_deref(), cells),
            Self::DestinationCountry => optional(destination.country.as_deref(), cells),
            Self::SourceAsn => optional(source.asn.as_deref(), cells),
            Self::DestinationAsn => optional(destination.asn.as_deref(), cells),
            Self::Service => optional(row.service(), cells),
            Self::SeenAt => cells.text(&row.seen_at),
            Self::Rtt => time(row.quality.and_then(|quality| quality.rtt), cells),
            Self::Retransmits => count(row.quality.and_then(|quality| quality.retransmits), cells),
            Self::Handshake => time(row.quality.and_then(|quality| quality.handshake), cells),
            Self::QualitySource => optional(row.quality.map(|quality| quality.source.name()), cells),
            Self::RetransmittedBytes | Self::Resets | Self::ZeroWindows | Self::Unanswered => {
                count(self.of_tcp(row), cells);
            }
            Self::Process => optional(row.process.as_ref().map(|process| &*process.name), cells),
            Self::Pid => number(row.process.as_ref().map(|process| process.number), cells),
            Self::User => optional(row.process.as_ref().map(|process| &*process.user), cells),
            Self::Container => {
                optional(row.process.as_ref().and_then(|process| process.container.as_deref()), cells);
            }
            Self::Host => cells.text(&row.host),
        }
    }
}

fn count<C: Cells>(count: Option<u64>, cells: &mut C) {
    match count {
        Some(count) => cells.count(count),
        None => cells.null(),
    }
}

/// A length of time in microseconds, as milliseconds.
fn time<C: Cells>(microseconds: Option<u32>, cells: &mut C) {
    match microseconds {
        Some(microseconds) => cells.decimal(f64::from(microseconds) / 1000.0),
        None => cells.null(),
    }
}

/// Milliseconds since 1970 of nanoseconds.
fn milliseconds(time: u64) -> i64 {
    i64::try_from(time / 1_000_000).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests;
