//! Addresses shown as their networks, where a data source shows no more of them: in rows, groups, conversations, lists of values
//! and files alike.
//!
//! Rows and flows are masked before anything is made of them or kept. So what a data source shows is what it would show if
//! packets had no other addresses.

mod frame;

use std::net::IpAddr;

use xdplive_packet::{LinkType, Tunnel, flow::FlowKey, headers::Headers};
use xdplive_source::Batch;

/// Leading bits of addresses that are shown; the others are zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Masks {
    /// Of IPv4, 0 to 32.
    pub ipv4: u8,
    /// Of IPv6, 0 to 128.
    pub ipv6: u8,
}

impl Masks {
    /// Whole addresses.
    pub const NONE: Self = Self { ipv4: 32, ipv6: 128 };

    /// Whether addresses are shown whole.
    #[must_use]
    pub fn are_none(self) -> bool {
        self == Self::NONE
    }

    /// An address as it is shown.
    #[must_use]
    pub fn address(self, address: IpAddr) -> IpAddr {
        match address {
            IpAddr::V4(address) => {
                let mut bytes = address.octets();
                keep(&mut bytes, self.ipv4);
                bytes.into()
            }
            IpAddr::V6(address) => {
                let mut bytes = address.octets();
                self.bytes(6, &mut bytes);
                bytes.into()
            }
        }
    }

    /// Whether addresses of this kind are shown whole.
    #[must_use]
    pub const fn leave(self, address: IpAddr) -> bool {
        match address {
            IpAddr::V4(_) => self.ipv4 >= Self::NONE.ipv4,
            IpAddr::V6(_) => self.ipv6 >= Self::NONE.ipv6,
        }
    }

    /// The network of an address, such as `192.0.2.0/24`; the address itself where it is shown whole.
    #[must_use]
    pub fn network(self, address: IpAddr) -> String {
        let shown = self.address(address);
        let length = if address.is_ipv4() { self.ipv4 } else { self.ipv6 };
        if self.leave(address) { shown.to_string() } else { format!("{shown}/{length}") }
    }

    /// The same of an address as headers have it: of IPv6 where `version` is 6, else IPv4's in the first four bytes.
    pub fn bytes(self, version: u8, bytes: &mut [u8; 16]) {
        if version != 6 {
            let [a, b, c, d, ..] = bytes;
            let mut address = [*a, *b, *c, *d];
            keep(&mut address, self.ipv4);
            [*a, *b, *c, *d] = address;
            return;
        }
        // Of 6to4 (RFC 3056), an address of IPv4 stands behind the first two bytes.
        if let [0x20, 0x02, a, b, c, d, ..] = bytes {
            let mut address = [*a, *b, *c, *d];
            keep(&mut address, self.ipv4);
            [*a, *b, *c, *d] = address;
        }
        keep(bytes, self.ipv6);
    }

    /// An Ethernet address as it is shown: its second half tells a card from others of its maker, and addresses of IPv6 are made
    /// of it.
    pub fn mac(self, address: &mut [u8; 6]) {
        if !self.are_none() && *address != [0xff; 6] {
            let [_, _, _, d, e, f] = address;
            [*d, *e, *f] = [0; 3];
        }
    }

    /// Changes what headers say to what is shown of it.
    pub fn headers(self, headers: &mut Headers) {
        self.bytes(headers.version, &mut headers.source_ip);
        self.bytes(headers.version, &mut headers.destination_ip);
        self.mac(&mut headers.source_mac);
        self.mac(&mut headers.destination_mac);
    }

    fn tunnel(self, tunnel: &mut Tunnel) {
        self.bytes(tunnel.outer_version, &mut tunnel.outer_source);
        self.bytes(tunnel.outer_version, &mut tunnel.outer_destination);
    }

    /// A flow as it is shown.
    #[must_use]
    pub fn key(self, key: &FlowKey) -> FlowKey {
        let mut shown = *key;
        self.bytes(key.version, &mut shown.source);
        self.bytes(key.version, &mut shown.destination);
        shown
    }

    /// Rows as they are shown.
    #[must_use]
    pub fn batches(self, batches: Vec<Batch>) -> Vec<Batch> {
        if self.are_none() {
            return batches;
        }
        let shown = |batch: &Batch| {
            batch.changed(|row| self.headers(&mut row.event.headers), |tunnel| self.tunnel(tunnel))
        };
        batches.iter().map(shown).collect()
    }

    /// The beginning of a frame as it is shown, cut where nobody knows what follows.
    pub fn frame(self, link: LinkType, bytes: &mut Vec<u8>) {
        if !self.are_none() {
            frame::mask(self, link, bytes);
        }
    }

    /// An interface's address with its prefix length, or its Ethernet address, as it is shown.
    #[must_use]
    pub fn text(self, text: &str) -> String {
        let (address, length) =
            text.split_once('/').map_or((text, None), |(address, length)| (address, Some(length)));
        let Ok(address) = address.parse::<IpAddr>() else { return String::new() };
        let shown = self.address(address);
        length.map_or_else(|| shown.to_string(), |length| format!("{shown}/{length}"))
    }
}

impl Default for Masks {
    fn default() -> Self {
        Self::NONE
    }
}

/// Leaves the first `bits` bits of `bytes`, and zeros behind them.
fn keep(bytes: &mut [u8], bits: u8) {
    let mut left = u32::from(bits);
    for byte in bytes {
        let kept = left.min(u8::BITS);
        *byte &= u8::MAX.checked_shl(u8::BITS - kept).unwrap_or(0);
        left -= kept;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(masks: Masks, text: &str) -> String {
        masks.address(text.parse().unwrap()).to_string()
    }

    #[test]
    fn networks_have_their_length() {
        let of = |masks: Masks, text: &str| masks.network(text.parse().unwrap());
        let masks = Masks { ipv4: 24, ..Masks::NONE };
        assert_eq!(of(masks, "192.0.2.7"), "192.0.2.0/24");
        assert_eq!(of(masks, "2001:db8::7"), "2001:db8::7");
        assert_eq!(of(Masks { ipv4: 0, ipv6: 48 }, "2001:db8::7"), "2001:db8::/48");
        assert_eq!(of(Masks { ipv4: 0, ipv6: 48 }, "192.0.2.7"), "0.0.0.0/0");
    }

    #[test]
    fn addresses_are_their_networks() {
        let masks = Masks { ipv4: 20, ipv6: 56 };
        assert_eq!(shown(masks, "198.51.103.7"), "198.51.96.0");
        assert_eq!(shown(masks, "2001:db8:1:2345:6:7:8:9"), "2001:db8:1:2300::");
        // In 6to4 there is an address of IPv4.
        assert_eq!(shown(Masks { ipv4: 24, ipv6: 64 }, "2002:c633:6407:1::9"), "2002:c633:6400:1::");
        for text in ["198.51.103.7", "2001:db8::9", "2002:c633:6407::1"] {
            assert_eq!(shown(Masks::NONE, text), text);
        }
        let nothing = Masks { ipv4: 0, ipv6: 0 };
        assert_eq!(
            (shown(nothing, "198.51.100.7"), shown(nothing, "2001:db8::9")),
            ("0.0.0.0".into(), "::".into())
        );
        assert_eq!(masks.text("198.51.103.7/24"), "198.51.96.0/24");
        assert_eq!(masks.text("no address"), "");
    }

    #[test]
    fn of_a_card_its_maker_is_left() {
        let mac = |masks: Masks, mut address: [u8; 6]| {
            masks.mac(&mut address);
            address
        };
        let (masks, nas) = (Masks { ipv4: 24, ipv6: 128 }, [0x00, 0x11, 0x32, 0xe5, 0x79, 0x5c]);
        assert_eq!(mac(masks, nas), [0x00, 0x11, 0x32, 0, 0, 0]);
        assert_eq!(mac(masks, [0xff; 6]), [0xff; 6]);
        assert_eq!(mac(Masks::NONE, nas), nas);
    }
}
