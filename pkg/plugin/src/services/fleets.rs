//! Services for other machines, one set for each data source that has any.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use async_trait::async_trait;
use tokio::sync::OnceCell;
use tracing::info;
use xdplive_source::Source;

use super::Plugin;
use crate::settings::{FleetAccess, FromTheStart, ServerSettings};

/// Data sources with other machines at most; the least recently used gives way.
const MOST: usize = 16;
/// How long a connection stays that nobody uses. Streams that run keep theirs.
const UNUSED: Duration = Duration::from_secs(3600);

/// Connects to other machines.
#[async_trait]
pub trait Connect: Send + Sync + 'static {
    /// The machines that `access` leads to, for the data source `owner`. A connection that cannot be is a source that says so.
    async fn connect(&self, owner: &str, access: &FleetAccess) -> Arc<dyn Source>;
}

/// Services for other machines.
#[derive(Clone)]
pub struct Fleets {
    connect: Arc<dyn Connect>,
    members: Arc<Mutex<BTreeMap<String, Member>>>,
}

/// The machines of one data source.
struct Member {
    access: FleetAccess,
    used: Instant,
    /// Made by the first who asks; the others wait for that.
    services: Arc<OnceCell<Plugin>>,
}

impl Fleets {
    /// Services for the machines that `connect` connects to.
    #[must_use]
    pub fn new(connect: Arc<dyn Connect>) -> Self {
        Self { connect, members: Arc::default() }
    }

    /// The services for the data source `owner`. What `local` has of the process, they have, too.
    pub(super) async fn services(&self, owner: &str, access: FleetAccess, local: &Plugin) -> Plugin {
        let services = self.member(owner, &access);
        let make = async || {
            info!("data source {owner} has the machines of {}", names(&access));
            let source = self.connect.connect(owner, &access).await;
            // Nobody here has said what other machines are to count from the start.
            let server = ServerSettings { watch: FromTheStart::Named(Vec::new()), ..(*local.server).clone() };
            Plugin::new(
                Arc::clone(&local.host),
                source,
                server,
                (*local.setting_errors).clone(),
                local.shutdown.clone(),
            )
        };
        services.get_or_init(make).await.clone()
    }

    /// The place of a data source, made anew where its settings have changed.
    fn member(&self, owner: &str, access: &FleetAccess) -> Arc<OnceCell<Plugin>> {
        let now = Instant::now();
        let mut members = self.lock();
        members.retain(|name, member| name == owner || now.duration_since(member.used) < UNUSED);
        if let Some(member) = members.get_mut(owner).filter(|member| member.access == *access) {
            member.used = now;
            return Arc::clone(&member.services);
        }
        if members.len() >= MOST && !members.contains_key(owner) {
            let oldest = members.iter().min_by_key(|(_, member)| member.used).map(|(name, _)| name.clone());
            oldest.and_then(|name| members.remove(&name));
        }
        let services = Arc::default();
        let member = Member { access: access.clone(), used: now, services: Arc::clone(&services) };
        members.insert(owner.to_owned(), member);
        services
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Member>> {
        // Nothing that holds the lock can panic half-way through a change.
        self.members.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn names(access: &FleetAccess) -> String {
    access.settings.servers.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
