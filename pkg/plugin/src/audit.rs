//! The audit log: who was sent packets or conversations, by which query, from when to when. A line where a stream or a file
//! begins, a line where it ends, a line for each further subscriber of a stream, and one for each answer with rows.
//!
//! Logins, filters and names come from outside: what is no printable ASCII character is escaped, and each has a longest
//! length. How many lines somebody can have written is bounded too, by `pace`.

mod pace;

use std::{
    borrow::Cow,
    fmt::Write as _,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use chrono::{DateTime, SecondsFormat};
use tokio::time::Instant;
use tracing::info;
use xdplive_source::Source;

use self::pace::{Pace, Turn, Whose};
use crate::{asked::Asked, logging::AUDIT, quota::Scope};

/// Longest login, and uid of a data source, in characters.
const NAME: usize = 64;
/// Longest list of interfaces, of columns, and longest filter.
const TEXT: usize = 512;

/// The log of one process.
#[derive(Clone, Debug, Default)]
pub struct Audit(Arc<State>);

#[derive(Debug, Default)]
struct State {
    /// The number of the last stream or file.
    last: AtomicU64,
    pace: Mutex<Pace>,
}

/// What is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sent {
    /// Messages of a stream.
    Stream,
    /// A file, of so many packets, seconds and bytes at most, where there is a bound.
    File([Option<u64>; 3]),
}

impl Audit {
    /// Something begins to be sent. Its end is logged when what this returns is dropped; `None` where it shows no packets and
    /// no conversations, so that there is nothing to log.
    #[must_use]
    pub fn begin(&self, sent: Sent, asked: &Asked, source: &Arc<dyn Source>) -> Option<Audited> {
        if !asked.query.shows_peers() {
            return None;
        }
        let number = self.0.last.fetch_add(1, Ordering::Relaxed) + 1;
        let is_written = self.may_write(asked);
        let subject = subject(sent, number, asked);
        if is_written {
            info!(target: AUDIT, "begin {subject}");
        }
        let source = Arc::clone(source);
        let began = source.now().wall;
        Some(Audited {
            source,
            subject,
            is_written,
            began,
            count: 0,
            rows: 0,
            bytes: 0,
            is_file: sent != Sent::Stream,
            reason: GONE.into(),
        })
    }

    /// Somebody may read a stream, which may run already for others. Grafana does not tell when they stop.
    pub fn subscribed(&self, asked: &Asked) {
        if asked.query.shows_peers() && self.may_write(asked) {
            info!(target: AUDIT, "subscribe {} {}", who(asked), query(asked));
        }
    }

    /// A query is answered at once, with so many rows: to an alert rule or a public dashboard, which have no stream, or to a
    /// panel with what was before.
    pub fn answered(&self, asked: &Asked, rows: usize) {
        if rows > 0 && asked.query.shows_peers() && self.may_write(asked) {
            info!(target: AUDIT, "answer {} {} rows={rows}", who(asked), query(asked));
        }
    }

    /// Whether there is room for a line of who asks. Where lines were or are left out, that is logged.
    fn may_write(&self, asked: &Asked) -> bool {
        let mut pace = self.0.pace.lock().unwrap_or_else(PoisonError::into_inner);
        let (turn, whose) = pace.turn(asked.holder.user(), Instant::now());
        drop(pace);
        let who = || match whose {
            Whose::User => who(asked),
            Whose::Others => "login=others".to_owned(),
        };
        match turn {
            Turn::Write { left_out: 0 } => true,
            Turn::Write { left_out } => {
                info!(target: AUDIT, "left-out {} lines={left_out}", who());
                true
            }
            Turn::FirstLeftOut => {
                info!(
                    target: AUDIT,
                    "left-out {} reason=\"more than {} lines in a minute; their number comes with the next one\"",
                    who(),
                    pace::MOST,
                );
                false
            }
            Turn::LeftOut => false,
        }
    }
}

/// Why something ends with the process.
pub const ASKED_TO_END: &str = "the plugin is asked to end";
/// Why something ends of which nothing else is known.
const GONE: &str = "its reader has gone";

/// Something that is being sent.
pub struct Audited {
    source: Arc<dyn Source>,
    subject: String,
    is_written: bool,
    /// Nanoseconds since 1970.
    began: i64,
    /// Messages of a stream, packets of a file.
    count: u64,
    /// Rows of a stream.
    rows: u64,
    bytes: u64,
    is_file: bool,
    reason: Cow<'static, str>,
}

impl Audited {
    /// A piece of a file of so many bytes is sent.
    pub const fn sent(&mut self, bytes: usize) {
        self.bytes += bytes as u64;
    }

    /// A message of a stream with so many rows and bytes is sent.
    pub const fn sent_rows(&mut self, rows: usize, bytes: usize) {
        self.count += 1;
        self.rows += rows as u64;
        self.bytes += bytes as u64;
    }

    /// A file has so many packets by now.
    pub const fn packets(&mut self, packets: u64) {
        self.count = packets;
    }

    /// It is about to end, for this reason. The first one holds.
    pub fn ends(&mut self, reason: impl Into<Cow<'static, str>>) {
        if self.reason == GONE {
            self.reason = reason.into();
        }
    }
}

impl Drop for Audited {
    fn drop(&mut self) {
        if self.is_written {
            let Self { subject, count, rows, bytes, .. } = self;
            let [from, to] = [self.began, self.source.now().wall].map(time);
            let counted = if self.is_file {
                format!("packets={count}")
            } else {
                format!("messages={count} rows={rows}")
            };
            let reason = quoted(&self.reason, TEXT);
            info!(target: AUDIT, "end {subject} from={from} to={to} {counted} bytes={bytes} reason={reason}");
        }
    }
}

fn subject(sent: Sent, number: u64, asked: &Asked) -> String {
    let (what, bounds) = match sent {
        Sent::Stream => ("stream", [None; 3]),
        Sent::File(bounds) => ("file", bounds),
    };
    let mut text = format!("{what}={number} {} {}", who(asked), query(asked));
    for (name, bound) in ["count", "seconds", "size"].into_iter().zip(bounds) {
        if let Some(bound) = bound {
            // Writing to a string cannot fail.
            let _ = write!(text, " most_{name}={bound}");
        }
    }
    text
}

/// Login, organisation and data source.
fn who(asked: &Asked) -> String {
    let user = match asked.holder.user() {
        Scope::Person(login) => format!("login={}", quoted(login, NAME)),
        Scope::Service(_, login) => format!("service={}", quoted(login, NAME)),
        _ => "login=anonymous".to_owned(),
    };
    let (organisation, uid) = asked.request.label.owner.split_once('/').unwrap_or_default();
    // Behind it stands how much of addresses is shown.
    let uid = uid.split(' ').next().unwrap_or(uid);
    format!("{user} organisation={organisation} data_source={}", quoted(uid, NAME))
}

/// What was asked for.
fn query(asked: &Asked) -> String {
    let query = &asked.query;
    let directions: Vec<&str> = query.direction.iter().map(|direction| direction.name()).collect();
    let list = |names: &[&str]| quoted(&names.join(","), TEXT);
    let interfaces = query.interfaces.texts();
    let interfaces: Vec<&str> = interfaces.iter().map(String::as_str).collect();
    format!(
        "kind={} interfaces={} directions={} filter={} columns={}",
        query.kind.name(),
        list(&interfaces),
        list(&directions),
        quoted(&query.filter.to_string(), TEXT),
        list(&query.columns.names()),
    )
}

/// At most `most` characters of a text, in quotation marks and escaped, with `…` in ASCII behind what was cut.
fn quoted(text: &str, most: usize) -> String {
    let mut characters = text.chars();
    let kept: String = characters.by_ref().take(most).flat_map(char::escape_default).collect();
    let cut = if characters.next().is_some() { "..." } else { "" };
    format!("\"{kept}\"{cut}")
}

/// RFC 3339, with milliseconds.
fn time(nanoseconds: i64) -> String {
    DateTime::from_timestamp_nanos(nanoseconds).to_rfc3339_opts(SecondsFormat::Millis, true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_from_outside_is_one_line_of_plain_characters() {
        for (text, expected) in [
            ("bob", r#""bob""#),
            ("", r#""""#),
            ("a\"b\\c", r#""a\"b\\c""#),
            ("a\nend", r#""a\nend""#),
            ("\u{1b}[2J\u{202e}ü\0", r#""\u{1b}[2J\u{202e}\u{fc}\u{0}""#),
            ("12345678", r#""12345678""#),
            ("123456789", r#""12345678"..."#),
        ] {
            assert_eq!(quoted(text, 8), expected);
        }
    }

    #[test]
    fn times_have_milliseconds() {
        assert_eq!(time(1_700_000_000_123_456_789), "2023-11-14T22:13:20.123Z");
    }
}
