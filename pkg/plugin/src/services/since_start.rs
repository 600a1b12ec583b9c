//! Conversations since an interface is counted from the start, for whoever asks for those since the start.

use std::sync::Arc;

use xdplive_history::Recorder;
use xdplive_packet::event::Direction;
use xdplive_source::{Conversations, Decapsulate, FlowFilters, InterfaceSet, Source};

use super::Plugin;
use crate::{
    asked::Asked,
    columns::flows::FlowRow,
    conversations,
    masks::Masks,
    naming::Naming,
    query::{Kind, Since},
};

/// The conversations of what is asked.
pub(super) struct SinceStart {
    recorder: Recorder,
    source: Arc<dyn Source>,
    filters: FlowFilters,
    interfaces: Vec<String>,
    directions: Vec<Direction>,
    top: usize,
    /// Whether the hosts that saw a conversation are told apart.
    by_host: bool,
    /// Who knows the names, where they are shown.
    naming: Option<Naming>,
    masks: Masks,
}

impl SinceStart {
    /// None where something else is asked for, or not all of the interfaces are counted from the start.
    pub(super) fn of(plugin: &Plugin, asked: &Asked) -> Option<Self> {
        let InterfaceSet::Named(interfaces) = &asked.request.interfaces else { return None };
        // Nobody looks into tunnels unasked.
        let is_asked = asked.query.kind == Kind::Flows
            && asked.query.since == Some(Since::Start)
            && asked.query.decapsulate == Decapsulate::None;
        let recorder = &plugin.recorder;
        (is_asked && recorder.watches(interfaces)).then(|| Self {
            recorder: recorder.clone(),
            source: Arc::clone(&plugin.source),
            filters: FlowFilters::new(Arc::clone(&plugin.source), Arc::clone(&asked.filter), asked.hides_own),
            interfaces: interfaces.clone(),
            directions: asked.request.directions.clone(),
            top: asked.query.top,
            by_host: asked.query.tells_hosts_apart(),
            naming: plugin.naming_for(asked),
            masks: asked.masks,
        })
    }

    /// The largest of them now, by bytes; `None` where they are not counted any more.
    pub(super) fn rows(&mut self) -> Option<Arc<[FlowRow]>> {
        let Self { recorder, source, filters, interfaces, directions, top, by_host, naming, masks } = self;
        let mut found = Conversations::new(usize::MAX);
        let is_counted = recorder.flows(interfaces, |host, interface, flows| {
            let wanted = filters.of(host, interface);
            for (key, counters) in flows {
                if directions.contains(&key.direction()) && wanted.matches(key) {
                    found.add(host, masks.key(key), *counters);
                }
            }
        });
        let hosts = source.hosts().iter().map(|host| (host.id, Arc::clone(&host.name))).collect();
        is_counted.then(|| {
            conversations::told(conversations::rows(found.iter(), &hosts, *top, *by_host), naming.as_ref())
        })
    }
}
