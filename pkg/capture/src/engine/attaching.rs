//! What is to be attached to each direction of an interface, what became of it, and what another process has taken away.

use std::time::Instant;

use tracing::{info, warn};
use xdplive_loader::protocol::{LinkId, LoaderError};
use xdplive_packet::{Hook, event::Direction};
use xdplive_protocol::event::{self, Event};
use xdplive_source::{HookChoice, InterfaceNumber, StreamId};

use super::{
    attacher::{AttachJob, Job, Urgency},
    explain,
    state::Control,
    way::{Attachment, Refusal, Step, Wish},
};
use crate::hook::{Attempt, plan};

impl Control {
    /// Has a direction of an interface attached as somebody wishes, unless that or something as good is in force.
    pub(super) fn want(
        &mut self,
        name: &str,
        direction: Direction,
        wish: &Wish,
        is_one_of_many: bool,
        now: Instant,
    ) {
        let Some(interface) = self.interfaces.get(name).cloned() else {
            self.taps.get_mut(name).into_iter().for_each(|tap| tap.way_mut(direction).wait_for(wish));
            return;
        };
        let Some(tap) = self.taps.get_mut(name) else { return };
        let Some(there) = &tap.there else {
            tap.way_mut(direction).wait_for(wish);
            return;
        };
        let index = there.index;
        let yields = |id: &StreamId| {
            self.streams.get(id).is_some_and(|stream| stream.request.hook == HookChoice::Shared)
        };
        let is_free = tap.current.as_ref().is_none_or(|current| current.members.keys().all(yields))
            && tap.wanted.keys().filter(|id| !yields(id)).count() <= 1;
        let (attempt, replaces) = match tap.way_mut(direction).want(wish, is_free, now) {
            Step::None => {
                if !is_one_of_many && tap.way(direction).is_attaching() {
                    let number = tap.number;
                    self.hasten(number, direction);
                }
                return;
            }
            Step::Attach { attempt } => (attempt, None),
            Step::Replace { link, attempt } => (attempt, Some(link)),
        };
        let hooks = plan(wish.choice, direction, &interface, self.parts.kernel.support());
        let job = AttachJob { interface: tap.number, direction, attempt, index, replaces, hooks };
        let urgency = if is_one_of_many { Urgency::Soon } else { Urgency::Now };
        self.jobs.push((Job::Attach(job), urgency));
    }

    /// Somebody waits for an attempt that has been one of many: it is not to wait behind the others.
    fn hasten(&mut self, interface: InterfaceNumber, direction: Direction) {
        let is_it = |job: &Job| matches!(job, Job::Attach(job) if job.interface == interface && job.direction == direction);
        self.jobs.iter_mut().filter(|(job, _)| is_it(job)).for_each(|(_, urgency)| *urgency = Urgency::Now);
        self.parts.attacher.hasten(is_it);
    }

    /// Notes what became of an attempt.
    pub(super) fn note_attach(
        &mut self,
        job: &AttachJob,
        refused: &[(Hook, LoaderError)],
        attached: Option<(Attempt, LinkId)>,
    ) {
        let now = Instant::now();
        let tap = self.numbers.get(&job.interface).and_then(|name| self.taps.get_mut(name));
        // Whoever it was for has gone meanwhile.
        let Some(tap) = tap.filter(|tap| tap.there.as_ref().is_some_and(|there| there.index == job.index))
        else {
            if let Some((_, link)) = attached {
                self.jobs.push((Job::Detach(link), Urgency::Soon));
            }
            return;
        };
        let interface = self.interfaces.get(&tap.name);
        let name = tap.name.to_string();
        let reasons: Vec<String> = refused
            .iter()
            .map(|(hook, error)| format!("{} refused: {}", hook.name(), explain::loader(error, interface)))
            .collect();
        match attached {
            Some((attempt, link)) => {
                let reason = reason(&attempt.reason, &reasons);
                let attachment = Attachment {
                    hook: attempt.hook,
                    link,
                    reason: reason.clone(),
                    expected: attempt.expected && refused.is_empty(),
                    owner: String::new(),
                };
                let way = tap.way_mut(job.direction);
                if let Some(surplus) = way.attached(job.attempt, attachment) {
                    self.jobs.push((Job::Detach(surplus), Urgency::Soon));
                    return;
                }
                let reason = way.attachment().map_or(reason, |attachment| attachment.reason.clone());
                if let Some(reported) = tap.reported.get_mut(job.direction as usize) {
                    *reported = None;
                }
                announce(&name, attempt.hook, job.direction, &reason);
            }
            None => {
                let refusal = match refused.last() {
                    Some((hook, error)) => Refusal::Hook {
                        hook: *hook,
                        error: error.clone(),
                        reason: explain::loader(error, interface),
                    },
                    None => Refusal::NoHook,
                };
                let text = refusal.text();
                let reported = tap.reported.get(job.direction as usize).cloned().flatten();
                if tap.way_mut(job.direction).refused(job.attempt, refusal, reported.as_deref(), now) {
                    if let Some(reported) = tap.reported.get_mut(job.direction as usize) {
                        *reported = Some(text.clone());
                    }
                    info!(event = Event::Refused.name(), "refused {name} {}: {text}", job.direction.name());
                }
            }
        }
    }

    /// Has links closed by which nothing of ours is attached any more, although the interface is there: another process has
    /// detached the program. It is attached again later. What was counted stays.
    pub(super) fn note_dead(&mut self, dead: &[LinkId]) {
        let now = Instant::now();
        // A link dies with its interface, too: what has gone is told by its own message, which may be on its way.
        let certain: Vec<LinkId> =
            dead.iter().filter(|link| self.suspected.contains(link)).copied().collect();
        self.suspected = dead.iter().filter(|link| !certain.contains(link)).copied().collect();
        for (name, tap) in &mut self.taps {
            for way in &mut tap.ways {
                let link = way.attachment().map(|attachment| attachment.link);
                let Some(link) = link.filter(|link| certain.contains(link)) else { continue };
                let Some(refusal) = way.detached(link, now) else { continue };
                self.jobs.push((Job::Detach(link), Urgency::Soon));
                let text = event::detached(name, way.direction.name(), &refusal.text());
                warn!(event = Event::Detached.name(), "{text}");
            }
        }
    }
}

/// Why a hook is in force: the plan's reason and what was refused before.
fn reason(planned: &str, refused: &[String]) -> String {
    let mut parts: Vec<&str> = refused.iter().map(String::as_str).collect();
    if !planned.is_empty() {
        parts.push(planned);
    }
    parts.join("; ")
}

/// `watch` and whoever reads the log look for these words.
fn announce(interface: &str, hook: Hook, direction: Direction, reason: &str) {
    info!(event = Event::Attached.name(), "{}", event::attached(interface, direction.name(), hook.name()));
    if !reason.is_empty() && reason != HookChoice::ASKED_FOR {
        info!(
            event = Event::Hook.name(),
            "{interface} {}: {}, because {reason}",
            direction.name(),
            hook.name()
        );
    }
}
