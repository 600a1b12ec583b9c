//! What is known of hosts, by address.

use std::{collections::HashMap, net::IpAddr, sync::Arc};

/// Where a name is from. Of several names of one address the one counts whose source comes first here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NameSource {
    /// The file of names that the administrator of the machine writes, `/etc/hosts`.
    Hosts,
    /// The machine that has the address on one of its interfaces.
    Interface,
    /// The container of this machine that has the address in a network namespace of its own.
    Container,
    /// What somebody asked the DNS for and got the address for an answer, as it was seen on the wire.
    DnsAnswer,
    /// What the DNS has for a name of the address.
    Ptr,
}

impl NameSource {
    /// The word for it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Hosts => "hosts",
            Self::Interface => "interface",
            Self::Container => "container",
            Self::DnsAnswer => "dns-answer",
            Self::Ptr => "ptr",
        }
    }
}

/// A name of a host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// As people read it, at most [`LONGEST_NAME`] bytes.
    pub text: Arc<str>,
    /// Where it is from.
    pub source: NameSource,
}

/// Names by address, as one source has them.
pub type HostNames = Arc<HashMap<IpAddr, Arc<str>>>;

/// Longest name, bytes: that of a host in the DNS (RFC 1035, section 2.3.4).
pub const LONGEST_NAME: usize = 253;

/// What is known of one host.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct About {
    /// Its best name.
    pub name: Option<Name>,
    /// The country that it is in, by two letters (ISO 3166).
    pub country: Option<Arc<str>>,
    /// The autonomous system that announces its address, such as `AS64496 Example Net`.
    pub asn: Option<Arc<str>>,
}

impl About {
    /// The text of its name.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.name.as_ref().map(|name| &*name.text)
    }

    /// Whether nothing is known.
    #[must_use]
    pub const fn is_unknown(&self) -> bool {
        self.name.is_none() && self.country.is_none() && self.asn.is_none()
    }
}

/// What was known of the hosts of some packets, at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AboutHosts(HashMap<IpAddr, About>);

impl AboutHosts {
    /// What is known of an address.
    #[must_use]
    pub fn get(&self, address: &IpAddr) -> Option<&About> {
        self.0.get(address)
    }
}

impl FromIterator<(IpAddr, About)> for AboutHosts {
    fn from_iter<I: IntoIterator<Item = (IpAddr, About)>>(hosts: I) -> Self {
        Self(hosts.into_iter().filter(|(_, host)| !host.is_unknown()).collect())
    }
}

/// Where the name of the source is from; where that has none, where that of the destination is from.
#[must_use]
pub fn name_source(source: Option<&About>, destination: Option<&About>) -> Option<NameSource> {
    let name = |host: Option<&'_ About>| host?.name.as_ref().map(|name| name.source);
    name(source).or_else(|| name(destination))
}
