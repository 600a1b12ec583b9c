//! One look-up of a packet's source address and nothing else, in two ways: by the kernel's LPM trie, and by the
//! product's hash table of prefixes ([`Hashed`]).
//!
//! The second program does instruction by instruction what `Hashed::class` does, on the very bytes of the table;
//! both have to give the same answers, and the benchmark asks them.

use std::os::fd::OwnedFd;

use aya_obj::generated::{bpf_func_id, bpf_map_type};
use xdplive_packet::classify::{BUCKET, Entry, Hashed, PREFIXES};

use super::{
    BpfError,
    instruction::{Label, Program, Register, Sum, When, Width},
    syscall::{Map, load_xdp},
};

use Register::{R0, R1, R2, R3, R4, R6, R7, R8, R9, R10};

/// Where the source address begins in a frame without tags.
const SOURCE_IPV4: i16 = 14 + 12;
const SOURCE_IPV6: i16 = 14 + 8;
/// The multiplier of `xdplive_packet::classify::hash`.
const MULTIPLIER: u64 = 0x9e37_79b9_7f4a_7c15;

/// Places in [`Hashed`], bytes from its beginning.
const SEED: i16 = (PREFIXES * 16) as i16;
/// Behind the seed and the shift.
const ENTRIES: i16 = SEED + 16;

const _: () = {
    assert!(std::mem::offset_of!(Hashed, seed) == SEED as usize);
    assert!(std::mem::offset_of!(Hashed, entries) == ENTRIES as usize);
    assert!(size_of::<Entry>() == 24);
};

/// A program that returns the class of its packet's source address, and the map it looks into.
pub struct Lookup {
    /// The program.
    pub program: OwnedFd,
    _map: Map,
}

impl Lookup {
    /// By an LPM trie that holds the prefixes of `table`; `bytes` is the length of addresses, 4 or 16.
    ///
    /// # Errors
    /// Any [`BpfError`].
    pub fn by_trie(table: &Hashed, bytes: usize) -> Result<Self, BpfError> {
        let prefixes = prefixes(table);
        let map = Map::create(bpf_map_type::BPF_MAP_TYPE_LPM_TRIE, 4 + bytes, 4, prefixes.len().max(1))?;
        for (address, length, class) in &prefixes {
            let key = [length.to_ne_bytes().as_slice(), address.get(..bytes).unwrap_or_default()].concat();
            map.set(&key, &class.to_ne_bytes())?;
        }
        let mut program = Program::new();
        let none = program.label();
        let address = source(&mut program, bytes, none);
        let key = -4 - bytes as i16;
        if bytes == 4 {
            program.load(Width::Four, R3, R2, address).store(Width::Four, R10, -4, R3);
        } else {
            for word in [0, 8] {
                let width = Width::Eight;
                program.load(width, R3, R2, address + word).store(width, R10, word - 16, R3);
            }
        }
        program
            .set(R3, Sum::Mov, 8 * bytes as i32)
            .store(Width::Four, R10, key, R3)
            .map(R1, map.number())
            .set_by(R2, Sum::Mov, R10)
            .set(R2, Sum::Add, key.into())
            .call(bpf_func_id::BPF_FUNC_map_lookup_elem as u32)
            .jump(When::Equal, R0, 0, none)
            .load(Width::Four, R0, R0, 0)
            .exit();
        nothing(&mut program, none);
        Ok(Self { program: load_xdp("lpm_trie", &program.finish("lpm_trie")?)?, _map: map })
    }

    /// By the hash table itself.
    ///
    /// # Errors
    /// Any [`BpfError`].
    pub fn by_hash(table: &Hashed, bytes: usize) -> Result<Self, BpfError> {
        let map = Map::create(bpf_map_type::BPF_MAP_TYPE_ARRAY, 4, size_of::<Hashed>(), 1)?;
        map.set(&0_u32.to_ne_bytes(), bytemuck::bytes_of(table))?;
        let mut program = Program::new();
        let none = program.label();
        let address = source(&mut program, bytes, none);
        if bytes == 4 {
            program.load(Width::Four, R7, R2, address).from_network(R7, 32).set(R7, Sum::ShiftLeft, 32).set(
                R8,
                Sum::Mov,
                0,
            );
        } else {
            program.load(Width::Eight, R7, R2, address).from_network(R7, 64);
            program.load(Width::Eight, R8, R2, address + 8).from_network(R8, 64);
        }
        program.map_value(R6, map.number()).load(Width::Eight, R9, R6, SEED).set(R9, Sum::Or, 1);
        for number in 0..PREFIXES {
            prefix(&mut program, number, table.shift, none);
        }
        nothing(&mut program, none);
        Ok(Self { program: load_xdp("hashed", &program.finish("hashed")?)?, _map: map })
    }
}

/// The prefixes in a table: address, length in bits, class.
fn prefixes(table: &Hashed) -> Vec<([u8; 16], u32, u32)> {
    let entries = table.entries.iter().flatten().filter(|entry| entry.mask != 0);
    entries
        .filter_map(|entry| {
            let [high, low] = table.masks.get(entry.mask as usize - 1)?;
            let mut address = [0; 16];
            for (to, from) in address.iter_mut().zip(entry.key.iter().flat_map(|word| word.to_be_bytes())) {
                *to = from;
            }
            Some((address, high.count_ones() + low.count_ones(), entry.class))
        })
        .collect()
}

/// Puts the beginning of the packet into R2, and returns where its source address is.
fn source(program: &mut Program, bytes: usize, none: Label) -> i16 {
    let at = if bytes == 4 { SOURCE_IPV4 } else { SOURCE_IPV6 };
    program
        .load(Width::Four, R2, R1, 0)
        .load(Width::Four, R3, R1, 4)
        .set_by(R4, Sum::Mov, R2)
        .set(R4, Sum::Add, i32::from(at) + bytes as i32)
        .jump_by(When::Greater, R4, R3, none);
    at
}

/// Looks for the address in R7 and R8 under one mask of the table in R6, whose seed is in R9.
fn prefix(program: &mut Program, number: usize, shift: u64, none: Label) {
    let mask = 16 * number as i16;
    program
        .load(Width::Eight, R1, R6, mask)
        .jump(When::Equal, R1, 0, none)
        .load(Width::Eight, R2, R6, mask + 8)
        .set_by(R1, Sum::And, R7)
        .set_by(R2, Sum::And, R8)
        // The hash: the second word turned by half its bits, times the multiplier, and so on.
        .set_by(R3, Sum::Mov, R2)
        .set_by(R4, Sum::Mov, R2)
        .set(R3, Sum::ShiftLeft, 32)
        .set(R4, Sum::ShiftRight, 32)
        .set_by(R3, Sum::Or, R4)
        .set_64(R4, MULTIPLIER)
        .set_by(R3, Sum::Mul, R4)
        .set_by(R3, Sum::Xor, R1)
        .set_by(R3, Sum::Mul, R9)
        .set(R3, Sum::ShiftRight, shift as i32)
        .set(R3, Sum::Mul, (BUCKET * size_of::<Entry>()) as i32)
        .set_by(R3, Sum::Add, R6);
    for entry in 0..BUCKET {
        let at = ENTRIES + (entry * size_of::<Entry>()) as i16;
        let other = program.label();
        program
            .load(Width::Eight, R4, R3, at)
            .jump_by(When::NotEqual, R4, R1, other)
            .load(Width::Eight, R4, R3, at + 8)
            .jump_by(When::NotEqual, R4, R2, other)
            .load(Width::Four, R4, R3, at + 16)
            .jump(When::NotEqual, R4, number as i32 + 1, other)
            .load(Width::Four, R0, R3, at + 20)
            .exit()
            .place(other);
    }
}

/// The end of a program that found nothing.
fn nothing(program: &mut Program, none: Label) {
    program.place(none).set(R0, Sum::Mov, 0).exit();
}
