//! The resource `pcapng`: packets of a query as a file, while they come.

use std::{borrow::Cow, collections::HashMap, ops::RangeInclusive, sync::Arc, time::Duration};

use chrono::DateTime;
use grafana_plugin_sdk::pluginv2::{CallResourceRequest, CallResourceResponse, StringList};
use rustix::system::uname;
use serde_json::{Map, Value};
use tokio::time::{Instant, sleep_until};
use tonic::Status;
use xdplive_packet::LinkType;
use xdplive_source::{Batch, InterfaceSet, Request, Source, Subscription, Tally};

use super::{super::stream, Failure, Plugin};
use crate::{
    asked::{self, Refusal},
    audit::{ASKED_TO_END, Audited, Sent},
    pcapng::{File, Origin, PACKET_BLOCK_MAX, WriteError, within},
    query::{Kind, QueryError},
    quota::Permit,
    settings::LimitCeiling,
    shutdown::Shutdown,
};

/// Packets, seconds and bytes of a file: what may be asked for, and what holds where nothing is.
const COUNTS: (RangeInclusive<u64>, u64) = (1..=100_000, 1000);
const SECONDS: (RangeInclusive<u64>, u64) = (1..=300, 10);
const BYTES: (RangeInclusive<u64>, u64) = (1..=64 << 20, 64 << 20);

/// Why a file ends that has its packets.
const ENOUGH_PACKETS: &str = "it has as many packets as it may";

/// Packets in one piece, so that it has no more than 512 KiB.
const PIECE: usize = (512 << 10) / PACKET_BLOCK_MAX;

/// What ends a file, whichever comes first; none of them where the administrator sets no limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Bounds {
    count: Option<u64>,
    seconds: Option<u64>,
    bytes: Option<u64>,
}

impl Bounds {
    fn read(json: &[u8], ceiling: LimitCeiling) -> Result<Self, QueryError> {
        let keys: Map<String, Value> = serde_json::from_slice(json).unwrap_or_default();
        Ok(Self {
            count: bound(&keys, "count", COUNTS, ceiling)?,
            seconds: bound(&keys, "seconds", SECONDS, ceiling)?,
            bytes: bound(&keys, "bytes", BYTES, ceiling)?,
        })
    }
}

fn bound(
    keys: &Map<String, Value>,
    key: &'static str,
    (range, default): (RangeInclusive<u64>, u64),
    ceiling: LimitCeiling,
) -> Result<Option<u64>, QueryError> {
    let unlimited = ceiling == LimitCeiling::None;
    match keys.get(key) {
        None => Ok(Some(default)),
        Some(Value::Null) => Ok((!unlimited).then_some(default)),
        Some(value) => match value.as_u64() {
            Some(number) if range.contains(&number) || unlimited && number > 0 => Ok(Some(number)),
            _ => Err(QueryError::Value {
                key,
                given: value.to_string().chars().take(60).collect(),
                allowed: if unlimited {
                    "it takes a whole number of 1 or more, or null for no bound".to_owned()
                } else {
                    format!("it takes a whole number from {} to {}", range.start(), range.end())
                },
            }),
        },
    }
}

/// The query in a request: its body, else the key `query` of its address, with the machines in the key `hosts`, which
/// links of dashboards cannot put into JSON. The address takes no other: bounds that nobody reads would be none.
fn query(request: &CallResourceRequest) -> Result<Vec<u8>, Failure> {
    let mut found = None;
    let mut hosts = Vec::new();
    for (key, value) in super::keys(&request.url) {
        if key == "hosts" {
            hosts.extend(value.split(',').filter(|host| !host.is_empty()).map(Value::from));
            continue;
        }
        if key != "query" {
            let key: String = key.chars().take(60).collect();
            let message = format!(
                "the address has the key \"{key}\"; it takes query and hosts; count, seconds and bytes are keys of the \
                 query, as in query={{\"interfaces\": [\"eth0\"], \"count\": 500}}"
            );
            return Err(Failure { code: 400, message });
        }
        found = Some(value.into_owned().into_bytes());
    }
    if !request.body.is_empty() {
        return Ok(request.body.to_vec());
    }
    let json = found.unwrap_or_else(|| b"{}".to_vec());
    Ok(if hosts.is_empty() { json } else { with("hosts", Value::Array(hosts), json) })
}

/// The query with the highest limit there is, where it names none: a panel's default is for eyes.
fn as_much_as_may_be(json: Vec<u8>, ceiling: LimitCeiling) -> Vec<u8> {
    with("limit", Value::from(ceiling.most()), json)
}

/// The query with a key, where it has none. What is no query stays as it is, to be refused.
fn with(key: &str, value: Value, json: Vec<u8>) -> Vec<u8> {
    let Ok(mut keys) = serde_json::from_slice::<Map<String, Value>>(&json) else { return json };
    keys.entry(key).or_insert(value);
    Value::Object(keys).to_string().into_bytes()
}

impl Plugin {
    /// Begins a file. When this returns, its packets are being counted.
    pub(super) async fn pcapng(&self, request: &CallResourceRequest) -> Result<Download, Failure> {
        if !matches!(request.method.as_str(), "GET" | "POST") {
            return Err(Failure { code: 405, message: "pcapng can be had by GET and POST".to_owned() });
        }
        let context = request.plugin_context.as_ref();
        let settings = asked::settings(context, &self.server)?;
        let json = as_much_as_may_be(query(request)?, settings.ceiling);
        let mut asked = asked::read(context, &json, &self.source.interfaces(), &self.server)?;
        if asked.query.kind != Kind::Packets {
            let given = format!("\"{}\"", asked.query.kind.name());
            let allowed = "a file can be had of packets".to_owned();
            return Err(Refusal::from(QueryError::Value { key: "kind", given, allowed }).into());
        }
        let bounds = Bounds::read(&json, self.server.ceiling).map_err(Refusal::from)?;
        if let Some(wanted) = &mut asked.request.wanted {
            wanted.header_bytes = true;
        }
        let permit = self.admission.file(&asked).map_err(|over| self.refused(&asked, over))?;
        let begin = self.source.now().wall;
        // In the accounts it is no panel's, and one of its own.
        Arc::make_mut(&mut asked.request.label).stream = format!("pcapng/{begin}");
        self.prepare(&asked).await.map_err(Refusal::from)?;
        let mut file = new_file(&asked.query.filter.to_string(), bounds.bytes)?.masked(settings.masks);
        for name in asked.request.interfaces.named() {
            file.interface(name, link(&*self.source, name))?;
        }
        let subscription = self.source.subscribe(&asked.request).await.map_err(Refusal::from)?;
        let sent = Sent::File([bounds.count, bounds.seconds, bounds.bytes]);
        Ok(Download {
            audited: self.audit.begin(sent, &asked, &self.source),
            headers: headers(&asked.request, begin),
            subscription,
            source: Arc::clone(&self.source),
            file,
            count: bounds.count,
            until: bounds.seconds.and_then(|time| Instant::now().checked_add(Duration::from_secs(time))),
            begin,
            shutdown: self.shutdown.clone(),
            state: State::Beginning,
            _permit: permit,
        })
    }
}

fn new_file(filter: &str, most: Option<u64>) -> Result<File, WriteError> {
    let machine = uname();
    let system = format!("{} {}", machine.sysname().to_string_lossy(), machine.release().to_string_lossy());
    File::new(Origin { hardware: &machine.machine().to_string_lossy(), system: &system, filter }, most)
}

/// How the frames of an interface begin; of one that is away it is not known, and Ethernet is likely.
fn link(source: &dyn Source, name: &str) -> LinkType {
    let interfaces = source.interfaces();
    interfaces.get(name).and_then(|interface| interface.link.layout()).unwrap_or(LinkType::Ethernet)
}

fn headers(request: &Request, begin: i64) -> HashMap<String, StringList> {
    let interfaces = match &request.interfaces {
        InterfaceSet::Named(names) if names.len() <= 3 => names.join("-"),
        InterfaceSet::Named(names) => format!("{}-interfaces", names.len()),
        InterfaceSet::Any => "any".to_owned(),
        InterfaceSet::Chosen(_) => "chosen-interfaces".to_owned(),
    };
    let plain = |c: char| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '_' };
    let interfaces: String = interfaces.chars().map(plain).collect();
    let time = DateTime::from_timestamp_nanos(begin).format("%Y%m%dT%H%M%SZ");
    let disposition = format!("attachment; filename=\"xdplive-{interfaces}-{time}.pcapng\"");
    [("Content-Type", "application/x-pcapng".to_owned()), ("Content-Disposition", disposition)]
        .map(|(name, value)| (name.to_owned(), StringList { values: vec![value] }))
        .into()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// Nothing has been sent.
    Beginning,
    Running,
    /// A bound is reached, or the process ends: what was captured before is still taken.
    Ending,
    /// The statistics have been sent.
    Complete,
    Ended,
}

/// A file on its way. Dropping it ends the capture.
pub(super) struct Download {
    headers: HashMap<String, StringList>,
    subscription: Subscription,
    source: Arc<dyn Source>,
    file: File,
    /// Packets that it may have.
    count: Option<u64>,
    until: Option<Instant>,
    /// When it began, nanoseconds since 1970.
    begin: i64,
    shutdown: Shutdown,
    state: State,
    /// Logs its end, once it is dropped.
    audited: Option<Audited>,
    _permit: Permit,
}

impl Download {
    /// The next piece; after the last one the status with which the file ends, with the accounts beside it.
    pub(super) async fn next(mut self) -> Option<(Result<CallResourceResponse, Status>, Self)> {
        let result = match self.state {
            State::Beginning => {
                self.state = State::Running;
                Ok(self.piece())
            }
            State::Running | State::Ending => self.packets().await,
            State::Complete => {
                self.state = State::Ended;
                Err(stream::end(within(self.subscription.tally(), self.file.packets())))
            }
            State::Ended => return None,
        };
        Some((result, self))
    }

    /// The next packets, or the statistics when there are no more.
    async fn packets(&mut self) -> Result<CallResourceResponse, Status> {
        loop {
            let written = match self.more().await {
                Some(batches) => self.write(&batches),
                None => self.complete(),
            };
            written.map_err(|error| {
                self.state = State::Ended;
                self.because(error.to_string());
                Status::internal(error.to_string())
            })?;
            let piece = self.piece();
            if !piece.body.is_empty() || self.state == State::Complete {
                return Ok(piece);
            }
        }
    }

    /// The next rows; none at the end.
    async fn more(&mut self) -> Option<Vec<Batch>> {
        loop {
            if self.state == State::Ending {
                return self.subscription.next(PIECE).await;
            }
            let time = async {
                match self.until {
                    Some(until) => sleep_until(until).await,
                    None => std::future::pending().await,
                }
            };
            let reason = tokio::select! {
                // The time first, so that a file ends that is taken more slowly than it comes.
                biased;
                () = time => "it has lasted as long as it may",
                () = self.shutdown.begun() => ASKED_TO_END,
                batches = self.subscription.next(PIECE) => return batches,
            };
            self.end(reason);
        }
    }

    fn end(&mut self, reason: &'static str) {
        self.because(reason);
        self.subscription.end();
        self.state = State::Ending;
    }

    /// Notes why it ends.
    pub(super) fn because(&mut self, reason: impl Into<Cow<'static, str>>) {
        if let Some(audited) = &mut self.audited {
            audited.ends(reason);
        }
    }

    fn write(&mut self, batches: &[Batch]) -> Result<(), WriteError> {
        let mut links: HashMap<u16, LinkType> = HashMap::new();
        for batch in batches {
            for row in batch.rows() {
                let link = *links
                    .entry(row.origin.interface)
                    .or_insert_with(|| link(&*self.source, batch.names.interface(row.origin)));
                let enough = self.count.is_some_and(|count| self.file.packets() >= count);
                if enough || !self.file.packet(batch, row, link)? {
                    // Whatever else there is stays out: a hole in the middle would look like a loss.
                    self.count = Some(self.file.packets());
                    self.end(if enough { ENOUGH_PACKETS } else { "it has as many bytes as it may" });
                    return Ok(());
                }
            }
        }
        if self.count.is_some_and(|count| self.file.packets() >= count) {
            self.end(ENOUGH_PACKETS);
        }
        Ok(())
    }

    fn complete(&mut self) -> Result<(), WriteError> {
        // Unless there was another reason before.
        self.because("the capture has ended");
        self.state = State::Complete;
        let times = [self.begin, self.source.now().wall];
        for (name, tally) in self.subscription.by_interface() {
            let tally: Tally = tally;
            self.file.statistics(&name, link(&*self.source, &name), tally, times)?;
        }
        Ok(())
    }

    /// What has been written since the last one; the headers go with the first.
    fn piece(&mut self) -> CallResourceResponse {
        let headers = std::mem::take(&mut self.headers);
        let body = self.file.take();
        if let Some(audited) = &mut self.audited {
            audited.sent(body.len());
            audited.packets(self.file.packets());
        }
        CallResourceResponse { code: 200, headers, body: body.into() }
    }
}

#[cfg(test)]
mod tests;
