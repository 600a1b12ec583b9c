//! Which flows a stream wants, at one interface and the other.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use tracing::warn;
use xdplive_capture::{interface::Interfaces, own, source::Source};
use xdplive_filter::{Environment, Filter, FlowFilter};
use xdplive_packet::flow::FlowKey;

/// A stream's filter, at each interface.
pub(super) struct Filters {
    source: Arc<dyn Source>,
    filter: Arc<Filter>,
    hides_own: bool,
    /// What the rest was made for.
    interfaces: Arc<Interfaces>,
    ports: Arc<BTreeSet<u16>>,
    own: Option<Arc<FlowFilter>>,
    by_interface: HashMap<Arc<str>, Wanted>,
}

/// What is wanted of one interface.
#[derive(Clone)]
pub(super) struct Wanted {
    /// `None` for nothing.
    filter: Option<Arc<FlowFilter>>,
    own: Option<Arc<FlowFilter>>,
}

impl Wanted {
    /// Whether the packets of a flow are wanted.
    pub(super) fn matches(&self, key: &FlowKey) -> bool {
        self.filter.as_ref().is_some_and(|filter| filter.matches(key))
            && !self.own.as_ref().is_some_and(|own| own.matches(key))
    }

    /// Whether all packets are, but for own traffic.
    pub(super) fn is_everything(&self) -> bool {
        self.filter.as_ref().is_some_and(|filter| filter.is_everything())
    }
}

impl Filters {
    /// `filter` on the interfaces of `source`, without own traffic or with it.
    pub(super) fn new(source: Arc<dyn Source>, filter: Arc<Filter>, hides_own: bool) -> Self {
        let (interfaces, ports) = (source.interfaces(), source.own_ports());
        let mut filters =
            Self { source, filter, hides_own, interfaces, ports, own: None, by_interface: HashMap::new() };
        filters.recognise_own();
        filters
    }

    /// What is wanted of an interface, as it is now.
    pub(super) fn of(&mut self, interface: &Arc<str>) -> Wanted {
        let (interfaces, ports) = (self.source.interfaces(), self.source.own_ports());
        if !Arc::ptr_eq(&interfaces, &self.interfaces) || !Arc::ptr_eq(&ports, &self.ports) {
            (self.interfaces, self.ports) = (interfaces, ports);
            self.by_interface.clear();
            self.recognise_own();
        }
        if let Some(wanted) = self.by_interface.get(interface) {
            return wanted.clone();
        }
        let wanted = self.make(interface);
        self.by_interface.insert(Arc::clone(interface), wanted.clone());
        wanted
    }

    fn make(&self, interface: &str) -> Wanted {
        let broadcasts = self.interfaces.get(interface).map(|found| found.broadcasts());
        let environment = Environment { broadcasts: broadcasts.unwrap_or_default() };
        let filter = match FlowFilter::new(&self.filter, &environment) {
            Ok(filter) => Some(Arc::new(filter)),
            // Queries with such filters are refused; it can only be for this interface's many addresses.
            Err(error) => {
                warn!("interface {interface}: no flows for the filter \"{}\": {error}", self.filter);
                None
            }
        };
        Wanted { filter, own: self.own.clone() }
    }

    fn recognise_own(&mut self) {
        let filter = own::filter(&self.ports, &own::addresses(&self.interfaces)).filter(|_| self.hides_own);
        let own = filter.map(|filter| FlowFilter::new(&filter, &Environment::default())).transpose();
        self.own = match own {
            Ok(own) => own.map(Arc::new),
            Err(error) => {
                warn!("own traffic cannot be told apart: {error}");
                None
            }
        };
    }
}
