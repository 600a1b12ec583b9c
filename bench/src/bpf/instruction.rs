//! An assembler for the few eBPF instructions that the benchmarks' programs are made of
//! (RFC 9669, "BPF Instruction Set Architecture").

use std::collections::BTreeMap;

use super::BpfError;

/// A register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Register {
    /// Results of calls and of the program.
    R0,
    /// First argument; at the program's start, its context.
    R1,
    /// Second argument.
    R2,
    /// Third argument.
    R3,
    /// Fourth argument.
    R4,
    /// Fifth argument.
    R5,
    /// Kept over calls.
    R6,
    /// Kept over calls.
    R7,
    /// Kept over calls.
    R8,
    /// Kept over calls.
    R9,
    /// End of the stack; read only.
    R10,
}

/// How many bytes of memory an instruction reads or writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Width {
    /// Four.
    Four = 0x00,
    /// Eight.
    Eight = 0x18,
}

/// Arithmetic on all 64 bits, by the number of its instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Sum {
    /// Addition.
    Add = 0x00,
    /// Multiplication.
    Mul = 0x20,
    /// Bits of either.
    Or = 0x40,
    /// Bits of both.
    And = 0x50,
    /// Shift to the left.
    ShiftLeft = 0x60,
    /// Shift to the right, zeros coming in.
    ShiftRight = 0x70,
    /// Bits of one only.
    Xor = 0xa0,
    /// The other value itself.
    Mov = 0xb0,
}

/// When a jump is taken, by the number of its instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum When {
    /// Equal.
    Equal = 0x10,
    /// Greater, without sign.
    Greater = 0x20,
    /// Not equal.
    NotEqual = 0x50,
}

/// A place in a program that is jumped to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Label(usize);

const REGISTER_OPERAND: u8 = 0x08;
const ALU64: u8 = 0x07;
const JMP: u8 = 0x05;
const LOAD: u8 = 0x61;
const STORE: u8 = 0x63;
const LOAD_64: u8 = 0x18;
const CALL: u8 = 0x85;
const EXIT: u8 = 0x95;
/// To big endian, the number of bits being the immediate value.
const TO_BIG_ENDIAN: u8 = 0xdc;
/// The immediate value of [`LOAD_64`] is the descriptor of a map, and the map is meant.
const MAP: u8 = 1;
/// The same, and the value of its first element is meant.
const MAP_VALUE: u8 = 2;

/// A program in the making. Every method but [`Program::finish`] adds one instruction.
#[derive(Debug, Default)]
pub struct Program {
    code: Vec<u64>,
    labels: usize,
    places: BTreeMap<Label, usize>,
    jumps: Vec<(usize, Label)>,
}

impl Program {
    /// One without instructions.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A label, which has yet to be placed.
    pub fn label(&mut self) -> Label {
        self.labels += 1;
        Label(self.labels)
    }

    /// Places a label before the next instruction.
    pub fn place(&mut self, label: Label) -> &mut Self {
        self.places.insert(label, self.code.len());
        self
    }

    /// `to = to SUM value`, the value's sign going on to the left.
    pub fn set(&mut self, to: Register, sum: Sum, value: i32) -> &mut Self {
        self.push(ALU64 | sum as u8, to, Register::R0, 0, value)
    }

    /// `to = to SUM from`.
    pub fn set_by(&mut self, to: Register, sum: Sum, from: Register) -> &mut Self {
        self.push(ALU64 | REGISTER_OPERAND | sum as u8, to, from, 0, 0)
    }

    /// `to = value`, all 64 bits of it.
    pub fn set_64(&mut self, to: Register, value: u64) -> &mut Self {
        self.wide(to, Register::R0 as u8, value as u32, (value >> 32) as u32)
    }

    /// `to` = the map with this descriptor, as helpers take it.
    pub fn map(&mut self, to: Register, descriptor: i32) -> &mut Self {
        self.wide(to, MAP, descriptor as u32, 0)
    }

    /// `to` = address of the first value of the array with this descriptor.
    pub fn map_value(&mut self, to: Register, descriptor: i32) -> &mut Self {
        self.wide(to, MAP_VALUE, descriptor as u32, 0)
    }

    /// `to` = the memory at `base + offset`.
    pub fn load(&mut self, width: Width, to: Register, base: Register, offset: i16) -> &mut Self {
        self.push(LOAD | width as u8, to, base, offset, 0)
    }

    /// The memory at `base + offset` = `from`.
    pub fn store(&mut self, width: Width, base: Register, offset: i16, from: Register) -> &mut Self {
        self.push(STORE | width as u8, base, from, offset, 0)
    }

    /// Turns `bits` bits (32 or 64) from network order to a number.
    pub fn from_network(&mut self, register: Register, bits: i32) -> &mut Self {
        self.push(TO_BIG_ENDIAN, register, Register::R0, 0, bits)
    }

    /// Jumps where `left` compares with a number.
    pub fn jump(&mut self, when: When, left: Register, right: i32, label: Label) -> &mut Self {
        self.jumps.push((self.code.len(), label));
        self.push(JMP | when as u8, left, Register::R0, 0, right)
    }

    /// Jumps where `left` compares with `right`.
    pub fn jump_by(&mut self, when: When, left: Register, right: Register, label: Label) -> &mut Self {
        self.jumps.push((self.code.len(), label));
        self.push(JMP | REGISTER_OPERAND | when as u8, left, right, 0, 0)
    }

    /// Calls a helper by its number (`bpf_func_id`).
    pub fn call(&mut self, helper: u32) -> &mut Self {
        self.push(CALL, Register::R0, Register::R0, 0, helper as i32)
    }

    /// Ends the program with the result in R0.
    pub fn exit(&mut self) -> &mut Self {
        self.push(EXIT, Register::R0, Register::R0, 0, 0)
    }

    /// The instructions as the kernel takes them. `name` is the program's, for the error.
    ///
    /// # Errors
    /// [`BpfError::Jump`].
    pub fn finish(mut self, name: &'static str) -> Result<Vec<u64>, BpfError> {
        for (from, label) in &self.jumps {
            let place = self.places.get(label).copied();
            // Counted from the instruction behind the jump.
            let distance = place.and_then(|to| i16::try_from(to as i64 - *from as i64 - 1).ok());
            let (Some(instruction), Some(distance)) = (self.code.get_mut(*from), distance) else {
                return Err(BpfError::Jump(name));
            };
            *instruction |= u64::from(distance as u16) << 16;
        }
        Ok(self.code)
    }

    fn push(&mut self, code: u8, to: Register, from: Register, offset: i16, value: i32) -> &mut Self {
        self.code.push(encode(code, to, from as u8, offset, value as u32));
        self
    }

    fn wide(&mut self, to: Register, kind: u8, low: u32, high: u32) -> &mut Self {
        self.code.push(encode(LOAD_64, to, kind, 0, low));
        // The second half of an instruction of two words.
        self.code.push(u64::from(high) << 32);
        self
    }
}

/// An instruction in the order of bytes of this machine, which is little endian.
fn encode(code: u8, to: Register, from: u8, offset: i16, value: u32) -> u64 {
    u64::from(code)
        | u64::from(to as u8) << 8
        | u64::from(from) << 12
        | u64::from(offset as u16) << 16
        | u64::from(value) << 32
}

#[cfg(test)]
mod tests;
