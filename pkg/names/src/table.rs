//! The names that do not age: those of files, interfaces and containers.

use std::{collections::HashMap, net::IpAddr, sync::Arc};

use crate::host::{HostNames, Name, NameSource};

/// Names by address.
#[derive(Clone, Debug, Default)]
pub struct Table {
    hosts_file: HostNames,
    /// `None` for an address that several machines have.
    machines: HashMap<IpAddr, Option<Arc<str>>>,
    containers: HostNames,
}

impl Table {
    /// With the names of the file of hosts, those of machines by the addresses of their interfaces, and those of containers.
    ///
    /// An address that several machines have, such as those of loopback interfaces and of bridges of containers, has no name
    /// by that.
    #[must_use]
    pub fn new(
        hosts_file: HostNames,
        addresses: impl IntoIterator<Item = (IpAddr, Arc<str>)>,
        containers: HostNames,
    ) -> Self {
        let mut machines: HashMap<IpAddr, Option<Arc<str>>> = HashMap::new();
        for (address, machine) in addresses {
            let known = machines.entry(address).or_insert_with(|| Some(Arc::clone(&machine)));
            if known.as_ref() != Some(&machine) {
                *known = None;
            }
        }
        Self { hosts_file, machines, containers }
    }

    /// Whether it has these names of the file of hosts, and of containers.
    #[must_use]
    pub fn is_of(&self, hosts_file: &HostNames, containers: &HostNames) -> bool {
        let same = |one: &HostNames, other: &HostNames| {
            Arc::ptr_eq(one, other) || one.is_empty() && other.is_empty()
        };
        same(&self.hosts_file, hosts_file) && same(&self.containers, containers)
    }

    /// The name of an address.
    #[must_use]
    pub fn name(&self, address: &IpAddr) -> Option<Name> {
        let named = |text: &Arc<str>, source| Name { text: Arc::clone(text), source };
        let of_file = self.hosts_file.get(address).map(|text| named(text, NameSource::Hosts));
        let of_machine = || {
            let text = self.machines.get(address)?.as_ref()?;
            Some(named(text, NameSource::Interface))
        };
        let of_container = || self.containers.get(address).map(|text| named(text, NameSource::Container));
        of_file.or_else(of_machine).or_else(of_container)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hosts_file::names_in;

    #[test]
    fn the_file_of_hosts_comes_before_interfaces_and_those_before_containers() {
        let file = Arc::new(names_in("192.0.2.20 nas\n127.0.0.1 localhost\n"));
        let address = |text: &str| text.parse::<IpAddr>().unwrap();
        let of = |text: &str, machine: &str| (address(text), Arc::from(machine));
        let table = Table::new(
            file,
            [
                of("192.0.2.20", "box"),
                of("192.0.2.1", "box"),
                of("2001:db8::1", "box"),
                of("127.0.0.1", "box"),
                of("fe80::1", "box"),
                of("172.17.0.1", "box"),
                of("172.17.0.1", "web1"),
                of("172.17.0.1", "box"),
                of("192.0.2.1", "box"),
            ],
            Arc::new(["192.0.2.20", "192.0.2.1", "10.88.0.7"].map(|text| of(text, "web")).into()),
        );
        let named = |text: &str| table.name(&address(text)).map(|name| (name.text.to_string(), name.source));
        assert_eq!(named("192.0.2.20"), Some(("nas".to_owned(), NameSource::Hosts)));
        assert_eq!(named("127.0.0.1"), Some(("localhost".to_owned(), NameSource::Hosts)));
        assert_eq!(named("192.0.2.1"), Some(("box".to_owned(), NameSource::Interface)));
        assert_eq!(named("2001:db8::1"), Some(("box".to_owned(), NameSource::Interface)));
        assert_eq!(named("fe80::1"), Some(("box".to_owned(), NameSource::Interface)));
        let of_nobody = HostNames::default();
        assert!(!table.is_of(&of_nobody, &of_nobody) && table.is_of(&table.hosts_file, &table.containers));
        assert!(
            Table::default().is_of(&of_nobody, &HostNames::default()),
            "a source has none again and again"
        );
        assert_eq!(named("10.88.0.7"), Some(("web".to_owned(), NameSource::Container)));
        for nobody in ["172.17.0.1", "192.0.2.99"] {
            assert_eq!(named(nobody), None, "{nobody}");
        }
    }
}
