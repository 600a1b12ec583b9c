//! The columns that say what carries a packet, as the parser and as tshark say them.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use xdplive_packet::Tunnel;

use super::walk::Walk;

/// One column, both values as text.
pub(super) struct TunnelColumn {
    pub(super) name: &'static str,
    pub(super) ours: fn(&Tunnel) -> Option<String>,
    pub(super) theirs: fn(&Walk) -> Option<String>,
}

/// All of them.
pub(super) const TUNNEL_COLUMNS: &[TunnelColumn] = &[
    TunnelColumn {
        name: "tunnel",
        ours: |tunnel| joined(tunnel.levels().map(|(kind, _)| kind.name().to_owned())),
        theirs: |walk| joined(walk.tunnels.iter().map(|tunnel| tunnel.kind.to_owned())),
    },
    TunnelColumn {
        name: "tunnel_id",
        ours: |tunnel| tunnel.innermost_id().map(|id| id.to_string()),
        theirs: |walk| Some(walk.tunnels.last()?.last_id?.to_string()),
    },
    // What filters ask for: the id of each tunnel.
    TunnelColumn {
        name: "ids",
        ours: |tunnel| joined(tunnel.levels().map(|(_, id)| format!("{id:?}"))),
        theirs: |walk| joined(walk.tunnels.iter().map(|tunnel| format!("{:?}", tunnel.id))),
    },
    TunnelColumn {
        name: "outer_source_ip",
        ours: |tunnel| address(tunnel, tunnel.outer_source),
        theirs: |walk| walk.outer.as_ref().map(|(source, _)| canonical(source)),
    },
    TunnelColumn {
        name: "outer_destination_ip",
        ours: |tunnel| address(tunnel, tunnel.outer_destination),
        theirs: |walk| walk.outer.as_ref().map(|(_, destination)| canonical(destination)),
    },
];

fn joined(values: impl Iterator<Item = String>) -> Option<String> {
    let values: Vec<String> = values.collect();
    (!values.is_empty()).then(|| values.join("/"))
}

fn address(tunnel: &Tunnel, address: [u8; 16]) -> Option<String> {
    let [a, b, c, d, ..] = address;
    match tunnel.outer_version {
        4 => Some(Ipv4Addr::from([a, b, c, d]).to_string()),
        6 => Some(Ipv6Addr::from(address).to_string()),
        _ => None,
    }
}

/// As Rust writes it; tshark writes some IPv6 addresses with an IPv4 address at their end.
pub(super) fn canonical(address: &str) -> String {
    address.parse::<IpAddr>().unwrap_or_else(|_| panic!("{address} has to be an address")).to_string()
}
