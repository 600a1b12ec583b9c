//! What is counted beside a table of flows.

use bytemuck::{Pod, Zeroable};

use super::{BANKS, Counted, Sum, View};
use crate::{accounting::INTERFACES, event::Direction};

/// What one CPU counts for one interface and direction beside a bank's table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct Beside {
    /// Packets of flows for which the table had no room, by [`View`].
    pub other: [Sum; 3],
    /// TCP packets by flag, FIN to CWR. A packet with two flags is part of both.
    pub tcp_flags: [Sum; 8],
    /// The same of the innermost headers, of packets that carry another.
    pub inner_tcp_flags: [Sum; 8],
}

impl Beside {
    /// Adds a TCP packet with these flags.
    #[inline(always)]
    pub fn add_tcp(&mut self, view: View, flags: u8, packet: &Counted) {
        let sums = match view {
            View::Inner => &mut self.inner_tcp_flags,
            View::Whole | View::Outer => &mut self.tcp_flags,
        };
        for (bit, sum) in sums.iter_mut().enumerate() {
            if flags >> bit & 1 == 1 {
                *sum += packet.sum();
            }
        }
    }
}

impl core::ops::AddAssign<&Self> for Beside {
    fn add_assign(&mut self, more: &Self) {
        let Self { other, tcp_flags, inner_tcp_flags } = self;
        let sums = other.iter_mut().chain(tcp_flags).chain(inner_tcp_flags);
        let more = more.other.iter().chain(&more.tcp_flags).chain(&more.inner_tcp_flags);
        sums.zip(more).for_each(|(sum, more)| *sum += *more);
    }
}

/// Interfaces whose [`Beside`] is in one map.
pub const BESIDE_INTERFACES: u32 = 64;
/// Entries of such a map: one for each interface and direction.
pub const BESIDE_ENTRIES: u32 = BESIDE_INTERFACES * Direction::ALL.len() as u32;
/// Such maps at most, over both banks.
pub const BESIDE_MAPS: u32 = (INTERFACES as u32 / BESIDE_INTERFACES) * BANKS as u32;

/// The number of the map with the [`Beside`] of an interface (below [`INTERFACES`]) in a bank.
#[inline(always)]
#[must_use]
pub const fn beside_map(interface: u32, bank: u32) -> u32 {
    interface / BESIDE_INTERFACES * BANKS as u32 + bank
}

/// The entry of an interface and direction in its [`beside_map`].
#[inline(always)]
#[must_use]
pub const fn beside_entry(interface: u32, direction: Direction) -> u32 {
    interface % BESIDE_INTERFACES * Direction::ALL.len() as u32 + direction as u32
}
