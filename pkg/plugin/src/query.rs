//! The query of a panel: what may stand in its JSON, and its canonical form.

mod error;
mod keys;
mod variable;
mod words;

use std::{ops::RangeInclusive, sync::Arc};

use serde::{Serialize, Serializer};
use serde_json::{Map, Value};
use xdplive_filter::{Environment, Filter, FlowFilter, NotOfFlows};
use xdplive_packet::event::Direction;
use xdplive_source::{Decapsulate, GroupBy, InterfaceSet, Interfaces};

use self::keys::Keys;
pub(crate) use self::keys::is_interface_name;
pub use self::{
    error::QueryError,
    keys::KEYS,
    keys::MAX_INTERFACES,
    variable::variables_in,
    words::{Format, Kind, Measure, Since, Word},
};
use crate::{
    columns::{
        Column as _,
        capture::CaptureColumn,
        drops::DropColumn,
        flows::FlowColumn,
        interfaces::InterfaceColumn,
        packets::PacketColumn,
        rates::{CountColumn, SeriesColumn},
    },
    masks::Masks,
    settings::LimitCeiling,
    shortened::shortened,
};

/// Milliseconds between two points.
const INTERVALS: RangeInclusive<u64> = 100..=60_000;
const DEFAULT_INTERVAL: u64 = 1000;
const TOPS: RangeInclusive<u64> = 1..=100;
const DEFAULT_TOP: usize = 10;

/// Columns in the order asked for, of the query's kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Columns {
    /// Of packets.
    Packets(Vec<PacketColumn>),
    /// Of counts, where their columns are asked for.
    Counts(Vec<CountColumn>),
    /// Of rates as time series, where no columns are asked for.
    Series(Vec<SeriesColumn>),
    /// Of conversations.
    Flows(Vec<FlowColumn>),
    /// Of the capture's accounts.
    Capture(Vec<CaptureColumn>),
    /// Of interfaces.
    Interfaces(Vec<InterfaceColumn>),
    /// Of dropped packets.
    Drops(Vec<DropColumn>),
}

impl Columns {
    /// What they are called, in their order.
    pub(crate) fn names(&self) -> Vec<&'static str> {
        match self {
            Self::Packets(columns) => columns.iter().map(|column| column.name()).collect(),
            Self::Counts(columns) => columns.iter().map(|column| column.name()).collect(),
            // Those of a series follow from the measure.
            Self::Series(_) => Vec::new(),
            Self::Flows(columns) => columns.iter().map(|column| column.name()).collect(),
            Self::Capture(columns) => columns.iter().map(|column| column.name()).collect(),
            Self::Interfaces(columns) => columns.iter().map(|column| column.name()).collect(),
            Self::Drops(columns) => columns.iter().map(|column| column.name()).collect(),
        }
    }
}

/// A query, checked and complete. Serialised it is the canonical form: every key, in this order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Query {
    /// What it is for.
    #[serde(serialize_with = "serialize_word")]
    pub kind: Kind,
    /// On which machines: names, patterns and labels, sorted, each once; none stands for all, and is not written, for the
    /// reason given at [`Query::since`].
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hosts: Vec<String>,
    /// Where: written as the list of its entries.
    #[serde(serialize_with = "serialize_interfaces")]
    pub interfaces: InterfaceSet,
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
    /// What rates are grouped by.
    #[serde(serialize_with = "serialize_optional")]
    pub group_by: Option<GroupBy>,
    /// What rates are of.
    #[serde(serialize_with = "serialize_word")]
    pub measure: Measure,
    /// Groups or conversations shown at most, 1 to 100.
    pub top: usize,
    /// Since when conversations are counted; of flows only, and not written for other kinds, whose channels are as they
    /// were before there was this key.
    #[serde(serialize_with = "serialize_optional", skip_serializing_if = "Option::is_none")]
    pub since: Option<Since>,
    /// Which of a packet's headers count; not written where it is the outermost, for the same reason.
    #[serde(serialize_with = "serialize_word", skip_serializing_if = "is_outermost")]
    pub decapsulate: Decapsulate,
    /// How conversations are answered; not written where it is as rows.
    #[serde(serialize_with = "serialize_word", skip_serializing_if = "is_table")]
    pub format: Format,
    /// Leading bits of IPv4 addresses that hosts of a graph or a matrix are put together by, 0 to 31; not written where hosts are
    /// shown one by one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prefix_ipv4: Option<u8>,
    /// The same of IPv6 addresses, 0 to 127.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prefix_ipv6: Option<u8>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "what serde asks for")]
const fn is_table(format: &Format) -> bool {
    matches!(format, Format::Table)
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "what serde asks for")]
const fn is_outermost(decapsulate: &Decapsulate) -> bool {
    matches!(decapsulate, Decapsulate::None)
}

fn serialize_word<W: Word, S: Serializer>(word: &W, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(word.name())
}

fn serialize_optional<W: Word, S: Serializer>(word: &Option<W>, serializer: S) -> Result<S::Ok, S::Error> {
    word.map(Word::name).serialize(serializer)
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

fn serialize_interfaces<S: Serializer>(interfaces: &InterfaceSet, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(interfaces.texts())
}

fn serialize_columns<S: Serializer>(columns: &Columns, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(columns.names())
}

impl Query {
    /// Whether what several hosts saw is shown for each of them: conversations are where their host is a column.
    #[must_use]
    pub fn tells_hosts_apart(&self) -> bool {
        matches!(&self.columns, Columns::Flows(columns) if columns.contains(&FlowColumn::Host))
    }

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
        Self::read(&keys, interfaces, ceiling).map_err(|error| keys.unreplaced().unwrap_or(error))
    }

    /// Whether it shows who talks to whom: packets, conversations, and groups by address or port.
    #[must_use]
    pub fn shows_peers(&self) -> bool {
        matches!(self.kind, Kind::Packets | Kind::Flows)
            || self.kind == Kind::Drops && self.group_by.is_none()
            || self.group_by.is_some_and(GroupBy::is_of_peers)
    }

    /// The networks that hosts of a graph or a matrix are put together by.
    #[must_use]
    pub fn networks(&self) -> Masks {
        Masks {
            ipv4: self.prefix_ipv4.unwrap_or(Masks::NONE.ipv4),
            ipv6: self.prefix_ipv6.unwrap_or(Masks::NONE.ipv6),
        }
    }

    /// Whether its rows show where hosts are.
    #[must_use]
    pub fn shows_places(&self) -> bool {
        match &self.columns {
            Columns::Packets(columns) => columns.iter().any(|column| column.is_of_places()),
            Columns::Flows(columns) => columns.iter().any(|column| column.is_of_places()),
            Columns::Drops(columns) => columns.iter().any(|column| column.is_of_places()),
            Columns::Counts(_) | Columns::Series(_) | Columns::Capture(_) | Columns::Interfaces(_) => false,
        }
    }

    /// Whether its rows or groups show whose packets are.
    #[must_use]
    pub fn shows_processes(&self) -> bool {
        match &self.columns {
            Columns::Packets(columns) => columns.iter().any(|column| column.is_of_processes()),
            Columns::Flows(columns) => columns.iter().any(|column| column.is_of_processes()),
            Columns::Counts(_) | Columns::Series(_) => self.group_by.is_some_and(GroupBy::is_of_processes),
            Columns::Capture(_) | Columns::Interfaces(_) | Columns::Drops(_) => false,
        }
    }

    /// Whether its rows or groups show what is known of hosts.
    #[must_use]
    pub fn shows_names(&self) -> bool {
        match &self.columns {
            Columns::Packets(columns) => columns.iter().any(|column| column.is_of_names()),
            Columns::Flows(columns) => {
                self.format != Format::Table || columns.iter().any(|column| column.is_of_names())
            }
            Columns::Drops(columns) => columns.iter().any(|column| column.is_of_names()),
            Columns::Counts(_) | Columns::Series(_) => self.group_by.is_some_and(GroupBy::is_of_names),
            Columns::Capture(_) | Columns::Interfaces(_) => false,
        }
    }

    fn read(keys: &Keys<'_>, interfaces: &Interfaces, ceiling: LimitCeiling) -> Result<Self, QueryError> {
        let kind = keys.word("kind")?.unwrap_or(Kind::Packets);
        // What is checked and then left at its default has no meaning for the kind, and must not make two
        // streams of one.
        let interval = keys.number("interval", &INTERVALS)?.unwrap_or(DEFAULT_INTERVAL);
        let group_by = keys.group_by(kind)?;
        let measure = keys.word("measure")?.unwrap_or(Measure::Packets);
        let top = keys.number("top", &TOPS)?.and_then(|top| usize::try_from(top).ok()).unwrap_or(DEFAULT_TOP);
        let since = keys.word("since")?.unwrap_or(Since::Interval);
        let decapsulate = keys.word("decapsulate")?.unwrap_or_default();
        // To other kinds it is the editor's key, which has more words.
        let format = if kind == Kind::Flows { keys.word("format")? } else { None }.unwrap_or(Format::Table);
        let prefix_ipv4 = keys.prefix("prefixIpv4", Masks::NONE.ipv4)?;
        let prefix_ipv6 = keys.prefix("prefixIpv6", Masks::NONE.ipv6)?;
        let filter = keys.filter()?;
        let has_rows = kind == Kind::Packets || kind == Kind::Drops && group_by.is_none();
        let limit = keys.limit(if has_rows { ceiling } else { ceiling.without_rows() })?;
        let query = Self {
            kind,
            hosts: keys.hosts()?,
            interfaces: keys.interfaces(interfaces)?,
            direction: keys.direction()?,
            filter: Arc::new(filter),
            columns: match kind {
                Kind::Packets => {
                    Columns::Packets(keys.columns_with(of_tunnels(decapsulate, &PacketColumn::OF_TUNNELS))?)
                }
                Kind::Rates => keys.rates(group_by, measure)?,
                Kind::Flows => {
                    Columns::Flows(keys.columns_with(of_tunnels(decapsulate, &FlowColumn::OF_TUNNELS))?)
                }
                Kind::Capture => Columns::Capture(keys.columns()?),
                Kind::Interfaces => Columns::Interfaces(keys.columns()?),
                Kind::Drops if group_by.is_some() => keys.rates(group_by, measure)?,
                Kind::Drops => Columns::Drops(keys.columns()?),
            },
            limit: ceiling.default_limit(),
            interval,
            group_by,
            measure: Measure::Packets,
            top: DEFAULT_TOP,
            since: None,
            decapsulate,
            format,
            prefix_ipv4: prefix_ipv4.filter(|_| format != Format::Table),
            prefix_ipv6: prefix_ipv6.filter(|_| format != Format::Table),
        };
        let query = match kind {
            Kind::Packets => Self { limit, interval: DEFAULT_INTERVAL, ..query },
            Kind::Rates => Self {
                // Counts have no measure.
                measure: if matches!(query.columns, Columns::Counts(_)) { Measure::Packets } else { measure },
                top: if group_by.is_some() { top } else { DEFAULT_TOP },
                ..query
            },
            Kind::Flows => Self { top, since: Some(since), ..query }.of_format(),
            Kind::Capture => Self { filter: Arc::default(), decapsulate: Decapsulate::None, ..query },
            // Both ways of an interface are in one row.
            Kind::Interfaces => Self {
                direction: Direction::ALL.to_vec(),
                filter: Arc::default(),
                decapsulate: Decapsulate::None,
                ..query
            },
            Kind::Drops if group_by.is_none() => {
                Self { limit, interval: DEFAULT_INTERVAL, decapsulate: Decapsulate::None, ..query }
            }
            Kind::Drops => Self {
                measure: if matches!(query.columns, Columns::Counts(_)) { Measure::Packets } else { measure },
                top,
                decapsulate: Decapsulate::None,
                ..query
            },
        };
        check_flows(&query.filter, kind, group_by)?;
        query.check_utilisation()?;
        query.check_tcp()?;
        query.check_tunnels()?;
        Ok(query)
    }

    /// A graph and a matrix have columns of their own.
    fn of_format(self) -> Self {
        match self.format {
            Format::Table => self,
            Format::Graph | Format::Matrix => {
                Self { columns: Columns::Flows(FlowColumn::ALL.to_vec()), ..self }
            }
        }
    }

    /// Refuses groups by what carries packets, where nobody looks inside.
    fn check_tunnels(&self) -> Result<(), QueryError> {
        match self.group_by {
            Some(by) if by.is_of_tunnels() && self.decapsulate == Decapsulate::None => {
                Err(QueryError::TunnelsNotRead { group_by: by.name() })
            }
            _ => Ok(()),
        }
    }

    /// Refuses measures of TCP where no flows are counted, and requests without answers where no answers are seen.
    fn check_tcp(&self) -> Result<(), QueryError> {
        if !self.measure.is_of_tcp() {
            return Ok(());
        }
        let measure = self.measure.name();
        match self.group_by {
            _ if self.kind == Kind::Drops => Err(QueryError::TcpOfDrops { measure }),
            None | Some(GroupBy::TcpFlag) => {
                let given = self.group_by.map_or("none", Word::name);
                Err(QueryError::TcpWithoutGroups { measure, given })
            }
            Some(_) if self.measure == Measure::Unanswered && self.direction.len() < 2 => {
                Err(QueryError::AnswersNotSeen)
            }
            Some(_) => Ok(()),
        }
    }

    /// Refuses utilisation where it would be of no link, or of both of its directions together: each has the whole speed.
    fn check_utilisation(&self) -> Result<(), QueryError> {
        if self.measure != Measure::Utilisation {
            return Ok(());
        }
        match self.group_by {
            Some(GroupBy::Interface) => Ok(()),
            _ if self.interfaces.may_be_several() => Err(QueryError::UtilisationOfSeveral {
                given: shortened(&self.interfaces.texts().join(", ")),
            }),
            None | Some(GroupBy::Direction) => Ok(()),
            Some(group_by) if self.direction.len() > 1 => {
                Err(QueryError::UtilisationOfBoth { group_by: group_by.name() })
            }
            Some(_) => Ok(()),
        }
    }

    /// Whether it asks how well connections are.
    #[must_use]
    pub fn asks_for_quality(&self) -> bool {
        let asks = |columns: &Vec<FlowColumn>| FlowColumn::OF_QUALITY.iter().any(|one| columns.contains(one));
        matches!(&self.columns, Columns::Flows(columns) if asks(columns))
    }

    /// Whether it is answered from the flows that are counted, and not from packets.
    #[must_use]
    pub fn is_of_flows(&self) -> bool {
        is_of_flows(self.kind, self.group_by)
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
            group_by: None,
            measure: Measure::Packets,
            top: DEFAULT_TOP,
            since: None,
            decapsulate: Decapsulate::None,
            format: Format::Table,
            prefix_ipv4: None,
            prefix_ipv6: None,
            ..self.clone()
        }
    }
}

/// The columns about tunnels, where somebody looks inside.
const fn of_tunnels<C>(decapsulate: Decapsulate, columns: &[C]) -> &[C] {
    match decapsulate {
        Decapsulate::None => &[],
        Decapsulate::Inner => columns,
    }
}

fn is_of_flows(kind: Kind, group_by: Option<GroupBy>) -> bool {
    kind == Kind::Flows || kind == Kind::Rates && group_by.is_some()
}

/// The filter of a query that need not be complete: its keys `filter`, `kind` and `groupBy` are read, and no others.
///
/// # Errors
/// Any [`QueryError`] of these keys, as [`Query::parse`] has it.
pub fn parse_filter(keys: &Map<String, Value>) -> Result<Filter, QueryError> {
    let keys = Keys(keys);
    let kind = keys.word("kind")?.unwrap_or(Kind::Packets);
    let group_by = keys.word("groupBy")?.filter(|_| kind == Kind::Rates);
    let filter = keys.filter()?;
    check_flows(&filter, kind, group_by)?;
    Ok(filter)
}

/// Refuses a filter that cannot decide on flows, where it would have to.
fn check_flows(filter: &Filter, kind: Kind, group_by: Option<GroupBy>) -> Result<(), QueryError> {
    if !is_of_flows(kind, group_by) {
        return Ok(());
    }
    // What a filter looks at does not depend on the interface.
    let flow_filter = FlowFilter::new(filter, &Environment::default());
    if group_by == Some(GroupBy::TcpFlag) {
        return match flow_filter {
            Ok(decided) if decided.is_everything() => Ok(()),
            _ => Err(QueryError::NoFilterByFlag { given: shortened(&format!("\"{filter}\"")) }),
        };
    }
    match flow_filter {
        Ok(_) => Ok(()),
        Err(NotOfFlows::TooComplex(error)) => Err(error.into()),
        Err(reason) if kind == Kind::Flows => {
            Err(QueryError::NotOfFlows { reason, what: "conversations are", instead: "ask for kind packets" })
        }
        Err(reason) => {
            Err(QueryError::NotOfFlows { reason, what: "groups are", instead: "leave groupBy out" })
        }
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
