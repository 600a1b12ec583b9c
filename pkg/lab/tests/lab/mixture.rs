//! A capture of mixed packets, both ways between two ends, and what tshark counts in it.

use std::{
    collections::BTreeMap, fs::File, io::BufWriter, path::PathBuf, process::Command, thread, time::Duration,
};

use tempfile::TempDir;
use xdplive_corpus::{
    LinkType,
    frame::{
        Arp, Ethernet, Icmp, Ipv4, Ipv6, Payload, Sctp, Tag, Tcp, Udp, Upper, ethertype,
        tcp_flag::{ACK, CWR, ECE, FIN, PSH, SYN, URG},
    },
    pcap::{Resolution, Writer},
};
use xdplive_lab::{eventually, namespace::Namespace, send::Sender};

/// Packets, and bytes on the wire.
pub type Counted = (u64, u64);

/// Frames, each with whether it goes from `b` to `a`, and the file that they are in.
pub struct Mixture {
    frames: Vec<(bool, Vec<u8>)>,
    _directory: TempDir,
    file: PathBuf,
}

/// Two ways of a conversation: addresses and ports (`192.0.2.1:80`), and what went which way.
pub type Conversations = BTreeMap<(String, String), Counted>;

impl Mixture {
    /// Some 3,000 frames.
    pub fn new() -> Self {
        let frames = frames();
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("mixture.pcap");
        let out = BufWriter::new(File::create(&file).unwrap());
        let mut writer = Writer::new(out, LinkType::Ethernet, Resolution::Microseconds).unwrap();
        for (number, (_, bytes)) in (0..).zip(&frames) {
            writer.frame(Duration::from_micros(number), bytes).unwrap();
        }
        writer.finish().unwrap();
        Self { frames, _directory: directory, file }
    }

    /// How many there are.
    pub fn packets(&self) -> u64 {
        self.frames.len() as u64
    }

    /// Those that go one way.
    pub fn packets_to_a(&self) -> u64 {
        self.frames.iter().filter(|(to_a, _)| *to_a).count() as u64
    }

    /// All bytes.
    pub fn bytes(&self) -> u64 {
        self.frames.iter().map(|(_, bytes)| bytes.len() as u64).sum()
    }

    /// Sends all of them between the ends of a pair, and waits until they have arrived.
    pub fn replay(&self, namespace: &Namespace) {
        let (a, b) = (Sender::new(namespace, "a"), Sender::new(namespace, "b"));
        let received = || ["a", "b"].map(|end| namespace.counter(end, "rx_packets")).iter().sum::<u64>();
        let before = received();
        for (number, (to_a, bytes)) in self.frames.iter().enumerate() {
            if *to_a {
                b.send(bytes)
            } else {
                a.send(bytes)
            }
            // The ring of a veth pair holds 256 frames; and several intervals are to pass.
            if number % 64 == 63 {
                thread::sleep(Duration::from_millis(10));
            }
        }
        let arrived = eventually(Duration::from_secs(5), || received() - before == self.packets());
        assert!(arrived, "{} of {} arrived", received() - before, self.packets());
    }

    /// What `tshark -z io,stat` counts for each of these display filters.
    pub fn statistics(&self, filters: &[String]) -> Vec<Counted> {
        let statistics = format!("io,stat,0,{}", filters.join(","));
        let text = self.tshark(&statistics);
        let line = text.lines().find(|line| line.contains("<>")).unwrap_or_else(|| panic!("{text}"));
        let numbers: Vec<u64> = line.split('|').skip(2).filter_map(|cell| cell.trim().parse().ok()).collect();
        assert_eq!(numbers.len(), 2 * filters.len(), "{text}");
        numbers.chunks(2).map(|pair| (pair[0], pair[1])).collect()
    }

    /// What `tshark -z io,phs` counts of each protocol, wherever it stands.
    pub fn hierarchy(&self) -> BTreeMap<String, Counted> {
        let text = self.tshark("io,phs");
        let mut found: BTreeMap<String, Counted> = BTreeMap::new();
        for line in text.lines() {
            let [name, frames, bytes] = line.split_whitespace().collect::<Vec<_>>()[..] else { continue };
            let (Some(frames), Some(bytes)) = (frames.strip_prefix("frames:"), bytes.strip_prefix("bytes:"))
            else {
                continue;
            };
            let sum = found.entry(name.to_owned()).or_default();
            sum.0 += frames.parse::<u64>().unwrap();
            sum.1 += bytes.parse::<u64>().unwrap();
        }
        found
    }

    /// What `tshark -z conv,KIND` counts, by source and destination, each way by itself.
    pub fn conversations(&self, kind: &str) -> Conversations {
        let text = self.tshark(&format!("conv,{kind}"));
        let mut found = Conversations::new();
        for line in text.lines().filter(|line| line.contains("<->")) {
            let words: Vec<&str> = line.split_whitespace().collect();
            let [one, "<->", other, back, back_bytes, "bytes", there, there_bytes, "bytes", ..] = words[..]
            else {
                panic!("{line}: more than tshark shows to the byte")
            };
            let number = |text: &str| text.parse::<u64>().unwrap();
            let mut put = |from: &str, to: &str, counted: Counted| {
                if counted.0 > 0 {
                    found.insert((from.to_owned(), to.to_owned()), counted);
                }
            };
            put(one, other, (number(there), number(there_bytes)));
            put(other, one, (number(back), number(back_bytes)));
        }
        assert!(!found.is_empty(), "{text}");
        found
    }

    fn tshark(&self, statistics: &str) -> String {
        let mut tshark = Command::new("tshark");
        // Fragments each by itself, as they are on the wire.
        tshark.args(["-n", "-q", "-o", "ip.defragment:FALSE", "-r"]).arg(&self.file).args(["-z", statistics]);
        let output =
            tshark.output().unwrap_or_else(|error| panic!("{error}: `make dependencies` installs it"));
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }
}

const A: [u8; 6] = [2, 0, 0, 0, 0, 0xa];
const B: [u8; 6] = [2, 0, 0, 0, 0, 0xb];
const SERVER: [u8; 4] = [198, 51, 100, 7];

/// Not a real service's port: tshark is to count packets, not to look into them.
const PORTS: [u16; 3] = [19_001, 19_002, 19_003];

/// As many as leave each conversation below 10,000 bytes, beyond which tshark rounds.
const ROUNDS: u16 = 60;
const LAST: u16 = ROUNDS - 1;

fn frames() -> Vec<(bool, Vec<u8>)> {
    let mut frames = Vec::new();
    let mut add = |to_a: bool, packet: Payload, tag: Option<u16>| {
        let (from, to) = if to_a { (B, A) } else { (A, B) };
        let frame = Ethernet::new(from, to, packet);
        let frame = match tag {
            Some(id) => frame.tagged([Tag::customer(id)]),
            None => frame,
        };
        frames.push((to_a, frame.bytes()));
    };
    for round in 0..ROUNDS {
        // A few conversations more of them than others, a few bytes more each time.
        let data = vec![0; usize::from(round % 7)];
        for host in (1..=6_u8).chain(10..=20) {
            let (client, source_port) = ([192, 0, 2, host], 50_000 + u16::from(host));
            let port = PORTS[usize::from(host) % PORTS.len()];
            let flags = match round {
                0 => SYN,
                LAST => FIN | ACK,
                _ if host == 3 => ACK | URG | ECE,
                _ => PSH | ACK,
            };
            let segment = Tcp { payload: data.clone(), ..Tcp::new(source_port, port, flags) };
            let tag = (host == 2).then_some(40);
            add(true, Ipv4::new(client, SERVER, segment).into(), tag);
            if round % u16::from(host) == 0 {
                let flags = if round == 0 { SYN | ACK } else { ACK | CWR };
                let answer = Tcp::new(port, source_port, flags);
                add(false, Ipv4::new(SERVER, client, answer).into(), tag);
            }
            if round % 2 == 0 {
                let datagram = Udp::new(source_port, port, &data);
                add(true, Ipv4::new(client, SERVER, datagram).into(), (host == 5).then_some(7));
                add(
                    false,
                    Ipv4::new(SERVER, client, Udp::new(port, source_port, [1, 2])).into(),
                    (host == 5).then_some(7),
                );
            }
        }
        let (one, other) = (ipv6(1), ipv6(2));
        add(true, Ipv6::new(one, other, Tcp::new(50_000, PORTS[0], ACK)).into(), None);
        add(false, Ipv6::new(other, one, Udp::new(PORTS[1], 50_000, [0; 5])).into(), Some(40));
        let ping = |kind| Upper::Icmpv6(Icmp::new(kind, 0, 1, &[0; 8]));
        add(true, Ipv6::new(one, other, ping(128)).into(), None);
        add(false, Ipv6::new(other, one, ping(129)).into(), None);
        add(true, Ipv4::new([192, 0, 2, 1], SERVER, Upper::Icmp(Icmp::new(8, 0, 1, &[0; 8]))).into(), None);
        add(false, Ipv4::new(SERVER, [192, 0, 2, 1], Upper::Icmp(Icmp::new(0, 0, 1, &[0; 8]))).into(), None);
        add(true, Ipv4::new([192, 0, 2, 9], SERVER, Sctp::new(50_000, PORTS[2])).into(), None);
        add(false, Arp::request(A, SERVER, [192, 0, 2, 1]).into(), None);
        add(true, Payload::Other { ethertype: ethertype::EXPERIMENTAL, bytes: vec![0; 46] }, None);
        add(true, Payload::Length(vec![0x42; 46]), None);
        // In three pieces, of which only the first has ports.
        for piece in
            Ipv4::new([192, 0, 2, 77 + (round % 2) as u8], SERVER, Udp::new(50_077, PORTS[0], [0; 40]))
                .fragments(16)
        {
            add(true, Ipv4 { identification: round, ..piece }.into(), None);
        }
    }
    // To groups of stations and to all.
    for (destination, number) in [([0x01, 0, 0x5e, 0, 0, 1], 30), ([0xff; 6], 20)] {
        for _ in 0..number {
            let packet = Ipv4::new([192, 0, 2, 8], [224, 0, 0, 1], Udp::new(50_008, PORTS[2], [0; 9]));
            frames.push((true, Ethernet::new(B, destination, packet).bytes()));
        }
    }
    frames
}

fn ipv6(last: u8) -> [u8; 16] {
    [0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, last]
}
