//! What kernel and cards have counted of interfaces, by route netlink.

use std::{io, sync::Arc};

use rtnetlink::packet_route::link::{LinkAttribute, Stats64};
use xdplive_protocol::interface_name;
use xdplive_source::{Host, InterfaceSet, Interfaces, LinkCounters, LinkReading};

use super::{
    links::{self, Named},
    queues,
};
use crate::clock;

/// Reads what has been counted of the interfaces that `chosen` has, on the only host. `known` says what rarely changes: speeds,
/// and which are uplinks. Waits for the kernel, which answers at once.
///
/// # Errors
/// The kernel's.
pub(super) fn read(host: &Host, chosen: &InterfaceSet, known: &Interfaces) -> io::Result<Vec<LinkReading>> {
    let dropped = queues::dropped()?;
    let links = links::dump()?;
    let at = clock::now();
    let reading = |Named { name, link }: &Named| {
        let index = link.header.index;
        let name = interface_name::escape(name);
        let known = known.get(&name).filter(|one| one.index == index);
        chosen.contains(&name, known.is_some_and(|one| one.uplink)).then(|| {
            let mut counters = counters(&link.attributes);
            counters.queue_dropped = dropped.get(&index).copied().unwrap_or_default().into();
            LinkReading {
                at,
                host: host.clone(),
                interface: name.into(),
                index,
                state: state(&link.attributes),
                speed: known.and_then(|one| one.speed),
                counters,
            }
        })
    };
    Ok(links.iter().filter_map(reading).collect())
}

/// The operational state in lower case, as [`super::watch`] has it.
fn state(attributes: &[LinkAttribute]) -> Arc<str> {
    let state = attributes.iter().find_map(|attribute| match attribute {
        LinkAttribute::OperState(state) => Some(state.to_string().to_lowercase()),
        _ => None,
    });
    state.as_deref().unwrap_or("unknown").into()
}

fn counters(attributes: &[LinkAttribute]) -> LinkCounters {
    let mut counters = LinkCounters::default();
    for attribute in attributes {
        match attribute {
            LinkAttribute::Stats64(Stats64 {
                rx_packets,
                tx_packets,
                rx_bytes,
                tx_bytes,
                rx_errors,
                tx_errors,
                rx_dropped,
                tx_dropped,
                rx_missed_errors,
                ..
            }) => {
                counters = LinkCounters {
                    in_bytes: *rx_bytes,
                    out_bytes: *tx_bytes,
                    in_packets: *rx_packets,
                    out_packets: *tx_packets,
                    // The kernel keeps them apart (linux/if_link.h), and /proc/net/dev adds them up.
                    in_dropped: rx_dropped.saturating_add(*rx_missed_errors),
                    in_missed: *rx_missed_errors,
                    out_dropped: *tx_dropped,
                    in_errors: *rx_errors,
                    out_errors: *tx_errors,
                    ..counters
                };
            }
            LinkAttribute::CarrierChanges(changes) => counters.carrier_changes = (*changes).into(),
            _ => {}
        }
    }
    counters
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_loopback_interface_receives_what_it_sends() {
        let host = Host::only("nas");
        let chosen = InterfaceSet::Named(vec!["lo".to_owned()]);
        let [lo] = read(&host, &chosen, &Interfaces::default()).unwrap().try_into().unwrap();
        assert_eq!((&*lo.interface, lo.speed), ("lo", None));
        assert_eq!(
            (lo.counters.in_bytes, lo.counters.in_packets),
            (lo.counters.out_bytes, lo.counters.out_packets)
        );
    }

    #[test]
    fn what_the_card_dropped_is_among_what_was_dropped() {
        let mut statistics = Stats64::default();
        (statistics.rx_dropped, statistics.rx_missed_errors, statistics.tx_dropped) = (3, 4, 5);
        let found = counters(&[LinkAttribute::CarrierChanges(9), LinkAttribute::Stats64(statistics)]);
        let expected = LinkCounters {
            in_dropped: 7,
            in_missed: 4,
            out_dropped: 5,
            carrier_changes: 9,
            ..LinkCounters::default()
        };
        assert_eq!(found, expected);
    }
}
