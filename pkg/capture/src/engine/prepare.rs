//! Making everything ready for a request before anybody subscribes, so that what can never work is an error that a person
//! sees. Nothing waits here: who asked is answered when it is decided, or when that takes too long.

use std::time::{Duration, Instant};

use tokio::sync::oneshot;
use xdplive_loader::{AskError, protocol::LoaderError};
use xdplive_packet::event::Direction;
use xdplive_source::{Prepared, Request, SourceError};

use super::{
    explain,
    slot_key::Key,
    slots::Shared,
    state::{ATTACH_PATIENCE, Control, Preparing},
    tap::wish,
    way::{Refusal, fits},
};

/// How long who asked for what interfaces there are waits: on a machine with few of them the answer is whole then.
const PATIENCE_FOR_ALL: Duration = Duration::from_millis(200);

impl Control {
    /// See [`xdplive_source::Source::prepare`].
    pub(super) fn prepare(
        &mut self,
        request: Request,
        reply: oneshot::Sender<Result<Prepared, SourceError>>,
    ) {
        let names = self.names(&request.interfaces);
        match self.begin_to_prepare(&request, &names) {
            Ok(()) => {
                let is_open = request.interfaces.is_open();
                let patience = if is_open { PATIENCE_FOR_ALL } else { ATTACH_PATIENCE };
                self.preparing.push(Preparing { request, names, until: Instant::now() + patience, reply });
            }
            Err(error) => {
                // Whoever asked may have given up waiting.
                let _ = reply.send(Err(error));
            }
        }
    }

    fn begin_to_prepare(&mut self, request: &Request, names: &[String]) -> Result<(), SourceError> {
        let is_open = request.interfaces.is_open();
        for name in request.interfaces.named() {
            self.check_interface(name)?;
        }
        if let Some(error) = explain::rights(&self.parts.at_start) {
            return Err(error);
        }
        let first = names.first().map_or("any", String::as_str).to_owned();
        if let Err(error) = self.open() {
            return Err(explain::ask(&first, &error, &self.parts.at_start));
        }
        let mut refused = None;
        let mut ready = 0;
        for name in names {
            match self.prepare_one(name, request) {
                Ok(()) => ready += 1,
                // One interface of several that cannot be watched takes nothing from the others.
                Err(error) if is_open => refused = Some(error),
                Err(error) => return Err(error),
            }
        }
        match refused {
            Some(error) if ready == 0 => Err(error),
            _ => Ok(()),
        }
    }

    /// Fails where there is no interface of this name, or its packets cannot be read.
    fn check_interface(&self, name: &str) -> Result<(), SourceError> {
        let Some(interface) = self.interfaces.get(name) else {
            return Err(SourceError::NoSuchInterface { given: name.to_owned() });
        };
        if interface.link.layout().is_none() {
            return Err(SourceError::UnsupportedLink { interface: name.to_owned() });
        }
        Ok(())
    }

    fn prepare_one(&mut self, name: &str, request: &Request) -> Result<(), SourceError> {
        let now = Instant::now();
        if self.tap(name).is_none() {
            return Err(explain::full(name));
        }
        if let (Some(key), Some(tap), Some(open)) =
            (Key::of(request), self.taps.get_mut(name), &mut self.open)
        {
            let environment = tap.there.as_ref().map(|there| there.environment.clone()).unwrap_or_default();
            let shared = Shared { filters: &mut open.generations.filters, budgets: &mut self.budgets };
            tap.slots
                .reserve(key, &environment, shared, now, &request.label)
                .map_err(|error| explain::no_slot(name, &error))?;
        }
        if let Some(tap) = self.taps.get_mut(name) {
            tap.idle_since = now;
            // So that packets are counted from the first that a program sees.
            if tap.current.is_none() {
                self.dirty.insert(name.to_owned());
            }
        }
        let is_several = request.interfaces.may_be_several();
        for direction in &request.directions {
            if let Some(tap) = self.taps.get_mut(name).filter(|_| !is_several) {
                // A person waits: what was refused a moment ago is tried once more.
                tap.way_mut(*direction).may_try_again(now);
            }
            self.want(name, *direction, &wish(request), is_several, now);
        }
        Ok(())
    }

    /// When the next of those who wait is answered whatever is decided until then.
    pub(super) fn next_answer(&self) -> Option<Instant> {
        self.preparing.iter().map(|one| one.until).min()
    }

    /// Answers those for whom everything is decided, and those who have waited long enough.
    pub(super) fn answer_prepared(&mut self) {
        let now = Instant::now();
        for one in std::mem::take(&mut self.preparing) {
            if now < one.until && !self.is_decided(&one) && !one.reply.is_closed() {
                self.preparing.push(one);
                continue;
            }
            let answer = self.answer(&one, now);
            // Whoever asked may have given up waiting.
            let _ = one.reply.send(answer);
        }
    }

    fn is_decided(&self, one: &Preparing) -> bool {
        let taps = one.names.iter().filter_map(|name| self.taps.get(name));
        taps.into_iter().all(|tap| tap.is_decided(&one.request.directions))
    }

    fn answer(&self, one: &Preparing, now: Instant) -> Result<Prepared, SourceError> {
        let Preparing { request, names, .. } = one;
        let is_open = request.interfaces.is_open();
        let mut prepared = Prepared::default();
        let mut refused = None;
        for name in names {
            match self.answer_one(name, request) {
                Err(error) if !is_open => return Err(error),
                Err(error) => refused = Some(error),
                Ok(()) => {}
            }
            let Some(tap) = self.taps.get(name) else { continue };
            let wanted = |hook: &xdplive_source::InForce| request.directions.contains(&hook.hook.direction());
            prepared.in_force.extend(tap.in_force().filter(wanted));
            let left_out = tap.left_out(&request.directions, now);
            prepared
                .left_out
                .extend(left_out.filter(|one| is_needed(one.direction, &request.directions, tap)));
        }
        match refused {
            // All of all are refused: that is no question of which.
            Some(error) if prepared.in_force.is_empty() && self.none_attaching(names) => Err(error),
            _ => Ok(prepared),
        }
    }

    fn none_attaching(&self, names: &[String]) -> bool {
        let taps = names.iter().filter_map(|name| self.taps.get(name));
        taps.flat_map(|tap| &tap.ways).all(|way| !way.is_attaching())
    }

    /// Fails where a direction that is needed is refused, or another hook is in force.
    fn answer_one(&self, name: &str, request: &Request) -> Result<(), SourceError> {
        let Some(tap) = self.taps.get(name) else { return Ok(()) };
        if let Some(trouble) = &tap.trouble {
            return Err(SourceError::Failed { interface: name.to_owned(), reason: trouble.clone() });
        }
        for direction in &request.directions {
            let way = tap.way(*direction);
            if let Some(attachment) = way.attachment()
                && !fits(attachment.hook, *direction, request.hook)
            {
                return Err(SourceError::HookConflict {
                    interface: name.to_owned(),
                    wanted: request.hook,
                    in_force: attachment.hook.name(),
                    is_own: attachment.owner == request.label.owner,
                });
            }
            // Where both ways are asked for, one is better than none.
            let needed = *direction == Direction::In || request.directions.len() == 1;
            match way.refusal() {
                None => {}
                Some(Refusal::NoHook) if !needed => {}
                Some(Refusal::NoHook) => {
                    let release = self.parts.kernel.release.clone();
                    return Err(SourceError::NoEgress { interface: name.to_owned(), release });
                }
                Some(Refusal::Hook { error: error @ LoaderError::NotAllowed { .. }, .. }) => {
                    return Err(explain::ask(name, &AskError::Loader(error.clone()), &self.parts.at_start));
                }
                Some(Refusal::Hook { hook, reason, .. }) => {
                    return Err(SourceError::HookUnavailable {
                        interface: name.to_owned(),
                        hook: hook.name(),
                        reason: reason.clone(),
                    });
                }
                // It is attached again in a moment, and until then left out.
                Some(Refusal::Detached { .. }) => {}
            }
        }
        Ok(())
    }
}

/// Whether the absence of a direction is worth a word: on a kernel without TCX nothing that leaves can be seen, and health
/// says so.
fn is_needed(direction: Direction, asked: &[Direction], tap: &super::tap::Tap) -> bool {
    direction == Direction::In || asked.len() == 1 || tap.way(direction).refusal() != Some(&Refusal::NoHook)
}
