//! The speed of a link, as far as what the kernel says of it means anything.

use rtnetlink::packet_route::link::{InfoKind, LinkAttribute};

use super::kind::kind;

/// What a driver says that does not know (`SPEED_UNKNOWN`, linux/ethtool.h).
const UNKNOWN: u32 = u32::MAX;
/// What every tun device said until Linux 6.9, whatever it carried (`tun_default_link_ksettings`).
const OF_ANY_TUN: u32 = 10;

/// Bits a second in each direction of a link of which the kernel says `megabits`, and which `attributes` describe; `None`
/// where that is no speed.
pub(super) fn speed(megabits: u32, attributes: &[LinkAttribute]) -> Option<u64> {
    let is_made_up = megabits == OF_ANY_TUN && matches!(kind(attributes), Some(InfoKind::Tun));
    (!matches!(megabits, 0 | UNKNOWN) && !is_made_up).then(|| u64::from(megabits) * 1_000_000)
}

#[cfg(test)]
mod tests {
    use rtnetlink::packet_route::link::LinkInfo;

    use super::*;

    #[test]
    fn what_means_nothing_is_no_speed() {
        let of = |kind: InfoKind| vec![LinkAttribute::LinkInfo(vec![LinkInfo::Kind(kind)])];
        for (megabits, attributes, expected) in [
            (2500, Vec::new(), Some(2_500_000_000)),
            (10, Vec::new(), Some(10_000_000)),
            (10_000, of(InfoKind::Veth), Some(10_000_000_000)),
            (800_000, Vec::new(), Some(800_000_000_000)),
            (u32::MAX, Vec::new(), None),
            (0, Vec::new(), None),
            (10, of(InfoKind::Tun), None),
            (1000, of(InfoKind::Tun), Some(1_000_000_000)),
        ] {
            assert_eq!(speed(megabits, &attributes), expected, "{megabits} {attributes:?}");
        }
    }
}
