//! Other machines, reached over NATS as the settings of a data source say.

use std::{
    hash::{DefaultHasher, Hasher as _},
    sync::Arc,
};

use async_trait::async_trait;
use tracing::warn;
use xdplive_capture::unavailable::Unavailable;
use xdplive_fleet::{
    nats::{Access, Credentials, TlsTexts},
    remote::{Fleet, FleetSettings},
    wire::Subjects,
};
use xdplive_source::{Host, HostPatterns, Source};

use crate::{
    services::Connect,
    settings::{FleetAccess, Secret},
};

/// Connects to other machines from the machine `host`.
pub struct OtherMachines {
    /// What this machine is called.
    pub host: Arc<str>,
    /// Rows of a stream that wait to be taken at most.
    pub queue_rows: usize,
}

#[async_trait]
impl Connect for OtherMachines {
    async fn connect(&self, owner: &str, access: &FleetAccess) -> Arc<dyn Source> {
        match self.fleet(owner, access).await {
            Ok(fleet) => {
                // What is asked first needs their interfaces.
                fleet.first().await;
                Arc::new(fleet)
            }
            Err(reason) => {
                warn!("data source {owner}: {reason}");
                Arc::new(Unavailable::other_machines(Host::only(Arc::clone(&self.host)), reason))
            }
        }
    }
}

impl OtherMachines {
    async fn fleet(&self, owner: &str, access: &FleetAccess) -> Result<Fleet, String> {
        let settings = &access.settings;
        let client = settings.client.clone().unwrap_or_else(|| self.client(owner));
        let text = |secret: &Secret| secret.text().to_owned();
        let has_texts = access.tls_ca.is_some() || access.tls_identity.is_some();
        let connection = Access {
            servers: settings.servers.iter().map(ToString::to_string).collect(),
            name: client.clone(),
            credentials: access
                .credentials
                .as_ref()
                .map_or(Credentials::None, |secret| Credentials::Text(text(secret))),
            tls_texts: has_texts.then(|| TlsTexts {
                ca: access.tls_ca.as_ref().map(text),
                identity: access.tls_identity.as_ref().map(|(own, key)| (text(own), text(key))),
            }),
            tls_first: settings.tls_first,
            ..Access::default()
        };
        let connection = connection.connect().await.map_err(|error| error.to_string())?;
        let fleet = FleetSettings {
            subjects: Subjects::new(&settings.prefix).map_err(|error| error.to_string())?,
            client,
            hosts: HostPatterns::new(settings.hosts.iter().cloned()),
            queue_rows: self.queue_rows,
        };
        Fleet::new(connection, fleet).await.map_err(|error| error.to_string())
    }

    /// A name for a data source that no other one has, here or in another Grafana: a word of a subject.
    fn client(&self, owner: &str) -> String {
        let mut hasher = DefaultHasher::new();
        hasher.write(owner.as_bytes());
        let plain = |c: char| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' };
        let host: String = self.host.chars().map(plain).take(40).collect();
        format!("grafana-{host}-{:08x}", hasher.finish() as u32)
    }
}
