//! The beginning of a frame without what a data source does not show. Only what is known to hold no address stays: the headers of
//! Ethernet with its tags, ARP, IPv4, IPv6, and the fixed part of the next one. What follows is cut, and options are emptied.
//! So are checksums that are of addresses, too, because they would tell what they were made of.

use xdplive_packet::LinkType;

use super::Masks;

/// Headers of extensions of IPv6 that are gone through at most.
const EXTENSIONS: usize = 8;
/// Tags of VLANs.
const TAGS: usize = 4;

/// Masks the addresses in `bytes`, and cuts them behind the last header that is known.
pub(super) fn mask(masks: Masks, link: LinkType, bytes: &mut Vec<u8>) {
    let mut walk = Walk { masks, rest: bytes, kept: 0 };
    // Where the frame ends within a header, that is left out.
    let _ = match link {
        LinkType::Ethernet => walk.ethernet(),
        LinkType::RawIp => walk.ip(),
    };
    let kept = walk.kept;
    bytes.truncate(kept);
}

struct Walk<'a> {
    masks: Masks,
    rest: &'a mut [u8],
    /// Bytes of the frame that stay.
    kept: usize,
}

impl<'a> Walk<'a> {
    /// The next bytes, which stay.
    fn take<const N: usize>(&mut self) -> Option<&'a mut [u8; N]> {
        let (taken, rest) = std::mem::take(&mut self.rest).split_first_chunk_mut()?;
        self.rest = rest;
        self.kept += N;
        Some(taken)
    }

    /// The next bytes, which stay as zeros.
    fn empty(&mut self, length: usize) -> Option<()> {
        let (taken, rest) = std::mem::take(&mut self.rest).split_at_mut_checked(length)?;
        taken.fill(0);
        self.rest = rest;
        self.kept += length;
        Some(())
    }

    fn ethernet(&mut self) -> Option<()> {
        for _ in 0..2 {
            let address = self.take::<6>()?;
            self.masks.mac(address);
        }
        for _ in 0..=TAGS {
            match u16::from_be_bytes(*self.take()?) {
                // 802.1Q, 802.1ad, and what was there before.
                0x8100 | 0x88a8 | 0x9100 => _ = self.take::<2>()?,
                0x0800 => return self.ipv4(),
                0x86dd => return self.ipv6(),
                0x0806 => return self.arp(),
                _ => return None,
            }
        }
        None
    }

    fn ip(&mut self) -> Option<()> {
        match self.rest.first()? >> 4 {
            4 => self.ipv4(),
            6 => self.ipv6(),
            _ => None,
        }
    }

    /// Of IPv4 over Ethernet.
    fn arp(&mut self) -> Option<()> {
        if *self.take::<6>()? != [0, 1, 8, 0, 6, 4] {
            return None;
        }
        let _operation = self.take::<2>()?;
        for _ in 0..2 {
            let address = self.take::<6>()?;
            self.masks.mac(address);
            self.ipv4_address()?;
        }
        Some(())
    }

    fn ipv4_address(&mut self) -> Option<&'a [u8; 4]> {
        let address = self.take::<4>()?;
        super::keep(address, self.masks.ipv4);
        Some(address)
    }

    fn ipv4(&mut self) -> Option<()> {
        let fixed = self.take::<10>()?;
        let checksum = self.take::<2>()?;
        let source = self.ipv4_address()?;
        let destination = self.ipv4_address()?;
        let [first, _, _, _, _, _, offset @ .., _, protocol] = *fixed;
        let options = usize::from(first & 0xf).checked_sub(5)? * 4;
        self.empty(options)?;
        *checksum = internet_checksum([fixed, source, destination]);
        // What follows in another fragment than the first is no header.
        if u16::from_be_bytes(offset) & 0x1fff != 0 {
            return None;
        }
        self.upper(protocol)
    }

    fn ipv6_address(&mut self) -> Option<()> {
        let address = self.take::<16>()?;
        self.masks.bytes(6, address);
        Some(())
    }

    fn ipv6(&mut self) -> Option<()> {
        let [_, _, _, _, _, _, mut next, _] = *self.take::<8>()?;
        self.ipv6_address()?;
        self.ipv6_address()?;
        for _ in 0..EXTENSIONS {
            match next {
                // Options of each hop and of the destination, and routing, which has addresses.
                0 | 43 | 60 => {
                    let [following, length] = *self.take::<2>()?;
                    self.empty((usize::from(length) + 1) * 8 - 2)?;
                    next = following;
                }
                44 => {
                    let [following, _, high, low, ..] = *self.take::<8>()?;
                    if u16::from_be_bytes([high, low]) >> 3 != 0 {
                        return None;
                    }
                    next = following;
                }
                protocol => return self.upper(protocol),
            }
        }
        None
    }

    fn upper(&mut self, protocol: u8) -> Option<()> {
        match protocol {
            6 => {
                let [.., offset, _, _, _] = *self.take::<16>()?;
                self.empty(2)?;
                let _urgent = self.take::<2>()?;
                self.empty(usize::from(offset >> 4).checked_sub(5)? * 4)
            }
            17 | 136 => {
                let _ports_and_length = self.take::<6>()?;
                self.empty(2)
            }
            132 => {
                let _ports_and_tag = self.take::<8>()?;
                self.empty(4)
            }
            33 => self.take::<4>().map(|_| ()),
            1 | 58 => {
                let [kind, _] = *self.take::<2>()?;
                self.empty(2)?;
                // Number and sequence of an echo. Others have addresses there, such as of a better router.
                if matches!((protocol, kind), (1, 0 | 8) | (58, 128 | 129)) {
                    let _number = self.take::<4>()?;
                }
                Some(())
            }
            _ => None,
        }
    }
}

/// The checksum of a header (RFC 1071) that is made of these parts of an even number of bytes each, and of zeros.
fn internet_checksum(parts: [&[u8]; 3]) -> [u8; 2] {
    let words = parts.into_iter().flat_map(|part| part.chunks_exact(2));
    let sum: u32 = words
        .map(|word| match word {
            [high, low] => u32::from(u16::from_be_bytes([*high, *low])),
            _ => 0,
        })
        .sum();
    let once = (sum & 0xffff) + (sum >> 16);
    let twice = (once & 0xffff) + (once >> 16);
    u16::try_from(twice).map_or(0, |sum| !sum).to_be_bytes()
}

#[cfg(test)]
mod tests;
