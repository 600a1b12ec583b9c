//! The query of a panel: what may stand in its JSON, and its canonical form.

use std::{collections::BTreeSet, ops::RangeInclusive, sync::Arc};

use serde::{Serialize, Serializer};
use serde_json::{Map, Value};
use thiserror::Error;
use xdplive_capture::interface::Interfaces;
use xdplive_filter::{Filter, FilterError};
use xdplive_packet::event::Direction;

use crate::{
    columns::{
        Column, UnknownColumn,
        capture::CaptureColumn,
        packets::PacketColumn,
        rates::{CountColumn, SeriesColumn},
    },
    settings::LimitCeiling,
};

/// The one name that stands for every interface.
pub const ANY: &str = "any";
/// Interfaces named in one query at most.
const MAX_INTERFACES: usize = 64;
/// Longest name of an interface, bytes (`IFNAMSIZ` less its end).
const MAX_NAME: usize = 15;
/// Milliseconds between two points.
const INTERVALS: RangeInclusive<u64> = 100..=60_000;
const DEFAULT_INTERVAL: u64 = 1000;
const TOPS: RangeInclusive<u64> = 1..=100;
const DEFAULT_TOP: u64 = 10;
const GROUPS: [&str; 11] = [
    "protocol",
    "direction",
    "vlan",
    "interface",
    "source",
    "destination",
    "source_port",
    "destination_port",
    "ethertype",
    "tcp_flag",
    "cast",
];
const MEASURES: [&str; 3] = ["packets", "bits", "size"];
const DEFAULT_MEASURE: &str = "packets";

/// What is wrong with a query. Every sentence names the key, what was given, and what is allowed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum QueryError {
    /// It is no object at all.
    #[error("the query is {given}; a query is a JSON object such as {{\"interfaces\": [\"eth0\"]}}")]
    NotAnObject {
        /// What it is.
        given: String,
    },
    /// A key has a wrong value.
    #[error("{key}: {given} is not allowed; {allowed}")]
    Value {
        /// The key.
        key: &'static str,
        /// Its value, shortened.
        given: String,
        /// What may stand there.
        allowed: String,
    },
    /// The filter is wrong.
    #[error("filter: {0}")]
    Filter(#[from] FilterError),
    /// A name is no column.
    #[error("columns: {0}")]
    Column(#[from] UnknownColumn),
    /// No interface is named, and none can be guessed.
    #[error(
        "interfaces: none is named, and this machine has no default route to go by; there are {available}"
    )]
    NoDefaultRoute {
        /// Names of the interfaces.
        available: String,
    },
    /// It can be asked for, but this version does not do it.
    #[error("{what} cannot be had yet: this version of XDP Live streams packets, rates and capture")]
    NotYet {
        /// What was asked for.
        what: String,
    },
    /// The time range makes no sense.
    #[error(
        "the time range from {from} to {to} is not allowed; it takes two times in ms between ±8.64e15, in order"
    )]
    TimeRange {
        /// Its beginning, ms since 1970, or `nothing`.
        from: String,
        /// Its end.
        to: String,
    },
}

/// What a query is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A row a packet.
    Packets,
    /// What is counted in each interval.
    Rates,
    /// The capture's own accounts.
    Capture,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 3] = [Self::Packets, Self::Rates, Self::Capture];

    /// Its name in queries and channels.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Packets => "packets",
            Self::Rates => "rates",
            Self::Capture => "capture",
        }
    }
}

/// Columns in the order asked for, of the query's kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Columns {
    /// Of packets.
    Packets(Vec<PacketColumn>),
    /// Of counts, where their columns are asked for.
    Counts(Vec<CountColumn>),
    /// Of rates as time series, where no columns are asked for.
    Series(Vec<SeriesColumn>),
    /// Of the capture's accounts.
    Capture(Vec<CaptureColumn>),
}

impl Columns {
    fn names(&self) -> Vec<&'static str> {
        match self {
            Self::Packets(columns) => columns.iter().map(|column| column.name()).collect(),
            Self::Counts(columns) => columns.iter().map(|column| column.name()).collect(),
            // Those of a series follow from the measure.
            Self::Series(_) => Vec::new(),
            Self::Capture(columns) => columns.iter().map(|column| column.name()).collect(),
        }
    }
}

/// A query, checked and complete. Serialised it is the canonical form: every key, in this order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Query {
    /// What it is for.
    pub kind: Kind,
    /// Names, sorted, each once; or [`ANY`] alone.
    pub interfaces: Vec<String>,
    /// Ways of the packets.
    #[serde(serialize_with = "serialize_directions")]
    pub direction: Vec<Direction>,
    /// Which packets; written as its canonical text, so that equal filters share a stream.
    #[serde(serialize_with = "serialize_filter")]
    pub filter: Arc<Filter>,
    /// Columns in the order asked for.
    #[serde(serialize_with = "serialize_columns")]
    pub columns: Columns,
    /// Rows a second; `None` for all.
    pub limit: Option<u32>,
    /// Milliseconds between two ticks.
    pub interval: u64,
    group_by: Option<&'static str>,
    measure: &'static str,
    top: u64,
}

fn serialize_directions<S: Serializer>(directions: &[Direction], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(match directions {
        [one] => one.name(),
        _ => "both",
    })
}

fn serialize_filter<S: Serializer>(filter: &Filter, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(filter)
}

fn serialize_columns<S: Serializer>(columns: &Columns, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(columns.names())
}

impl Query {
    /// Reads a panel's query. `interfaces` are those of the machine, to know the default route's; `ceiling`
    /// is the most rows a second that may be asked for.
    ///
    /// # Errors
    /// Any [`QueryError`].
    pub fn parse(json: &[u8], interfaces: &Interfaces, ceiling: LimitCeiling) -> Result<Self, QueryError> {
        let value = serde_json::from_slice(json).unwrap_or(Value::Null);
        let Value::Object(keys) = value else {
            return Err(QueryError::NotAnObject { given: shortened(&String::from_utf8_lossy(json)) });
        };
        let keys = Keys(&keys);
        let kind = keys.kind()?;
        // What is checked and then left at its default has no meaning for the kind, and must not make two
        // streams of one.
        let interval = keys.number("interval", &INTERVALS)?.unwrap_or(DEFAULT_INTERVAL);
        let group = keys.one_of("groupBy", &GROUPS)?;
        let measure = keys.one_of("measure", &MEASURES)?.unwrap_or(DEFAULT_MEASURE);
        keys.number("top", &TOPS)?;
        let filter = keys.filter()?;
        let limit = keys.limit(ceiling)?;
        let query = Self {
            kind,
            interfaces: keys.interfaces(interfaces)?,
            direction: keys.direction()?,
            filter: Arc::new(filter),
            columns: match kind {
                Kind::Packets => Columns::Packets(keys.columns()?),
                Kind::Rates => keys.rates(group, measure)?,
                Kind::Capture => Columns::Capture(keys.columns()?),
            },
            limit,
            interval,
            group_by: None,
            measure,
            top: DEFAULT_TOP,
        };
        Ok(match kind {
            Kind::Packets => Self { interval: DEFAULT_INTERVAL, measure: DEFAULT_MEASURE, ..query },
            Kind::Rates => Self {
                limit: ceiling.default_limit(),
                // Counts have no measure.
                measure: if matches!(query.columns, Columns::Counts(_)) { DEFAULT_MEASURE } else { measure },
                ..query
            },
            Kind::Capture => Self {
                filter: Arc::default(),
                limit: ceiling.default_limit(),
                measure: DEFAULT_MEASURE,
                ..query
            },
        })
    }

    /// The query for the accounts of the hooks that this one asks for: what panels on one interface have in common.
    #[must_use]
    pub fn accounts(&self, ceiling: LimitCeiling) -> Self {
        Self {
            kind: Kind::Capture,
            columns: Columns::Capture(CaptureColumn::OF_A_PANEL.to_vec()),
            filter: Arc::default(),
            limit: ceiling.default_limit(),
            interval: DEFAULT_INTERVAL,
            measure: DEFAULT_MEASURE,
            ..self.clone()
        }
    }

    /// Whether it asks for every interface.
    #[must_use]
    pub fn is_any(&self) -> bool {
        self.interfaces.iter().any(|name| name == ANY)
    }
}

/// The keys of a query. A key that is missing or null has its default; one that is not known is ignored.
struct Keys<'a>(&'a Map<String, Value>);

impl Keys<'_> {
    fn get(&self, key: &str) -> Option<&Value> {
        self.0.get(key).filter(|value| !value.is_null())
    }

    fn one_of<'a>(&self, key: &'static str, allowed: &[&'a str]) -> Result<Option<&'a str>, QueryError> {
        let Some(value) = self.get(key) else { return Ok(None) };
        let found = allowed.iter().find(|name| value.as_str() == Some(name));
        match found {
            Some(name) => Ok(Some(name)),
            None => Err(wrong(key, value, format!("allowed are {}", allowed.join(", ")))),
        }
    }

    fn number(&self, key: &'static str, range: &RangeInclusive<u64>) -> Result<Option<u64>, QueryError> {
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

    fn kind(&self) -> Result<Kind, QueryError> {
        let Some(name) = self.one_of("kind", &["packets", "rates", "flows", "capture"])? else {
            return Ok(Kind::Packets);
        };
        let kind = Kind::ALL.into_iter().find(|kind| kind.name() == name);
        kind.ok_or_else(|| QueryError::NotYet { what: format!("kind \"{name}\"") })
    }

    fn filter(&self) -> Result<Filter, QueryError> {
        match self.get("filter") {
            None => Ok(Filter::parse("")?),
            Some(Value::String(text)) => Ok(Filter::parse(text)?),
            Some(other) => Err(wrong("filter", other, "it takes a text".to_owned())),
        }
    }

    fn interfaces(&self, machine: &Interfaces) -> Result<Vec<String>, QueryError> {
        let key = "interfaces";
        let allowed = || format!("it takes a list of up to {MAX_INTERFACES} names, or [\"{ANY}\"] alone");
        let names = match self.get(key) {
            None => Vec::new(),
            Some(Value::Array(names)) if names.len() <= MAX_INTERFACES => names.clone(),
            Some(other) => return Err(wrong(key, other, allowed())),
        };
        let mut found = BTreeSet::new();
        for name in &names {
            match name.as_str() {
                Some(text) if is_interface_name(text) => found.insert(text.to_owned()),
                _ => {
                    return Err(wrong(
                        key,
                        name,
                        format!("a name has 1 to {MAX_NAME} bytes and no spaces or slashes"),
                    ));
                }
            };
        }
        if found.len() > 1 && found.contains(ANY) {
            return Err(wrong(key, &Value::Array(names), allowed()));
        }
        if found.is_empty() {
            let default = machine.default_route().map(|interface| interface.name.clone());
            found.insert(default.ok_or_else(|| QueryError::NoDefaultRoute { available: machine.names() })?);
        }
        Ok(found.into_iter().collect())
    }

    fn direction(&self) -> Result<Vec<Direction>, QueryError> {
        Ok(match self.one_of("direction", &["in", "out", "both"])? {
            Some("in") => vec![Direction::In],
            Some("out") => vec![Direction::Out],
            _ => Direction::ALL.to_vec(),
        })
    }

    fn columns<C: Column>(&self) -> Result<Vec<C>, QueryError> {
        let key = "columns";
        let names = match self.get(key) {
            None => return Ok(C::ALL.to_vec()),
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
        Ok(if columns.is_empty() { C::ALL.to_vec() } else { columns })
    }

    /// The columns of rates: those asked for, of counts; else a time series of the measure.
    fn rates(&self, group: Option<&str>, measure: &str) -> Result<Columns, QueryError> {
        if let Some(group) = group {
            return Err(QueryError::NotYet { what: format!("groupBy \"{group}\"") });
        }
        let asked =
            self.get("columns").is_some_and(|columns| columns.as_array().is_none_or(|list| !list.is_empty()));
        if asked {
            return Ok(Columns::Counts(self.columns()?));
        }
        let value = match measure {
            "bits" => SeriesColumn::Bits,
            "size" => SeriesColumn::Size,
            _ => SeriesColumn::Packets,
        };
        Ok(Columns::Series(vec![SeriesColumn::Time, value]))
    }

    fn limit(&self, ceiling: LimitCeiling) -> Result<Option<u32>, QueryError> {
        let key = "limit";
        let allowed = || match ceiling {
            LimitCeiling::None => {
                "it takes a whole number of rows a second, 1 or more, or null for all".to_owned()
            }
            LimitCeiling::Rows(most) => format!("it takes a whole number of rows a second from 1 to {most}"),
        };
        let most = match ceiling {
            LimitCeiling::None => u32::MAX,
            LimitCeiling::Rows(most) => most,
        };
        match self.0.get(key) {
            None => Ok(ceiling.default_limit()),
            Some(Value::Null) if ceiling == LimitCeiling::None => Ok(None),
            Some(value) => match whole_number(value).and_then(|number| u32::try_from(number).ok()) {
                Some(number) if (1..=most).contains(&number) => Ok(Some(number)),
                _ => Err(wrong(key, value, allowed())),
            },
        }
    }
}

/// Names an interface can have (`dev_valid_name` in the kernel).
fn is_interface_name(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= MAX_NAME
        && text != "."
        && text != ".."
        && !text.contains(|c: char| c == '/' || c == ':' || c.is_whitespace())
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

/// The beginning of a text: a query may be of any size, a message may not.
fn shortened(text: &str) -> String {
    const MOST: usize = 60;
    if text.chars().count() <= MOST {
        text.to_owned()
    } else {
        text.chars().take(MOST).chain("…".chars()).collect()
    }
}

/// Largest distance of a time from 1970 that a browser can express, ms.
const TIME_MAX: i64 = 8_640_000_000_000_000;

/// Checks a panel's time range, ms since 1970, and returns it.
///
/// # Errors
/// [`QueryError::TimeRange`] where it is missing, reversed, or beyond what a browser can express.
pub fn check_time_range(range: Option<(i64, i64)>) -> Result<RangeInclusive<i64>, QueryError> {
    let possible = -TIME_MAX..=TIME_MAX;
    match range {
        Some((from, to)) if from <= to && possible.contains(&from) && possible.contains(&to) => Ok(from..=to),
        Some((from, to)) => Err(QueryError::TimeRange { from: from.to_string(), to: to.to_string() }),
        None => Err(QueryError::TimeRange { from: "nothing".to_owned(), to: "nothing".to_owned() }),
    }
}

#[cfg(test)]
mod tests;
