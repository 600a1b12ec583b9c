//! Comparisons in words: those that people write, by the name of the field; the others as they stand.

use super::phrase::{Phrase, joined, named};
use crate::{
    relation::{Access, Arithmetic, Comparison, HeaderWord, Operator, Relation},
    vocabulary::constants,
};

/// Where the TCP flags are.
const FLAGS: Access = Access::Bytes { header: HeaderWord::Tcp, offset: 13, size: 1 };

pub(super) fn phrase(relation: &Relation) -> Phrase {
    let (left, comparison, right) = relation.parts();
    let known = match (left, right) {
        (left, Arithmetic::Constant(number)) => of_field(left, comparison, *number),
        (Arithmetic::Constant(number), right) => of_field(right, comparison.mirrored(), *number),
        _ => None,
    };
    known.unwrap_or_else(|| Phrase::new(format!("where {left} {}", verb(comparison)), right.to_string()))
}

/// What is compared with a number, where it has a name.
fn of_field(left: &Arithmetic, comparison: Comparison, number: u32) -> Option<Phrase> {
    match left {
        Arithmetic::Access(Access::Length) => {
            Some(Phrase::new(format!("with a length {}", adverb(comparison)), format!("{number} bytes")))
        }
        Arithmetic::Access(Access::Ttl) => {
            Some(Phrase::new(format!("with a TTL {}", adverb(comparison)), number.to_string()))
        }
        Arithmetic::Access(Access::Payload) => {
            Some(Phrase::new(format!("with a payload {}", adverb(comparison)), format!("{number} bytes")))
        }
        Arithmetic::Access(Access::TcpPayload) => {
            let head = format!("of TCP over IPv4 with a payload {}", adverb(comparison));
            Some(Phrase::new(head, format!("{number} bytes")))
        }
        Arithmetic::Access(Access::Window) => {
            Some(Phrase::new(format!("with a TCP window {}", adverb(comparison)), number.to_string()))
        }
        Arithmetic::Access(Access::Dscp) => {
            let value = named(number.to_string(), constants::code_point_name(number));
            Some(Phrase::new(format!("with a DSCP {}", adverb(comparison)), value))
        }
        Arithmetic::Access(Access::Bytes { header, offset: offset @ 0..=1, size: 1 }) => {
            icmp(*header, *offset, comparison, number)
        }
        Arithmetic::Access(access) if over(*access).is_some() => {
            flags(over(*access)?, 0xff, comparison, number)
        }
        Arithmetic::Operation(access, Operator::And, mask) => match (access.as_ref(), mask.as_ref()) {
            (Arithmetic::Access(access), Arithmetic::Constant(mask))
            | (Arithmetic::Constant(mask), Arithmetic::Access(access))
                if over(*access).is_some() =>
            {
                flags(over(*access)?, *mask, comparison, number)
            }
            _ => None,
        },
        Arithmetic::Access(_) | Arithmetic::Constant(_) | Arithmetic::Operation(..) => None,
    }
}

/// Type (offset 0) or code (offset 1).
fn icmp(header: HeaderWord, offset: u32, comparison: Comparison, number: u32) -> Option<Phrase> {
    let (protocol, prefix) = match header {
        HeaderWord::Icmp => ("ICMP", "icmp-"),
        HeaderWord::Icmp6 => ("ICMPv6", "icmp6-"),
        _ => return None,
    };
    let (what, name) = match offset {
        0 => ("type", constants::name(prefix, number)),
        _ => ("code", None),
    };
    let how = if comparison == Comparison::Equal { "" } else { adverb(comparison) };
    let head = format!("of {protocol} with {what} {how}");
    Some(Phrase::new(head.trim_end(), named(number.to_string(), name)))
}

/// Packets whose TCP flags are there: as in pcap-filter(7), bytes are compared in IPv4 packets only.
fn over(access: Access) -> Option<&'static str> {
    match access {
        FLAGS => Some("TCP over IPv4"),
        Access::TcpFlags => Some("TCP"),
        _ => None,
    }
}

/// The TCP flags in `mask` of `packets`, compared with `number`.
fn flags(packets: &str, mask: u32, comparison: Comparison, number: u32) -> Option<Phrase> {
    let mask = mask & 0xff;
    if number & !mask != 0 {
        return None;
    }
    let (on, off) = (names(number), names(mask & !number));
    let which = match (comparison, on.as_slice(), off.as_slice()) {
        (Comparison::Equal, [], _) if mask == 0xff => "no flag".to_owned(),
        (Comparison::Equal, [_, ..], _) if mask == 0xff => {
            format!("{}, and no other", flag_list(&on, "and"))
        }
        (Comparison::Equal, [_, ..], []) => flag_list(&on, "and"),
        (Comparison::Equal, [], [_, ..]) => {
            format!("no {}", flag_list(&off, "or").trim_start_matches("the "))
        }
        (Comparison::Equal, [_, ..], [_, ..]) => {
            format!("{} but not {}", flag_list(&on, "and"), joined(&off, "or"))
        }
        (Comparison::NotEqual, [], [_]) => flag_list(&off, "or"),
        (Comparison::NotEqual, [], [_, _, ..]) if mask == 0xff => "any flag".to_owned(),
        (Comparison::NotEqual, [], [_, _, ..]) => format!("at least one of {}", flag_list(&off, "and")),
        (Comparison::NotEqual, [flag], []) => format!("no flag {flag}"),
        _ => return None,
    };
    Some(Phrase::whole(format!("of {packets} with {which}")))
}

/// `the flags SYN and ACK`.
fn flag_list(names: &[String], word: &str) -> String {
    let flags = if names.len() == 1 { "flag" } else { "flags" };
    format!("the {flags} {}", joined(names, word))
}

fn names(bits: u32) -> Vec<String> {
    let set = (0..8).map(|bit| 1 << bit).filter(|bit| bits & bit != 0);
    set.filter_map(|bit| constants::name("tcp-", bit)).map(str::to_uppercase).collect()
}

/// As in "with a TTL below 5".
const fn adverb(comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::Equal => "of",
        Comparison::NotEqual => "other than",
        Comparison::Less => "below",
        Comparison::Greater => "above",
        Comparison::AtMost => "of at most",
        Comparison::AtLeast => "of at least",
    }
}

/// As in `where ip[8] is below 5`.
const fn verb(comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::Equal => "is",
        Comparison::NotEqual => "is not",
        Comparison::Less => "is below",
        Comparison::Greater => "is above",
        Comparison::AtMost => "is at most",
        Comparison::AtLeast => "is at least",
    }
}
