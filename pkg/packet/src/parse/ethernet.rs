//! Ethernet II and IEEE 802.3, 802.1Q and 802.1ad tags, SNAP (RFC 1042).

use super::{Network, Payload, Stopped, reached, stop};
use crate::{
    frame::Frame,
    headers::{Headers, Malformed, present},
    wire::Tag,
};

const HEADER: u32 = 14;
const TAG: u32 = 4;
/// At most three tags are read: 802.1ad service tag, customer tag, and one more of the customer's own. The ids of the first
/// two are kept.
const MAX_TAGS: u32 = 3;
/// Up to this value the field is a length, not a type (IEEE 802.3, 3.2.6).
const MAX_LENGTH_FIELD: u16 = 1500;

const IPV4: u16 = 0x0800;
const ARP: u16 = 0x0806;
const IPV6: u16 = 0x86dd;
const VLAN: u16 = 0x8100;
const SERVICE_VLAN: u16 = 0x88a8;
/// What cards used for stacked tags before 802.1ad; libpcap and Wireshark read it too.
const OLD_STACKED_VLAN: u16 = 0x9100;
const MPLS: u16 = 0x8847;
/// What stands behind a length, in front of a type: logical link control for SNAP, and no organization (RFC 1042).
const SNAP: [u8; 6] = [0xaa, 0xaa, 0x03, 0x00, 0x00, 0x00];
const SNAP_HEADER: u32 = 8;

/// With a label that the upstream router assigned (RFC 5332).
const MPLS_UPSTREAM: u16 = 0x8848;
const PPPOE_SESSION: u16 = 0x8864;

/// Reads the link layer that starts at `start`; `tag` is one that was taken off before. `payload` is what it carries.
#[inline(always)]
pub(super) fn parse<F: Frame>(
    frame: &mut F,
    tag: Tag,
    start: u32,
    headers: &mut Headers,
    payload: &mut Payload,
) -> Result<(), Stopped> {
    let [d0, d1, d2, d3, d4, d5, s0, s1, s2, s3, s4, s5, t0, t1] =
        *frame.read::<14>(start).map_err(|reason| stop(headers, reason))?;
    headers.destination_mac = [d0, d1, d2, d3, d4, d5];
    headers.source_mac = [s0, s1, s2, s3, s4, s5];
    headers.ethertype = u16::from_be_bytes([t0, t1]);
    headers.present |= present::ETHERNET;
    let mut at = start + HEADER;
    reached(headers, at);

    let mut tags = 0;
    if let Some(control) = tag.control() {
        add_tag(headers, tags, control);
        tags += 1;
    }
    // One turn more than tags allowed: the last one only finds that there is another tag.
    for _ in 0..=MAX_TAGS {
        // Nearly every packet, so that this comes first.
        if matches!(headers.ethertype, IPV4 | IPV6) {
            break;
        }
        if !matches!(headers.ethertype, VLAN | SERVICE_VLAN | OLD_STACKED_VLAN) {
            break;
        }
        if tags >= MAX_TAGS {
            return Err(stop(headers, Malformed::TooManyHeaders));
        }
        let [c0, c1, t0, t1] = *frame.read::<4>(at).map_err(|reason| stop(headers, reason))?;
        add_tag(headers, tags, u16::from_be_bytes([c0, c1]));
        headers.ethertype = u16::from_be_bytes([t0, t1]);
        at += TAG;
        tags += 1;
        reached(headers, at);
    }

    let network = match headers.ethertype {
        IPV4 => Network::Ipv4,
        IPV6 => Network::Ipv6,
        ARP => Network::Arp,
        MPLS | MPLS_UPSTREAM => Network::Mpls,
        PPPOE_SESSION => Network::Pppoe,
        0..=MAX_LENGTH_FIELD => {
            headers.present |= present::LENGTH_FIELD;
            Network::Other
        }
        _ => Network::Other,
    };
    *payload = Payload { network, at, header: at };
    if headers.has(present::LENGTH_FIELD) {
        snap(frame, at, headers, payload);
    }
    Ok(())
}

/// A type after all.
#[inline(always)]
fn snap<F: Frame>(frame: &mut F, at: u32, headers: &mut Headers, payload: &mut Payload) {
    if at + SNAP_HEADER > frame.length() {
        return;
    }
    let Ok(&[a, b, c, d, e, f, t0, t1]) = frame.read::<8>(at) else { return };
    if [a, b, c, d, e, f] != SNAP {
        return;
    }
    payload.network = match u16::from_be_bytes([t0, t1]) {
        IPV4 => Network::Ipv4,
        IPV6 => Network::Ipv6,
        ARP => Network::Arp,
        _ => return,
    };
    payload.header = at + SNAP_HEADER;
    reached(headers, payload.header);
}

#[inline(always)]
fn add_tag(headers: &mut Headers, already: u32, control: u16) {
    if already == 0 {
        headers.vlan = control;
        headers.present |= present::VLAN;
    } else if already == 1 {
        headers.inner_vlan = control;
        headers.present |= present::INNER_VLAN;
    }
}
