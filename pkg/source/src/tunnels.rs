//! What carries rows' packets, beside the rows: those that are carried by nothing pay nothing.

use std::sync::Arc;

use xdplive_packet::Tunnel;

/// What carries the packets of many rows, by the number in [`Row::tunnel`](super::Row::tunnel).
#[derive(Clone, Debug, Default)]
pub struct Tunnels(Vec<Tunnel>);

impl Tunnels {
    /// The number of a row that is carried by nothing.
    pub const NONE: u32 = u32::MAX;

    /// Adds what carries a packet and returns its number; [`Tunnels::NONE`] where there is no room for more numbers.
    pub fn add(&mut self, tunnel: Tunnel) -> u32 {
        match u32::try_from(self.0.len()) {
            Ok(number) if number != Self::NONE => {
                self.0.push(tunnel);
                number
            }
            _ => Self::NONE,
        }
    }

    /// Adds what `other` has under `number`, if anything, and returns its number here.
    pub fn add_from(&mut self, other: &Self, number: u32) -> u32 {
        other.get(number).map_or(Self::NONE, |tunnel| self.add(*tunnel))
    }

    /// What has a number.
    #[must_use]
    pub fn get(&self, number: u32) -> Option<&Tunnel> {
        self.0.get(usize::try_from(number).ok()?)
    }

    /// All of them, to be shared; `None` where there is nothing.
    #[must_use]
    pub fn shared(self) -> Option<Arc<Self>> {
        (!self.0.is_empty()).then(|| Arc::new(self))
    }
}
