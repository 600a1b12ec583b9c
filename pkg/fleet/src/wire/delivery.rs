//! What an agent sends to who has a lease: rows, flows, or that it is still there, each with what was counted so far.
//!
//! A message can be read without any other, so that what the network loses costs no more than itself. It begins with
//! `XL`, the version and the kind; numbers and texts follow as in `bytes`.

use xdplive_packet::flow::Sum;

use super::{
    bounds::{MAX_MESSAGE, VERSION},
    bytes::{Reader, put, put_signed, put_sum, put_text, read_sum},
    drops::Drops,
    error::WireError,
    flows::FlowsPart,
    rows::Rows,
    settled::Settled,
    subjects::MAX_NAME,
};

const MAGIC: [u8; 2] = *b"XL";

/// What every message of a lease says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Head {
    /// The lease.
    pub lease: u64,
    /// The agent's life: another number after each of its starts.
    pub epoch: u64,
    /// Which of the client's attempts with this lease it is.
    pub run: u64,
    /// The number of the message in the run, from 0 on.
    pub sequence: u64,
    /// The host, as it calls itself.
    pub host: String,
    /// When it was sent, nanoseconds since 1970 by the host's clock.
    pub at: i64,
    /// What has been counted so far.
    pub progress: Progress,
}

/// What has been counted so far in a run, and what has become of it at the host.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Packets that the filter accepts, when it was last looked at.
    pub matched: u64,
    /// Those left out to keep to a budget: the kernel's, the agent's own ceiling, or the client's share.
    pub thinned: u64,
    /// Those for which the ring had no room.
    pub lost_ring: u64,
    /// Those for which the agent's queue had no room.
    pub lost_queue: u64,
    /// Rows in messages of this run, this one included.
    pub sent: u64,
}

/// What has been counted for the run in each direction, and when that was read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// Nanoseconds since 1970 by the host's clock.
    pub at: i64,
    /// By direction.
    pub sums: [Sum; 2],
}

/// What a message brings.
#[derive(Clone, Debug)]
pub enum Body {
    /// That the agent is still there, and what it has counted, where that could be read.
    Beat(Option<Sums>),
    /// Rows.
    Rows(Rows),
    /// Flows of one interface, or a part of them.
    Flows(Box<FlowsPart>),
    /// Dropped packets.
    Drops(Box<Drops>),
    /// The end: nothing more comes in this run.
    End(Box<Settled>),
}

/// The kind of a message, in its fourth byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Kind {
    /// [`Body::Beat`].
    Beat = 1,
    /// [`Body::Rows`].
    Rows = 2,
    /// [`Body::Flows`].
    Flows = 3,
    /// [`Body::End`].
    End = 4,
    /// [`Body::Drops`].
    Drops = 5,
}

/// A message with a body that is written already.
#[must_use]
pub fn message(kind: Kind, head: &Head, body: &[u8]) -> Vec<u8> {
    let mut to = Vec::with_capacity(80 + head.host.len() + body.len());
    to.extend_from_slice(&MAGIC);
    to.extend_from_slice(&[VERSION, kind as u8]);
    to.extend_from_slice(&head.lease.to_le_bytes());
    to.extend_from_slice(&head.epoch.to_le_bytes());
    put(&mut to, head.run);
    put(&mut to, head.sequence);
    put_text(&mut to, &head.host, MAX_NAME);
    put_signed(&mut to, head.at);
    let Progress { matched, thinned, lost_ring, lost_queue, sent } = head.progress;
    [matched, thinned, lost_ring, lost_queue, sent].into_iter().for_each(|number| put(&mut to, number));
    to.extend_from_slice(body);
    to
}

/// The body of [`Body::Beat`].
#[must_use]
pub fn beat(sums: Option<&Sums>) -> Vec<u8> {
    let mut to = vec![u8::from(sums.is_some())];
    if let Some(Sums { at, sums }) = sums {
        put_signed(&mut to, *at);
        sums.iter().for_each(|sum| put_sum(&mut to, sum));
    }
    to
}

/// Reads a message of a lease.
///
/// # Errors
/// Any [`WireError`] but [`WireError::Forged`].
pub fn read(message: &[u8]) -> Result<(Head, Body), WireError> {
    if message.len() > MAX_MESSAGE {
        let (given, allowed) = (message.len() as u64, MAX_MESSAGE as u64);
        return Err(WireError::TooMuch { what: "a message", given, allowed });
    }
    let mut from = Reader::new(message);
    if from.array("its beginning").ok() != Some(MAGIC) {
        return Err(WireError::Foreign);
    }
    let version = from.byte("the version")?;
    if version != VERSION {
        return Err(WireError::Version { given: version, known: VERSION });
    }
    let kind = from.byte("the kind")?;
    let head = Head {
        lease: from.fixed("the lease")?,
        epoch: from.fixed("the epoch")?,
        run: from.number("the run")?,
        sequence: from.number("the sequence")?,
        host: from.text(MAX_NAME, "the host")?.to_owned(),
        at: from.signed("the time")?,
        progress: Progress {
            matched: from.number("packets matched")?,
            thinned: from.number("packets thinned")?,
            lost_ring: from.number("packets lost in the ring")?,
            lost_queue: from.number("packets lost in the queue")?,
            sent: from.number("rows sent")?,
        },
    };
    let body = match kind {
        1 => Body::Beat(read_beat(&mut from)?),
        2 => Body::Rows(Rows::read(&mut from)?),
        3 => Body::Flows(Box::new(FlowsPart::read(&mut from)?)),
        5 => Body::Drops(Box::new(Drops::read(&mut from)?)),
        4 => return Ok((head, Body::End(Box::new(Settled::from_json(from.rest())?)))),
        _ => return Err(WireError::Value { what: "the kind of a message", given: u64::from(kind) }),
    };
    from.end()?;
    Ok((head, body))
}

fn read_beat(from: &mut Reader<'_>) -> Result<Option<Sums>, WireError> {
    if from.byte("whether sums follow")? == 0 {
        return Ok(None);
    }
    let at = from.signed("the time of sums")?;
    Ok(Some(Sums { at, sums: [read_sum(from)?, read_sum(from)?] }))
}
