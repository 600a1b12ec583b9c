//! An interface, its kind of link, and all of them at one moment.

use std::{collections::BTreeMap, net::Ipv4Addr};

use serde::Serialize;
use xdplive_packet::LinkType;

use crate::{
    interface_set::{Chosen, InterfaceSet},
    vlan_tags::VlanTags,
};

/// One network interface.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Interface {
    /// Its name in text form, unique in the network namespace at one time: bytes that are not UTF-8 are escaped, see
    /// `xdplive_protocol::interface_name`.
    pub name: String,
    /// Its number, never used again for another interface until the numbers wrap.
    pub index: u32,
    /// Operational state (RFC 2863), in lower case: `up`, `down`, `lowerlayerdown`, `unknown`, …
    pub state: String,
    /// How its frames begin.
    pub link: Link,
    /// Driver of the device; none for virtual interfaces.
    pub driver: Option<String>,
    /// Whether it is a device: it has a device link in sysfs.
    pub physical: bool,
    /// Hardware address, where the link has one: lower case, colons.
    pub mac: Option<String>,
    /// Addresses with prefix length.
    pub addresses: Vec<String>,
    /// Largest packet, bytes.
    pub mtu: u32,
    /// Speed of the link in each direction, bits a second; `None` where it is down, or nobody knows, as with many virtual
    /// devices.
    pub speed: Option<u64>,
    /// Id of an XDP program that is attached, by whomever.
    pub xdp_program: Option<u32>,
    /// Where VLAN tags of received frames are before XDP, as far as it is known. Of a virtual device it is asked
    /// only where [`Interface::xdp_program`] is set. Not for editors: it may name an interface that not everybody
    /// is to know of, and the reasons of hooks say what matters.
    #[serde(skip)]
    pub vlan_tags: Option<VlanTags>,
    /// Whether the default route leads through it.
    pub default: bool,
    /// Whether packets enter and leave the machine by it, each of them once over all such interfaces: a physical device, or
    /// what stands for one in a container or virtual machine.
    pub uplink: bool,
}

impl Interface {
    /// An interface of which no more is known: its state is `unknown`, its MTU 0.
    #[must_use]
    pub fn new(name: &str, index: u32, link: Link) -> Self {
        Self {
            name: name.to_owned(),
            index,
            state: "unknown".to_owned(),
            link,
            driver: None,
            physical: false,
            mac: None,
            addresses: Vec::new(),
            mtu: 0,
            speed: None,
            xdp_program: None,
            vlan_tags: None,
            default: false,
            uplink: false,
        }
    }

    /// The directed broadcast addresses of its IPv4 networks (RFC 919), such as 192.0.2.255.
    #[must_use]
    pub fn broadcasts(&self) -> Vec<Ipv4Addr> {
        let networks = self.addresses.iter().filter_map(|text| {
            let (address, length) = text.split_once('/')?;
            Some((address.parse::<Ipv4Addr>().ok()?, length.parse::<u32>().ok()?))
        });
        // Networks of 31 bits have two hosts and no broadcast (RFC 3021).
        networks
            .filter(|(_, length)| *length < 31)
            .map(|(address, length)| Ipv4Addr::from(u32::from(address) | u32::MAX >> length))
            .collect()
    }
}

/// Kind of link, by ARPHRD number (linux/if_arp.h).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Link {
    /// Ethernet header.
    Ethernet,
    /// The loopback interface: Ethernet header with zero addresses.
    Loopback,
    /// Packets start at the IP header: tun, WireGuard, PPP, IP tunnels.
    RawIp,
    /// None of these; packets of such an interface cannot be read.
    Unsupported,
}

impl Link {
    /// The layout the parser is to expect.
    #[must_use]
    pub const fn layout(self) -> Option<LinkType> {
        match self {
            Self::Ethernet | Self::Loopback => Some(LinkType::Ethernet),
            Self::RawIp => Some(LinkType::RawIp),
            Self::Unsupported => None,
        }
    }
}

/// All interfaces at one moment, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Interfaces(BTreeMap<String, Interface>);

impl Interfaces {
    /// The interface with this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Interface> {
        self.0.get(name)
    }

    /// The same, to add what was found out later. Its name stays.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut Interface> {
        self.0.get_mut(name)
    }

    /// The interface through which the default route leads.
    #[must_use]
    pub fn default_route(&self) -> Option<&Interface> {
        self.0.values().find(|interface| interface.default)
    }

    /// Those that are meant where nobody names any: that of the default route, or the uplinks where several machines have
    /// default routes through interfaces of different names. `None` where there is no default route.
    #[must_use]
    pub fn default_set(&self) -> Option<InterfaceSet> {
        let mut defaults = self.0.values().filter(|interface| interface.default);
        let first = defaults.next()?;
        Some(match defaults.next() {
            None => InterfaceSet::Named(vec![first.name.clone()]),
            Some(_) => InterfaceSet::Chosen(Chosen::uplinks()),
        })
    }

    /// All of them, in the order of their names.
    pub fn iter(&self) -> impl Iterator<Item = &Interface> {
        self.0.values()
    }

    /// Their names, separated by commas, for messages.
    #[must_use]
    pub fn names(&self) -> String {
        self.0.keys().map(String::as_str).collect::<Vec<_>>().join(", ")
    }
}

impl FromIterator<Interface> for Interfaces {
    fn from_iter<I: IntoIterator<Item = Interface>>(interfaces: I) -> Self {
        Self(interfaces.into_iter().map(|interface| (interface.name.clone(), interface)).collect())
    }
}
