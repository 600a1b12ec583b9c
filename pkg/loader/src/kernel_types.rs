//! The types of the running kernel, as its BTF describes them (Documentation/bpf/btf.rst). Offsets of members differ from
//! kernel to kernel, and nothing that Rust builds carries relocations for them: a program is handed what is read here.

use std::{fs, io};

use thiserror::Error;

/// Where the kernel keeps its BTF.
const FILE: &str = "/sys/kernel/btf/vmlinux";
/// What BTF begins with, in the byte order of the machine.
const MAGIC: u16 = 0xeb9f;
/// Bytes that every type begins with.
const TYPE: usize = 12;
/// Bytes of a member, and of a value of an enumeration of 64 bits.
const MEMBER: usize = 12;
/// Bytes of a value of an enumeration of 32 bits.
const VALUE: usize = 8;
/// Structures within each other that are followed at most.
const DEPTH: usize = 8;

/// Kinds of types (`BTF_KIND_…`).
mod kind {
    pub const INT: u32 = 1;
    pub const ARRAY: u32 = 3;
    pub const STRUCT: u32 = 4;
    pub const UNION: u32 = 5;
    pub const ENUM: u32 = 6;
    pub const TYPEDEF: u32 = 8;
    pub const VOLATILE: u32 = 9;
    pub const CONST: u32 = 10;
    pub const RESTRICT: u32 = 11;
    pub const FUNC_PROTO: u32 = 13;
    pub const VAR: u32 = 14;
    pub const DATASEC: u32 = 15;
    pub const DECL_TAG: u32 = 17;
    pub const TYPE_TAG: u32 = 18;
    pub const ENUM64: u32 = 19;
}

/// Why something of the kernel's types is not known.
#[derive(Debug, Error)]
pub enum TypesError {
    /// The kernel does not describe its types.
    #[error(
        "this kernel does not describe its types ({FILE}: {0}); it has to be built with CONFIG_DEBUG_INFO_BTF"
    )]
    Missing(#[source] io::Error),
    /// What it says cannot be read.
    #[error("{FILE} is not BTF as it was in Linux 6.18")]
    Unreadable,
    /// There is no such member.
    #[error("this kernel has no {structure}.{member}")]
    NoMember {
        /// The structure.
        structure: String,
        /// The member, and those it is within.
        member: String,
    },
    /// Several structures have the name.
    #[error("this kernel has several structures {structure}, with {member} at different places")]
    Ambiguous {
        /// The structure.
        structure: String,
        /// The member, and those it is within.
        member: String,
    },
    /// There is no such enumeration.
    #[error("this kernel has no enumeration {0}")]
    NoEnumeration(String),
}

/// The types of a kernel.
pub struct KernelTypes {
    data: Vec<u8>,
    /// Where the names begin.
    names: usize,
    /// Where each type begins; number 0 is `void` and has no place.
    places: Vec<usize>,
}

impl KernelTypes {
    /// Reads those of the running kernel.
    ///
    /// # Errors
    /// [`TypesError::Missing`], [`TypesError::Unreadable`].
    pub fn running() -> Result<Self, TypesError> {
        Self::parse(fs::read(FILE).map_err(TypesError::Missing)?)
    }

    /// Reads BTF.
    ///
    /// # Errors
    /// [`TypesError::Unreadable`].
    pub fn parse(data: Vec<u8>) -> Result<Self, TypesError> {
        Self::index(data).ok_or(TypesError::Unreadable)
    }

    fn index(data: Vec<u8>) -> Option<Self> {
        let half = |at: usize| data.get(at..at + 2)?.try_into().ok().map(u16::from_ne_bytes);
        (half(0)? == MAGIC).then_some(())?;
        let [header, types, length, names] =
            [4, 8, 12, 16].map(|at| word(&data, at).map(|word| word as usize));
        let (header, length) = (header?, length?);
        let (begin, names) = (header.checked_add(types?)?, header.checked_add(names?)?);
        let end = begin.checked_add(length)?;
        let mut places = vec![0];
        let mut at = begin;
        while at < end {
            places.push(at);
            let info = word(&data, at + 4)?;
            at += TYPE + following(info)?;
        }
        Some(Self { data, names, places })
    }

    /// Bytes from the beginning of the structure `structure` to the member that `path` leads to: a member, and then one of
    /// that, for as long as they are structures and no pointers. Members of structures without a name count as those of the
    /// structure around them.
    ///
    /// # Errors
    /// [`TypesError::NoMember`], [`TypesError::Ambiguous`]; a member that is no whole number of bytes is none.
    pub fn offset(&self, structure: &str, path: &[&str]) -> Result<u32, TypesError> {
        let named = || (structure.to_owned(), path.join("."));
        let mut found: Option<u32> = None;
        for id in self.named(structure, &[kind::STRUCT, kind::UNION]) {
            match (self.walk(id, path), found) {
                (None, _) => {}
                (Some(offset), None) => found = Some(offset),
                (Some(offset), Some(other)) if offset == other => {}
                _ => {
                    let (structure, member) = named();
                    return Err(TypesError::Ambiguous { structure, member });
                }
            }
        }
        found.ok_or_else(|| {
            let (structure, member) = named();
            TypesError::NoMember { structure, member }
        })
    }

    /// The names and numbers of an enumeration; of several with this name, all of them.
    ///
    /// # Errors
    /// [`TypesError::NoEnumeration`].
    pub fn values(&self, enumeration: &str) -> Result<Vec<(String, u32)>, TypesError> {
        let mut values = Vec::new();
        for id in self.named(enumeration, &[kind::ENUM, kind::ENUM64]) {
            let Some((at, info)) = self.place(id) else { continue };
            let size = if kind_of(info) == kind::ENUM { VALUE } else { MEMBER };
            for number in 0..length(info) {
                let at = at + TYPE + number * size;
                if let (Some(name), Some(value)) = (self.name(at), word(&self.data, at + 4)) {
                    values.push((name.to_owned(), value));
                }
            }
        }
        if values.is_empty() { Err(TypesError::NoEnumeration(enumeration.to_owned())) } else { Ok(values) }
    }

    fn walk(&self, id: u32, path: &[&str]) -> Option<u32> {
        let (first, rest) = path.split_first()?;
        let (bits, of) = self.member(id, first, DEPTH)?;
        let offset = bits.is_multiple_of(8).then_some(bits / 8)?;
        if rest.is_empty() { Some(offset) } else { offset.checked_add(self.walk(of, rest)?) }
    }

    /// Where a member is, in bits, and its type.
    fn member(&self, id: u32, wanted: &str, depth: usize) -> Option<(u32, u32)> {
        let (at, info) = self.place(self.bare(id)?)?;
        if depth == 0 || ![kind::STRUCT, kind::UNION].contains(&kind_of(info)) {
            return None;
        }
        for number in 0..length(info) {
            let at = at + TYPE + number * MEMBER;
            let (of, offset) = (word(&self.data, at + 4)?, word(&self.data, at + 8)?);
            // Where a structure has bit fields, the upper byte has their length.
            let (bits, offset) =
                if info >> 31 == 1 { (offset >> 24, offset & 0x00ff_ffff) } else { (0, offset) };
            match self.name(at)? {
                "" => {
                    if let Some((inner, of)) = self.member(of, wanted, depth - 1) {
                        return Some((offset.checked_add(inner)?, of));
                    }
                }
                name if name == wanted => return (bits == 0).then_some((offset, of)),
                _ => {}
            }
        }
        None
    }

    /// The type behind names and qualifiers of it.
    fn bare(&self, mut id: u32) -> Option<u32> {
        for _ in 0..DEPTH {
            let (at, info) = self.place(id)?;
            match kind_of(info) {
                kind::TYPEDEF | kind::VOLATILE | kind::CONST | kind::RESTRICT | kind::TYPE_TAG => {
                    id = word(&self.data, at + 8)?;
                }
                _ => return Some(id),
            }
        }
        None
    }

    fn named<'a>(&'a self, name: &'a str, kinds: &'a [u32]) -> impl Iterator<Item = u32> + 'a {
        (1..).zip(self.places.iter().skip(1)).filter_map(move |(id, at)| {
            let info = word(&self.data, at + 4)?;
            (kinds.contains(&kind_of(info)) && self.name(*at)? == name).then_some(id)
        })
    }

    fn place(&self, id: u32) -> Option<(usize, u32)> {
        let at = *self.places.get(id as usize).filter(|_| id != 0)?;
        Some((at, word(&self.data, at + 4)?))
    }

    /// The name whose place is written at `at`.
    fn name(&self, at: usize) -> Option<&str> {
        let begin = self.names.checked_add(word(&self.data, at)? as usize)?;
        let bytes = self.data.get(begin..)?;
        let end = bytes.iter().position(|byte| *byte == 0)?;
        std::str::from_utf8(bytes.get(..end)?).ok()
    }
}

fn word(data: &[u8], at: usize) -> Option<u32> {
    data.get(at..at + 4)?.try_into().ok().map(u32::from_ne_bytes)
}

const fn kind_of(info: u32) -> u32 {
    info >> 24 & 0x1f
}

const fn length(info: u32) -> usize {
    (info & 0xffff) as usize
}

/// Bytes of a type behind its first ones; none of a kind that is not known, as it is not known where the next one begins.
fn following(info: u32) -> Option<usize> {
    let length = length(info);
    match kind_of(info) {
        kind::INT | kind::VAR | kind::DECL_TAG => Some(4),
        kind::ARRAY => Some(12),
        kind::STRUCT | kind::UNION | kind::DATASEC | kind::ENUM64 => Some(length * MEMBER),
        kind::ENUM | kind::FUNC_PROTO => Some(length * VALUE),
        1..=18 => Some(0),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of the running kernel; none where it has no BTF.
    fn running() -> Option<KernelTypes> {
        let types = KernelTypes::running().ok();
        if types.is_none() {
            eprintln!("SKIPPED: this kernel has no {FILE}");
        }
        types
    }

    #[test]
    fn members_are_where_the_interface_of_the_kernel_has_them() {
        let Some(types) = running() else { return };
        // struct tcphdr and struct in6_addr are fixed by RFC 9293 and RFC 4291.
        assert_eq!(types.offset("tcphdr", &["seq"]).unwrap(), 4);
        assert_eq!(types.offset("tcphdr", &["window"]).unwrap(), 14);
        // Within a union within a structure.
        assert_eq!(types.offset("ipv6hdr", &["daddr", "in6_u", "u6_addr8"]).unwrap(), 24);
        // Within structures without names: linux/skbuff.h has `next` and `prev` first.
        assert_eq!(types.offset("sk_buff", &["prev"]).unwrap(), 8);
        assert_eq!(types.offset("bpf_iter__task_file", &["file"]).unwrap(), 24);
    }

    #[test]
    fn what_is_not_there_is_named() {
        let Some(types) = running() else { return };
        assert_eq!(
            types.offset("sk_buff", &["colour"]).unwrap_err().to_string(),
            "this kernel has no sk_buff.colour"
        );
        // Four bits.
        assert!(types.offset("tcphdr", &["doff"]).is_err());
        assert!(matches!(types.values("no_such_reason"), Err(TypesError::NoEnumeration(_))));
    }

    #[test]
    fn an_enumeration_has_its_names_and_numbers() {
        let Some(types) = running() else { return };
        let values = types.values("bpf_cmd").unwrap();
        // linux/bpf.h.
        assert_eq!(values.first(), Some(&("BPF_MAP_CREATE".to_owned(), 0)));
        assert!(values.contains(&("BPF_PROG_LOAD".to_owned(), 5)));
    }

    #[test]
    fn whatever_the_bytes_are_they_are_read_or_refused() {
        let mut header = MAGIC.to_ne_bytes().to_vec();
        assert!(KernelTypes::parse(header.clone()).is_err());
        header.extend([1, 0]);
        header.extend([24_u32, 0, u32::MAX, u32::MAX, 0].map(u32::to_ne_bytes).concat());
        assert!(KernelTypes::parse(header).is_err());
        assert!(KernelTypes::parse(vec![0; 64]).is_err());
    }
}
