//! What the agent's tasks share, and how it says that it is there.

use std::{
    collections::BTreeMap,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    sync::{Arc, Mutex, PoisonError},
};

use async_nats::Message;
use tokio::{sync::Semaphore, time::Instant};
use tracing::warn;
use xdplive_source::{HostId, Source};

use super::{
    accounts::Accounts,
    leases::Leases,
    name::{Name, Standing},
};
use crate::{
    ceiling::Ceiling,
    nats::Connection,
    wire::{self, Description, Presence, Subjects},
};

/// What an agent is called, and what it lends.
#[derive(Clone, Debug)]
pub struct AgentSettings {
    /// The host, as people call it.
    pub host: String,
    /// What subjects begin with.
    pub subjects: Subjects,
    /// What people say about the host: `site` is `fra`.
    pub labels: BTreeMap<String, String>,
    /// What it lends at most.
    pub ceiling: Ceiling,
    /// Its release.
    pub release: String,
}

/// What the agent's tasks share.
pub(super) struct Shared {
    pub(super) connection: Connection,
    pub(super) source: Arc<dyn Source>,
    pub(super) settings: AgentSettings,
    /// Another number after each start.
    pub(super) epoch: u64,
    pub(super) begun: Instant,
    pub(super) leases: Leases,
    pub(super) accounts: Accounts,
    pub(super) name: Name,
    /// The number of the last description, and what it was.
    pub(super) description: Mutex<(u64, u64)>,
    pub(super) busy: Semaphore,
}

impl Shared {
    /// Says that the agent is there, or that it is going.
    pub(super) async fn say_presence(&self, bye: bool) {
        if self.name.standing(Instant::now()) == Standing::Taken && !bye {
            return;
        }
        let presence = Presence {
            protocol: wire::VERSION,
            host: self.settings.host.clone(),
            epoch: self.epoch,
            uptime: self.begun.elapsed().as_secs(),
            release: self.settings.release.clone(),
            labels: self.settings.labels.clone(),
            description: self.news(),
            bye,
        };
        let subject = self.settings.subjects.presence(&self.settings.host);
        if let Err(error) = self.connection.client.publish(subject, presence.to_json().into()).await {
            warn!("the agent cannot say that it is there: {error}");
        }
    }

    /// What another agent says that has the same name.
    pub(super) fn hear_namesake(&self, message: &Message) {
        let host = &self.settings.host;
        let Ok(presence) = Presence::from_json(&message.payload, host) else { return };
        if presence.epoch == self.epoch {
            return;
        }
        if presence.bye {
            self.name.free();
            return;
        }
        let mine = (self.begun.elapsed().as_secs(), self.epoch);
        if (presence.uptime, presence.epoch) > mine && self.name.take(Instant::now()) {
            warn!(
                "another agent is called \"{host}\", and was there before: this one serves nobody until that one has \
                 gone; give one of them another name (--name)"
            );
            self.leases.end_all();
        }
    }

    /// What there is at the host.
    pub(super) fn describe(&self) -> Description {
        let there = self.source.interfaces();
        let shown =
            there.iter().filter(|one| self.settings.ceiling.allows(&one.name, &there)).cloned().collect();
        let ports = self.source.own_ports(HostId::ONLY);
        let mut description = Description::new(&shown, (*ports).clone(), self.source.no_shared_hook());
        description.ceiling = self.settings.ceiling.in_words();
        description
    }

    /// The number of the description as it is now.
    pub(super) fn news(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        format!("{:?}", self.describe()).hash(&mut hasher);
        let hash = hasher.finish();
        let mut last = self.description.lock().unwrap_or_else(PoisonError::into_inner);
        if last.1 != hash {
            *last = (last.0 + 1, hash);
        }
        last.0
    }
}
