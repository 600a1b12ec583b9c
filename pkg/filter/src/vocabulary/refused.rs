//! Words of pcap-filter(7) that ask for what no parsed header says, each with the reason and what can be
//! asked instead.

/// Words and the reason that is the same for all of them.
const REASONS: &[(&[&str], &str)] = &[
    (
        &["gateway"],
        "it takes a host's name, and no names are looked up; \
         `ether host` with its MAC address and `not host` with its IP address say the same",
    ),
    (&["mpls"], "what MPLS carries is not read; `ether proto 0x8847` (or 0x8848) finds such frames"),
    (
        &["pppoed", "pppoes"],
        "what PPPoE carries is not read; `ether proto 0x8863` (discovery) and 0x8864 (session) find such frames",
    ),
    (&["geneve", "vxlan"], "what a tunnel carries is not read; `udp dst port 6081` finds Geneve, 4789 VXLAN"),
    (
        &["iso", "clnp", "esis", "es-is", "isis", "is-is", "l1", "l2", "iih", "snp", "csnp", "psnp", "lsp"],
        "what follows an IEEE 802.3 length is not read",
    ),
    (
        &["stp", "ipx", "netbeui", "llc", "snap"],
        "what follows an IEEE 802.3 length is not read; `ether host` with the protocol's group address finds \
         its frames (spanning tree: 01:80:c2:00:00:00)",
    ),
    (
        &[
            "wlan", "type", "subtype", "dir", "addr1", "addr2", "addr3", "addr4", "ra", "ta", "bssid",
            "fddi", "tr", "ppp", "slip", "radio",
        ],
        "packets are seen with an Ethernet header or with none; `ether` asks for its fields",
    ),
    (
        &["ifname", "on", "rnr", "rulenum", "srnr", "subrulenum", "reason", "rset", "ruleset", "action"],
        "that is in the log of the firewall pf only; the interface is chosen outside of the filter",
    ),
    (&["ifindex"], "the interface is chosen outside of the filter"),
    (
        &[
            "lane",
            "metac",
            "metaconnect",
            "bcc",
            "oam",
            "oamf4",
            "oamf4ec",
            "oamf4sc",
            "sc",
            "ilmic",
            "vpi",
            "vci",
            "connectmsg",
        ],
        "packets are not seen on ATM links",
    ),
    (
        &[
            "fisu", "lssu", "lsu", "msu", "hfisu", "hlssu", "hmsu", "sio", "hsio", "opc", "hopc", "dpc",
            "hdpc", "sls", "hsls",
        ],
        "packets are not seen on SS7 links",
    ),
    (&["byte"], "bytes are compared as in `ip[8] < 5`, where they are header fields"),
];

/// Why `word` is refused.
pub(crate) fn reason(word: &str) -> Option<&'static str> {
    REASONS.iter().find(|(words, _)| words.contains(&word)).map(|(_, reason)| *reason)
}
