//! Columns of rows.

/// All columns of rates as counts. Without columns rates come as a time series.
pub const COUNTS: [&str; 5] = ["time", "group", "packets", "segments", "bytes"];

/// All columns of packets that any packet may have, whether it is carried by another or not: what a program shows that is asked
/// for none in particular. A query without columns has fewer, those that there were from the beginning: its channel is named
/// after them.
pub const PACKETS: [&str; 27] = [
    "time",
    "interface",
    "direction",
    "source_mac",
    "destination_mac",
    "ethertype",
    "vlan",
    "inner_vlan",
    "version",
    "source_ip",
    "destination_ip",
    "protocol",
    "length",
    "frame_length",
    "segments",
    "ttl",
    "dscp",
    "fragment",
    "source_port",
    "destination_port",
    "tcp_flags",
    "icmp_type",
    "icmp_code",
    "malformed",
    "arp_operation",
    "tcp_window",
    "ip_id",
];

/// Columns of packets that say what carries them.
pub const TUNNELS: [&str; 4] = ["tunnel", "tunnel_id", "outer_source_ip", "outer_destination_ip"];

/// The column that says at which machine a packet was seen.
pub const HOST: &str = "host";
