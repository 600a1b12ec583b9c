//! Interfaces by route netlink (rtnetlink(7)): all of them now, and again whenever the kernel says that
//! something changed, be it a feature (`ethtool -K`).

use std::{
    collections::HashMap,
    ffi::OsStr,
    fmt::Write as _,
    fs,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    os::unix::ffi::OsStrExt as _,
    path::Path,
    sync::Arc,
    time::Duration,
};

use futures::TryStreamExt;
use rtnetlink::{
    Handle, RouteMessageBuilder, new_connection,
    packet_route::{
        address::AddressAttribute,
        link::{LinkAttribute, LinkLayerType, LinkXdp},
        route::{RouteAttribute, RouteMessage},
    },
};
use thiserror::Error;
use tokio::{
    io::unix::AsyncFd,
    sync::watch,
    task::spawn_blocking,
    time::{sleep, timeout},
};
use tracing::warn;
use xdplive_protocol::interface_name;
use xdplive_source::{Host, Interface, InterfaceSet, Interfaces, Link, LinkReading};

use super::{
    counters,
    ethtool::Ethtool,
    links::{self, Named},
    speed::speed,
    tags::{Decider, vlan_tags},
    uplinks::{Place, uplinks},
};

/// Time between two looks, where there is no change: of routes the kernel is not asked to tell, because a router may have a
/// hundred thousand that come and go. The default route is often there a moment after the interface.
const ROUTE_PATIENCE: Duration = Duration::from_secs(60);
/// The same where there is no default route.
const ROUTE_IMPATIENCE: Duration = Duration::from_secs(5);

/// Changes come in bursts (a veth pair and its addresses); one look afterwards is enough.
const SETTLE: Duration = Duration::from_millis(20);

/// Destinations by which the default route is found, without sending anything: two root name servers.
const ANYWHERE: [IpAddr; 2] = [
    IpAddr::V4(Ipv4Addr::new(198, 41, 0, 4)),
    IpAddr::V6(Ipv6Addr::new(0x2001, 0x503, 0xba3e, 0, 0, 0, 2, 0x30)),
];

/// Why the interfaces cannot be listed.
#[derive(Debug, Error)]
pub enum WatchError {
    /// No netlink socket.
    #[error(
        "cannot open a netlink socket: {0}; a service manager that restricts address families must allow \
         AF_NETLINK (systemd: RestrictAddressFamilies=… AF_NETLINK)"
    )]
    Socket(#[from] std::io::Error),
    /// The kernel did not answer.
    #[error("the kernel does not list the network interfaces: {0}")]
    Request(#[from] rtnetlink::Error),
}

/// The interfaces, kept current while it exists.
#[derive(Clone, Debug)]
pub struct Watch {
    current: watch::Receiver<Arc<Interfaces>>,
    asking: Asking,
}

/// What the kernel is asked by.
#[derive(Clone, Debug)]
struct Asking {
    route: Handle,
    ethtool: Ethtool,
}

impl Watch {
    /// Looks at all interfaces, and from now on at every change. Needs a tokio runtime.
    ///
    /// # Errors
    /// Any [`WatchError`].
    pub async fn start() -> Result<Self, WatchError> {
        let (connection, route, _) = new_connection()?;
        // Before the first look, so that nothing is missed between.
        let changes = links::changes()?;
        // SAFETY: the descriptor is owned by what is registered, and is closed with it and not before.
        let changes = unsafe { AsyncFd::register(changes) }.map_err(std::io::Error::from)?;
        tokio::spawn(connection);
        let watching = Asking { route, ethtool: Ethtool::connect() };
        let first = look(&watching).await?;
        let asking = watching.clone();
        let (sender, current) = watch::channel(Arc::new(first));
        tokio::spawn(async move {
            loop {
                let default_is_known = sender.borrow().default_route().is_some();
                let patience = if default_is_known { ROUTE_PATIENCE } else { ROUTE_IMPATIENCE };
                match timeout(patience, changes.readable()).await {
                    Ok(Ok(mut changed)) => {
                        sleep(SETTLE).await;
                        links::discard(changes.get_ref());
                        changed.clear_ready();
                    }
                    Ok(Err(error)) => {
                        warn!("interfaces are not followed any more: {error}");
                        break;
                    }
                    Err(_) => {}
                }
                match look(&watching).await {
                    Ok(now) => {
                        sender.send_if_modified(|before| {
                            let changed = **before != now;
                            *before = Arc::new(now);
                            changed
                        });
                    }
                    Err(error) => warn!("interfaces: {error}"),
                }
                if sender.is_closed() {
                    break;
                }
            }
        });
        Ok(Self { current, asking })
    }

    /// The interfaces as last seen.
    #[must_use]
    pub fn now(&self) -> Arc<Interfaces> {
        Arc::clone(&self.current.borrow())
    }

    /// The interfaces right now. The kernel does not tell when a program is attached to one, so that
    /// [`Interface::xdp_program`] is only certain here.
    ///
    /// # Errors
    /// Any [`WatchError`].
    pub async fn look(&self) -> Result<Interfaces, WatchError> {
        look(&self.asking).await
    }

    /// What kernel and cards have counted so far of the interfaces of `host`, which is this one, that `chosen` has.
    ///
    /// # Errors
    /// [`WatchError::Socket`].
    pub async fn counters(&self, host: &Host, chosen: &InterfaceSet) -> Result<Vec<LinkReading>, WatchError> {
        let (host, chosen, known) = (host.clone(), chosen.clone(), self.now());
        // Short, but it waits for the kernel.
        let read = spawn_blocking(move || counters::read(&host, &chosen, &known));
        Ok(read.await.map_err(std::io::Error::other)??)
    }

    /// Waits for the next change; `None` when there will be none any more.
    pub async fn changed(&mut self) -> Option<Arc<Interfaces>> {
        self.current.changed().await.ok()?;
        Some(Arc::clone(&self.current.borrow_and_update()))
    }
}

async fn look(asking: &Asking) -> Result<Interfaces, WatchError> {
    let handle = &asking.route;
    let mut addresses: HashMap<u32, Vec<String>> = HashMap::new();
    let mut messages = handle.address().get().execute();
    while let Some(message) = messages.try_next().await? {
        let local = message.attributes.iter().find_map(|attribute| match attribute {
            AddressAttribute::Local(address) => Some(*address),
            _ => None,
        });
        let address = local.or_else(|| {
            message.attributes.iter().find_map(|attribute| match attribute {
                AddressAttribute::Address(address) => Some(*address),
                _ => None,
            })
        });
        if let Some(address) = address {
            let text = format!("{address}/{}", message.header.prefix_len);
            addresses.entry(message.header.index).or_default().push(text);
        }
    }
    let default = default_route(handle).await;
    let mut found = Vec::new();
    let mut deciders = Vec::new();
    let mut places = Vec::new();
    let speeds = asking.ethtool.speeds().await;
    // Short, but it waits for the kernel.
    let links = spawn_blocking(links::dump).await.map_err(std::io::Error::other)??;
    for named in links {
        let addresses = addresses.remove(&named.link.header.index).unwrap_or_default();
        let Some(mut interface) = interface(&named, addresses, default) else { continue };
        interface.speed =
            speeds.get(&interface.index).and_then(|megabits| speed(*megabits, &named.link.attributes));
        deciders.extend(
            Decider::of(&interface, &named.link.attributes).map(|decider| (interface.name.clone(), decider)),
        );
        places.push(Place::of(&interface, &named.link.attributes));
        found.push(interface);
    }
    let uplinks = uplinks(&places);
    for interface in &mut found {
        interface.uplink = uplinks.contains(&interface.index);
    }
    let mut found: Interfaces = found.into_iter().collect();
    for (name, decider) in deciders {
        let other = |index| found.iter().find(|one| one.index == index).map(|one| one.name.as_str());
        let tags = vlan_tags(&asking.ethtool, &name, decider, other).await;
        if let Some(interface) = found.get_mut(&name) {
            interface.vlan_tags = tags;
        }
    }
    Ok(found)
}

/// The number of the interface through which packets to the rest of the world leave.
async fn default_route(handle: &Handle) -> Option<u32> {
    for destination in ANYWHERE {
        let request = match destination {
            IpAddr::V4(address) => {
                RouteMessageBuilder::<Ipv4Addr>::new().destination_prefix(address, 32).build()
            }
            IpAddr::V6(address) => {
                RouteMessageBuilder::<Ipv6Addr>::new().destination_prefix(address, 128).build()
            }
        };
        let mut answers = handle.route().get(request).execute();
        // An error is the kernel's way to say that there is no route.
        if let Ok(Some(route)) = answers.try_next().await
            && let Some(index) = outgoing(&route)
        {
            return Some(index);
        }
    }
    None
}

fn outgoing(route: &RouteMessage) -> Option<u32> {
    route.attributes.iter().find_map(|attribute| match attribute {
        RouteAttribute::Oif(index) => Some(*index),
        _ => None,
    })
}

fn interface(named: &Named, addresses: Vec<String>, default: Option<u32>) -> Option<Interface> {
    let Named { name, link: message } = named;
    if name.is_empty() {
        return None;
    }
    let index = message.header.index;
    let mut found = Interface {
        addresses,
        default: default == Some(index),
        ..Interface::new(&interface_name::escape(name), index, link(message.header.link_layer_type))
    };
    for attribute in &message.attributes {
        match attribute {
            LinkAttribute::OperState(state) => found.state = state.to_string().to_lowercase(),
            LinkAttribute::Mtu(mtu) => found.mtu = *mtu,
            LinkAttribute::Address(address) if found.link == Link::Ethernet => found.mac = Some(mac(address)),
            LinkAttribute::Xdp(attributes) => found.xdp_program = xdp_program(attributes),
            _ => {}
        }
    }
    let device = Path::new("/sys/class/net").join(OsStr::from_bytes(name)).join("device");
    found.physical = device.exists();
    found.driver = fs::read_link(device.join("driver"))
        .ok()
        .and_then(|driver| driver.file_name().map(|name| name.to_string_lossy().into_owned()));
    Some(found)
}

fn link(kind: LinkLayerType) -> Link {
    match kind {
        LinkLayerType::Ether => Link::Ethernet,
        LinkLayerType::Loopback => Link::Loopback,
        LinkLayerType::None
        | LinkLayerType::Ppp
        | LinkLayerType::Rawip
        | LinkLayerType::Tunnel
        | LinkLayerType::Tunnel6
        | LinkLayerType::Sit => Link::RawIp,
        _ => Link::Unsupported,
    }
}

fn mac(address: &[u8]) -> String {
    address.iter().fold(String::new(), |mut text, byte| {
        let separator = if text.is_empty() { "" } else { ":" };
        // Writing to a string cannot fail.
        let _ = write!(text, "{separator}{byte:02x}");
        text
    })
}

fn xdp_program(attributes: &[LinkXdp]) -> Option<u32> {
    attributes.iter().find_map(|attribute| match attribute {
        LinkXdp::ProgId(id) | LinkXdp::DrvProgId(id) | LinkXdp::SkbProgId(id) | LinkXdp::HwProgId(id) => {
            Some(*id)
        }
        _ => None,
    })
}
