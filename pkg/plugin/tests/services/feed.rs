//! Flows as the capture hands them on: snapshots of what was counted.

use std::{sync::Arc, time::Duration};

use serde_json::Value;
use tonic::Streaming;
use xdplive_corpus::frame::{Arp, Ethernet, Ipv4, Payload, Tcp, Udp, tcp_flag::ACK};
use xdplive_packet::{
    LinkType, Wire,
    event::Direction,
    flow::{FlowCounters, FlowKey, Sum, TcpCounts, marks},
    parse,
};
use xdplive_source::{Cut, FlowSnapshot, Taken};

use crate::{
    grafana::{Grafana, next},
    source::Stream,
};

const HOST: [u8; 6] = [2, 0, 0, 0, 0, 1];
const ROUTER: [u8; 6] = [2, 0, 0, 0, 0, 0xfe];
/// Length of an interval, ms.
pub(crate) const INTERVAL: u64 = 1000;

/// A flow with so many packets of 100 bytes, seen at a time in ms.
pub(crate) fn flow(packet: impl Into<Payload>, way: Direction, packets: u64) -> (FlowKey, FlowCounters) {
    let bytes = Ethernet::new(HOST, ROUTER, packet).bytes();
    let headers = parse(&mut &*bytes, &Wire::new(LinkType::Ethernet));
    let counters = FlowCounters {
        sum: sum(packets),
        first: 1,
        last: 2,
        ttl: headers.ttl().unwrap_or(0).into(),
        tcp_flags: headers.tcp_flags().map_or(0, marks),
        tcp: TcpCounts::ZERO,
    };
    (FlowKey::of(&headers, way), counters)
}

pub(crate) const fn sum(packets: u64) -> Sum {
    Sum { packets, segments: packets, bytes: 100 * packets }
}

pub(crate) const SERVER: [u8; 4] = [198, 51, 100, 7];

/// TCP from port 50,000 of a host of 192.0.2.0/24 to a port of the server.
pub(crate) fn tcp(host: u8, port: u16) -> Ipv4 {
    Ipv4::new([192, 0, 2, host], SERVER, Tcp::new(50_000, port, ACK))
}

/// The answer to [`tcp`].
pub(crate) fn answer(host: u8, port: u16) -> Ipv4 {
    Ipv4::new(SERVER, [192, 0, 2, host], Tcp::new(port, 50_000, ACK))
}

pub(crate) fn udp(host: u8, port: u16) -> Ipv4 {
    Ipv4::new([192, 0, 2, host], SERVER, Udp::new(50_000, port, [0; 10]))
}

pub(crate) fn arp() -> Arp {
    Arp::request(HOST, [192, 0, 2, 9], [192, 0, 2, 254])
}

impl Stream {
    /// Hands on what was counted at `eth0` in the interval of this number.
    pub(crate) fn count(&self, interval: u64, entries: Vec<(FlowKey, FlowCounters)>, other: u64) {
        self.count_on("eth0", INTERVAL * interval, INTERVAL * (interval + 1), entries, other);
    }

    /// Hands on what was counted between two moments in ms of the machine's clock.
    pub(crate) fn count_on(
        &self,
        interface: &str,
        from: u64,
        to: u64,
        entries: Vec<(FlowKey, FlowCounters)>,
        other: u64,
    ) {
        let (from, to) = (from * 1_000_000, to * 1_000_000);
        let taken = Taken { from, to, entries, other: [sum(other), sum(0)], ..Taken::default() };
        self.hand_on(interface, taken);
    }

    pub(crate) fn hand_on(&self, interface: &str, taken: Taken) {
        self.hand_on_cut(interface, taken, Cut::default());
    }

    /// The same of a machine that does not send everything.
    pub(crate) fn hand_on_cut(&self, interface: &str, taken: Taken, cut: Cut) {
        let (queue, _) = self.flows.as_ref().unwrap();
        let (host, interface) = (self.host.clone(), Arc::from(interface));
        queue.push(Arc::new(FlowSnapshot {
            host,
            interface,
            taken: taken.by(self.clock),
            cut,
            cpu: Duration::ZERO,
        }));
    }

    /// Says that nothing more comes.
    pub(crate) fn close_flows(&self) {
        self.flows.as_ref().unwrap().0.close();
    }
}

/// The next message, column by column.
pub(crate) async fn columns(running: &mut Streaming<grafana_plugin_sdk::pluginv2::StreamPacket>) -> Value {
    let packet = next(running).await.expect("a message");
    let mut message: Value = serde_json::from_slice(&packet.data).unwrap();
    message["data"]["values"].take()
}

/// Asks for the end, and brings it about.
pub(crate) async fn end(grafana: &Grafana, stream: &mut Stream) {
    grafana.shut_down().await;
    stream.ended().await;
    stream.close_flows();
}

/// The accounts at a stream's end.
pub(crate) async fn accounts(
    running: &mut Streaming<grafana_plugin_sdk::pluginv2::StreamPacket>,
) -> [u64; 5] {
    while next(running).await.is_some() {}
    let trailers = running.trailers().await.unwrap().unwrap();
    ["seen", "unmatched", "thinned", "lost", "delivered"]
        .map(|name| trailers.get(format!("xdplive-{name}")).unwrap().to_str().unwrap().parse().unwrap())
}
