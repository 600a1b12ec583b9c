//! From tshark's layers to the innermost packet.

use std::collections::BTreeMap;

use super::{columns::canonical, pdml::Layer};

/// A tunnel that tshark saw.
#[derive(Debug)]
pub(super) struct Tunnel {
    pub(super) kind: &'static str,
    /// Its id; of labels the one on top.
    pub(super) id: Option<u32>,
    /// Its id; of labels the one at the bottom.
    pub(super) last_id: Option<u32>,
}

/// The innermost packet, and the way to it.
#[derive(Debug, Default)]
pub(super) struct Walk {
    /// Columns of the innermost packet, by name.
    fields: BTreeMap<&'static str, String>,
    pub(super) tunnels: Vec<Tunnel>,
    /// Source and destination of the outermost IP packet, where it carries another.
    pub(super) outer: Option<(String, String)>,
    tags: usize,
    /// Labels of the stack at hand.
    pub(super) labels: usize,
    /// Whether there are more tunnels or labels than the parser follows.
    pub(super) is_cut_short: bool,
}

/// Tunnels and labels that the parser follows.
const TUNNELS: usize = 3;
const LABELS: usize = 8;

/// Layers that have ports, or types and codes.
const UPPER: [&str; 7] = ["tcp", "udp", "icmp", "icmpv6", "sctp", "dccp", "udplite"];

/// What stands behind a tag.
const BEHIND_TAG: [&str; 3] = ["vlan.etype", "vlan.len", "ieee8021ah.etype"];

/// Columns of the link layer, which a packet without an Ethernet header of its own keeps.
const LINK: [&str; 6] = ["source_mac", "destination_mac", "ethertype", "length_field", "vlan", "inner_vlan"];

impl Walk {
    /// Through the layers as far as the parser goes.
    pub(super) fn through(layers: &[Layer]) -> Self {
        let mut walk = Self::default();
        let mut before = "";
        for layer in layers {
            if !walk.enter(layer, before) || walk.is_cut_short {
                break;
            }
            before = &layer.name;
        }
        walk
    }

    /// The column of this name.
    pub(super) fn field(&self, name: &str) -> Option<String> {
        self.fields.get(name).cloned()
    }

    /// Takes note of a layer. Returns whether to go on.
    fn enter(&mut self, layer: &Layer, before: &str) -> bool {
        match layer.name.as_str() {
            // About the frame as a whole, and names without bytes.
            "geninfo" | "frame" | "raw" | "erspan" | "ppp" => {}
            // A piece of something, which is not looked into; tshark does with the first.
            name if self.field("fragment").as_deref() == Some("true") && !UPPER.contains(&name) => {
                return false;
            }
            // A header is taken as a whole; tshark shows it up to the byte that is missing.
            "eth" if layer.get("eth.type").is_none() && layer.get("eth.len").is_none() => return false,
            "ip" if layer.get("ip.dst").is_none() => return false,
            "ipv6" if layer.get("ipv6.dst").is_none() => return false,
            "vxlan" if layer.get("vxlan.vni").is_none() => return false,
            // Another version is another protocol.
            "geneve" if layer.get("geneve.vni").is_none() || layer.get("geneve.version") != Some("0") => {
                return false;
            }
            "vlan" | "ieee8021ad" if layer.in_order(&BEHIND_TAG).next().is_none() => return false,
            "eth" => self.ethernet(layer),
            "vlan" | "ieee8021ad" => self.tag(layer),
            "ip" => self.ipv4(layer, before),
            "ipv6" => self.ipv6(layer, before),
            "arp" => {
                self.note("arp_operation", layer.get("arp.opcode"));
                self.note("source_ip", layer.get("arp.src.proto_ipv4"));
                self.note("destination_ip", layer.get("arp.dst.proto_ipv4"));
                return false;
            }
            "udp" => self.ports(layer, "udp"),
            // Without this flag there is no network identifier, and it is no VXLAN (RFC 7348, 5); tshark does not ask for it.
            "vxlan" if layer.in_order(&["vxlan.flag_i", "vxlan.i_bit"]).any(|(_, flag)| flag == "0") => {
                return false;
            }
            "vxlan" => self.push("vxlan", layer.get("vxlan.vni")),
            "geneve" => self.push("geneve", layer.get("geneve.vni")),
            // Version 0, or 1 for PPTP; tshark reads any version as if it were 0.
            "gre" if !matches!(layer.get("gre.flags.version"), Some("0" | "1")) => return false,
            "gre" => self.push("gre", layer.get("gre.key").or_else(|| layer.get("gre.key.call_id"))),
            "mpls" => self.label(layer, before),
            // Another version, or not a session's data: tshark looks into it all the same.
            "pppoes" if !is_session(layer) => return false,
            "pppoes" => self.push("pppoe", layer.get("pppoe.session_id")),
            "gtp"
                if layer.get("gtp.flags.version") == Some("1")
                    && layer.get("gtp.flags.payload") == Some("1")
                    && layer.get("gtp.message") == Some("0xff") =>
            {
                self.push("gtp", layer.get("gtp.teid"));
            }
            "tcp" => {
                self.ports(layer, "tcp");
                let flags = layer.get("tcp.flags").map(|flags| format!("0x00{}", &flags[4..]));
                self.note("tcp_flags", flags.as_deref());
                self.note("tcp_window", layer.get("tcp.window_size_value"));
                return false;
            }
            "icmp" | "icmpv6" => {
                self.note("icmp_type", layer.get(&format!("{}.type", layer.name)));
                self.note("icmp_code", layer.get(&format!("{}.code", layer.name)));
                return false;
            }
            "sctp" | "dccp" => {
                self.ports(layer, &layer.name);
                return false;
            }
            "udplite" => {
                self.ports(layer, "udp");
                return false;
            }
            _ => return false,
        }
        true
    }

    fn note(&mut self, name: &'static str, value: Option<&str>) {
        if let Some(value) = value {
            self.fields.insert(name, value.to_owned());
        }
    }

    fn ports(&mut self, layer: &Layer, protocol: &str) {
        self.note("source_port", layer.get(&format!("{protocol}.srcport")));
        self.note("destination_port", layer.get(&format!("{protocol}.dstport")));
    }

    fn push(&mut self, kind: &'static str, id: Option<&str>) {
        if self.tunnels.len() == TUNNELS {
            self.is_cut_short = true;
            return;
        }
        let id = id.map(number);
        self.tunnels.push(Tunnel { kind, id, last_id: id });
    }

    fn label(&mut self, layer: &Layer, before: &str) {
        let label = layer.get("mpls.label");
        if before == "mpls" {
            self.labels += 1;
        } else {
            self.push("mpls", label);
            self.labels = 1;
        }
        if self.labels > LABELS {
            self.is_cut_short = true;
        } else if let (false, Some(tunnel)) = (self.is_cut_short, self.tunnels.last_mut()) {
            tunnel.last_id = label.map(number);
        }
    }

    /// Leaves a packet for the one that it carries.
    fn leave(&mut self, kept: &[&str]) {
        if self.fields.contains_key("version") && self.outer.is_none() {
            let address = |name| self.fields.get(name).cloned().unwrap_or_default();
            self.outer = Some((address("source_ip"), address("destination_ip")));
        }
        self.fields.retain(|name, _| kept.contains(name));
    }

    fn ethernet(&mut self, layer: &Layer) {
        self.leave(&[]);
        self.tags = 0;
        self.note("source_mac", layer.get("eth.src"));
        self.note("destination_mac", layer.get("eth.dst"));
        self.note("ethertype", layer.get("eth.type"));
        self.note("length_field", layer.get("eth.len"));
    }

    fn tag(&mut self, layer: &Layer) {
        let ids = layer.in_order(&["vlan.id", "ieee8021ad.id", "ieee8021ad.svid", "ieee8021ad.cvid"]);
        for (_, id) in ids {
            let name = ["vlan", "inner_vlan"].get(self.tags).copied();
            self.tags += 1;
            if let Some(name) = name {
                self.note(name, Some(id));
            }
        }
        self.fields.remove("ethertype");
        self.fields.remove("length_field");
        self.note("ethertype", layer.get("vlan.etype").or_else(|| layer.get("ieee8021ah.etype")));
        self.note("length_field", layer.get("vlan.len"));
    }

    /// An IP packet: straight in another it is a tunnel.
    fn internet(&mut self, version: &'static str, ethertype: &str, before: &str) {
        if matches!(before, "ip" | "ipv6") {
            self.push(
                match (before, version) {
                    ("ip", "4") => "ipip",
                    ("ip", _) => "6in4",
                    (_, "4") => "4in6",
                    _ => "6in6",
                },
                None,
            );
        }
        if self.is_cut_short {
            return;
        }
        self.leave(&LINK);
        if self.fields.contains_key("source_mac") {
            self.note("ethertype", Some(ethertype));
        }
    }

    fn ipv4(&mut self, layer: &Layer, before: &str) {
        self.internet("4", "0x0800", before);
        if self.is_cut_short {
            return;
        }
        for (name, field) in [
            ("version", "ip.version"),
            ("source_ip", "ip.src"),
            ("destination_ip", "ip.dst"),
            ("protocol", "ip.proto"),
            ("length", "ip.len"),
            ("ttl", "ip.ttl"),
            ("dscp", "ip.dsfield.dscp"),
            ("ip_id", "ip.id"),
        ] {
            self.note(name, layer.get(field));
        }
        if let (Some(more), Some(offset)) = (layer.get("ip.flags.mf"), layer.get("ip.frag_offset")) {
            self.note("fragment", Some(if more == "1" || offset != "0" { "true" } else { "false" }));
        }
    }

    fn ipv6(&mut self, layer: &Layer, before: &str) {
        self.internet("6", "0x86dd", before);
        if self.is_cut_short {
            return;
        }
        for (name, field) in [("version", "ipv6.version"), ("ttl", "ipv6.hlim"), ("dscp", "ipv6.tclass.dscp")]
        {
            self.note(name, layer.get(field));
        }
        for (name, field) in [("source_ip", "ipv6.src"), ("destination_ip", "ipv6.dst")] {
            self.note(name, layer.get(field).map(canonical).as_deref());
        }
        let length = layer.get("ipv6.plen").map(|length| (number(length) + 40).to_string());
        self.note("length", length.as_deref());
        const NEXT: &[&str] = &[
            "ipv6.nxt",
            "ipv6.hopopts.nxt",
            "ipv6.routing.nxt",
            "ipv6.dstopts.nxt",
            "ipv6.fraghdr.nxt",
            "ah.next_header",
        ];
        self.note("protocol", layer.in_order(NEXT).last().map(|(_, next)| next));
        let is_set = |field| layer.all(field).any(|value| value != "0");
        let is_fragment = is_set("ipv6.fraghdr.offset") || is_set("ipv6.fraghdr.more");
        self.note("fragment", layer.get("ipv6.nxt").map(|_| if is_fragment { "true" } else { "false" }));
    }
}

/// Whether this is PPPoE of the only version there is, and data (RFC 2516, 4).
fn is_session(layer: &Layer) -> bool {
    [("pppoe.version", "1"), ("pppoe.type", "1"), ("pppoe.code", "0x00")]
        .into_iter()
        .all(|(field, value)| layer.get(field) == Some(value))
}

/// A number as tshark writes them: decimal or hexadecimal.
fn number(text: &str) -> u32 {
    text.strip_prefix("0x")
        .map_or_else(|| text.parse(), |digits| u32::from_str_radix(digits, 16))
        .unwrap_or_else(|_| panic!("{text} has to be a number"))
}
