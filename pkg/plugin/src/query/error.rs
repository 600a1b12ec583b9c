//! What is wrong with a query.

use thiserror::Error;
use xdplive_filter::{FilterError, NotOfFlows, TooComplex};

use crate::columns::UnknownColumn;

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
    /// A key has a variable that nobody has replaced.
    #[error(
        "{key}: \"{variable}\" is a variable, and nothing has replaced it: in alert rules and public dashboards nothing \
         does, and elsewhere there is none of this name; write the value itself"
    )]
    Variable {
        /// The key.
        key: &'static str,
        /// The variable as it is written, shortened.
        variable: String,
    },
    /// The filter is wrong.
    #[error("filter: {0}")]
    Filter(#[from] FilterError),
    /// A name is no column.
    #[error("columns: {0}")]
    Column(#[from] UnknownColumn),
    /// No interface is named, and none can be guessed.
    #[error(
        "interfaces: none is named, and this machine has no default route to go by; name one: the query editor lists those \
         that may be watched, and on the machine `ip link` all there are"
    )]
    NoDefaultRoute,
    /// The filter needs more of a packet than flows carry.
    #[error("filter: {reason}, and {what} made of flows; leave that condition out, or {instead}")]
    NotOfFlows {
        /// Which fields.
        reason: NotOfFlows,
        /// What was asked for.
        what: &'static str,
        /// What else can be asked for.
        instead: &'static str,
    },
    /// The filter would tell addresses that are not shown.
    #[error(
        "filter: conditions on {what} are not allowed, because this data source shows addresses only as their networks (its \
         settings maskIpv4 and maskIpv6); leave that condition out, or filter by network"
    )]
    Masked {
        /// What it looks at.
        what: &'static str,
    },
    /// The filter comes to too many alternatives.
    #[error("filter: {0}")]
    TooComplex(#[from] TooComplex),
    /// Flags are not counted by flows.
    #[error(
        "filter: {given} is not allowed with groupBy \"tcp_flag\", because TCP flags are counted beside the flows, for all \
         packets together; leave the filter out, or group by another key"
    )]
    NoFilterByFlag {
        /// The filter, shortened.
        given: String,
    },
    /// Each link has a speed of its own.
    #[error(
        "measure: \"utilisation\" of several interfaces ({given}) is not allowed, because each has a speed of its own; ask \
         for one interface, or set groupBy to \"interface\""
    )]
    UtilisationOfSeveral {
        /// The interfaces, shortened.
        given: String,
    },
    /// A link has its whole speed in each direction.
    #[error(
        "measure: \"utilisation\" by \"{group_by}\" is not allowed for both directions together, because a link has its whole \
         speed in each; set direction to \"in\" or \"out\""
    )]
    UtilisationOfBoth {
        /// What is grouped by.
        group_by: &'static str,
    },
    /// A measure of TCP that is counted by flows.
    #[error(
        "measure: \"{measure}\" is counted by flows, so it needs another groupBy than {given}; set groupBy, for example to \
         \"direction\" or \"source\""
    )]
    TcpWithoutGroups {
        /// The measure.
        measure: &'static str,
        /// What is grouped by.
        given: &'static str,
    },
    /// A measure of TCP of something else.
    #[error("measure: \"{measure}\" is of TCP connections, and not of dropped packets; ask for kind rates")]
    TcpOfDrops {
        /// The measure.
        measure: &'static str,
    },
    /// Answers come the other way.
    #[error(
        "measure: \"unanswered\" is not possible for one direction, because answers come the other way; set direction to \
         \"both\", and choose by filter or groupBy"
    )]
    AnswersNotSeen,
    /// Nobody has looked for tunnels.
    #[error(
        "groupBy: \"{group_by}\" is not possible without looking into tunnels; set decapsulate to \"inner\""
    )]
    TunnelsNotRead {
        /// What is grouped by.
        group_by: &'static str,
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
