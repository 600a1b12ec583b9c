//! From one generation to the next, of as many interfaces at once as there are: the kernel is waited for once.

use std::sync::Arc;

use tracing::{error, warn};
use xdplive_source::StreamId;

use super::{
    generations::{Generation, NoGeneration, Plan},
    state::Control,
};
use crate::{
    clock,
    reader::{Finish, Route, Taker},
};

impl Control {
    /// Begins the next generation of every interface whose members have changed, and adds up what was counted
    /// in the ones that end.
    pub(super) fn begin_generations(&mut self) {
        let names = std::mem::take(&mut self.dirty);
        let mut routes = Vec::new();
        let mut made = Vec::new();
        for name in names {
            match self.make(&name) {
                Ok(Some(generation)) => {
                    if let Some(route) = self.route(&name) {
                        routes.push((generation.number, route));
                    }
                    made.push((name, generation));
                }
                Ok(None) => {}
                Err(error) => self.note_trouble(&name, &error),
            }
        }
        if !made.is_empty() {
            // Before the programs begin them, so that the first event finds its streams.
            if self.parts.reader.begin(routes).is_err() {
                error!("the reader has ended");
            }
            for (name, generation) in made {
                self.put_in_force(&name, generation);
            }
        }
        self.end_generations();
    }

    /// The next generation of an interface; none where it is not there.
    fn make(&mut self, name: &str) -> Result<Option<Generation>, NoGeneration> {
        let Some(tap) = self.taps.get(name) else { return Ok(None) };
        if tap.there.is_none() && tap.current.is_none() {
            return Ok(None);
        }
        self.open()?;
        let (Some(tap), Some(open)) = (self.taps.get(name), &mut self.open) else { return Ok(None) };
        // One that has gone has nothing more to count, but what it counted is to be added up.
        let link = tap.there.as_ref().map_or(xdplive_packet::LinkType::Ethernet, |there| there.link);
        let plan = Plan {
            interface: tap.number,
            link,
            slots: &tap.slots,
            members: tap.wanted.clone(),
            mtu: tap.there.as_ref().map_or(0, |there| there.mtu),
            flows: tap.flows,
        };
        open.generations.make(plan).map(Some)
    }

    /// Whose the rows of an interface's next generation are.
    fn route(&self, name: &str) -> Option<Route> {
        let tap = self.taps.get(name)?;
        let takers = tap.slots.takers().map(|(slot, stream, thins)| Taker { slot, stream, thins }).collect();
        Some(Route { interface: tap.number, name: Arc::clone(&tap.name), takers })
    }

    fn put_in_force(&mut self, name: &str, generation: Generation) {
        let (Some(tap), Some(open)) = (self.taps.get_mut(name), &mut self.open) else { return };
        if let Some(there) = &tap.there
            && let Err(error) = open.generations.put_in_force(there.index, &generation)
        {
            // Nobody will ever have a row of it.
            let _ = self.parts.reader.end(vec![generation.number]);
            open.generations.free(generation);
            self.note_trouble(name, &error);
            return;
        }
        let told_before = tap.current.as_ref().is_none_or(|current| current.own_is_told);
        if told_before && !generation.own_is_told {
            warn!(
                "interface {name}: own traffic is not told apart from other traffic any more, for want of room \
                 beside the filters in use"
            );
        }
        tap.trouble = None;
        tap.past.extend(tap.current.replace(generation));
    }

    /// Adds up what was counted in generations that are out of force. Where the kernel refuses, they are tried again
    /// later, as they are: nothing is lost, nor counted twice.
    pub(super) fn end_generations(&mut self) {
        if self.taps.values().all(|tap| tap.past.is_empty()) {
            return;
        }
        let Some(open) = &mut self.open else { return };
        if let Err(error) = open.generations.settle() {
            self.say(&format!("the kernel does not say when programs have ended: {error}"));
            return;
        }
        let many = self.taps.values().filter(|tap| !tap.past.is_empty()).count() > FEW;
        let look = if many { open.generations.look().ok() } else { None };
        let now = clock::now();
        let mut ended = Vec::new();
        let mut problem = None;
        for tap in self.taps.values_mut() {
            for mut generation in std::mem::take(&mut tap.past) {
                let counts = match &look {
                    Some(look) => Ok(super::generations::Generations::read_from(&mut generation, look)),
                    None => open.generations.read(&mut generation),
                };
                match counts {
                    Ok(counts) => {
                        tap.add(&counts);
                        for (id, member) in &*generation.members {
                            if let Some(stream) = self.streams.get_mut(id) {
                                stream.add(tap.number, &counts, member);
                                stream.ended = now;
                            }
                        }
                        ended.push(generation.number);
                        open.generations.free(generation);
                    }
                    Err(error) => {
                        problem = Some(error);
                        tap.past.push(generation);
                    }
                }
            }
        }
        // Without the reader there is nobody to be told.
        let _ = self.parts.reader.end(ended);
        match problem {
            Some(error) => self.say(&format!("the kernel does not give its counters: {error}")),
            None => self.said = None,
        }
    }

    /// Closes the streams that are part of no generation any more.
    pub(super) fn close_ended(&mut self) {
        let is_part = |id: &StreamId| {
            self.taps.values().any(|tap| {
                let generations = tap.past.iter().chain(&tap.current);
                generations.into_iter().any(|generation| generation.members.contains_key(id))
            })
        };
        let over: Vec<StreamId> = self.ending.iter().filter(|id| !is_part(id)).copied().collect();
        let mut finished = Vec::new();
        for id in over {
            self.ending.remove(&id);
            let Some(stream) = self.streams.remove(&id) else { continue };
            let name = |number| self.numbers.get(&number).map(|name| Arc::from(name.as_str()));
            finished.push(Finish {
                stream: id,
                queue: Arc::clone(&stream.queue),
                counted: stream.counted(),
                ended: stream.ended,
                by_interface: stream.by_interface(name),
            });
            if stream.has_rows() {
                self.ended.push(stream);
            }
        }
        if !finished.is_empty() && self.parts.reader.finish(finished).is_err() {
            error!("the reader has ended");
        }
    }

    fn note_trouble(&mut self, name: &str, error: &NoGeneration) {
        if let NoGeneration::Loader(error) = error {
            self.lose_where_final(error);
        }
        let Some(tap) = self.taps.get_mut(name) else { return };
        let text = error.to_string();
        if tap.trouble.as_ref() != Some(&text) {
            warn!("interface {name}: {text}");
            tap.trouble = Some(text);
        }
    }

    /// Says something once, until it is over.
    pub(super) fn say(&mut self, text: &str) {
        if self.said.as_deref() != Some(text) {
            error!("{text}; trying again");
            self.said = Some(text.to_owned());
        }
    }
}

/// So few interfaces are read one by one.
pub(super) const FEW: usize = 8;
