//! What is kept of a budget for conversations and flows that have not been seen lately.

use core::num::NonZero;

use super::{
    pace::{self, Pace, SECOND},
    recent::Novelty,
};

/// From this limit on, new conversations have at least one row a second.
const ONE_A_SECOND: u64 = 10;
/// From this limit on, new flows of known conversations have a part of the reserve: what a smaller one holds is needed
/// for conversations.
const FLOWS_TOO: u64 = 20;

/// A part of the budget: a twelfth of it, at least one row a second from a limit of 10 on, and a twentieth below that.
/// It saves up what comes in a second.
///
/// New conversations may use all of it. New flows get a row only when nothing of it has been used up: so a flood between
/// two hosts from ever new ports leaves a second's part to the others.
///
/// A twelfth and not a tenth, and less than that below 10, because what has been saved up comes on top of it: in ten
/// whole seconds or more it must not be more than a tenth.
#[derive(Debug, Default)]
#[repr(transparent)]
pub(super) struct Reserve(Pace);

impl Reserve {
    /// Takes one row at `now` (nanoseconds) for a packet that is `new` in this way.
    #[inline(always)]
    pub(super) fn take(&self, limit: NonZero<u64>, now: u64, new: Novelty) -> bool {
        // One more than the time itself: after exactly a second there is a second's part.
        let ahead = match new {
            Novelty::Conversation if limit.get() >= ONE_A_SECOND => SECOND + 1,
            Novelty::Conversation => 1,
            Novelty::Flow if limit.get() >= FLOWS_TOO => 1,
            _ => return false,
        };
        self.0.take(now, ahead, || interval(limit))
    }
}

/// The time between two rows of the reserve of a budget of `limit` rows a second, in the units of [`Pace`].
#[inline(always)]
fn interval(limit: NonZero<u64>) -> u64 {
    match limit.get() {
        ..ONE_A_SECOND => pace::interval(20, limit),
        ONE_A_SECOND..12 => SECOND,
        12.. => pace::interval(12, limit),
    }
}
