//! What became of a stream's packets.

/// What became of the packets at a stream's hooks while it ran:
/// `seen = unmatched + thinned + lost + delivered`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Packets that the hooks saw.
    pub seen: u64,
    /// Those that the stream did not ask for.
    pub unmatched: u64,
    /// Those left out to keep to the stream's budget.
    pub thinned: u64,
    /// Those for which ring or queue had no room.
    pub lost: u64,
    /// Those handed on.
    pub delivered: u64,
}
