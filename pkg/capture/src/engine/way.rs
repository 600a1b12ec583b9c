//! What one direction of an interface is like: whether a program is attached there, on its way, or refused, and when it
//! is tried again.

use std::time::{Duration, Instant};

use xdplive_loader::protocol::{LinkId, LoaderError};
use xdplive_packet::{Hook, event::Direction};
use xdplive_source::{HookChoice, InterfaceState};

/// Time until what was refused is tried again: doubled with each refusal, up to [`LONGEST`].
const SHORTEST: Duration = Duration::from_secs(1);
/// Longest time until what was refused is tried again.
const LONGEST: Duration = Duration::from_secs(60);
/// A program that was in force for longer before another process detached it is attached again as if that were the first
/// time.
const STEADY: Duration = Duration::from_secs(600);

/// One direction of an interface.
#[derive(Debug)]
pub struct Way {
    /// Which it is.
    pub direction: Direction,
    phase: Phase,
    /// What was asked for, and by whom; none where nobody has asked since the last program was taken away.
    wish: Option<Wish>,
    /// Refusals since the last success.
    refusals: u32,
    /// The last of them, in words: it stands until another attempt has been decided.
    refused: Option<String>,
    /// Names the attempt that is on its way; answers to others are out of date.
    attempt: u64,
    /// How often in a row another process has detached our program, and when it was last noticed.
    detached: Option<(u32, Instant)>,
}

/// What somebody asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish {
    /// The hook.
    pub choice: HookChoice,
    /// Whose the stream is that asks: the owner in its label.
    pub owner: String,
}

#[derive(Debug)]
enum Phase {
    /// Nothing is attached, and nothing is tried.
    Idle,
    /// An attempt is on its way.
    Attaching,
    Attached(Attachment),
    Refused {
        refusal: Refusal,
        again: Instant,
    },
}

/// A program that is attached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    /// Where.
    pub hook: Hook,
    /// The loader's name for the link.
    pub link: LinkId,
    /// Why this hook; empty for the obvious choice.
    pub reason: String,
    /// Whether there is nothing about it that a person would not expect.
    pub expected: bool,
    /// Who asked for it; filled in by [`Way::attached`].
    pub owner: String,
}

/// Why nothing is attached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The kernel has no hook for this direction.
    NoHook,
    /// None of the hooks tried could be attached; this is the last one.
    Hook {
        /// The hook.
        hook: Hook,
        /// The loader's error.
        error: LoaderError,
        /// The same in words, with what is known of the interface.
        reason: String,
    },
    /// Another process has detached our program.
    Detached {
        /// Where.
        hook: Hook,
        /// How often in a row.
        times: u32,
    },
}

impl Refusal {
    /// In words.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::NoHook => "this kernel has no TCX, which came with 6.6".to_owned(),
            Self::Hook { hook, reason, .. } => format!("{}: {reason}", hook.name()),
            Self::Detached { hook, times } => {
                format!(
                    "{}: {}; stop what does that, such as bpftool link detach",
                    hook.name(),
                    was_detached(*times)
                )
            }
        }
    }
}

/// What is to be done for a wish.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Nothing: it is in force, on its way, or has been refused lately.
    None,
    /// Try to attach, as this attempt.
    Attach {
        /// See [`Way::attached`].
        attempt: u64,
    },
    /// Take a link away, then try to attach.
    Replace {
        /// The link in the way.
        link: LinkId,
        /// See [`Way::attached`].
        attempt: u64,
    },
}

impl Way {
    /// A direction where nothing is attached.
    #[must_use]
    pub const fn new(direction: Direction) -> Self {
        Self {
            direction,
            phase: Phase::Idle,
            wish: None,
            refusals: 0,
            refused: None,
            attempt: 0,
            detached: None,
        }
    }

    /// Somebody wants it. `is_free` says that nobody else needs what is in force.
    pub fn want(&mut self, wish: &Wish, is_free: bool, now: Instant) -> Step {
        let link = match &self.phase {
            Phase::Attached(attachment) if fits(attachment.hook, self.direction, wish.choice) => {
                return Step::None;
            }
            Phase::Attached(attachment) if is_free => Some(attachment.link),
            Phase::Attached(_) => return Step::None,
            Phase::Attaching
                if self.wish.as_ref().is_some_and(|held| !is_free || serves(held.choice, wish.choice)) =>
            {
                return Step::None;
            }
            Phase::Refused { again, .. }
                if *again > now && self.wish.as_ref().is_some_and(|held| held.choice == wish.choice) =>
            {
                return Step::None;
            }
            Phase::Idle | Phase::Attaching | Phase::Refused { .. } => None,
        };
        self.wish = Some(wish.clone());
        self.phase = Phase::Attaching;
        self.attempt += 1;
        let attempt = self.attempt;
        link.map_or(Step::Attach { attempt }, |link| Step::Replace { link, attempt })
    }

    /// An attempt was successful. Returns the link to be taken away again, where the attempt is out of date.
    pub fn attached(&mut self, attempt: u64, mut attachment: Attachment) -> Option<LinkId> {
        if attempt != self.attempt || !matches!(self.phase, Phase::Attaching) {
            return Some(attachment.link);
        }
        self.refusals = 0;
        self.refused = None;
        attachment.owner = self.wish.as_ref().map(|wish| wish.owner.clone()).unwrap_or_default();
        if let Some((times, _)) = self.detached {
            let again = format!("{}, and it was attached again", was_detached(times));
            let reasons = [attachment.reason, again];
            let reasons: Vec<String> = reasons.into_iter().filter(|reason| !reason.is_empty()).collect();
            attachment.reason = reasons.join("; ");
            attachment.expected = false;
        }
        self.phase = Phase::Attached(attachment);
        None
    }

    /// An attempt was refused. Returns whether that is news.
    pub fn refused(&mut self, attempt: u64, refusal: Refusal, reported: Option<&str>, now: Instant) -> bool {
        if attempt != self.attempt || !matches!(self.phase, Phase::Attaching) {
            return false;
        }
        let pause = pause_after(self.refusals);
        self.refusals = self.refusals.saturating_add(1);
        let is_news = reported != Some(refusal.text().as_str());
        self.refused = Some(refusal.text());
        self.phase = Phase::Refused { refusal, again: now + pause };
        is_news
    }

    /// Another process has detached the program of this link; nothing happens if it is not the one in force. It is
    /// attached again after a pause, which grows like that of refusals each time it happens within [`STEADY`].
    pub fn detached(&mut self, link: LinkId, now: Instant) -> Option<Refusal> {
        let hook = self.attachment().filter(|attachment| attachment.link == link)?.hook;
        let before = self.detached.filter(|(_, last)| now.saturating_duration_since(*last) < STEADY);
        let before = before.map_or(0, |(times, _)| times);
        let times = before.saturating_add(1);
        let refusal = Refusal::Detached { hook, times };
        self.detached = Some((times, now));
        self.refused = Some(refusal.text());
        self.phase = Phase::Refused { refusal: refusal.clone(), again: now + pause_after(before) };
        Some(refusal)
    }

    /// The interface has gone, or is another one: what was attached went with it. Returns the link to be closed.
    pub fn lost(&mut self) -> Option<LinkId> {
        let link = self.attachment().map(|attachment| attachment.link);
        self.phase = Phase::Idle;
        self.refusals = 0;
        self.refused = None;
        self.detached = None;
        // An answer that is on its way is about the one that has gone.
        self.attempt += 1;
        link
    }

    /// Something about the interface has changed: what was refused may be possible now. What another process detaches
    /// waits all the same.
    pub fn may_try_again(&mut self, now: Instant) {
        if let Phase::Refused { refusal: Refusal::NoHook | Refusal::Hook { .. }, again } = &mut self.phase {
            *again = now;
        }
    }

    /// Nobody needs it any more. Returns the link to be closed.
    pub fn release(&mut self) -> Option<LinkId> {
        self.wish = None;
        self.lost()
    }

    /// What is attached.
    #[must_use]
    pub const fn attachment(&self) -> Option<&Attachment> {
        match &self.phase {
            Phase::Attached(attachment) => Some(attachment),
            _ => None,
        }
    }

    /// Why nothing is attached, where that was tried.
    #[must_use]
    pub const fn refusal(&self) -> Option<&Refusal> {
        match &self.phase {
            Phase::Refused { refusal, .. } => Some(refusal),
            _ => None,
        }
    }

    /// Whether an attempt is on its way.
    #[must_use]
    pub const fn is_attaching(&self) -> bool {
        matches!(self.phase, Phase::Attaching)
    }

    /// The state that people see, and the reason for it; none where nobody asked. `is_there` says whether the interface
    /// is.
    #[must_use]
    pub fn state(&self, is_there: bool, now: Instant) -> Option<(InterfaceState, String)> {
        if !is_there {
            return self.wish.as_ref().map(|_| (InterfaceState::Absent, String::new()));
        }
        Some(match &self.phase {
            Phase::Idle => {
                self.wish.as_ref()?;
                (InterfaceState::Attaching, String::new())
            }
            Phase::Attaching => match &self.refused {
                Some(refused) => (InterfaceState::Refused, format!("{refused}; tried again in 0 s")),
                None => (InterfaceState::Attaching, String::new()),
            },
            Phase::Attached(attachment) => (InterfaceState::Attached, attachment.reason.clone()),
            Phase::Refused { refusal, again } => {
                let left = again.saturating_duration_since(now).as_secs_f64().ceil();
                let again = format!("{}; tried again in {left:.0} s", refusal.text());
                (InterfaceState::Refused, again)
            }
        })
    }

    /// Notes what is wanted of an interface that is not there.
    pub fn wait_for(&mut self, wish: &Wish) {
        if self.wish.is_none() {
            self.wish = Some(wish.clone());
        }
    }
}

/// Time until another attempt, after so many in vain before the last one.
fn pause_after(before: u32) -> Duration {
    SHORTEST.saturating_mul(1 << before.min(6)).min(LONGEST)
}

fn was_detached(times: u32) -> String {
    match times {
        1 => "another process has detached our program".to_owned(),
        _ => format!("another process has detached our program {times} times"),
    }
}

/// Whether what is attached for one choice does for another, whichever hook it is.
fn serves(held: HookChoice, choice: HookChoice) -> bool {
    held == choice || choice == HookChoice::Shared || (held, choice) == (HookChoice::Shared, HookChoice::Auto)
}

/// Whether `hook` does for somebody who asks for `choice`.
#[must_use]
pub fn fits(hook: Hook, direction: Direction, choice: HookChoice) -> bool {
    direction == Direction::Out || choice.hook().is_none_or(|wanted| wanted == hook)
}

#[cfg(test)]
mod tests;
