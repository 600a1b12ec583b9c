//! What stands in where the capture could not start, so that the health check can say why.

use std::{collections::BTreeSet, sync::Arc};

use async_trait::async_trait;
use xdplive_source::{
    Check, HookAccounts, Host, HostId, HostSet, InterfaceSet, Interfaces, IsShown, LinkReading, Moment,
    Outcome, Prepared, Reading, Report, Request, Source, SourceError, StreamId, Subscription,
};

use crate::{
    at_start::AtStart,
    clock,
    engine::StartError,
    interface::WatchError,
    report::{drop_in_commands, fix_by_drop_in},
};

/// A source without packets.
#[derive(Clone, Debug)]
pub struct Unavailable {
    hosts: Arc<[Host]>,
    check: Check,
}

impl Unavailable {
    /// In the place of `host`; `reason` says why and what to do.
    #[must_use]
    pub fn new(host: Host, reason: String) -> Self {
        let fix = "fix what it says and restart Grafana".to_owned();
        let check = Check::bad("capture", Outcome::Failed, reason, fix);
        Self { hosts: Arc::from([host]), check }
    }

    /// In the place of other machines, to which `host` has no connection.
    #[must_use]
    pub fn other_machines(host: Host, reason: String) -> Self {
        let fix = "fix what it says in the data source's settings".to_owned();
        let check = Check::bad("other machines", Outcome::Failed, reason, fix);
        Self { hosts: Arc::from([host]), check }
    }

    /// In the place of `host`, whose capture did not start in a process that was started as `at_start` says.
    #[must_use]
    pub fn not_started(host: Host, error: &StartError, at_start: &AtStart) -> Self {
        let is_withheld =
            at_start.is_service && matches!(error, StartError::Interfaces(WatchError::Socket(_)));
        if !is_withheld {
            return Self::new(host, error.to_string());
        }
        let check = Check::bad("capture", Outcome::Failed, error.to_string(), fix_by_drop_in(at_start));
        let check = check.with_commands(drop_in_commands(at_start).into());
        Self { hosts: Arc::from([host]), check }
    }

    fn error(&self) -> SourceError {
        SourceError::Unavailable(self.check.detail.clone())
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
        Err(self.error())
    }

    async fn subscribe(&self, _request: &Request) -> Result<Subscription, SourceError> {
        Err(self.error())
    }

    fn no_shared_hook(&self) -> Option<String> {
        Some(self.check.detail.clone())
    }

    async fn report(&self, _is_shown: &IsShown<'_>) -> Report {
        Report { checks: vec![self.check.clone()], interfaces: Vec::new() }
    }

    async fn accounts(&self) -> Vec<HookAccounts> {
        Vec::new()
    }

    async fn link_counters(
        &self,
        _hosts: &HostSet,
        _interfaces: &InterfaceSet,
    ) -> Result<Vec<LinkReading>, SourceError> {
        Err(self.error())
    }

    async fn counts(&self, _stream: StreamId) -> Option<Reading> {
        None
    }

    fn own_ports(&self, _host: HostId) -> Arc<BTreeSet<u16>> {
        Arc::default()
    }
}

#[cfg(test)]
mod tests {
    use rustix::io::Errno;

    use super::*;

    fn not_started(at_start: &AtStart) -> Check {
        let error = StartError::Interfaces(WatchError::Socket(Errno::AFNOSUPPORT.into()));
        Unavailable::not_started(Host::only("nas"), &error, at_start).check
    }

    /// The service of Grafana's packages allows no netlink, which is the first that fails there.
    #[test]
    fn a_service_without_netlink_gets_the_drop_in_that_fits() {
        let service = AtStart {
            uid: 472,
            missing: Vec::new(),
            out_of_bounds: Vec::new(),
            no_new_privileges: true,
            is_service: true,
            has_service: false,
            file: None,
        };
        for (has_service, drop_in) in
            [(false, "install/xdplive.conf"), (true, "install/xdplive-netlink.conf")]
        {
            let check = not_started(&AtStart { has_service, ..service.clone() });
            assert!(check.detail.contains("AF_NETLINK"), "{}", check.detail);
            let [install, restart] = check.commands.as_slice() else { panic!("{:?}", check.commands) };
            assert_eq!(
                *install,
                format!(
                    "sudo install -D -m 644 {drop_in} /etc/systemd/system/grafana-server.service.d/xdplive.conf"
                )
            );
            assert!(check.fix.is_some_and(|fix| fix.contains(install) && fix.contains(restart)));
        }
        let elsewhere = not_started(&AtStart { is_service: false, ..service });
        assert_eq!(elsewhere.commands, Vec::<String>::new());
    }
}
