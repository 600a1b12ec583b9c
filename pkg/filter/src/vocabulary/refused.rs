//! Words of pcap-filter(7) that ask for what no parsed header says, each with the reason and what can be
//! asked instead.

/// Words and the reason that is the same for all of them.
const REASONS: &[(&[&str], &str)] = &[
    (
        &["gateway"],
        "it takes a host's name, and no names are looked up; \
         `ether host` with its MAC address and `not host` with its IP address ask for the same",
    ),
    (
        &[
            "wlan", "type", "subtype", "dir", "addr1", "addr2", "addr3", "addr4", "ra", "ta", "bssid",
            "fddi", "tr", "ppp", "slip", "radio",
        ],
        "it asks for headers of other links; packets are captured with an Ethernet header or with none, and `ether` asks for its fields",
    ),
    (
        &["ifname", "on", "ifindex"],
        "a filter does not choose interfaces; choose them in the query, or with --interface",
    ),
    (
        &["rnr", "rulenum", "srnr", "subrulenum", "reason", "rset", "ruleset", "action"],
        "only the log of the firewall pf has it, not a packet",
    ),
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
        "it asks for packets of ATM links, which are not captured",
    ),
    (
        &[
            "fisu", "lssu", "lsu", "msu", "hfisu", "hlssu", "hmsu", "sio", "hsio", "opc", "hopc", "dpc",
            "hdpc", "sls", "hsls",
        ],
        "it asks for packets of SS7 links, which are not captured",
    ),
    (&["byte"], "write a comparison of bytes as `ip[8] < 5`; only bytes of header fields can be compared"),
];

/// Why `word` is refused.
pub(crate) fn reason(word: &str) -> Option<&'static str> {
    REASONS.iter().find(|(words, _)| words.contains(&word)).map(|(_, reason)| *reason)
}
