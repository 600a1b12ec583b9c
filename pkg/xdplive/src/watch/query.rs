//! The queries of a call, and the channels in their answers.

use std::io::Cursor;

use arrow_ipc::reader::FileReader;
use arrow_schema::ArrowError;
use serde_json::{Value, json};
use thiserror::Error;
use xdplive_protocol::columns::{COUNTS, HOST, PACKETS, TUNNELS};

use crate::cli::{Decapsulate, Kind, Watch, name_of};

/// One query for each filter, or one for everything.
pub fn queries(options: &Watch) -> Vec<Value> {
    let everything = [String::new()];
    let filters = if options.filter.is_empty() { everything.as_slice() } else { &options.filter };
    filters
        .iter()
        .map(|filter| {
            let mut query = json!({
                "kind": name_of(options.query),
                "direction": name_of(options.direction),
                "filter": filter,
                "limit": options.limit,
                "interval": options.interval,
                "top": options.top,
                "since": name_of(options.since),
                "decapsulate": name_of(options.decapsulate),
            });
            if let Some(keys) = query.as_object_mut() {
                if !options.interface.is_empty() {
                    keys.insert("interfaces".to_owned(), json!(options.interface));
                }
                if !options.fleet.hosts.is_empty() {
                    keys.insert("hosts".to_owned(), json!(options.fleet.hosts));
                }
                if !options.columns.is_empty() {
                    keys.insert("columns".to_owned(), json!(options.columns));
                } else if options.query == Kind::Packets && !options.fleet.nats.is_empty() {
                    keys.insert("columns".to_owned(), json!([&PACKETS[..], &[HOST]].concat()));
                } else if options.query == Kind::Packets && options.json {
                    let carried: &[&str] =
                        if options.decapsulate == Decapsulate::Inner { &TUNNELS } else { &[] };
                    keys.insert("columns".to_owned(), json!([&PACKETS[..], carried].concat()));
                } else if options.query == Kind::Rates
                    || options.query == Kind::Drops && options.group_by.is_some()
                {
                    // Without columns they come as a time series, for a graph.
                    keys.insert("columns".to_owned(), json!(COUNTS));
                }
                if let Some(key) = &options.group_by {
                    keys.insert("groupBy".to_owned(), json!(key));
                }
            }
            query
        })
        .collect()
}

/// Where a query's rows come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Channel {
    /// The channel's path.
    pub path: String,
    /// What to subscribe with.
    pub data: Vec<u8>,
    /// Names of the columns.
    pub columns: Vec<String>,
    /// Why there are no interfaces to have rows from, where that is so.
    pub nothing_fits: Option<String>,
}

/// An answer that is not as agreed.
#[derive(Debug, Error)]
pub enum AnswerError {
    /// It is no frame.
    #[error("the plugin's answer is no Arrow frame: {0}")]
    Frame(#[from] ArrowError),
    /// It names no channel.
    #[error("the plugin's answer names no channel")]
    NoChannel,
}

/// The channel in the metadata of an answer's frame.
///
/// # Errors
/// Any [`AnswerError`].
pub fn read_channel(frame: &[u8]) -> Result<Channel, AnswerError> {
    let schema = FileReader::try_new(Cursor::new(frame), None)?.schema();
    let meta: Value =
        schema.metadata().get("meta").and_then(|meta| serde_json::from_str(meta).ok()).unwrap_or_default();
    let custom = meta.get("custom").ok_or(AnswerError::NoChannel)?;
    let path = custom.get("channel").and_then(Value::as_str).ok_or(AnswerError::NoChannel)?;
    let data = custom.get("data").ok_or(AnswerError::NoChannel)?;
    Ok(Channel {
        nothing_fits: custom.get("nothingFits").and_then(Value::as_str).map(str::to_owned),
        path: path.to_owned(),
        data: data.to_string().into_bytes(),
        columns: schema.fields().iter().map(|field| field.name().clone()).collect(),
    })
}
