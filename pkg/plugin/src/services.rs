//! Grafana's plugin protocol (`pluginv2`), implemented on the generated server traits: the SDK's own service
//! traits reject users without a role and fail a whole call for one bad query.

mod admission;
mod controller;
mod data;
mod diagnostics;
mod fleets;
mod gateway;
mod resource;
mod since_start;
mod sockets;
mod standing;
mod stream;
mod watching;

use std::{collections::BTreeSet, sync::Arc};

use xdplive_history::Recorder;
use xdplive_source::Source;

use crate::{
    asked::Asked,
    audit::Audit,
    naming::Naming,
    sent::AllSent,
    settings::{ServerSettingError, ServerSettings},
    shortfall::Shortfalls,
    shutdown::Shutdown,
    standing::Standing,
};

pub use admission::Admission;
pub use controller::{ControllerClient, ControllerServer, Empty};
pub use fleets::{Connect, Fleets};
pub use gateway::Gateway;
pub use standing::Driver;
pub use stream::lingering::Lingering;
pub use xdplive_protocol::accounts::ACCOUNTS;

/// What all services share.
#[derive(Clone)]
pub struct Plugin {
    /// What the machine is called that this process runs on. Rows name their own.
    pub host: Arc<str>,
    /// Where packets come from.
    pub source: Arc<dyn Source>,
    /// What has been counted.
    pub recorder: Recorder,
    /// What streams have sent.
    pub sent: AllSent,
    /// What is counted for those who never subscribe.
    pub standing: Standing<Driver>,
    /// Streams whose last panel has gone.
    pub lingering: Lingering,
    /// The administrator's settings.
    pub server: Arc<ServerSettings>,
    /// Which of them could not be used.
    pub setting_errors: Arc<Vec<ServerSettingError>>,
    /// The end of the process.
    pub shutdown: Shutdown,
    /// Who has how much of what there is.
    pub admission: Admission,
    /// Who was sent what.
    pub audit: Audit,
    /// What hosts are called.
    pub naming: Naming,
    /// How much larger rows may be than they are shown.
    pub shortfalls: Shortfalls,
}

impl Plugin {
    /// The ports of Grafana's own traffic, on whichever host.
    fn own_ports(&self) -> BTreeSet<u16> {
        self.source.hosts().iter().flat_map(|host| (*self.source.own_ports(host.id)).clone()).collect()
    }

    /// Who knows what hosts are called, where a query shows it. Where the administrator allows it, names are learnt for as long as it is
    /// there.
    async fn naming_that_learns(&self, asked: &Asked) -> Option<Naming> {
        let naming = self.naming_for(asked)?;
        if !(self.server.dns_answers && asked.query.shows_names() && asked.masks.are_none()) {
            return Some(naming);
        }
        // Where it cannot be, the log and the health check say so.
        Some(naming.with(self.source.learn_names().await.ok()))
    }

    /// The same as it is known without learning.
    fn naming_for(&self, asked: &Asked) -> Option<Naming> {
        // A name tells the address, and where it is does not.
        if asked.query.shows_names() && asked.masks.are_none() {
            return Some(self.naming.clone());
        }
        asked.query.shows_places().then(|| self.naming.clone().without_names())
    }

    /// Serves what `source` has, as a process on the machine `host`, within what the administrator has set. Needs a tokio runtime.
    #[must_use]
    pub fn new(
        host: Arc<str>,
        source: Arc<dyn Source>,
        server: ServerSettings,
        setting_errors: Vec<ServerSettingError>,
        shutdown: Shutdown,
    ) -> Self {
        let recorder = Recorder::start(Arc::clone(&source), server.history_seconds);
        watching::start(&recorder, &source, &server);
        let naming = Naming::new(Arc::clone(&source), server.places.clone(), server.lookups.clone());
        Self {
            host,
            source,
            recorder,
            sent: AllSent::new(server.history_rows),
            standing: Standing::default(),
            lingering: Lingering::new(server.capture.linger, shutdown.clone()),
            admission: Admission::new(server.quotas),
            audit: Audit::default(),
            shortfalls: Shortfalls::default(),
            naming,
            server: Arc::new(server),
            setting_errors: Arc::new(setting_errors),
            shutdown,
        }
    }
}
