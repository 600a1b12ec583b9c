//! What stands in where the capture could not start, so that the health check can say why.

use std::{collections::BTreeSet, sync::Arc};

use async_trait::async_trait;
use xdplive_source::{
    Check, HookAccounts, Host, HostId, Interfaces, IsShown, Moment, Outcome, Prepared, Reading, Report,
    Request, Source, SourceError, StreamId, Subscription,
};

use crate::clock;

/// A source without packets.
#[derive(Clone, Debug)]
pub struct Unavailable {
    hosts: Arc<[Host]>,
    reason: String,
}

impl Unavailable {
    /// In the place of `host`; `reason` says why and what to do.
    #[must_use]
    pub fn new(host: Host, reason: String) -> Self {
        Self { hosts: Arc::from([host]), reason }
    }
}

#[async_trait]
impl Source for Unavailable {
    fn now(&self) -> Moment {
        clock::now()
    }

    fn hosts(&self) -> Arc<[Host]> {
        Arc::clone(&self.hosts)
    }

    fn interfaces(&self) -> Arc<Interfaces> {
        Arc::default()
    }

    async fn prepare(&self, _request: &Request) -> Result<Prepared, SourceError> {
        Err(SourceError::Unavailable(self.reason.clone()))
    }

    async fn subscribe(&self, _request: &Request) -> Result<Subscription, SourceError> {
        Err(SourceError::Unavailable(self.reason.clone()))
    }

    fn no_shared_hook(&self) -> Option<String> {
        Some(self.reason.clone())
    }

    async fn report(&self, _is_shown: &IsShown<'_>) -> Report {
        let fix = "fix what it says and restart Grafana".to_owned();
        let check = Check::bad("capture", Outcome::Failed, self.reason.clone(), fix);
        Report { checks: vec![check], interfaces: Vec::new() }
    }

    async fn accounts(&self) -> Vec<HookAccounts> {
        Vec::new()
    }

    async fn counts(&self, _stream: StreamId) -> Option<Reading> {
        None
    }

    fn own_ports(&self, _host: HostId) -> Arc<BTreeSet<u16>> {
        Arc::default()
    }
}
