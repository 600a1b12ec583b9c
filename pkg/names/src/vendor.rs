//! Who made a network card, by its Ethernet address: the registry of the IEEE, in `data/vendors.tsv`. The table is made when
//! the first address is asked for, and takes 1 MB then.

use std::{fmt, sync::LazyLock};

/// What an Ethernet address says about who has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Vendor {
    /// The owner of the block that it is from.
    Owner(&'static str),
    /// Nobody's: whoever runs the network, or the card itself, has made it up.
    LocallyAdministered,
    /// All stations.
    Broadcast,
    /// The stations that take part in a group of IPv4 (RFC 1112, section 6.4).
    Ipv4Multicast,
    /// The stations that take part in a group of IPv6 (RFC 2464, section 7).
    Ipv6Multicast,
    /// A group of stations, from the block of this owner.
    GroupOf(&'static str),
    /// A group of stations.
    Group,
}

impl fmt::Display for Vendor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Owner(name) => name,
            Self::LocallyAdministered => "locally administered",
            Self::Broadcast => "broadcast",
            Self::Ipv4Multicast => "IPv4 multicast",
            Self::Ipv6Multicast => "IPv6 multicast",
            Self::GroupOf(name) => return write!(f, "group address of {name}"),
            Self::Group => "group address",
        })
    }
}

/// Who has an Ethernet address; `None` where the registry does not say.
#[must_use]
pub fn vendor(address: [u8; 6]) -> Option<Vendor> {
    let [first, rest @ ..] = address;
    match address {
        // What loopback interfaces have, although the block is somebody's.
        [0, 0, 0, 0, 0, 0] => return None,
        [0xff, 0xff, 0xff, 0xff, 0xff, 0xff] => return Some(Vendor::Broadcast),
        [0x33, 0x33, ..] => return Some(Vendor::Ipv6Multicast),
        [0x01, 0x00, 0x5e, 0..=0x7f, ..] => return Some(Vendor::Ipv4Multicast),
        _ => {}
    }
    let [b, c, d, e, f] = rest;
    // Some blocks of the first years have the bit of local addresses set, so the registry is asked first.
    let owner = owner([first & !GROUP, b, c, d, e, f]);
    match (first & GROUP != 0, owner) {
        (true, Some(name)) => Some(Vendor::GroupOf(name)),
        (true, None) => Some(Vendor::Group),
        (false, Some(name)) => Some(Vendor::Owner(name)),
        (false, None) => (first & LOCAL != 0).then_some(Vendor::LocallyAdministered),
    }
}

/// Bit of the first byte: the address is that of a group.
const GROUP: u8 = 1;
/// Bit of the first byte: the address is not from the registry.
const LOCAL: u8 = 1 << 1;

const TEXT: &str = include_str!("../data/vendors.tsv");
/// Lengths of blocks that there are, bits, the longest first.
const LENGTHS: [u32; 3] = [36, 28, 24];

/// For each length the blocks, sorted, each with where its owner's line begins.
static BLOCKS: LazyLock<[Vec<(u64, u32)>; 3]> = LazyLock::new(|| {
    let mut blocks = LENGTHS.map(|_| Vec::new());
    let mut begin = 0;
    for line in TEXT.split_inclusive('\n') {
        for (length, block) in blocks_of(line) {
            if let Some(place) = LENGTHS.iter().position(|known| *known == length)
                && let Some(of_length) = blocks.get_mut(place)
            {
                of_length.push((block, begin));
            }
        }
        begin += u32::try_from(line.len()).unwrap_or(u32::MAX);
    }
    blocks.iter_mut().for_each(|of_length| of_length.sort_unstable());
    blocks
});

/// The blocks of an owner's line, each with its length; none of a comment.
fn blocks_of(line: &str) -> impl Iterator<Item = (u32, u64)> {
    let blocks = line.trim_end().split_once('\t').map_or("", |(_, blocks)| blocks);
    blocks.split(' ').filter_map(|digits| {
        let length = u32::try_from(digits.len()).ok()? * 4;
        Some((length, u64::from_str_radix(digits, 16).ok()?))
    })
}

/// The owner of the smallest block that an address is from.
fn owner([a, b, c, d, e, f]: [u8; 6]) -> Option<&'static str> {
    let address = u64::from_be_bytes([0, 0, a, b, c, d, e, f]);
    BLOCKS.iter().zip(LENGTHS).find_map(|(blocks, length)| {
        let place = blocks.binary_search_by_key(&(address >> (48 - length)), |(block, _)| *block).ok()?;
        let (_, begin) = blocks.get(place)?;
        let (name, _) = TEXT.get(usize::try_from(*begin).ok()?..)?.split_once('\t')?;
        Some(name)
    })
}

#[cfg(test)]
mod tests;
