//! What was counted second by second, kept for whoever asks later.

use std::{
    collections::VecDeque,
    sync::Arc,
    time::{Duration, Instant},
};

use xdplive_filter::Filter;
use xdplive_packet::event::Direction;

use crate::{
    clock,
    reader::StreamId,
    source::{Counts, InterfaceSet, Interval, Request},
};

/// Seconds that are kept of each subject: an hour.
pub const SECONDS: usize = 3600;
/// Subjects that are remembered at most, 144 KiB each; the one that has not been counted for longest gives way.
pub const SUBJECTS: usize = 64;

/// What has been counted, by subject.
#[derive(Debug, Default)]
pub struct Histories(Vec<History>);

/// What streams of one history have in common.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Subject {
    interfaces: InterfaceSet,
    directions: Vec<Direction>,
    filter: Arc<Filter>,
    hides_own: bool,
}

impl Subject {
    /// None for a request that wants no packets.
    fn of(request: &Request) -> Option<Self> {
        let wanted = request.wanted.as_ref()?;
        Some(Self {
            interfaces: request.interfaces.clone(),
            directions: request.directions.clone(),
            filter: Arc::clone(&wanted.filter),
            hides_own: wanted.hides_own,
        })
    }
}

#[derive(Debug)]
struct History {
    subject: Subject,
    seconds: VecDeque<Interval>,
    /// The stream whose counts are taken, of several; what it had counted, and when that was.
    last: Option<(StreamId, Counts, Instant)>,
    /// When something was last added.
    touched: Instant,
}

impl Histories {
    /// Takes down what a stream that began at `began` has counted since it was last looked at.
    pub fn record(
        &mut self,
        stream: StreamId,
        request: &Request,
        began: Instant,
        counts: Counts,
        now: Instant,
    ) {
        let Some(subject) = Subject::of(request) else { return };
        let history = self.history(subject, now);
        history.touched = now;
        let before = match history.last {
            // Another stream of the same subject counts the same.
            Some((other, _, at)) if other != stream && now.saturating_duration_since(at) < 2 * SECOND => {
                return;
            }
            Some((last, counts, at)) if last == stream => Some((counts, at)),
            // The other has ended. What this one counted until then has been taken down already.
            Some((_, _, at)) if at >= began => None,
            _ => Some((Counts::default(), began)),
        };
        history.last = Some((stream, counts, now));
        let Some((before, since)) = before else { return };
        if history.seconds.len() == SECONDS {
            history.seconds.pop_front();
        }
        history.seconds.push_back(Interval {
            time: clock::milliseconds(),
            length: now.saturating_duration_since(since),
            packets: counts.matched.saturating_sub(before.matched),
            segments: counts.segments.saturating_sub(before.segments),
            bytes: counts.bytes.saturating_sub(before.bytes),
        });
    }

    /// What has been taken down of what `request` asks for, the oldest first.
    pub fn of(&self, request: &Request) -> Vec<Interval> {
        let Some(subject) = Subject::of(request) else { return Vec::new() };
        let history = self.0.iter().find(|history| history.subject == subject);
        history.map(|history| history.seconds.iter().copied().collect()).unwrap_or_default()
    }

    fn history(&mut self, subject: Subject, now: Instant) -> &mut History {
        let position = self.0.iter().position(|history| history.subject == subject);
        let position = position.unwrap_or_else(|| {
            if self.0.len() >= SUBJECTS
                && let Some(oldest) =
                    (0..self.0.len()).min_by_key(|index| self.0.get(*index).map(|one| one.touched))
            {
                self.0.swap_remove(oldest);
            }
            self.0.push(History { subject, seconds: VecDeque::new(), last: None, touched: now });
            self.0.len() - 1
        });
        #[expect(
            clippy::indexing_slicing,
            reason = "the position was just found, or is that of what was just added"
        )]
        &mut self.0[position]
    }
}

const SECOND: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests;
