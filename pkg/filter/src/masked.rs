//! What a filter means where addresses are shown as their networks: what it would mean if packets had no other addresses.

use std::net::{Ipv4Addr, Ipv6Addr};

use crate::{
    field::{Extracted, Field, Layer},
    filter::Filter,
    formula::Test,
    syntax::{Network, Primitive},
    tree::Tree,
};

/// What cannot be filtered by where addresses are shown as their networks, because it would tell which they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TellsAddresses {
    /// In a few words.
    pub what: &'static str,
}

impl Filter {
    /// The same for packets whose IPv4 addresses have `ipv4` leading bits and no others, and those of IPv6 `ipv6`: `host
    /// 192.0.2.0` is every host of 192.0.2.0/24 then, and `host 192.0.2.7` none.
    ///
    /// # Errors
    /// [`TellsAddresses`] for conditions on Ethernet addresses, and on bytes of headers where addresses may stand.
    pub fn masked(&self, ipv4: u32, ipv6: u32) -> Result<Self, TellsAddresses> {
        if self.expression().leaves().any(|primitive| matches!(primitive, Primitive::Mac { .. })) {
            return Err(TellsAddresses { what: "Ethernet addresses" });
        }
        let of_bytes = self.expression().leaves().filter_map(|primitive| match primitive {
            Primitive::Relation(relation) => Some(relation),
            _ => None,
        });
        if of_bytes.flat_map(|relation| relation.meaning().leaves()).any(tells) {
            return Err(TellsAddresses { what: "bytes of headers in which addresses stand" });
        }
        let expression = self.expression().replace(&|primitive| match primitive {
            Primitive::Network { owner, side, network } => match network.widened(ipv4, ipv6) {
                Some(network) => Tree::Leaf(Primitive::Network { owner: *owner, side: *side, network }),
                // No packet has such an address then.
                None => Tree::Any(Vec::new()),
            },
            other => Tree::Leaf(other.clone()),
        });
        Ok(Self::of(expression))
    }
}

impl Network {
    /// The network that stands for this one where no more leading bits are known; `None` where it says more than these.
    fn widened(&self, ipv4: u32, ipv6: u32) -> Option<Self> {
        match *self {
            Self::V4 { base, length } if length > ipv4 => {
                let kept = u32::from(base) & u32::MAX.checked_shl(u32::BITS - ipv4).unwrap_or(0);
                (Ipv4Addr::from(kept) == base).then_some(Self::V4 { base, length: ipv4 })
            }
            Self::V6 { base, length } if length > ipv6 => {
                let kept = u128::from(base) & u128::MAX.checked_shl(u128::BITS - ipv6).unwrap_or(0);
                (Ipv6Addr::from(kept) == base).then_some(Self::V6 { base, length: ipv6 })
            }
            known => Some(known),
        }
    }
}

/// Whether a test is of a field that holds an address, or of bytes that may be part of one.
fn tells(test: &Test) -> bool {
    match test {
        Test::In(field, _) => match field {
            Field::SourceIpv4
            | Field::DestinationIpv4
            | Field::SourceIpv6
            | Field::DestinationIpv6
            | Field::SourceMac
            | Field::DestinationMac => true,
            // Of Ethernet they stand before the type, of ARP, IPv4 and IPv6 behind the first eight bytes. A checksum is of them, too.
            Field::Extracted(Extracted::Bytes { layer, offset, size, .. }) => match layer {
                Layer::Link => *offset < 12,
                Layer::Network => offset.saturating_add(*size) > 8,
                Layer::Upper => true,
            },
            _ => false,
        },
        Test::DirectedBroadcast => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked(text: &str) -> String {
        match Filter::parse(text).unwrap().masked(24, 64) {
            Ok(filter) => filter.to_string(),
            Err(TellsAddresses { what }) => format!("refused: {what}"),
        }
    }

    #[test]
    fn hosts_are_their_networks() {
        assert_eq!(masked("host 192.0.2.0"), masked("net 192.0.2.0/24"));
        assert_eq!(masked("src net 192.0.2.0/28"), masked("src net 192.0.2.0/24"));
        assert_eq!(masked("net 192.0.0.0/16"), "net 192.0.0.0/16");
        assert_eq!(masked("ip6 host 2001:db8::"), masked("ip6 net 2001:db8::/64"));
        assert_eq!(masked("tcp port 443 and not ttl 1"), "tcp port 443 and not ttl == 1");
        let whole = Filter::parse("host 192.0.2.7 or host 2001:db8::7").unwrap();
        assert_eq!(whole.masked(32, 128), Ok(whole));
        let all = Filter::parse("host 192.0.2.0").unwrap().masked(0, 0).unwrap();
        assert_eq!(
            all.to_string(),
            Filter::parse("host 192.0.2.0").unwrap().masked(0, 128).unwrap().to_string()
        );
    }

    /// Whoever guesses an address must not learn whether it is there.
    #[test]
    fn what_says_more_than_a_network_is_never_there() {
        use crate::environment::Environment;
        for text in ["host 192.0.2.7", "src net 192.0.2.16/28", "ip6 host 2001:db8::1", "arp host 192.0.2.7"]
        {
            let filter = Filter::parse(text).unwrap().masked(24, 64).unwrap();
            assert_eq!(filter.terms(&Environment::default()).unwrap(), [], "{text}");
        }
    }

    #[test]
    fn bytes_of_addresses_are_refused() {
        for text in ["ether host 00:11:32:e5:79:5c", "not ether src 02:00:00:00:00:01"] {
            assert_eq!(masked(text), "refused: Ethernet addresses", "{text}");
        }
        for text in [
            "ip[16:4] = 1",
            "ip[19] & 1 = 1",
            "ip6[20:4] = 1",
            "arp[14:4] = 1",
            "ether[4:2] = 1",
            "ip[10:2] = 7",
        ] {
            assert_eq!(masked(text), "refused: bytes of headers in which addresses stand", "{text}");
        }
        for text in [
            "ether broadcast",
            "ip[8] < 5",
            "ttl < 5",
            "tcpflags syn",
            "greater 100",
            "ip[6:2] & 0x1fff != 0",
        ] {
            assert!(!masked(text).starts_with("refused"), "{text}: {}", masked(text));
        }
    }
}
