//! The conditions of a filter, as far as menus can show them.
//!
//! What menus show means the same once they write it, in their words: a filter is shown with all that it says or not
//! at all.

use thiserror::Error;

use super::menus::{Asks, MenuField};
use crate::{
    error::FilterError,
    lexer::Lexed,
    parse::{self, Asked, Compared, Head, Joint, Leaf, Written},
    relation::{Access, Arithmetic, Comparison, HeaderWord, Operator},
    syntax::{Cast, Side},
    vocabulary::{constants, protocols::Transport},
};

/// Conditions, all or any of which are to hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conditions {
    /// Whether all of them are to hold, and not any.
    pub all: bool,
    /// In the order of the text.
    pub conditions: Vec<Condition>,
}

/// What is asked of a packet. Of several values any will do, or where it is denied, none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// What is looked at.
    pub field: MenuField,
    /// How.
    pub asks: Asks,
    /// As they are written, each once.
    pub values: Vec<String>,
}

/// Why menus cannot show a filter: a clause without a capital and a full stop.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{0}")]
pub struct Beyond(String);

impl Beyond {
    pub(super) fn too_long(bytes: usize) -> Self {
        Self(format!("it has more than {bytes} bytes"))
    }
}

impl From<FilterError> for Beyond {
    fn from(error: FilterError) -> Self {
        Self(error.message())
    }
}

type Shown<T> = Result<T, Beyond>;

fn beyond<T>(why: impl Into<String>) -> Shown<T> {
    Err(Beyond(why.into()))
}

const MIXED: &str = "it joins conditions by both and and or";
const GROUPED: &str = "it has groups of conditions in parentheses";
const DENIED: &str = "it denies what they cannot deny";
const UNKNOWN_COMPARISON: &str = "they have no such comparison";

/// The conditions in a text.
pub(super) fn of(lexed: &Lexed) -> Shown<Conditions> {
    match parse::outline(lexed)? {
        None => Ok(Conditions { all: true, conditions: Vec::new() }),
        Some(written) => conditions(&written),
    }
}

fn conditions(written: &Written) -> Shown<Conditions> {
    match written {
        Written::Chain { first, others } => {
            let joint = others.first().map_or(Joint::And, |other| other.joint);
            if others.iter().any(|other| other.joint != joint) {
                return beyond(MIXED);
            }
            let all = std::iter::once(first.as_ref()).chain(others.iter().map(|other| &other.condition));
            Ok(Conditions { all: joint == Joint::And, conditions: all.map(condition).collect::<Shown<_>>()? })
        }
        Written::Group(inner) => one(written).or_else(|_| conditions(inner)),
        Written::Not(_) | Written::Spread { .. } | Written::Leaf(_) => one(written),
    }
}

fn one(written: &Written) -> Shown<Conditions> {
    Ok(Conditions { all: true, conditions: vec![condition(written)?] })
}

fn condition(written: &Written) -> Shown<Condition> {
    match written {
        Written::Leaf(leaf) => of_leaf(leaf),
        Written::Group(inner) => condition(inner),
        Written::Not(inner) => {
            let Condition { field, asks, values } = condition(inner)?;
            match asks.opposite() {
                Some(asks) => Ok(Condition { field, asks, values }),
                None => beyond(DENIED),
            }
        }
        Written::Spread { joint, each } => alternatives(each.iter(), *joint == Joint::Or),
        Written::Chain { first, others } => {
            let is_any = others.iter().all(|other| other.joint == Joint::Or);
            alternatives(
                std::iter::once(first.as_ref()).chain(others.iter().map(|other| &other.condition)),
                is_any,
            )
        }
    }
}

/// Conditions in parentheses that come to one.
fn alternatives<'w>(each: impl Iterator<Item = &'w Written>, is_any: bool) -> Shown<Condition> {
    let mut each = each.map(condition);
    let Some(first) = each.next() else { return beyond("it has a list of nothing") };
    let Condition { field, asks, mut values } = first?;
    let mut count = 1;
    for other in each {
        let other = other?;
        if !is_any || other.field != field || other.asks != asks {
            return beyond(GROUPED);
        }
        for value in other.values {
            if !values.contains(&value) {
                values.push(value);
            }
        }
        count += 1;
    }
    if count > 1 && (!asks.takes_several() || field.has_one_value()) {
        return beyond(GROUPED);
    }
    Ok(Condition { field, asks, values })
}

fn of_leaf(leaf: &Leaf) -> Shown<Condition> {
    let is = |field, text: &str| Ok(Condition { field, asks: Asks::Is, values: vec![text.to_owned()] });
    match &leaf.asked {
        Asked::Value { head, text } => is(of_head(*head, text)?, shown_value(*head, text)),
        Asked::Protocol(keyword) => is(MenuField::Protocol, keyword),
        Asked::Way(word) => is(MenuField::Direction, word),
        Asked::Cast(cast) => is(
            MenuField::Cast,
            match cast {
                Cast::EtherBroadcast => "broadcast",
                Cast::EtherMulticast => "multicast",
                Cast::IpBroadcast => "ip broadcast",
                Cast::IpMulticast => "ip multicast",
                Cast::Ip6Multicast => "ip6 multicast",
            },
        ),
        Asked::Vlan { id: Some(id) } => is(MenuField::Vlan, id),
        Asked::Vlan { id: None } => {
            Ok(Condition { field: MenuField::Vlan, asks: Asks::Present, values: Vec::new() })
        }
        Asked::Comparison(compared) => of_comparison(compared),
        Asked::Word(text) => beyond(format!("they have no \"{text}\"")),
        Asked::Variable(text) => beyond(format!("{text} can stand for more than a value")),
    }
}

/// What is asked for by these qualifiers, if menus can ask it of this value.
fn of_head(head: Head, text: &str) -> Shown<MenuField> {
    let unknown = |what: &str| beyond(format!("they have no {what}"));
    match head {
        Head::Host { owner: None, side } => match side {
            Side::Either => Ok(MenuField::Host),
            Side::Source => Ok(MenuField::SourceHost),
            Side::Destination => Ok(MenuField::DestinationHost),
            Side::Both => unknown("src and dst host"),
        },
        Head::Net { owner: None, side: Side::Either } if !text.contains("mask") => Ok(MenuField::Net),
        Head::Net { owner: None, side: Side::Either } => unknown("mask of a network"),
        Head::Host { .. } => unknown("address in one protocol only"),
        Head::Net { .. } => unknown("network of one side, or in one protocol only"),
        Head::Mac { side } => match side {
            Side::Either => Ok(MenuField::Mac),
            Side::Source => Ok(MenuField::SourceMac),
            Side::Destination => Ok(MenuField::DestinationMac),
            Side::Both => unknown("ether src and dst"),
        },
        Head::Port { transport, side, range } => {
            // Menus tell a range from a port by its looks.
            if range && !is_number(text) && !is_range(text) {
                return unknown("range of ports with names or variables");
            }
            if !range && is_range(text) {
                return beyond("it has a range of ports behind port");
            }
            match (transport, side) {
                (None, Side::Either) => Ok(MenuField::Port),
                (None, Side::Source) => Ok(MenuField::SourcePort),
                (None, Side::Destination) => Ok(MenuField::DestinationPort),
                (Some(Transport::Tcp), Side::Either) => Ok(MenuField::TcpPort),
                (Some(Transport::Udp), Side::Either) => Ok(MenuField::UdpPort),
                _ => unknown("port of this side and protocol"),
            }
        }
        Head::Protocol { version: None } => Ok(MenuField::Protocol),
        Head::Protocol { .. } => unknown("protocol of one IP version only"),
        // A name has a backslash here; without it there is none.
        Head::Ethertype if text.starts_with(|c: char| c.is_ascii_alphabetic()) => {
            beyond("it has the name of an EtherType without a backslash")
        }
        Head::Ethertype => Ok(MenuField::Ethertype),
        Head::Plain(Access::Dscp) => Ok(MenuField::Dscp),
        Head::Plain(_) => Ok(MenuField::Ttl),
    }
}

/// The value as menus show it, where what it is of goes without saying.
fn shown_value(head: Head, text: &str) -> &str {
    match head {
        Head::Ethertype => text.strip_prefix('\\').unwrap_or(text),
        _ => text,
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_range(text: &str) -> bool {
    text.split_once('-').is_some_and(|(first, last)| is_number(first) && is_number(last))
}

fn of_comparison(compared: &Compared) -> Shown<Condition> {
    let field = match &compared.left {
        Arithmetic::Access(Access::Length) => MenuField::Length,
        Arithmetic::Access(Access::Ttl) => MenuField::Ttl,
        Arithmetic::Access(Access::Dscp) => MenuField::Dscp,
        _ => return of_flags(compared),
    };
    let asks = match compared.comparison {
        Comparison::Equal => Asks::Is,
        Comparison::Less => Asks::Less,
        Comparison::Greater => Asks::Greater,
        Comparison::AtMost => Asks::AtMost,
        Comparison::AtLeast => Asks::AtLeast,
        Comparison::NotEqual => return beyond(UNKNOWN_COMPARISON),
    };
    match &compared.text {
        Some(text) => Ok(Condition { field, asks, values: vec![text.clone()] }),
        None => beyond("it computes numbers"),
    }
}

/// The offset of TCP's flags (RFC 9293, 3.1).
const FLAGS: Access = Access::Bytes { header: HeaderWord::Tcp, offset: 13, size: 1 };

/// `tcp[tcpflags] & (tcp-syn|tcp-ack) != 0`.
fn of_flags(compared: &Compared) -> Shown<Condition> {
    let asks = match (compared.comparison, &compared.right) {
        (Comparison::NotEqual, Arithmetic::Constant(0)) => Some(Asks::Set),
        (Comparison::Equal, Arithmetic::Constant(0)) => Some(Asks::NotSet),
        _ => None,
    };
    let mask = match &compared.left {
        Arithmetic::Operation(left, Operator::And, right) => match (left.as_ref(), right.as_ref()) {
            (Arithmetic::Access(access), Arithmetic::Constant(mask)) if *access == FLAGS => Some(*mask),
            _ => None,
        },
        _ => None,
    };
    let (Some(asks), Some(mask)) = (asks, mask) else { return beyond(UNKNOWN_COMPARISON) };
    match compared.words.as_deref().and_then(|words| flags(words, mask)) {
        Some(values) => Ok(Condition { field: MenuField::TcpFlag, asks, values }),
        None => beyond(UNKNOWN_COMPARISON),
    }
}

/// Names of the flags in `mask`, in the order of the `words` that it was written with, if they name all of it.
fn flags(words: &[String], mask: u32) -> Option<Vec<String>> {
    let bit = |name: &&str| constants::constant(&format!("tcp-{name}"));
    let written: Vec<&str> = words.iter().filter_map(|word| word.strip_prefix("tcp-")).collect();
    let is_all = written.iter().filter_map(bit).fold(0, |all, bit| all | bit) == mask;
    let by_bit = (0..u32::BITS).map(|shift| 1 << shift).filter(|bit| mask & bit != 0);
    let names: Vec<&str> = if is_all {
        written
    } else {
        by_bit.map(|bit| constants::name("tcp-", bit)).collect::<Option<_>>()?
    };
    (mask != 0).then(|| names.into_iter().map(str::to_owned).collect())
}
