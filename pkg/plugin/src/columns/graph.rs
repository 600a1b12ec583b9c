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
    /// TCP segments both ways whose data had been seen before.
    pub retransmits: u64,
    /// TCP packets both ways with RST.
    pub resets: u64,
    /// The longest round trip of a handshake, nanoseconds; `None` where none was seen.
    pub round_trip: Option<u64>,
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
    MainStat "mainstat" String false 20 "Bits that it sends and receives, per second";
    SecondaryStat "secondarystat" String false 20 "Hosts that it talks with";
    Sent "arc__sent" Decimal false 20 "Part of its bits that it sends";
    Received "arc__received" Decimal false 20 "Part of its bits that it receives";
}

columns! {
    /// A column of edges.
    EdgeColumn of [Edge], counted by <[Edge]>::len, written by write_rows;
    Id "id" String false 90 "Both addresses";
    Source "source" String false 42 "Address of the host that started the conversations, as far as seen";
    Target "target" String false 42 "Address of the other host";
    MainStat "mainstat" String false 20 "Bits both ways, per second";
    SecondaryStat "secondarystat" String true 90 "Services, by protocol and port";
    Thickness "thickness" Decimal false 20 "Width of the line";
    Packets "detail__packets" Count false 20 "Packets both ways, as the hook saw them";
    Retransmits "detail__retransmits" Count false 20 "TCP segments both ways whose data had been seen before";
    Resets "detail__resets" Count false 20 "TCP packets both ways with RST";
    Rtt "detail__rtt" Decimal true 12 "Longest round trip of a handshake that was seen" in "ms";
}

impl NodeColumn {
    fn write_rows<C: Cells>(self, nodes: &[Node], cells: &mut C) {
        for node in nodes {
            match self {
                Self::Id => cells.text(&node.address),
                Self::Title => cells.text(node.name.as_ref().unwrap_or(&node.address)),
                Self::Subtitle => optional(node.name.as_ref().map(|_| &*node.address), cells),
                Self::MainStat => cells.text(&per_second(node.bits)),
                Self::SecondaryStat => {
                    let noun = if node.peers == 1 { "host" } else { "hosts" };
                    cells.text(&format!("{} {noun}", node.peers));
                }
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
                Self::MainStat => cells.text(&per_second(edge.bits)),
                Self::SecondaryStat => optional(edge.services.as_deref(), cells),
                Self::Thickness => cells.decimal(edge.thickness),
                Self::Packets => cells.count(edge.packets),
                Self::Retransmits => cells.count(edge.retransmits),
                Self::Resets => cells.count(edge.resets),
                Self::Rtt => match edge.round_trip {
                    // To a microsecond.
                    Some(nanoseconds) => cells.decimal((nanoseconds / 1000) as f64 / 1000.0),
                    None => cells.null(),
                },
            }
        }
    }
}

/// Bits per second as Grafana's own panels show them. The node graph panel shows the number alone, whatever the unit of a field.
fn per_second(bits: f64) -> String {
    let steps = [(1e12, "Tb/s"), (1e9, "Gb/s"), (1e6, "Mb/s"), (1e3, "kb/s")];
    // What would be rounded to a thousand of the next smaller unit has this one.
    match steps.into_iter().find(|(step, _)| bits >= step * 0.9995) {
        Some((step, unit)) => format!("{:.1} {unit}", bits / step),
        None => format!("{bits:.0} b/s"),
    }
}

#[cfg(test)]
mod tests {
    use super::per_second;

    #[test]
    fn bits_per_second_are_short() {
        for (bits, text) in [
            (0.0, "0 b/s"),
            (999.0, "999 b/s"),
            (999.9, "1.0 kb/s"),
            (9_814.0, "9.8 kb/s"),
            (999_990.0, "1.0 Mb/s"),
            (25.4e9, "25.4 Gb/s"),
            (1.2e15, "1200.0 Tb/s"),
        ] {
            assert_eq!(per_second(bits), text);
        }
    }
}
