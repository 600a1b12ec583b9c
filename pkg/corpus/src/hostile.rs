//! Frames that nobody should send, the same ones for the same seed: frames of the corpus, damaged.
//!
//! What is put into them is mostly what a parser decides by: EtherTypes, versions, lengths, protocol numbers. Random
//! bytes alone would nearly all end in the first header.

use crate::{Kind, Sample, dice::Dice};

/// The first `count` damaged frames with this seed; `kind` is what a frame was before.
pub fn hostile(seed: u64, count: usize) -> impl Iterator<Item = Sample> {
    let mut seeds = Dice::with_seed(seed);
    (0..count).map(move |number| {
        let mut dice = Dice::with_seed(seeds.number());
        let mut sample = kind(&mut dice).sample(dice.number());
        damage(&mut sample.bytes, &mut dice);
        Sample { number, ..sample }
    })
}

/// Bytes that mean something in one header or another: versions with lengths, protocols, extension headers, edges.
const BYTES: [u8; 33] = [
    0, 1, 2, 4, 6, 17, 41, 43, 44, 51, 58, 59, 60, 132, 0x40, 0x44, 0x45, 0x4f, 0x60, 0x6f, 0x7f, 0x80, 0xf0,
    0xff, // And of tunnels.
    5, 8, 12, 47, 137, 0x20, 0x30, 0x34, 0xb0,
];

/// The same of two bytes: EtherTypes, tags, lengths, ports, edges.
const WORDS: [u16; 28] = [
    0, 1, 8, 19, 20, 28, 40, 1500, 1501, 0x0600, 0x0800, 0x0806, 0x86dd, 0x8100, 0x88a8, 0xffff,
    // And of tunnels.
    2152, 4789, 4790, 6081, 8472, 0x22eb, 0x6558, 0x880b, 0x8847, 0x8864, 0x88be, 0x0021,
];

/// Bytes from the beginning in which most headers are.
const HEADERS: usize = 160;
/// Times that a frame is damaged, at most.
const TIMES: usize = 6;
/// Bytes that are added, moved or left out at once, at most.
const PIECE: usize = 48;

fn kind(dice: &mut Dice) -> Kind {
    let at = dice.below(Kind::ALL.len());
    Kind::ALL.get(at).copied().unwrap_or(Kind::Tcp)
}

fn damage(frame: &mut Vec<u8>, dice: &mut Dice) {
    if dice.one_in(50) {
        *frame = dice.bytes(HEADERS);
        return;
    }
    for _ in 0..dice.below(TIMES + 1) {
        damage_once(frame, dice);
    }
}

fn damage_once(frame: &mut Vec<u8>, dice: &mut Dice) {
    let reach = frame.len().min(HEADERS);
    let at = dice.below(reach + 1);
    match dice.below(10) {
        0 | 1 => put(frame, at, &[dice.byte()]),
        2 | 3 => put(frame, at, &[dice.pick(&BYTES)]),
        4 | 5 => put(frame, at, &dice.pick(&WORDS).to_be_bytes()),
        6 => frame.truncate(dice.below(frame.len() + 1)),
        7 => frame.extend(dice.bytes(PIECE)),
        8 => {
            let piece = piece(frame, dice);
            if dice.one_in(2) {
                // Twice, as a tag or a header that follows itself.
                let copied = frame.get(piece.clone()).unwrap_or_default().to_vec();
                frame.splice(piece.end..piece.end, copied);
            } else {
                frame.drain(piece);
            }
        }
        // The end of another frame.
        _ => {
            let other = kind(dice).sample(dice.number()).bytes;
            let from = dice.below(other.len().min(HEADERS) + 1);
            frame.truncate(at);
            frame.extend(other.get(from..).unwrap_or_default());
        }
    }
}

/// Some bytes where headers are.
fn piece(frame: &[u8], dice: &mut Dice) -> core::ops::Range<usize> {
    let from = dice.below(frame.len().min(HEADERS) + 1);
    from..(from + dice.below(PIECE)).min(frame.len())
}

/// Puts bytes in the place of others, as far as there are any.
fn put(frame: &mut [u8], at: usize, bytes: &[u8]) {
    frame.iter_mut().skip(at).zip(bytes).for_each(|(old, new)| *old = *new);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_frames() {
        let bytes = |seed| hostile(seed, 500).map(|sample| sample.bytes).collect::<Vec<_>>();
        assert_eq!(bytes(7), bytes(7));
        assert_ne!(bytes(7), bytes(8));
    }

    /// Most are damaged, and stay as short as frames are.
    #[test]
    fn frames_differ_from_the_corpus() {
        let frames: Vec<_> = hostile(7, 2000).collect();
        let lengths = frames.iter().map(|sample| sample.bytes.len());
        assert!(lengths.max() < Some(200_000));
        let different: std::collections::HashSet<_> = frames.iter().map(|sample| &sample.bytes).collect();
        assert!(different.len() > 1800, "{}", different.len());
    }
}
