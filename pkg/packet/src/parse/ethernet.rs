//! Ethernet II and IEEE 802.3, 802.1Q and 802.1ad tags.

use super::{Network, Payload, reached};
use crate::{
    frame::Frame,
    headers::{Headers, Malformed, present},
    wire::Wire,
};

const HEADER: u32 = 14;
const TAG: u32 = 4;
/// At most two tags are read: 802.1ad service tag and customer tag.
const MAX_TAGS: u32 = 2;
/// Up to this value the field is a length, not a type (IEEE 802.3, 3.2.6).
const MAX_LENGTH_FIELD: u16 = 1500;

const IPV4: u16 = 0x0800;
const ARP: u16 = 0x0806;
const IPV6: u16 = 0x86dd;
const VLAN: u16 = 0x8100;
const SERVICE_VLAN: u16 = 0x88a8;
/// What cards used for stacked tags before 802.1ad; libpcap and Wireshark read it too.
const OLD_STACKED_VLAN: u16 = 0x9100;

/// Reads the link layer; `payload` is what it carries.
#[inline(always)]
pub(super) fn parse<F: Frame>(
    frame: &mut F,
    wire: &Wire,
    headers: &mut Headers,
    payload: &mut Payload,
) -> Result<(), Malformed> {
    let [d0, d1, d2, d3, d4, d5, s0, s1, s2, s3, s4, s5, t0, t1] = *frame.read::<14>(0)?;
    headers.destination_mac = [d0, d1, d2, d3, d4, d5];
    headers.source_mac = [s0, s1, s2, s3, s4, s5];
    headers.ethertype = u16::from_be_bytes([t0, t1]);
    headers.present |= present::ETHERNET;
    reached(headers, HEADER);

    let mut at = HEADER;
    let mut tags = 0;
    if let Some(control) = wire.tag.control() {
        add_tag(headers, tags, control);
        tags += 1;
    }
    // One turn more than tags allowed: the last one only finds that there is another tag.
    for _ in 0..=MAX_TAGS {
        if !matches!(headers.ethertype, VLAN | SERVICE_VLAN | OLD_STACKED_VLAN) {
            break;
        }
        if tags >= MAX_TAGS {
            return Err(Malformed::TooManyHeaders);
        }
        let [c0, c1, t0, t1] = *frame.read::<4>(at)?;
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
        0..=MAX_LENGTH_FIELD => {
            headers.present |= present::LENGTH_FIELD;
            Network::Other
        }
        _ => Network::Other,
    };
    *payload = Payload { network, at };
    Ok(())
}

#[inline(always)]
fn add_tag(headers: &mut Headers, already: u32, control: u16) {
    if already == 0 {
        headers.vlan = control;
        headers.present |= present::VLAN;
    } else {
        headers.inner_vlan = control;
        headers.present |= present::INNER_VLAN;
    }
}
