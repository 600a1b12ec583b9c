//! Has flows counted for those who want them.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use xdplive_source::{InterfaceNumber, StreamId};

use super::{flow_server::Order, state::Control};

impl Control {
    /// Has flows counted where somebody needs them, and nowhere else. To be called whenever streams have joined or
    /// are to leave, before those that began are told so.
    pub(super) fn settle_flows(&mut self) {
        if self.flows.wants.is_empty() {
            return;
        }
        let ids: BTreeSet<StreamId> = self.flows.wants.keys().copied().collect();
        let runs = |id: &StreamId| self.streams.contains_key(id) && !self.ending.contains(id);
        let running: BTreeSet<StreamId> = ids.iter().filter(|id| runs(id)).copied().collect();
        let mut changed = Vec::new();
        let mut needs = BTreeMap::new();
        for (name, tap) in &mut self.taps {
            let needed: BTreeSet<StreamId> =
                tap.wanted.keys().filter(|id| running.contains(id)).copied().collect();
            let wants = needed.iter().filter_map(|id| self.flows.wants.get(id));
            let kinds = wants.fold(0, |kinds, want| kinds | want.kind());
            if tap.flows != kinds {
                tap.flows = kinds;
                self.dirty.insert(name.clone());
            }
            if self.flows.needs.get(&tap.number).cloned().unwrap_or_default() != needed {
                changed.push((
                    tap.number,
                    Arc::clone(&tap.name),
                    Arc::clone(&tap.flow_overflow),
                    needed.clone(),
                ));
            }
            if !needed.is_empty() {
                needs.insert(tap.number, needed);
            }
        }
        // Programs count for an interface before the thread is told, and until after it is.
        let (begin, end): (Vec<_>, Vec<_>) = changed.into_iter().partition(|(.., needed)| !needed.is_empty());
        if !begin.is_empty() {
            self.begin_generations();
            if let Some(tables) = self.open.as_ref().and_then(|open| open.flows.clone()) {
                self.flows.order(Order::Open(tables));
            }
        }
        let closed: Vec<InterfaceNumber> =
            self.flows.needs.keys().filter(|number| !self.numbers.contains_key(number)).copied().collect();
        let flows = &mut self.flows;
        for interface in closed {
            let (name, overflow) = (Arc::from(""), Arc::default());
            flows.order(Order::Serve { interface, name, overflow, wants: Vec::new() });
        }
        for (interface, name, overflow, needed) in begin.into_iter().chain(end) {
            let wants = needed.iter().filter_map(|id| flows.wants.get(id)).cloned().collect();
            flows.order(Order::Serve { interface, name, overflow, wants });
        }
        flows.needs = needs;
        for (id, want) in flows.wants.extract_if(.., |id, _| !running.contains(id)).collect::<Vec<_>>() {
            flows.told.remove(&id);
            flows.order(Order::Close(want.queue));
        }
        let new: Vec<_> = flows
            .wants
            .iter()
            .filter(|(id, _)| !flows.told.contains(id))
            .map(|(id, want)| (*id, Arc::clone(&want.queue)))
            .collect();
        for (id, queue) in new {
            flows.told.insert(id);
            flows.order(Order::Begin(queue));
        }
    }
}
