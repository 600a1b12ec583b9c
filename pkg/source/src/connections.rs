//! How well connections are, as far as it is known: by a socket's own TCP, or by what was seen of the handshake.

use std::{collections::HashMap, sync::Arc};

use xdplive_packet::socket::{Connection, Ends};

use crate::{error::SourceError, flows::Conversation, host::HostId};

/// What the TCP of a host's sockets tells, for as long as this lives. Nothing is measured for who does not ask.
pub trait Connections: Send + Sync {
    /// Whose sockets they are.
    fn host(&self) -> HostId;

    /// Whether they are those of the whole machine, and not those of a container only.
    fn is_whole(&self) -> bool;

    /// Hands over each connection that there is, or was until lately.
    ///
    /// # Errors
    /// [`SourceError::Unavailable`].
    fn read(&self, each: &mut dyn FnMut(Ends, Connection)) -> Result<(), SourceError>;
}

/// Who says how well a connection is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QualitySource {
    /// A socket of this machine.
    Socket,
    /// What was seen of the packets.
    Estimated,
}

impl QualitySource {
    /// The word for it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Socket => "socket",
            Self::Estimated => "estimated",
        }
    }
}

/// How well a connection is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quality {
    /// Who says so.
    pub source: QualitySource,
    /// Smoothed round trip, microseconds.
    pub rtt: Option<u32>,
    /// Segments that were sent again.
    pub retransmits: Option<u64>,
    /// Time that the handshake took, microseconds.
    pub handshake: Option<u32>,
}

/// What somebody has been told of connections, to tell what is new.
#[derive(Default)]
pub struct Qualities {
    /// `None` where no socket can be asked.
    connections: Option<Arc<dyn Connections>>,
    /// The socket and what it had sent again, when what is told began.
    before: HashMap<Ends, (u64, u32)>,
    now: HashMap<Ends, Connection>,
    is_of_interval: bool,
}

impl Qualities {
    /// Begins with what there is now: what was sent again before is not told. `is_of_interval` says whether it is told from one
    /// reading to the next, or from now on.
    ///
    /// # Errors
    /// See [`Connections::read`].
    pub fn begin(connections: Arc<dyn Connections>, is_of_interval: bool) -> Result<Self, SourceError> {
        let mut before = HashMap::new();
        connections.read(&mut |ends, one| _ = before.insert(ends, (one.cookie, one.retransmits)))?;
        Ok(Self { connections: Some(connections), before, now: HashMap::new(), is_of_interval })
    }

    /// Has what there is now told from here on.
    ///
    /// # Errors
    /// See [`Connections::read`]; what was told before is told on then.
    pub fn read(&mut self) -> Result<(), SourceError> {
        let Some(connections) = &self.connections else { return Ok(()) };
        let mut now = HashMap::with_capacity(self.now.len());
        connections.read(&mut |ends, one| _ = now.insert(ends, one))?;
        let earlier = std::mem::replace(&mut self.now, now);
        if self.is_of_interval {
            self.before.extend(earlier.into_iter().map(|(ends, one)| (ends, (one.cookie, one.retransmits))));
            // Those that are no longer known to the kernel begin anew.
            self.before.retain(|ends, _| self.now.contains_key(ends));
        }
        Ok(())
    }

    /// How well a conversation's connection is, as far as it is known.
    #[must_use]
    pub fn of(&self, conversation: &Conversation) -> Option<Quality> {
        self.by_sockets(conversation).or_else(|| estimated(conversation))
    }

    /// By its sockets here: that of who started it, where it is here; what either has sent again, where both are.
    fn by_sockets(&self, conversation: &Conversation) -> Option<Quality> {
        self.connections.as_ref().filter(|connections| connections.host() == conversation.host)?;
        let ends = Ends::of_sender(&conversation.key)?;
        let other = ends.reversed();
        let (starter, accepter) = (self.now.get(&ends), self.now.get(&other));
        let known = starter.or(accepter)?;
        let sum = [(ends, starter), (other, accepter)]
            .into_iter()
            .filter_map(|(ends, one)| Some(u64::from(self.sent_again(&ends, one?))))
            .fold(0, u64::saturating_add);
        Some(Quality {
            source: QualitySource::Socket,
            rtt: (known.rtt != 0).then_some(known.rtt),
            retransmits: Some(sum),
            handshake: (known.handshake != 0).then_some(known.handshake),
        })
    }

    fn sent_again(&self, ends: &Ends, now: &Connection) -> u32 {
        match self.before.get(ends) {
            Some((cookie, before)) if *cookie == now.cookie => now.retransmits.saturating_sub(*before),
            _ => now.retransmits,
        }
    }
}

/// What can be known of a TCP connection by its packets: what had been seen before, by its sequence numbers, and the times of the
/// handshake where its packets were counted together.
fn estimated(conversation: &Conversation) -> Option<Quality> {
    let Conversation { key, forward, reverse, .. } = conversation;
    key.is_of_tcp().then_some(())?;
    let microseconds = |nanoseconds: u64| u32::try_from(nanoseconds / 1000).unwrap_or(u32::MAX);
    let is_seen = forward.opens() && reverse.accepts();
    let handshake = reverse.first.checked_sub(forward.first).filter(|_| is_seen);
    let round_trip = Some(forward.tcp.round_trip).filter(|nanoseconds| *nanoseconds > 0);
    Some(Quality {
        source: QualitySource::Estimated,
        rtt: round_trip.map(microseconds),
        retransmits: Some(forward.tcp.retransmits.saturating_add(reverse.tcp.retransmits)),
        handshake: handshake.map(microseconds),
    })
}

#[cfg(test)]
mod tests;
