//! The keys of a query, each checked by itself.

use std::{collections::BTreeSet, ops::RangeInclusive};

use serde_json::{Map, Value};
use xdplive_filter::Filter;
use xdplive_packet::event::Direction;
use xdplive_protocol::interface_name::unescape_any;
use xdplive_source::{ANY, EXCEPT, GroupBy, InterfaceSet, Interfaces, UPLINKS, WILDCARDS};

use super::{
    Columns, QueryError,
    variable::variable_in,
    words::{Kind, Measure, Word},
};
use crate::{
    columns::{Column, UnknownColumn, rates::SeriesColumn},
    settings::LimitCeiling,
    shortened::shortened,
};

/// Interfaces named in one query at most.
pub const MAX_INTERFACES: usize = 64;
/// Machines named in one query at most.
const MAX_HOSTS: usize = 64;
/// Longest entry for machines, bytes: a name in the DNS.
const MAX_HOST: usize = 253;
/// Longest name of an interface, bytes (`IFNAMSIZ` less its end).
const MAX_NAME: usize = 15;
/// Bytes of a pattern for them.
const MAX_PATTERN: usize = 80;

/// Names of the keys that are known.
pub const KEYS: [&str; 14] = [
    "kind",
    "hosts",
    "interfaces",
    "direction",
    "filter",
    "columns",
    "limit",
    "interval",
    "groupBy",
    "measure",
    "top",
    "since",
    "decapsulate",
    "format",
];

/// The keys of a query. A key that is missing or null has its default; one that is not known is ignored.
pub(super) struct Keys<'a>(pub(super) &'a Map<String, Value>);

impl Keys<'_> {
    fn get(&self, key: &str) -> Option<&Value> {
        self.0.get(key).filter(|value| !value.is_null())
    }

    /// The first variable that nobody has replaced: what to say instead of that its name is no value.
    pub(super) fn unreplaced(&self) -> Option<QueryError> {
        KEYS.into_iter().find_map(|key| {
            let value = self.get(key)?;
            let mut texts = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice).iter();
            let variable = texts.find_map(|text| variable_in(text.as_str()?))?;
            Some(QueryError::Variable { key, variable: shortened(variable) })
        })
    }

    /// One of a few words.
    pub(super) fn word<W: Word>(&self, key: &'static str) -> Result<Option<W>, QueryError> {
        let names: Vec<&str> = W::ALL.iter().map(|word| word.name()).collect();
        let found = self.one_of(key, &names)?;
        Ok(found.and_then(|name| W::ALL.iter().copied().find(|word| word.name() == name)))
    }

    fn one_of<'a>(&self, key: &'static str, allowed: &[&'a str]) -> Result<Option<&'a str>, QueryError> {
        let Some(value) = self.get(key) else { return Ok(None) };
        let found = allowed.iter().find(|name| value.as_str() == Some(name));
        match found {
            Some(name) => Ok(Some(name)),
            None => Err(wrong(key, value, format!("allowed are {}", allowed.join(", ")))),
        }
    }

    /// What rates are grouped by, and dropped packets; nothing for other kinds, whatever is asked.
    pub(super) fn group_by(&self, kind: Kind) -> Result<Option<GroupBy>, QueryError> {
        let key = "groupBy";
        let Some(by) = self.word::<GroupBy>(key)? else { return Ok(None) };
        let refused = |allowed: &str| {
            let value = Value::String(by.name().to_owned());
            Err(wrong(key, &value, allowed.to_owned()))
        };
        match (kind, by) {
            (Kind::Rates, GroupBy::Reason) => {
                refused("only dropped packets have a reason: ask for kind drops")
            }
            (Kind::Drops, GroupBy::Reason) | (Kind::Rates, _) => Ok(Some(by)),
            (Kind::Drops, _) => refused("dropped packets are grouped by reason"),
            _ => Ok(None),
        }
    }

    pub(super) fn number(
        &self,
        key: &'static str,
        range: &RangeInclusive<u64>,
    ) -> Result<Option<u64>, QueryError> {
        let Some(value) = self.get(key) else { return Ok(None) };
        match whole_number(value) {
            Some(number) if range.contains(&number) => Ok(Some(number)),
            _ => Err(wrong(
                key,
                value,
                format!("it takes a whole number from {} to {}", range.start(), range.end()),
            )),
        }
    }

    /// A number of leading bits of addresses that have `all` of them; none where it is all.
    pub(super) fn prefix(&self, key: &'static str, all: u8) -> Result<Option<u8>, QueryError> {
        let given = self.number(key, &(0..=u64::from(all)))?;
        Ok(given.and_then(|bits| u8::try_from(bits).ok()).filter(|bits| *bits < all))
    }

    pub(super) fn filter(&self) -> Result<Filter, QueryError> {
        match self.get("filter") {
            None => Ok(Filter::parse("")?),
            Some(Value::String(text)) => Ok(Filter::parse(text)?),
            Some(other) => Err(wrong("filter", other, "it takes a text".to_owned())),
        }
    }

    /// Names, patterns and labels of machines; none stands for all.
    pub(super) fn hosts(&self) -> Result<Vec<String>, QueryError> {
        let key = "hosts";
        let allowed = || {
            format!(
                "it takes a list of up to {MAX_HOSTS} names of machines, patterns such as web* and !web9, and labels such as \
                 site=fra, of up to {MAX_HOST} bytes each and without spaces"
            )
        };
        let entries = match self.get(key) {
            None => return Ok(Vec::new()),
            Some(Value::Array(entries)) if entries.len() <= MAX_HOSTS => entries,
            Some(other) => return Err(wrong(key, other, allowed())),
        };
        let mut found = BTreeSet::new();
        for entry in entries {
            let text = entry.as_str().filter(|text| is_host(text));
            found.insert(text.ok_or_else(|| wrong(key, entry, allowed()))?.to_owned());
        }
        Ok(found.into_iter().collect())
    }

    pub(super) fn interfaces(&self, machine: &Interfaces) -> Result<InterfaceSet, QueryError> {
        let key = "interfaces";
        let allowed = || {
            format!(
                "it takes a list of up to {MAX_INTERFACES} names, patterns such as eth* and !veth*, or the word \
                 {UPLINKS}; the word {ANY} stands alone or beside entries with ! in front"
            )
        };
        let names = match self.get(key) {
            None => Vec::new(),
            Some(Value::Array(names)) if names.len() <= MAX_INTERFACES => names.clone(),
            Some(other) => return Err(wrong(key, other, allowed())),
        };
        let mut found = Vec::new();
        for name in &names {
            match name.as_str() {
                Some(text) if is_entry(text) && !is_variable(text, machine) => found.push(text),
                _ => {
                    return Err(wrong(
                        key,
                        name,
                        format!("a name has 1 to {MAX_NAME} bytes and no spaces or slashes"),
                    ));
                }
            };
        }
        if found.is_empty() {
            return machine.default_set().ok_or(QueryError::NoDefaultRoute);
        }
        InterfaceSet::read(found)
            .map_err(|error| wrong(key, &Value::Array(names.clone()), format!("{error}; {}", allowed())))
    }

    pub(super) fn direction(&self) -> Result<Vec<Direction>, QueryError> {
        Ok(match self.one_of("direction", &["in", "out", "both"])? {
            Some("in") => vec![Direction::In],
            Some("out") => vec![Direction::Out],
            _ => Direction::ALL.to_vec(),
        })
    }

    pub(super) fn columns<C: Column>(&self) -> Result<Vec<C>, QueryError> {
        self.columns_with(&[])
    }

    /// The columns asked for; all, and `more`, where none are.
    pub(super) fn columns_with<C: Column>(&self, more: &[C]) -> Result<Vec<C>, QueryError> {
        let key = "columns";
        let names = match self.get(key) {
            None => return Ok([C::ALL, more].concat()),
            Some(Value::Array(names)) => names,
            Some(other) => return Err(wrong(key, other, "it takes a list of names".to_owned())),
        };
        let mut columns = Vec::new();
        for name in names {
            let text =
                name.as_str().ok_or_else(|| wrong(key, name, "it takes a list of names".to_owned()))?;
            let column = C::find(text).map_err(|error| UnknownColumn { given: shortened(text), ..error })?;
            if columns.contains(&column) {
                return Err(wrong(key, name, "each column can be had once".to_owned()));
            }
            columns.push(column);
        }
        Ok(if columns.is_empty() { [C::ALL, more].concat() } else { columns })
    }

    /// The columns of rates: those asked for, of counts; else a time series of the measure.
    pub(super) fn rates(&self, group: Option<GroupBy>, measure: Measure) -> Result<Columns, QueryError> {
        let asked =
            self.get("columns").is_some_and(|columns| columns.as_array().is_none_or(|list| !list.is_empty()));
        if asked {
            return Ok(Columns::Counts(self.columns()?));
        }
        let value = match measure {
            Measure::Packets => SeriesColumn::Packets,
            Measure::Bits => SeriesColumn::Bits,
            Measure::Size => SeriesColumn::Size,
            Measure::Utilisation => SeriesColumn::Utilisation,
            Measure::Retransmits => SeriesColumn::Retransmits,
            Measure::Resets => SeriesColumn::Resets,
            Measure::ZeroWindows => SeriesColumn::ZeroWindows,
            Measure::Unanswered => SeriesColumn::Unanswered,
            Measure::Rtt => SeriesColumn::Rtt,
        };
        let group = group.map(|_| SeriesColumn::Group);
        Ok(Columns::Series([Some(SeriesColumn::Time), group, Some(value)].into_iter().flatten().collect()))
    }

    pub(super) fn limit(&self, ceiling: LimitCeiling) -> Result<Option<u32>, QueryError> {
        let key = "limit";
        let most = ceiling.most().unwrap_or(u32::MAX);
        match self.0.get(key) {
            None => Ok(ceiling.default_limit()),
            Some(Value::Null) if ceiling == LimitCeiling::None => Ok(None),
            Some(value) => match whole_number(value).and_then(|number| u32::try_from(number).ok()) {
                Some(number) if (1..=most).contains(&number) => Ok(Some(number)),
                _ => Err(wrong(key, value, ceiling.to_string())),
            },
        }
    }
}

/// Whether it is no name of an interface, although one could have it.
fn is_variable(name: &str, machine: &Interfaces) -> bool {
    variable_in(name).is_some() && machine.get(name).is_none()
}

/// Whether it can be an entry of a list of machines.
fn is_host(text: &str) -> bool {
    let name = text.strip_prefix('!').unwrap_or(text);
    let is_label = name.split_once('=').is_none_or(|(label, value)| !label.is_empty() && !value.is_empty());
    !name.is_empty()
        && text.len() <= MAX_HOST
        && is_label
        && variable_in(text).is_none()
        && !text.contains(|c: char| c.is_whitespace() || c.is_control())
}

/// Whether it can be an entry of a list of interfaces. Patterns may be longer than the names that fit them.
fn is_entry(text: &str) -> bool {
    let entry = text.strip_prefix(EXCEPT).unwrap_or(text);
    if !entry.contains(WILDCARDS) {
        return is_interface_name(entry);
    }
    // What is left without wildcards has to be part of a name.
    let rest = entry.replace(WILDCARDS, "");
    entry.len() <= MAX_PATTERN && (rest.is_empty() || is_interface_name(&rest))
}

/// Whether a text stands for a name that an interface can have (`dev_valid_name` in the kernel).
pub(crate) fn is_interface_name(text: &str) -> bool {
    /// What the kernel's `isspace` takes: blanks of ASCII, and the no-break space of ISO 8859-1.
    const BLANKS: [u8; 7] = [b' ', b'\t', b'\n', 0x0b, 0x0c, b'\r', 0xa0];
    let name = unescape_any(text);
    !name.is_empty()
        && name.len() <= MAX_NAME
        && name != b"."
        && name != b".."
        && !name.iter().any(|byte| matches!(byte, b'/' | b':' | 0))
        && !name.iter().any(|byte| BLANKS.contains(byte))
}

/// A number without a fraction, however it is written: Grafana's forms may send `1000.0`.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within the bounds just checked")]
fn whole_number(value: &Value) -> Option<u64> {
    /// Up to here every whole number is exact.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    value.as_u64().or_else(|| {
        let number = value.as_f64()?;
        ((0.0..=EXACT).contains(&number) && number.fract() == 0.0).then_some(number as u64)
    })
}

fn wrong(key: &'static str, value: &Value, allowed: String) -> QueryError {
    QueryError::Value { key, given: shortened(&value.to_string()), allowed }
}
