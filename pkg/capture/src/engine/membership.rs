//! Which stream is part of which interface, from an interface's first stream to its last.

use std::time::Instant;

use tracing::{info, warn};
use xdplive_packet::{accounting::INTERFACES, event::Direction};
use xdplive_protocol::event::{self, Event};
use xdplive_source::{GONE, HookChoice, Interface, InterfaceNumber, InterfaceSet, Request, StreamId};

use super::{
    attacher::{Job, Urgency},
    generations::Membership,
    slot_key::Key,
    slots::{NoSlot, Shared},
    state::Control,
    tap::{Tap, There, wish},
    way::Wish,
};

impl Control {
    /// The interfaces of a request, as far as they have names now: the most important first, so that their rows come
    /// first where there are many.
    pub(super) fn names(&self, interfaces: &InterfaceSet) -> Vec<String> {
        if let InterfaceSet::Named(names) = interfaces {
            return names.clone();
        }
        let can_be_read = |one: &&Interface| one.link.layout().is_some();
        let mut all: Vec<_> = self
            .interfaces
            .iter()
            .filter(can_be_read)
            .filter(|one| interfaces.contains(&one.name, one.uplink))
            .collect();
        all.sort_by_key(|one| (!one.default, !one.physical, one.state == "down", one.index));
        let absent = interfaces.named().iter().filter(|name| self.interfaces.get(name).is_none());
        all.iter().map(|one| &one.name).chain(absent).cloned().collect()
    }

    /// The tap of an interface, made where there is none. `None` where there can be no more.
    pub(super) fn tap(&mut self, name: &str) -> Option<&mut Tap> {
        if !self.taps.contains_key(name) {
            let number = self.free_number()?;
            let mut tap = Tap::new(self.parts.host.clone(), name, number);
            tap.set_there(self.interfaces.get(name).and_then(There::of));
            tap.slots.set_own(&self.own);
            self.numbers.insert(number, name.to_owned());
            self.taps.insert(name.to_owned(), tap);
        }
        self.taps.get_mut(name)
    }

    /// The next number that no interface has: it is long until one comes again.
    fn free_number(&mut self) -> Option<InterfaceNumber> {
        const MOST: InterfaceNumber = INTERFACES as InterfaceNumber;
        let free = (0..MOST).map(|step| (self.next_interface + step) % MOST);
        let number = free.into_iter().find(|number| !self.numbers.contains_key(number))?;
        self.next_interface = (number + 1) % MOST;
        Some(number)
    }

    /// Makes a stream part of every interface that it asks for.
    pub(super) fn join_all(&mut self, id: StreamId) {
        let Some(request) = self.streams.get(&id).map(|stream| stream.request.clone()) else { return };
        for name in self.names(&request.interfaces) {
            self.join(id, &name, &request);
        }
    }

    /// Makes a stream part of an interface, and has attached what it asks for there.
    fn join(&mut self, id: StreamId, name: &str, request: &Request) {
        let now = Instant::now();
        let is_several = request.interfaces.may_be_several();
        if self.tap(name).is_none() {
            self.say_full(name);
            return;
        }
        // It may have been part of an interface by this name that has gone.
        let is_part = self.taps.get(name).is_some_and(|tap| tap.wanted.contains_key(&id));
        if !is_part {
            match self.take_slot(id, name, request) {
                Ok(slot) => {
                    let Some(tap) = self.taps.get_mut(name) else { return };
                    let was_left_out = tap.left_out.remove(&id).is_some();
                    if was_left_out && tap.left_out.is_empty() {
                        info!("interface {name}: there is a slot for every stream again");
                    }
                    tap.wanted.insert(id, Membership { slot, directions: request.directions.clone() });
                    self.dirty.insert(name.to_owned());
                    if let Some(stream) = self.streams.get_mut(&id) {
                        stream.joined.insert(name.to_owned());
                    }
                }
                Err(error) => {
                    let Some(tap) = self.taps.get_mut(name) else { return };
                    if tap.left_out.is_empty() {
                        warn!("interface {name}: a stream has to wait: {error}");
                    }
                    tap.left_out.insert(id, error.to_string());
                    return;
                }
            }
        }
        for direction in &request.directions {
            self.want(name, *direction, &wish(request), is_several, now);
        }
    }

    fn take_slot(&mut self, id: StreamId, name: &str, request: &Request) -> Result<Option<u32>, NoSlot> {
        let Some(key) = Key::of(request) else { return Ok(None) };
        // Without the maps there are no tables to fill; they are made when a generation begins.
        let (Ok(_), Some(tap)) = (self.open().map(|_| ()), self.taps.get_mut(name)) else { return Ok(None) };
        let Some(open) = &mut self.open else { return Ok(None) };
        let environment = tap.there.as_ref().map(|there| there.environment.clone()).unwrap_or_default();
        let shared = Shared { filters: &mut open.generations.filters, budgets: &mut self.budgets };
        let joined = tap.slots.join(id, &key, &environment, shared, Instant::now(), &request.label)?;
        if let Some(budget) = joined.new_budget
            && let Err(error) = open.generations.empty_budget(budget)
        {
            // It begins with what another stream has left of its budget.
            warn!("interface {name}: slot {}: {error}", joined.slot);
        }
        Ok(Some(joined.slot))
    }

    /// Brings taps to the interfaces as they are now: what has gone is out of force, what has come is joined.
    pub(super) fn follow_interfaces(&mut self) {
        let mut gone = Vec::new();
        for (name, tap) in &mut self.taps {
            let there = self.interfaces.get(name).and_then(There::of);
            if tap.there == there {
                continue;
            }
            let same = match (&tap.there, &there) {
                (Some(before), Some(now)) => before.index == now.index,
                _ => false,
            };
            if !same {
                if let (Some(before), Some(open)) = (&tap.there, &mut self.open) {
                    open.generations.take_out_of_force(before.index);
                }
                for way in &mut tap.ways {
                    // The kernel has detached it already, unless the interface went to another namespace.
                    if let Some(link) = way.lost() {
                        self.jobs.push((Job::Detach(link), Urgency::Soon));
                    }
                }
                tap.reported = Default::default();
                if tap.there.is_some() {
                    info!(event = Event::Gone.name(), "{}", event::gone(name));
                    gone.push(name.clone());
                }
            }
            // Another interface by the same name may begin its frames differently, and have other addresses.
            tap.set_there(there);
            self.dirty.insert(name.clone());
        }
        self.leave_what_is_not_chosen(&gone);
        for tap in self.taps.values_mut() {
            tap.ways.iter_mut().for_each(|way| way.may_try_again(Instant::now()));
        }
        let streams: Vec<StreamId> =
            self.streams.keys().filter(|id| !self.ending.contains(id)).copied().collect();
        for id in streams {
            self.join_all(id);
        }
    }

    /// Takes streams that name no interface out of those that have gone: those of containers come and go, and each under a
    /// name of its own. Also out of those that are not what they are for any more, such as a device that became a member
    /// of another one.
    fn leave_what_is_not_chosen(&mut self, gone: &[String]) {
        for (name, tap) in &mut self.taps {
            let has_gone = gone.contains(name);
            let is_uplink = tap.there.as_ref().is_some_and(|there| there.uplink);
            for (id, stream) in &self.streams {
                let interfaces = &stream.request.interfaces;
                let is_chosen = interfaces.named().contains(name)
                    || (!has_gone && tap.there.is_some() && interfaces.contains(name, is_uplink));
                if !interfaces.is_open() || is_chosen {
                    continue;
                }
                let was_part = tap.wanted.remove(id).is_some();
                if tap.left_out.remove(id).is_some() || was_part {
                    tap.slots.leave(*id, &mut self.budgets, Instant::now());
                    tap.idle_since = Instant::now();
                    self.dirty.insert(name.clone());
                }
            }
            if has_gone {
                self.dirty.insert(name.clone());
            }
        }
    }

    /// Takes a stream out of all interfaces. Returns whether there is such a stream.
    pub(super) fn leave_all(&mut self, id: StreamId) -> bool {
        let Some(stream) = self.streams.get(&id) else { return false };
        let now = Instant::now();
        for name in &stream.joined {
            if let Some(tap) = self.taps.get_mut(name) {
                tap.wanted.remove(&id);
                tap.slots.leave(id, &mut self.budgets, now);
                if tap.wanted.is_empty() {
                    tap.idle_since = now;
                }
                self.dirty.insert(name.clone());
            }
        }
        for tap in self.taps.values_mut() {
            tap.left_out.remove(&id);
        }
        true
    }

    /// Tries again what was refused some time ago.
    pub(super) fn try_again(&mut self) {
        let now = Instant::now();
        let mut waiting: Vec<(String, StreamId)> = Vec::new();
        let mut wishes: Vec<(String, Direction, Wish)> = Vec::new();
        for (name, tap) in &mut self.taps {
            if tap.trouble.is_some() {
                self.dirty.insert(name.clone());
            }
            if tap.slots.has_room(now) {
                // The next one waits until this one is seen to.
                waiting.extend(tap.left_out.keys().next().map(|id| (name.clone(), *id)));
            }
            for direction in Direction::ALL {
                let wanted = tap.wanted.iter().filter(|(_, member)| member.directions.contains(&direction));
                let requests =
                    wanted.filter_map(|(id, _)| self.streams.get(id)).map(|stream| &stream.request);
                // Who asks for a hook goes before who takes what there is; of those alike, the first.
                if let Some(request) = requests.min_by_key(|request| request.hook == HookChoice::Shared)
                    && tap.way(direction).attachment().is_none()
                {
                    wishes.push((name.clone(), direction, wish(request)));
                }
            }
        }
        for (name, id) in waiting {
            if let Some(request) = self.streams.get(&id).map(|stream| stream.request.clone()) {
                self.join(id, &name, &request);
            }
        }
        for (name, direction, wish) in wishes {
            self.want(&name, direction, &wish, true, now);
        }
    }

    /// Closes taps that nobody has needed for a while, and those of interfaces that have gone and that nobody has asked
    /// for by name.
    pub(super) fn close_lingering(&mut self) {
        let linger = self.parts.settings.linger;
        let names: Vec<String> = self
            .taps
            .iter()
            .filter(|(_, tap)| tap.is_idle() && tap.past.is_empty())
            .filter(|(_, tap)| tap.there.is_none() || tap.idle_since.elapsed() >= linger)
            .map(|(name, _)| name.clone())
            .collect();
        for name in &names {
            let (Some(tap), Some(open)) = (self.taps.get_mut(name), &mut self.open) else { continue };
            if let Some(there) = &tap.there {
                open.generations.take_out_of_force(there.index);
            }
            tap.past.extend(tap.current.take());
        }
        self.end_generations();
        for name in names {
            // Where the kernel refuses, it waits: nobody else may have cells of which it is not known what they hold.
            if self.taps.get(&name).is_some_and(|tap| tap.past.is_empty()) {
                self.close(&name);
            }
        }
    }

    /// Closes a tap without streams and generations.
    fn close(&mut self, name: &str) {
        let Some(mut tap) = self.taps.remove(name) else { return };
        self.numbers.remove(&tap.number);
        self.dirty.remove(name);
        for way in &mut tap.ways {
            if let Some(link) = way.release() {
                self.jobs.push((Job::Detach(link), Urgency::Later));
            }
        }
        tap.slots.clear(&mut self.budgets);
        for stream in self.streams.values_mut().chain(&mut self.ended) {
            stream.forget(tap.number, name);
        }
    }

    /// Says once that an interface is left out, because there are too many.
    fn say_full(&mut self, name: &str) {
        let text = format!("{INTERFACES} interfaces are watched, the most there can be");
        if self.said.as_deref() != Some(&text) {
            info!(event = Event::Refused.name(), "refused {name} in: {text}");
            self.said = Some(text);
        }
    }
}

const _: () = assert!(GONE as usize >= INTERFACES, "no interface has that number");
