//! Which interfaces are uplinks: those by which packets enter and leave the machine, each packet once over all of them.
//!
//! | device | uplink |
//! |---|---|
//! | a physical one (with a device link in sysfs) | yes, also as a port of a bridge or a member of a bond |
//! | a bridge, a bond's or team's master, a VLAN, macvlan, tunnel or other virtual device, loopback | no: its packets pass a physical device, or never leave |
//! | a physical one whose master is physical: a fast path of accelerated networking (hv_netvsc, net_failover) | no: its master has the packets, and those of the slow path |
//! | the conduit of a switch (DSA) | no: its ports have them, without the switch's tag |
//! | a representor of a virtual function | no: it is a port inside the card |
//!
//! A container has no physical device. There what stands for one is virtual: the end of a pair or the child of a device in
//! another namespace, which is part of nothing here. Ends that lead to containers of its own have no address, as network
//! plugins set them up; so where some have one, it is those. Where there is none of these, it is the device with the default
//! route.

use std::collections::BTreeSet;

use rtnetlink::packet_route::link::{InfoKind, LinkAttribute};
use xdplive_source::{Interface, Link};

use super::kind::kind;

/// What decides whether an interface is an uplink.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Place {
    /// Its number.
    index: u32,
    /// Whether packets of it can be read, and are not the machine's own alone.
    leads_out: bool,
    /// Whether it has a device link in sysfs.
    is_physical: bool,
    /// Whether it stands for a virtual function, inside the card.
    is_representor: bool,
    /// What it is part of: the number of a bridge, a bond, a device with a fast path.
    master: Option<u32>,
    /// The conduit of the switch of which it is a port.
    conduit: Option<u32>,
    /// Whether the device at its other end, or that it is a child of, is in another namespace.
    leads_elsewhere: bool,
    /// Whether it has an address that is more than link-local.
    is_addressed: bool,
    /// Whether the default route leads through it.
    is_default: bool,
}

impl Place {
    /// Of `interface`, which `attributes` describe.
    pub(super) fn of(interface: &Interface, attributes: &[LinkAttribute]) -> Self {
        let mut place = Self {
            index: interface.index,
            leads_out: matches!(interface.link, Link::Ethernet | Link::RawIp),
            is_physical: interface.physical,
            is_addressed: interface.addresses.iter().any(|address| !is_link_local(address)),
            is_default: interface.default,
            ..Self::default()
        };
        let mut link = None;
        for attribute in attributes {
            match attribute {
                LinkAttribute::Controller(master) => place.master = Some(*master),
                LinkAttribute::Link(index) => link = Some(*index),
                LinkAttribute::LinkNetNsId(_) => place.leads_elsewhere = true,
                LinkAttribute::PhysPortName(name) => place.is_representor = is_of_function(name),
                _ => {}
            }
        }
        if matches!(kind(attributes), Some(InfoKind::Other(kind)) if kind == "dsa") {
            place.conduit = link;
        }
        place
    }
}

/// The numbers of the uplinks among all interfaces of a machine.
pub(super) fn uplinks(places: &[Place]) -> BTreeSet<u32> {
    let numbers = |is_one: &dyn Fn(&Place) -> bool| -> BTreeSet<u32> {
        let found = places.iter().filter(|place| place.leads_out).filter(|place| is_one(place));
        found.map(|place| place.index).collect()
    };
    let physical = numbers(&|place| place.is_physical);
    let conduits: BTreeSet<u32> = places.iter().filter_map(|place| place.conduit).collect();
    let is_inside = |place: &Place| {
        place.is_representor
            || conduits.contains(&place.index)
            || place.master.is_some_and(|master| physical.contains(&master))
    };
    let stands_for_one = |place: &Place| place.leads_elsewhere && place.master.is_none();
    let choices: [&dyn Fn(&Place) -> bool; 4] = [
        &|place| place.is_physical && !is_inside(place),
        &|place| stands_for_one(place) && place.is_addressed,
        &stands_for_one,
        &|place| place.is_default,
    ];
    choices.into_iter().map(numbers).find(|found| !found.is_empty()).unwrap_or_default()
}

/// Whether a port's name is that of a virtual or subfunction: `pf0vf1`, `c1pf0sf88` (devlink_port_phys_port_name_get in
/// net/devlink/port.c).
fn is_of_function(name: &str) -> bool {
    let numbered = |text: &'_ str, word: &str| -> Option<String> {
        let rest = text.strip_prefix(word)?;
        let behind = rest.trim_start_matches(|character: char| character.is_ascii_digit());
        (behind.len() < rest.len()).then(|| behind.to_owned())
    };
    let port = numbered(name, "c").unwrap_or_else(|| name.to_owned());
    let function = numbered(&port, "pf").unwrap_or_default();
    ["vf", "sf"].into_iter().any(|word| numbered(&function, word).is_some_and(|behind| behind.is_empty()))
}

/// Whether an address with its prefix length is of this link alone (RFC 3927, RFC 4291).
fn is_link_local(address: &str) -> bool {
    address.starts_with("169.254.") || address.starts_with("fe80:")
}

#[cfg(test)]
mod tests;
