//! Runs tshark and reads what it says.

use std::{
    collections::HashMap,
    env,
    fs::{self, File},
    io::{BufWriter, Error, ErrorKind},
    path::Path,
    process::Command,
    time::Duration,
};

use xdplive_corpus::{
    LinkType, Sample,
    pcap::{Resolution, Writer},
};

/// The fields asked for.
const ASKED: &[&str] = &[
    "frame.protocols",
    "eth.src",
    "eth.dst",
    "eth.type",
    "eth.len",
    "vlan.id",
    "vlan.etype",
    "vlan.len",
    "ieee8021ad.id",
    "ieee8021ad.svid",
    "ieee8021ad.cvid",
    "ieee8021ah.etype",
    "arp.opcode",
    "arp.src.proto_ipv4",
    "arp.dst.proto_ipv4",
    "ip.version",
    "ip.src",
    "ip.dst",
    "ip.proto",
    "ip.len",
    "ip.id",
    "ip.ttl",
    "ip.dsfield.dscp",
    "ip.flags.mf",
    "ip.frag_offset",
    "ipv6.version",
    "ipv6.src",
    "ipv6.dst",
    "ipv6.nxt",
    "ipv6.plen",
    "ipv6.hlim",
    "ipv6.tclass.dscp",
    "ipv6.hopopts.nxt",
    "ipv6.routing.nxt",
    "ipv6.dstopts.nxt",
    "ipv6.fraghdr.nxt",
    "ipv6.fraghdr.offset",
    "ipv6.fraghdr.more",
    "ah.next_header",
    "tcp.srcport",
    "tcp.dstport",
    "tcp.flags",
    "tcp.window_size_value",
    "udp.srcport",
    "udp.dstport",
    "sctp.srcport",
    "sctp.dstport",
    "dccp.srcport",
    "dccp.dstport",
    "icmp.type",
    "icmp.code",
    "icmpv6.type",
    "icmpv6.code",
];

/// Which checksums were right; asked for as well.
pub(crate) const CHECKSUMS: [&str; 6] = [
    "ip.checksum.status",
    "tcp.checksum.status",
    "udp.checksum.status",
    "sctp.checksum.status",
    "icmp.checksum.status",
    "icmpv6.checksum.status",
];

/// One frame at a time, no state between frames: nothing put together, nothing analysed, no names.
const PREFERENCES: &[&str] = &[
    "ip.defragment:FALSE",
    "ip.tso_support:TRUE",
    "ipv6.tso_support:TRUE",
    "ipv6.defragment:FALSE",
    "tcp.desegment_tcp_streams:FALSE",
    "tcp.analyze_sequence_numbers:FALSE",
    "sctp.reassembly:FALSE",
    "sctp.tsn_analysis:FALSE",
    "arp.detect_duplicate_ips:FALSE",
    "ip.check_checksum:TRUE",
    "tcp.check_checksum:TRUE",
    "udp.check_checksum:TRUE",
    "sctp.checksum:CRC32C",
];

fn asked() -> impl Iterator<Item = &'static str> {
    ASKED.iter().copied().chain(CHECKSUMS)
}

/// What tshark said of one frame.
pub(crate) struct Verdict {
    /// The layers it saw, outermost first.
    pub(crate) layers: Vec<String>,
    values: HashMap<&'static str, Vec<String>>,
}

impl Verdict {
    fn new(line: &str) -> Self {
        let cells: Vec<&str> = line.split('\t').collect();
        assert_eq!(cells.len(), asked().count(), "tshark's line has a cell for each field: {line}");
        let list =
            |cell: &str| cell.split(',').filter(|value| !value.is_empty()).map(str::to_owned).collect();
        Self {
            layers: cells[0].split(':').map(str::to_owned).collect(),
            values: asked().zip(cells.into_iter().map(list)).collect(),
        }
    }

    /// The `n`th value of a field, counted from the outermost layer; the field "" has none.
    pub(crate) fn nth(&self, field: &str, n: usize) -> Option<&str> {
        if field.is_empty() {
            return None;
        }
        let values = self.values.get(field).unwrap_or_else(|| panic!("{field} was not asked for"));
        values.get(n).map(String::as_str)
    }
}

/// tshark, to read `samples`, which are all of one link type; what it is to say has yet to be added. `name` is that of a
/// directory for this.
pub(crate) fn tshark(name: &str, link: LinkType, samples: &[Sample]) -> Command {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(&directory).unwrap();
    let capture = directory.join("corpus.pcap");
    let mut writer =
        Writer::new(BufWriter::new(File::create(&capture).unwrap()), link, Resolution::Nanoseconds).unwrap();
    for sample in samples {
        writer.frame(Duration::from_secs(sample.number as u64), &sample.bytes).unwrap();
    }
    writer.finish().unwrap();

    let mut tshark = Command::new("tshark");
    tshark.args(["-n", "-r"]).arg(&capture);
    tshark.args(PREFERENCES.iter().flat_map(|preference| ["-o", preference]));
    // Nobody's own preferences.
    tshark.env("XDG_CONFIG_HOME", &directory).env("HOME", &directory);
    tshark
}

/// Says why there is no tshark.
pub(crate) fn does_not_start<T>(error: Error) -> T {
    match error.kind() {
        ErrorKind::NotFound => {
            panic!("This test needs tshark: `make test` installs it, as does `apt-get install tshark`.")
        }
        _ => panic!("tshark does not start: {error}"),
    }
}

/// Reads `samples`, which are all of one link type, with tshark.
pub(crate) fn dissect(link: LinkType, samples: &[Sample]) -> Vec<Verdict> {
    let mut tshark = tshark(&format!("tshark-{link:?}"), link, samples);
    tshark.args(["-T", "fields", "-E", "occurrence=a", "-E", "aggregator=,"]);
    tshark.args(asked().flat_map(|field| ["-e", field]));
    let output = tshark.output().unwrap_or_else(does_not_start);
    assert!(output.status.success(), "tshark failed: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().lines().map(Verdict::new).collect()
}
