//! Conversations as a graph: hosts or their networks, and what they say to each other.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::IpAddr,
    sync::Arc,
    time::Duration,
};

use xdplive_names::Name;
use xdplive_packet::flow::TcpCounts;

use crate::{
    columns::{
        flows::FlowRow,
        graph::{Edge, Node},
    },
    conversations::bits_a_second,
    masks::Masks,
};

/// Width of the thinnest and of the thickest line, pixels.
const THICKNESS: [f64; 2] = [1.0, 5.0];
/// Services that an edge names at most.
const SERVICES: usize = 5;

/// Who talks to whom.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Graph {
    /// The hosts, by address.
    pub nodes: Vec<Node>,
    /// Pairs of them, in the order in which they are first seen in the rows.
    pub edges: Vec<Edge>,
}

/// What is added up of a host.
#[derive(Default)]
struct OfHost {
    name: Option<Name>,
    sent: u64,
    received: u64,
    peers: BTreeSet<IpAddr>,
}

/// What is added up of a pair.
#[derive(Default)]
struct OfPair {
    bytes: u64,
    packets: u64,
    tcp: TcpCounts,
    round_trip: u64,
    services: BTreeSet<&'static str>,
}

impl Graph {
    /// The graph of conversations that were counted for so long, of hosts or of these networks. Those without addresses are no part
    /// of it.
    #[must_use]
    pub fn of(rows: &[FlowRow], time: Duration, networks: Masks) -> Self {
        let mut hosts: BTreeMap<IpAddr, OfHost> = BTreeMap::new();
        let mut pairs: Vec<((IpAddr, IpAddr), OfPair)> = Vec::new();
        for row in rows {
            let Some(ends) = row.ends() else { continue };
            let ends = (networks.address(ends.0), networks.address(ends.1));
            let conversation = row.conversation();
            let (there, back) = (conversation.forward.sum.bytes, conversation.reverse.sum.bytes);
            let [source, destination] = row.about();
            for (own, other, sent, received, about) in
                [(ends.0, ends.1, there, back, source), (ends.1, ends.0, back, there, destination)]
            {
                let host = hosts.entry(own).or_default();
                host.sent += sent;
                host.received += received;
                host.peers.insert(other);
                if networks.leave(own) {
                    host.name = host.name.take().or_else(|| about.name.clone());
                }
            }
            let known = pairs.iter().position(|(pair, _)| *pair == ends || *pair == (ends.1, ends.0));
            let place = known.unwrap_or_else(|| {
                pairs.push((ends, OfPair::default()));
                pairs.len() - 1
            });
            if let Some((_, pair)) = pairs.get_mut(place) {
                pair.bytes += there + back;
                pair.packets += conversation.sum().packets;
                for tcp in [conversation.forward.tcp, conversation.reverse.tcp] {
                    pair.tcp += tcp;
                    pair.round_trip = pair.round_trip.max(tcp.round_trip);
                }
                pair.services.extend(row.service());
            }
        }
        let most = pairs.iter().map(|(_, pair)| pair.bytes).max().unwrap_or_default();
        let text = |address: &IpAddr| Arc::from(networks.network(*address));
        let edges = pairs.iter().map(|((source, target), pair)| Edge {
            source: text(source),
            target: text(target),
            bits: bits_a_second(pair.bytes, time),
            packets: pair.packets,
            retransmits: pair.tcp.retransmits,
            resets: pair.tcp.resets,
            round_trip: Some(pair.round_trip).filter(|nanoseconds| *nanoseconds > 0),
            services: services(&pair.services),
            thickness: thickness(pair.bytes, most),
        });
        let nodes = hosts.iter().map(|(address, host)| Node {
            address: text(address),
            name: host.name.as_ref().map(|name| Arc::clone(&name.text)),
            bits: bits_a_second(host.sent + host.received, time),
            sent: part(host.sent, host.sent + host.received),
            peers: host.peers.len() as u64,
        });
        Self { nodes: nodes.collect(), edges: edges.collect() }
    }
}

/// A part of all, to a thousandth.
fn part(of: u64, all: u64) -> f64 {
    if all == 0 { 0.0 } else { (of as f64 / all as f64 * 1000.0).round() / 1000.0 }
}

fn services(names: &BTreeSet<&'static str>) -> Option<String> {
    let shown: Vec<&str> = names.iter().copied().take(SERVICES).collect();
    let more = if names.len() > SERVICES { ", …" } else { "" };
    (!names.is_empty()).then(|| format!("{}{more}", shown.join(", ")))
}

/// By the number of digits: the largest is not thousands of times as wide as others.
fn thickness(bytes: u64, most: u64) -> f64 {
    let [thinnest, thickest] = THICKNESS;
    let share = if most == 0 { 0.0 } else { ((bytes + 1) as f64).ln() / ((most + 1) as f64).ln() };
    ((thinnest + share * (thickest - thinnest)) * 10.0).round() / 10.0
}

#[cfg(test)]
mod tests;
