//! Each machine here is written as `ip -d link` shows it.

use rtnetlink::packet_route::link::LinkInfo;

use super::*;

/// An interface and its attributes.
type Device = (Interface, Vec<LinkAttribute>);

fn device(name: &str, index: u32) -> Device {
    (Interface::new(name, index, Link::Ethernet), Vec::new())
}

fn card(name: &str, index: u32) -> Device {
    let (mut interface, attributes) = device(name, index);
    interface.physical = true;
    (interface, attributes)
}

fn of_kind(name: &str, index: u32, kind: InfoKind) -> Device {
    let (interface, _) = device(name, index);
    (interface, vec![LinkAttribute::LinkInfo(vec![LinkInfo::Kind(kind)])])
}

fn loopback() -> Device {
    (Interface::new("lo", 1, Link::Loopback), Vec::new())
}

/// The same with another attribute.
fn with((interface, mut attributes): Device, attribute: LinkAttribute) -> Device {
    attributes.push(attribute);
    (interface, attributes)
}

/// The end of a pair whose other end is in another namespace.
fn end(name: &str, index: u32, address: Option<&str>) -> Device {
    let (mut interface, attributes) = of_kind(name, index, InfoKind::Veth);
    interface.addresses = address.into_iter().map(str::to_owned).collect();
    let attributes = attributes.into_iter().chain([LinkAttribute::Link(9), LinkAttribute::LinkNetNsId(0)]);
    (interface, attributes.collect())
}

fn member(device: Device, master: u32) -> Device {
    with(device, LinkAttribute::Controller(master))
}

/// The names of the uplinks of a machine with these interfaces.
fn uplinks_of(devices: &[Device]) -> Vec<&str> {
    let places: Vec<Place> =
        devices.iter().map(|(interface, attributes)| Place::of(interface, attributes)).collect();
    let found = uplinks(&places);
    let uplinks = devices.iter().filter(|(interface, _)| found.contains(&interface.index));
    uplinks.map(|(interface, _)| interface.name.as_str()).collect()
}

#[test]
fn a_host_has_its_cards_whatever_is_on_top_of_them() {
    let host = [
        loopback(),
        member(card("eth0", 2), 4),
        member(card("eth1", 3), 4),
        of_kind("bond0", 4, InfoKind::Bond),
        with(of_kind("bond0.40", 5, InfoKind::Vlan), LinkAttribute::Link(4)),
        member(card("eth2", 6), 7),
        of_kind("br0", 7, InfoKind::Bridge),
        member(end("veth1a2b", 8, None), 7),
        of_kind("vxlan7", 9, InfoKind::Vxlan),
        of_kind("docker0", 10, InfoKind::Bridge),
        of_kind("mac0", 11, InfoKind::MacVlan),
        (Interface::new("wg0", 12, Link::RawIp), Vec::new()),
        card("wlan0", 13),
    ];
    assert_eq!(uplinks_of(&host), ["eth0", "eth1", "eth2", "wlan0"]);
}

#[test]
fn a_container_has_what_stands_for_a_card() {
    assert_eq!(uplinks_of(&[loopback(), end("eth0", 2, Some("172.17.0.2/16"))]), ["eth0"]);
    let mut child = of_kind("eth0", 2, InfoKind::MacVlan);
    child.1.extend([LinkAttribute::Link(3), LinkAttribute::LinkNetNsId(0)]);
    assert_eq!(uplinks_of(&[loopback(), child]), ["eth0"]);
}

#[test]
fn a_container_with_containers_of_its_own_has_not_their_ends() {
    let bridged = [
        loopback(),
        end("eth0", 2, Some("172.18.0.3/16")),
        of_kind("docker0", 3, InfoKind::Bridge),
        member(end("veth77", 4, None), 3),
    ];
    assert_eq!(uplinks_of(&bridged), ["eth0"]);
    let routed = [
        loopback(),
        end("eth0", 2, Some("172.18.0.3/16")),
        end("cali1", 3, Some("fe80::ecee:eeff:feee:eeee/64")),
        end("cali2", 4, None),
    ];
    assert_eq!(uplinks_of(&routed), ["eth0"]);
}

#[test]
fn without_an_address_every_end_may_be_one() {
    assert_eq!(uplinks_of(&[loopback(), end("net1", 2, None), end("net2", 3, None)]), ["net1", "net2"]);
}

#[test]
fn a_machine_without_any_of_these_has_its_default_route() {
    let (mut tap, attributes) = of_kind("tap0", 2, InfoKind::Tun);
    assert_eq!(uplinks_of(&[loopback(), (tap.clone(), attributes.clone())]), [""; 0]);
    tap.default = true;
    assert_eq!(uplinks_of(&[loopback(), (tap, attributes)]), ["tap0"]);
    assert_eq!(uplinks_of(&[loopback()]), [""; 0]);
}

#[test]
fn of_accelerated_networking_the_slow_path_has_all() {
    assert_eq!(uplinks_of(&[loopback(), card("eth0", 2), member(card("enP1s1", 3), 2)]), ["eth0"]);
}

#[test]
fn of_a_switch_the_ports_have_all() {
    let port = |name, index| {
        let (mut interface, attributes) = of_kind(name, index, InfoKind::Other("dsa".to_owned()));
        interface.physical = true;
        with((interface, attributes), LinkAttribute::Link(2))
    };
    let router =
        [loopback(), card("eth0", 2), member(port("lan1", 3), 5), port("wan", 4), device("br-lan", 5)];
    assert_eq!(uplinks_of(&router), ["lan1", "wan"]);
}

#[test]
fn functions_inside_a_card_are_none() {
    let named = |index, port: &str| {
        with(card(&format!("eth{index}"), index), LinkAttribute::PhysPortName(port.to_owned()))
    };
    let all =
        [named(2, "p0"), named(3, "pf0vf1"), named(4, "c1pf0vf12"), named(5, "pf1sf88"), named(6, "pf0")];
    assert_eq!(uplinks_of(&all), ["eth2", "eth6"]);
}

#[test]
fn what_cannot_be_read_is_none() {
    let mut card = card("ib0", 2);
    card.0.link = Link::Unsupported;
    assert_eq!(uplinks_of(&[loopback(), card]), [""; 0]);
}
