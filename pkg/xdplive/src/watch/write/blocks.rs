//! What is in a piece of a pcapng file (draft-ietf-opsawg-pcapng).

/// The kind of block that holds a packet (Enhanced Packet Block).
const PACKET: u32 = 6;
/// A block's kind and its length, which stands at its end again.
const SHORTEST: usize = 12;

/// How many packets there are in whole blocks, which have the byte order of this machine. What is no block ends the count.
pub(super) fn packets(mut blocks: &[u8]) -> u64 {
    let mut packets = 0;
    while let Some((kind, length)) = header(blocks)
        && let Some(rest) = blocks.get(length..).filter(|_| length >= SHORTEST)
    {
        packets += u64::from(kind == PACKET);
        blocks = rest;
    }
    packets
}

fn header(block: &[u8]) -> Option<(u32, usize)> {
    let (kind, rest) = block.split_first_chunk()?;
    let length = u32::from_ne_bytes(*rest.first_chunk()?);
    Some((u32::from_ne_bytes(*kind), length.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(kind: u32, length: u32, bytes: usize) -> Vec<u8> {
        let mut block = [kind.to_ne_bytes(), length.to_ne_bytes()].concat();
        block.resize(bytes, 0);
        block
    }

    #[test]
    fn packets_are_counted_and_other_blocks_are_not() {
        let (section, interface, packet) =
            (block(0x0a0d_0d0a, 28, 28), block(1, 20, 20), block(PACKET, 64, 64));
        assert_eq!(packets(&[]), 0);
        assert_eq!(packets(&[&*section, &interface].concat()), 0);
        assert_eq!(packets(&[&*section, &interface, &packet, &packet].concat()), 2);
        assert_eq!(packets(&[&*packet, &interface, &packet].concat()), 2);
    }

    #[test]
    fn what_is_no_whole_block_ends_the_count() {
        let packet = block(PACKET, 64, 64);
        for rest in [block(PACKET, 64, 63), block(PACKET, 0, 64), block(PACKET, u32::MAX, 64), vec![6, 0, 0]]
        {
            assert_eq!(packets(&[packet.clone(), rest].concat()), 1);
        }
    }
}
