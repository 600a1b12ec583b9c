//! What queueing disciplines have dropped, by route netlink.

use std::{collections::HashMap, io};

use super::dump::{List, attributes, dump};

/// All queueing disciplines (linux/rtnetlink.h): `struct tcmsg`, and attributes.
const DISCIPLINES: List = List { question: 38, answer: 36, fixed: 20 };
/// `tcm_parent` of the one that an interface sends by (`TC_H_ROOT`). What drops below it, it counts, too.
const ROOT: u32 = u32::MAX;
/// The attribute with statistics, and that with `struct gnet_stats_queue` in it (`TCA_STATS2`, `TCA_STATS_QUEUE`).
const STATISTICS: u16 = 7;
const QUEUE: u16 = 3;
/// Where `drops` is in it.
const DROPS: usize = 8;

/// Packets that each interface's queueing discipline has dropped, by the interface's number. Waits for the kernel, which
/// answers at once.
///
/// # Errors
/// The kernel's.
pub(super) fn dropped() -> io::Result<HashMap<u32, u32>> {
    let mut found = HashMap::new();
    dump(DISCIPLINES, |message| found.extend(read(message)))?;
    Ok(found)
}

/// The interface and the drops of a discipline that an interface sends by.
fn read(message: &mut [u8]) -> Option<(u32, u32)> {
    let index = u32::from_ne_bytes(*message.get(4..)?.first_chunk()?);
    let parent = u32::from_ne_bytes(*message.get(12..)?.first_chunk()?);
    let (_, statistics) = attributes(message, DISCIPLINES.fixed).find(|(kind, _)| *kind == STATISTICS)?;
    let (_, queue) = attributes(statistics, 0).find(|(kind, _)| *kind == QUEUE)?;
    let drops = u32::from_ne_bytes(*queue.get(DROPS..)?.first_chunk()?);
    (parent == ROOT).then_some((index, drops))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drops_are_those_of_the_discipline_at_the_root() {
        let message = |parent: u32| {
            let mut bytes = vec![0; 4];
            bytes.extend([7_u32, 0x8001_0000, parent, 2].map(u32::to_ne_bytes).concat());
            // Statistics: those of a queue, whose third number is what it dropped.
            bytes.extend([28_u16, STATISTICS, 24, QUEUE].map(u16::to_ne_bytes).concat());
            bytes.extend([1_u32, 2, 55, 4, 5].map(u32::to_ne_bytes).concat());
            bytes
        };
        assert_eq!(read(&mut message(ROOT)), Some((7, 55)));
        assert_eq!(read(&mut message(0x1_0000)), None);
        for length in 0..message(ROOT).len() - 8 {
            assert_eq!(read(&mut message(ROOT)[..length]), None, "{length}");
        }
    }

    #[test]
    fn the_kernel_lists_them() {
        dropped().unwrap();
    }
}
