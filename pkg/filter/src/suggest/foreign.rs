//! Conditions in the language of Wireshark's display filters: `ip.addr == 192.0.2.1`.

use crate::vocabulary::wireshark::{self, Form};

/// Such a condition.
pub(super) struct Foreign {
    /// Its first character, counted from 1, and how many there are.
    pub(super) place: (usize, usize),
    /// The word that tells, and its first character, counted from 1.
    pub(super) word: String,
    pub(super) fault: usize,
    /// The same in the language of filters, if there is such a thing.
    pub(super) here: Option<String>,
    /// Whether it looks behind the headers.
    looks_behind: bool,
}

impl Foreign {
    /// Why it cannot be used: a clause.
    pub(super) fn reason(&self) -> String {
        if self.looks_behind {
            "a filter looks at header fields, not at what packets carry behind them".to_owned()
        } else {
            "it belongs to Wireshark's display filters; filters here are in the language of tcpdump"
                .to_owned()
        }
    }
}

/// Operators, in signs and in words.
const OPERATORS: &[(&str, &str)] = &[
    ("==", "="),
    ("!=", "!="),
    (">=", ">="),
    ("<=", "<="),
    (">", ">"),
    ("<", "<"),
    ("=", "="),
    ("eq", "="),
    ("ne", "!="),
    ("ge", ">="),
    ("le", "<="),
    ("gt", ">"),
    ("lt", "<"),
    ("in", "in"),
    ("contains", "~"),
    ("matches", "~"),
    ("~", "~"),
];

/// Words that a value follows.
const VALUE_FOLLOWS: [&str; 5] = ["host", "net", "src", "dst", "gateway"];

/// A piece of a text: where it begins, in bytes, and what it is.
type Piece<'t> = (usize, &'t str);

/// The first one in `text`, if it begins at `column` (counted from 1) or before.
pub(super) fn first(text: &str, column: usize) -> Option<Foreign> {
    let pieces = pieces(text);
    let mut word_before = "";
    pieces.iter().enumerate().find_map(|(number, (start, name))| {
        // What stands there is the name of a host.
        let is_value = VALUE_FOLLOWS.contains(&std::mem::replace(&mut word_before, name));
        let behind = pieces.get(number + 1..).unwrap_or_default();
        let operator = behind.first().and_then(|(_, sign)| operator(sign));
        // A protocol by itself, as in `http contains`, is told by the word behind it.
        let is_field = is_field(name);
        let tells = match behind.first() {
            Some((_, word @ ("contains" | "matches")))
                if name.starts_with(|c: char| c.is_ascii_alphabetic()) =>
            {
                *word
            }
            _ if is_field => *name,
            _ => return None,
        };
        if is_value && wireshark::field(name).is_none() {
            return None;
        }
        let begins = text.get(..*start)?.chars().count() + 1;
        if begins > column {
            return None;
        }
        let (here, end) = translated(name, operator, behind);
        let end = end.unwrap_or(start + name.len());
        let length = text.get(*start..end).unwrap_or_default().chars().count();
        let looks_behind = operator == Some("~");
        let (word, at) = match behind.first() {
            Some((at, _)) if !is_field => (tells, *at),
            _ => (*name, *start),
        };
        let fault = text.get(..at)?.chars().count() + 1;
        Some(Foreign { place: (begins, length), fault, word: word.to_owned(), here, looks_behind })
    })
}

fn operator(sign: &str) -> Option<&'static str> {
    OPERATORS.iter().find(|(known, _)| *known == sign).map(|(_, sign)| *sign)
}

/// Whether a word is the name of a field: words between dots, of which the first is letters and digits.
fn is_field(word: &str) -> bool {
    let mut parts = word.split('.');
    let is_name = |part: &str| part.starts_with(|c: char| c.is_ascii_alphabetic());
    wireshark::field(word).is_some()
        || (word.contains('.') && parts.all(|part| is_name(part) && part.len() > 1) && is_protocol(word))
}

/// Whether a word begins with the name of a protocol. It could be the name of a host.
fn is_protocol(word: &str) -> bool {
    const OTHERS: [&str; 22] = [
        "frame", "eth", "ip", "ipv6", "tcp", "udp", "sctp", "icmp", "icmpv6", "arp", "vlan", "dns", "ssh",
        "wlan", "data", "igmp", "stp", "ntp", "ftp", "smtp", "snmp", "nfs",
    ];
    let first = word.split('.').next().unwrap_or_default();
    OTHERS.contains(&first) || wireshark::protocol(first).is_some()
}

/// The condition in the language of filters, and where it ends in the text; that is behind the operator and the values,
/// if there are any.
fn translated(name: &str, operator: Option<&str>, behind: &[Piece<'_>]) -> (Option<String>, Option<usize>) {
    let form = wireshark::field(name);
    let Some(operator) = operator else { return (form.and_then(existence), None) };
    let Some((values, end)) = values(behind.get(1..).unwrap_or_default()) else { return (None, None) };
    let here = form.and_then(|form| condition(form, operator, &values));
    (here, Some(end))
}

/// What is compared with, and where it ends.
fn values<'t>(behind: &[Piece<'t>]) -> Option<(Vec<&'t str>, usize)> {
    let (start, first) = *behind.first()?;
    let inner = first.strip_prefix('{').and_then(|list| list.strip_suffix('}'));
    let values = match inner {
        Some(list) => list.split([',', ' ']).map(str::trim).filter(|value| !value.is_empty()).collect(),
        None => vec![first.trim_matches('"')],
    };
    Some((values, start + first.len()))
}

/// A condition for packets that have the field.
fn existence(form: Form) -> Option<String> {
    match form {
        Form::Flag(flag) => Some(format!("tcp[tcpflags] & {flag} != 0")),
        Form::Address(_, packets)
        | Form::Value(_, packets)
        | Form::Port(_, packets)
        | Form::Number(_, packets) => (!packets.is_empty()).then(|| packets.to_owned()),
    }
}

fn condition(form: Form, operator: &str, values: &[&str]) -> Option<String> {
    let first = *values.first()?;
    let is_denied = operator == "!=";
    let is_equality = matches!(operator, "=" | "!=" | "in");
    let listed = |values: &[&str]| match values {
        [one] => (*one).to_owned(),
        several => format!("{{{}}}", several.join(",")),
    };
    let deny = |condition: String| if is_denied { format!("not {condition}") } else { condition };
    match form {
        Form::Address(words, _) if is_equality => {
            let is_net = |value: &&str| value.contains('/');
            let kind = if values.iter().any(is_net) { "net" } else { "host" };
            Some(deny(format!("{words}{kind} {}", listed(values))))
        }
        Form::Value(words, _) if is_equality => Some(deny(format!("{words} {}", listed(values)))),
        Form::Port(words, _) if is_equality => {
            let ranges: Vec<String> = values.iter().map(|value| value.replace("..", "-")).collect();
            let kind = if ranges.iter().any(|value| value.contains('-')) { "portrange" } else { "port" };
            Some(deny(format!(
                "{words}{kind} {}",
                listed(&ranges.iter().map(String::as_str).collect::<Vec<_>>())
            )))
        }
        Form::Port(words, _) => {
            let number: u16 = first.parse().ok()?;
            let (from, to) = match operator {
                ">" => (number.checked_add(1)?, u16::MAX),
                ">=" => (number, u16::MAX),
                "<" => (0, number.checked_sub(1)?),
                "<=" => (0, number),
                _ => return None,
            };
            Some(format!("{words}portrange {from}-{to}"))
        }
        Form::Number(words, _) if operator == "in" => Some(format!("{words} = {}", listed(values))),
        Form::Number(words, _) if operator != "~" => Some(format!("{words} {operator} {first}")),
        Form::Flag(flag) if is_equality => {
            let is_set = match first.to_ascii_lowercase().as_str() {
                "1" | "true" => true,
                "0" | "false" => false,
                _ => return None,
            };
            let sign = if is_set == is_denied { "=" } else { "!=" };
            Some(format!("tcp[tcpflags] & {flag} {sign} 0"))
        }
        _ => None,
    }
}

/// A text in words, signs, lists in braces and strings in quotes.
fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let length = piece(rest);
        if let Some(piece) = rest.get(..length).filter(|piece| !piece.trim().is_empty()) {
            pieces.push((at, piece));
        }
        at += length;
    }
    pieces
}

/// Bytes of the first piece.
fn piece(rest: &str) -> usize {
    let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | ':' | '_' | '-' | '/');
    let enclosed = |open: char, close: char| {
        let inner = rest.strip_prefix(open)?;
        let (length, end) = inner.char_indices().find(|(_, c)| matches!(*c, '{' | '}' | '"'))?;
        (end == close).then(|| open.len_utf8() + length + close.len_utf8())
    };
    let word = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
    if word > 0 {
        return word;
    }
    if let Some(length) = enclosed('{', '}').or_else(|| enclosed('"', '"')) {
        return length;
    }
    let sign = OPERATORS.iter().map(|(sign, _)| *sign).find(|sign| rest.starts_with(sign));
    sign.map_or_else(|| rest.chars().next().map_or(1, char::len_utf8), str::len)
}
