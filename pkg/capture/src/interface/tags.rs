//! Where the VLAN tag of a received frame is when an XDP program sees it: in the frame, or beside it, where
//! only programs that work on socket buffers find it.
//!
//! | device | the tag is beside the frame |
//! |---|---|
//! | a card | while its feature rx-vlan-hw-parse is on (NETIF_F_HW_VLAN_CTAG_RX, linux/netdev_features.h) |
//! | an end of a veth pair | where the sender had it there and the other end has tx-vlan-hw-insert on; the end's own features change nothing |
//! | a bridge | always: the kernel takes it off at the port |
//!
//! Each of the two features has a twin for tags of 802.1ad. Of other devices nothing is known.

use ethtool::{EthtoolFeatureAttr, EthtoolFeatureBit};
use rtnetlink::packet_route::link::{InfoKind, LinkAttribute};
use tracing::debug;
use xdplive_source::{Interface, Link, VlanTags};

use super::{ethtool::Ethtool, kind::kind};

/// Two features of a device, for tags of 802.1Q and of 802.1ad: the kernel's name (net/ethtool/common.c), and
/// the one that `ethtool -K` takes.
type Features = [(&'static str, &'static str); 2];

const RECEIVING: Features =
    [("rx-vlan-hw-parse", "rxvlan"), ("rx-vlan-stag-hw-parse", "rx-vlan-stag-hw-parse")];
const SENDING: Features =
    [("tx-vlan-hw-insert", "txvlan"), ("tx-vlan-stag-hw-insert", "tx-vlan-stag-hw-insert")];

/// Who decides where the tags are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Decider {
    /// The card that the interface is.
    Card,
    /// The other end of the veth pair, by its number in this namespace.
    OtherEnd(u32),
    /// The kernel: the interface is a bridge.
    Kernel,
}

impl Decider {
    /// Of `interface`, which `attributes` describe. An answer takes a quarter of a millisecond, and there may be
    /// hundreds of virtual devices, on which XDP is rare: they have a decider only where an XDP program is
    /// attached.
    pub fn of(interface: &Interface, attributes: &[LinkAttribute]) -> Option<Self> {
        if interface.link != Link::Ethernet {
            return None;
        }
        if interface.physical {
            return Some(Self::Card);
        }
        interface.xdp_program?;
        match kind(attributes)? {
            InfoKind::Bridge => Some(Self::Kernel),
            InfoKind::Veth => other_end(attributes).map(Self::OtherEnd),
            _ => None,
        }
    }
}

/// The number of the other end, unless it is in another namespace, where its number means nothing here.
fn other_end(attributes: &[LinkAttribute]) -> Option<u32> {
    let elsewhere = attributes.iter().any(|attribute| matches!(attribute, LinkAttribute::LinkNetNsId(_)));
    attributes.iter().find_map(|attribute| match attribute {
        LinkAttribute::Link(index) if !elsewhere => Some(*index),
        _ => None,
    })
}

/// Where the tags of an interface are; `name` gives the name of another by its number.
pub(super) async fn vlan_tags<'a>(
    ethtool: &Ethtool,
    interface: &'a str,
    decider: Decider,
    name: impl Fn(u32) -> Option<&'a str>,
) -> Option<VlanTags> {
    let (device, which) = match decider {
        Decider::Card => (interface, &RECEIVING),
        Decider::OtherEnd(index) => (name(index)?, &SENDING),
        Decider::Kernel => {
            return Some(VlanTags::Beside { device: interface.to_owned(), features: Vec::new() });
        }
    };
    match ethtool.features(device).await {
        Ok(features) => judge(device, which, &features),
        Err(error) => {
            // It may be gone, or the kernel built without CONFIG_ETHTOOL_NETLINK.
            debug!("interface {device}: its features are not known: {error}");
            None
        }
    }
}

/// What follows from the features of the device that decides.
fn judge(device: &str, which: &Features, features: &[EthtoolFeatureAttr]) -> Option<VlanTags> {
    let has = |set: &[EthtoolFeatureBit], name: &str| {
        set.iter().any(|feature| feature.value && feature.name == name)
    };
    let active = features.iter().find_map(|set| match set {
        EthtoolFeatureAttr::Active(active) => Some(active),
        _ => None,
    })?;
    let on: Vec<_> = which.iter().filter(|(name, _)| has(active, name)).collect();
    if on.is_empty() {
        return Some(VlanTags::InFrame);
    }
    // What `ethtool -k` marks as [fixed] is not among these.
    let can_be_switched = |name: &str| {
        features.iter().any(|set| matches!(set, EthtoolFeatureAttr::Hw(changeable) if has(changeable, name)))
    };
    let all = on.iter().all(|(name, _)| can_be_switched(name));
    let features = if all { on.iter().map(|(_, switch)| *switch).collect() } else { Vec::new() };
    Some(VlanTags::Beside { device: device.to_owned(), features })
}

#[cfg(test)]
mod tests;
