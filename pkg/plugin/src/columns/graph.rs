//! The columns of a graph of who talks to whom: of its nodes, which are hosts, and of its edges. Their names are those that
//! Grafana's node graph looks for.

use std::sync::Arc;

use super::{Cells, optional};

/// A host.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Its address.
    pub address: Arc<str>,
    /// Its name, where it is known.
    pub name: Option<Arc<str>>,
    /// Bits that it sends and receives, a second.
    pub bits: f64,
    /// Of these, the part that it sends, 0 to 1.
    pub sent: f64,
    /// Hosts that it talks with.
    pub peers: u64,
}

/// All that two hosts say to each other.
#[derive(Clone, Debug, PartialEq)]
pub struct Edge {
    /// The address of the one that starts conversations.
    pub source: Arc<str>,
    /// The other's.
    pub target: Arc<str>,
    /// Bits both ways, a second.
    pub bits: f64,
    /// Packets both ways.
    pub packets: u64,
    /// Names of services, with commas between them; none where none has a name.
    pub services: Option<String>,
    /// How wide it is drawn, pixels: 1 to 5.
    pub thickness: f64,
}

columns! {
    /// A column of nodes.
    NodeColumn of [Node], counted by <[Node]>::len, written by write_rows;
    Id "id" String false 42 "Address of the host";
    Title "title" String false 255 "Its name, else its address";
    Subtitle "subtitle" String true 42 "Its address, where it has a name";
    MainStat "mainstat" Decimal false 20 "Bits that it sends and receives, per second" in "bps";
    SecondaryStat "secondarystat" Count false 20 "Hosts that it talks with";
    Sent "arc__sent" Decimal false 20 "Part of its bits that it sends";
    Received "arc__received" Decimal false 20 "Part of its bits that it receives";
}

columns! {
    /// A column of edges.
    EdgeColumn of [Edge], counted by <[Edge]>::len, written by write_rows;
    Id "id" String false 90 "Both addresses";
    Source "source" String false 42 "Address of the host that started the conversations, as far as seen";
    Target "target" String false 42 "Address of the other host";
    MainStat "mainstat" Decimal false 20 "Bits both ways, per second" in "bps";
    SecondaryStat "secondarystat" String true 90 "Services, by protocol and port";
    Thickness "thickness" Decimal false 20 "Width of the line";
    Packets "detail__packets" Count false 20 "Packets both ways, as the hook saw them";
}

impl NodeColumn {
    fn write_rows<C: Cells>(self, nodes: &[Node], cells: &mut C) {
        for node in nodes {
            match self {
                Self::Id => cells.text(&node.address),
                Self::Title => cells.text(node.name.as_ref().unwrap_or(&node.address)),
                Self::Subtitle => optional(node.name.as_ref().map(|_| &*node.address), cells),
                Self::MainStat => cells.decimal(node.bits),
                Self::SecondaryStat => cells.count(node.peers),
                Self::Sent => cells.decimal(node.sent),
                Self::Received => cells.decimal(1.0 - node.sent),
            }
        }
    }
}

impl EdgeColumn {
    fn write_rows<C: Cells>(self, edges: &[Edge], cells: &mut C) {
        for edge in edges {
            match self {
                Self::Id => cells.text(&format!("{}-{}", edge.source, edge.target)),
                Self::Source => cells.text(&edge.source),
                Self::Target => cells.text(&edge.target),
                Self::MainStat => cells.decimal(edge.bits),
                Self::SecondaryStat => optional(edge.services.as_deref(), cells),
                Self::Thickness => cells.decimal(edge.thickness),
                Self::Packets => cells.count(edge.packets),
            }
        }
    }
}
