//! What is measured.

use crate::{bpf::product::Wanted, packets::Kind};

/// How packets come to the program; see [`super`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Another packet each turn, by a feeder.
    Varied,
    /// One packet over and over.
    Repeated,
    /// Another packet each turn, by a system call of its own.
    Single,
}

/// What is to become of every packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Only counted.
    Unwanted,
    /// Wanted by so many slots, and in the ring.
    Sent(u64),
    /// Wanted by one slot whose budget is used up.
    Thinned,
    /// Wanted by one slot, and no room in the ring.
    Lost,
}

/// What runs on the packets.
#[derive(Clone, Debug)]
pub enum Runs {
    /// The stub, with which each table begins, the reference of its other cases.
    Stub,
    /// The product's program.
    Product {
        /// Its slots.
        wanted: Vec<Wanted>,
        /// What is to become of the packets.
        fate: Fate,
    },
}

/// One line of a table.
#[derive(Clone, Debug)]
pub struct Case {
    /// What it is called.
    pub name: String,
    /// The packets.
    pub packets: Kind,
    /// How they come.
    pub way: Way,
    /// What runs.
    pub runs: Runs,
}

impl Case {
    /// The title of its table.
    #[must_use]
    pub fn table(&self) -> String {
        match self.way {
            Way::Varied => format!("varied packets, {}", self.packets.name()),
            Way::Repeated => "one packet over and over".to_owned(),
            Way::Single => "a call for each packet, mixed".to_owned(),
        }
    }
}

/// Name of the stub at the end of that table.
pub const AGAIN: &str = "XDP_PASS stub, again";
/// Title of the table in which targets are looked up.
pub const JUDGED: &str = "varied packets, mixed";
/// How the names of cases begin in which nobody wants a packet, though somebody wants some.
pub const UNWANTED: &str = "unwanted";
/// Names of cases with one term and with 64.
pub const PAIRS: [(&str, &str); 7] = [
    ("unwanted, 1 term, port", "unwanted, 64 terms, port"),
    ("unwanted, 1 term, host", "unwanted, 64 terms, host"),
    ("unwanted, 1 term, host", "unwanted, 64 terms, hosts of one network"),
    ("unwanted, 1 term, host", "unwanted, 64 terms, 8 prefix lengths"),
    ("unwanted, 1 term, port", "unwanted, 64 terms, several fields"),
    ("unwanted, 1 host and port", "unwanted, 1,000 pairs of host and port"),
    ("sent, 1 term", "sent, 64 terms"),
];

/// All cases, those of a table one after the other, its stub first.
#[must_use]
pub fn all() -> Vec<Case> {
    let mut cases = Vec::new();
    varied(&mut cases);
    for kind in Kind::ALL.into_iter().filter(|kind| *kind != Kind::Mixed) {
        short(&mut cases, kind, Way::Varied);
    }
    short(&mut cases, Kind::Mixed, Way::Repeated);
    short(&mut cases, Kind::Mixed, Way::Single);
    cases
}

fn varied(cases: &mut Vec<Case>) {
    let mut add = |name: &str, wanted: Vec<Wanted>, fate| {
        push(cases, Kind::Mixed, Way::Varied, name, Runs::Product { wanted, fate });
    };
    let everything = (String::new(), None);
    let thinned = (String::new(), Some(1));
    // Everything in slot 0, and others that want nothing that comes.
    let among = |first: &Wanted| [vec![first.clone()], filters(63, port)].concat();
    add("nobody watches", Vec::new(), Fate::Unwanted);
    add("unwanted, 1 term, port", filters(1, port), Fate::Unwanted);
    add("unwanted, 64 terms, port", filters(64, port), Fate::Unwanted);
    add("unwanted, 1 term, host", filters(1, host), Fate::Unwanted);
    add("unwanted, 64 terms, host", filters(64, host), Fate::Unwanted);
    add("unwanted, 64 terms, hosts of one network", filters(64, neighbour), Fate::Unwanted);
    add("unwanted, 64 terms, several fields", filters(64, several), Fate::Unwanted);
    add("unwanted, 64 terms, 8 prefix lengths", filters(64, net), Fate::Unwanted);
    add("unwanted, 1 host and port", vec![(pairs(1), None)], Fate::Unwanted);
    add("unwanted, 1,000 pairs of host and port", vec![(pairs(1_000), None)], Fate::Unwanted);
    add("sent, 1 term", vec![everything.clone()], Fate::Sent(1));
    add("sent, 64 terms", among(&everything), Fate::Sent(1));
    add("sent, wanted by 64 slots", vec![everything; 64], Fate::Sent(64));
    add("thinned, 1 term", vec![thinned.clone()], Fate::Thinned);
    add("thinned, 64 terms", among(&thinned), Fate::Thinned);
    add("lost, ring full", vec![(String::new(), None)], Fate::Lost);
    cases.insert(0, stub(Kind::Mixed, Way::Varied));
    // So that it is known whether anything else came between.
    cases.push(Case { name: AGAIN.to_owned(), ..stub(Kind::Mixed, Way::Varied) });
}

/// The most important cases.
fn short(cases: &mut Vec<Case>, packets: Kind, way: Way) {
    cases.push(stub(packets, way));
    let mut add = |name: &str, wanted: Vec<Wanted>, fate| {
        push(cases, packets, way, name, Runs::Product { wanted, fate });
    };
    add("nobody watches", Vec::new(), Fate::Unwanted);
    add("unwanted, 1 term, port", filters(1, port), Fate::Unwanted);
    add("unwanted, 64 terms, port", filters(64, port), Fate::Unwanted);
    add("sent, 1 term", vec![(String::new(), None)], Fate::Sent(1));
}

fn stub(packets: Kind, way: Way) -> Case {
    Case { name: "XDP_PASS stub".to_owned(), packets, way, runs: Runs::Stub }
}

fn push(cases: &mut Vec<Case>, packets: Kind, way: Way, name: &str, runs: Runs) {
    cases.push(Case { name: name.to_owned(), packets, way, runs });
}

/// So many slots without a budget, each with the filter of its number from 0.
fn filters(count: u8, text: impl Fn(u8) -> String) -> Vec<Wanted> {
    (0..count).map(|number| (text(number), None)).collect()
}

fn port(number: u8) -> String {
    format!("dst port {}", u16::from(number) + 1)
}

/// Hosts of networks of their own: one prefix length.
fn host(number: u8) -> String {
    format!("src host 192.0.{number}.7")
}

/// So many hosts of one network, each with a port of its own.
fn pairs(count: u16) -> String {
    let pair = |number: u16| {
        let [high, low] = number.to_be_bytes();
        format!("(src host 192.0.{high}.{low} and dst port {})", number + 1)
    };
    (0..count).map(pair).collect::<Vec<_>>().join(" or ")
}

/// Hosts beside each other, as in one network: the fewest prefixes that tell them apart have several lengths.
fn neighbour(number: u8) -> String {
    format!("src host 192.0.2.{number}")
}

/// Terms on ports, addresses of both versions, networks and protocols, in turn.
fn several(number: u8) -> String {
    match number % 4 {
        0 => format!("tcp dst port {}", u16::from(number) + 1),
        1 => host(number),
        2 => format!("udp and dst net 192.{number}.0.0/16"),
        _ => format!("src net 2001:db8:{number:x}::/48"),
    }
}

/// Networks with as many prefix lengths as there can be.
fn net(number: u8) -> String {
    // Apart from each other, so that no prefix of another length says two of them at once.
    // 16, 18 … 30.
    let length = 16 + number % 8 * 2;
    format!("src net 192.{}.0.0/{length}", 4 * number)
}

#[cfg(test)]
mod tests;
