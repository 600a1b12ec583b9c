//! Which flows somebody wants, at one interface and the other.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use tracing::warn;
use xdplive_filter::{Environment, Filter, FlowFilter};
use xdplive_packet::flow::FlowKey;

use crate::{host::HostId, interface::Interfaces, own, seam::Source};

/// A filter on flows, at each interface of each host.
pub struct FlowFilters {
    source: Arc<dyn Source>,
    filter: Arc<Filter>,
    hides_own: bool,
    by_host: HashMap<HostId, OfHost>,
}

/// The same at each interface of one host.
struct OfHost {
    /// What the rest was made for.
    interfaces: Arc<Interfaces>,
    ports: OwnPorts,
    own: Option<Arc<FlowFilter>>,
    by_interface: HashMap<Arc<str>, WantedFlows>,
}

/// What is wanted of one interface.
#[derive(Clone)]
pub struct WantedFlows {
    /// `None` for nothing.
    filter: Option<Arc<FlowFilter>>,
    own: Option<Arc<FlowFilter>>,
}

impl WantedFlows {
    /// Whether the packets of a flow are wanted.
    #[must_use]
    pub fn matches(&self, key: &FlowKey) -> bool {
        self.filter.as_ref().is_some_and(|filter| filter.matches(key)) && !self.is_own(key)
    }

    /// Whether they are own traffic that is not wanted.
    #[must_use]
    pub fn is_own(&self, key: &FlowKey) -> bool {
        self.own.as_ref().is_some_and(|own| own.matches(key))
    }

    /// Whether all packets are, but for own traffic.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        self.filter.as_ref().is_some_and(|filter| filter.is_everything())
    }
}

impl FlowFilters {
    /// `filter` on the interfaces of `source`, without own traffic or with it.
    #[must_use]
    pub fn new(source: Arc<dyn Source>, filter: Arc<Filter>, hides_own: bool) -> Self {
        Self { source, filter, hides_own, by_host: HashMap::new() }
    }

    /// What is wanted of an interface of a host, as it is now.
    pub fn of(&mut self, host: HostId, interface: &Arc<str>) -> WantedFlows {
        let interfaces = self.source.interfaces_of(host);
        let ports = OwnPorts(self.source.own_ports(host), self.source.own_datagram_ports(host));
        let hides_own = self.hides_own;
        let of_host = self
            .by_host
            .entry(host)
            .and_modify(|known| known.follow(&interfaces, &ports, hides_own))
            .or_insert_with(|| OfHost::new(interfaces, ports, hides_own));
        if let Some(wanted) = of_host.by_interface.get(interface) {
            return wanted.clone();
        }
        let wanted = of_host.make(&self.filter, interface);
        of_host.by_interface.insert(Arc::clone(interface), wanted.clone());
        wanted
    }
}

/// The ports of own traffic, of TCP and of UDP.
#[derive(Clone)]
struct OwnPorts(Arc<BTreeSet<u16>>, Arc<BTreeSet<u16>>);

impl OwnPorts {
    /// Whether they are the very same.
    fn are(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) && (Arc::ptr_eq(&self.1, &other.1) || self.1 == other.1)
    }
}

impl OfHost {
    fn new(interfaces: Arc<Interfaces>, ports: OwnPorts, hides_own: bool) -> Self {
        let own = if hides_own { own_traffic(&ports, &interfaces) } else { None };
        Self { interfaces, ports, own, by_interface: HashMap::new() }
    }

    fn follow(&mut self, interfaces: &Arc<Interfaces>, ports: &OwnPorts, hides_own: bool) {
        if !Arc::ptr_eq(interfaces, &self.interfaces) || !ports.are(&self.ports) {
            *self = Self::new(Arc::clone(interfaces), ports.clone(), hides_own);
        }
    }

    fn make(&self, filter: &Filter, interface: &str) -> WantedFlows {
        let broadcasts = self.interfaces.get(interface).map(|found| found.broadcasts());
        let environment = Environment { broadcasts: broadcasts.unwrap_or_default() };
        let filter = match FlowFilter::new(filter, &environment) {
            Ok(filter) => Some(Arc::new(filter)),
            // Queries with such filters are refused; it can only be for this interface's many addresses.
            Err(error) => {
                warn!("interface {interface}: no flows for the filter \"{filter}\": {error}");
                None
            }
        };
        WantedFlows { filter, own: self.own.clone() }
    }
}

/// Own traffic by these ports of a host with these interfaces; `None` for none.
fn own_traffic(OwnPorts(ports, datagrams): &OwnPorts, interfaces: &Interfaces) -> Option<Arc<FlowFilter>> {
    let filter = own::filter(ports, datagrams, &own::addresses(interfaces))?;
    match FlowFilter::new(&filter, &Environment::default()) {
        Ok(own) => Some(Arc::new(own)),
        Err(error) => {
            warn!("own traffic cannot be told apart: {error}");
            None
        }
    }
}
