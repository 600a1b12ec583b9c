//! Terms as the tables that the kernel programs look values up in.

mod classes;
mod hashed;
mod pairs;
mod prefixes;

use std::collections::BTreeSet;

use thiserror::Error;
use xdplive_packet::{
    accounting::{Configuration, Limit, SLOTS},
    classify::{EXTRACTS, Extract, Field as Table, TERMS, Tables, UNUSED, Word as TermBits},
    event::Direction,
};

use crate::{
    field::{Extracted, Field},
    tables::{
        classes::{Classes, Constraint, word_of},
        hashed::NoRoom,
    },
    term::Term,
};

/// A slot and what is wanted in it.
#[derive(Clone, Debug)]
pub struct Slot<'a> {
    /// Its number, below [`SLOTS`].
    pub number: u32,
    /// The alternatives of its filter.
    pub terms: &'a [Term],
    /// The ways of the packets that are wanted.
    pub directions: &'a [Direction],
    /// Whether the terms are about the innermost packet, where one carries another.
    pub inner: bool,
    /// What may become events.
    pub limit: Limit,
}

/// Own traffic: packets that carry what is captured to those who look at it.
#[derive(Clone, Copy, Debug)]
pub struct Own<'a> {
    /// The alternatives of the filter that recognises it.
    pub terms: &'a [Term],
    /// The slots that leave it out: bit n for slot n.
    pub hiding: u64,
}

/// Why filters do not fit one interface together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum CapacityError {
    /// Too many terms. Those that recognise own traffic are not among them; they make the room smaller.
    #[error("the filters on one interface come to {terms} alternatives, where {most} are possible")]
    Terms {
        /// How many.
        terms: usize,
        /// How many there may be.
        most: usize,
    },
    /// Too many values that have no table of their own.
    #[error(
        "the filters on one interface ask for {values} different bytes of headers or properties, where {EXTRACTS} are possible"
    )]
    Extracts {
        /// How many.
        values: usize,
    },
    /// Too many values are told apart.
    #[error("the filters on one interface distinguish more than 256 kinds of {field}")]
    Classes {
        /// The field.
        field: &'static str,
    },
    /// Too many prefix lengths.
    #[error("the filters on one interface use {lengths} prefix lengths for {field}, where 8 are possible")]
    Lengths {
        /// The field.
        field: &'static str,
        /// How many.
        lengths: usize,
    },
    /// Too many pairs of an address and a port.
    #[error(
        "the filters on one interface name {pairs} pairs of a host and a port, more than there is room for"
    )]
    Pairs {
        /// How many.
        pairs: usize,
    },
    /// Too many addresses.
    #[error(
        "the filters on one interface name {prefixes} addresses or networks as {field}, more than there is room for"
    )]
    Prefixes {
        /// The field.
        field: &'static str,
        /// How many.
        prefixes: usize,
    },
}

/// Fills in which terms are live, which slots leave own traffic out, the budgets, and the tables.
///
/// Own traffic is recognised in the directions that a slot wants: in the others, packets cost no look at their
/// headers.
///
/// # Errors
/// Where the slots do not fit together; what was filled in is of no use then.
pub fn build(
    slots: &[Slot<'_>],
    own: Option<Own<'_>>,
    configuration: &mut Configuration,
    tables: &mut Tables,
) -> Result<(), CapacityError> {
    bytemuck::bytes_of_mut(tables).fill(0);
    configuration.live = [[0; 2]; 2];
    configuration.inner = [0; 2];
    configuration.hiding = own.map_or(0, |own| own.hiding);
    configuration.limits = [0; SLOTS];
    let placed = place(slots, own.map_or(&[], |own| own.terms))?;
    let mut all = [0; 2];
    for Placed { bit, slot, term } in &placed {
        set(&mut all, *bit);
        let wants = |direction| match slot {
            Some(slot) => slot.directions.contains(&direction),
            None => slots.iter().any(|slot| slot.directions.contains(&direction)),
        };
        for direction in Direction::ALL {
            if wants(direction)
                && term.accepts(direction)
                && let Some(live) = configuration.live.get_mut(direction as usize)
            {
                set(live, *bit);
            }
        }
        match slot {
            Some(slot) => {
                if let Some(limit) = configuration.limits.get_mut(slot.number as usize) {
                    *limit = slot.limit.raw();
                }
                give(tables, *bit, slot.number);
                if slot.inner {
                    set(&mut configuration.inner, *bit);
                }
            }
            None => tables.own |= 1 << (bit - u64::BITS),
        }
    }
    let constraints = |field: Field| -> Vec<Constraint<'_>> {
        placed.iter().filter_map(|Placed { bit, term, .. }| Some((*bit, term.set(field)?))).collect()
    };
    for field in Field::ALL {
        let Some(table) = table(*field) else { continue };
        let constraints = constraints(*field);
        if !constraints.is_empty() {
            fill(tables, *field, table, &constraints, all)?;
        }
    }
    let asked: BTreeSet<Extracted> = placed
        .iter()
        .flat_map(|Placed { term, .. }| term.sets())
        .filter_map(|(field, _)| match field {
            Field::Extracted(extracted) => Some(extracted),
            _ => None,
        })
        .collect();
    if asked.len() > EXTRACTS {
        return Err(CapacityError::Extracts { values: asked.len() });
    }
    for (place, extracted) in tables.extracts.iter_mut().zip(&asked) {
        let field = Field::Extracted(*extracted);
        fill_extract(place, *extracted, &constraints(field), all)?;
    }
    tables.extracts_used = u32::try_from(asked.len()).unwrap_or(0);
    let paired: Vec<(u32, &Term)> = placed
        .iter()
        .filter(|Placed { term, .. }| term.pairs().next().is_some())
        .map(|Placed { bit, term, .. }| (*bit, *term))
        .collect();
    for (bit, _) in &paired {
        set(&mut tables.paired, *bit);
    }
    pairs::fill(&mut tables.pairs, &paired, all).map_err(|error| match error {
        pairs::NoRoom::Classes => CapacityError::Classes { field: "pairs of host and port" },
        pairs::NoRoom::Pairs(pairs) => CapacityError::Pairs { pairs },
    })?;
    let looks_inside = slots.iter().any(|slot| slot.inner) || asked.iter().any(|one| one.is_of_tunnels());
    configuration.tunnels = u32::from(looks_inside);
    Ok(())
}

/// Fills in a value that has no table of its own.
fn fill_extract(
    place: &mut Extract,
    extracted: Extracted,
    constraints: &[Constraint<'_>],
    all: TermBits,
) -> Result<(), CapacityError> {
    let field = Field::Extracted(extracted);
    let too_many = CapacityError::Classes { field: "values at one place" };
    let edges = Classes::edges(constraints, field.max());
    // The first class begins at 0, where there is no bound.
    let bounds = edges.get(1..).unwrap_or_default();
    *place = extracted.extract();
    if bounds.len() >= place.bounds.len() {
        return Err(too_many);
    }
    place.bounds.fill(UNUSED);
    for (bound, edge) in place.bounds.iter_mut().zip(bounds) {
        *bound = u64::try_from(*edge).unwrap_or(UNUSED);
    }
    for (word, edge) in place.words.iter_mut().zip(&edges) {
        *word = word_of(constraints, all, Some(*edge));
    }
    place.absent = word_of(constraints, all, None);
    Ok(())
}

/// A term and its bit.
struct Placed<'a> {
    bit: u32,
    /// The slot it belongs to; none for a term of own traffic.
    slot: Option<&'a Slot<'a>>,
    term: &'a Term,
}

/// A bit for each term: a slot's first has the slot's own number, the others follow in the second half, and those
/// of own traffic come last.
fn place<'a>(slots: &'a [Slot<'a>], own: &'a [Term]) -> Result<Vec<Placed<'a>>, CapacityError> {
    let mut next = u64::BITS;
    let mut placed = Vec::new();
    for slot in slots {
        for (number, term) in slot.terms.iter().enumerate() {
            let bit = if number == 0 {
                slot.number
            } else {
                next += 1;
                next - 1
            };
            placed.push(Placed { bit, slot: Some(slot), term });
        }
    }
    if next as usize + own.len() > TERMS {
        let most = (TERMS - u64::BITS as usize + slots.len()).saturating_sub(own.len());
        return Err(CapacityError::Terms { terms: placed.len(), most });
    }
    placed.extend((next..).zip(own).map(|(bit, term)| Placed { bit, slot: None, term }));
    Ok(placed)
}

fn set(word: &mut TermBits, bit: u32) {
    let [low, high] = word;
    if bit < u64::BITS {
        *low |= 1 << bit;
    } else {
        *high |= 1 << (bit - u64::BITS);
    }
}

/// Makes `slot` the owner of a term in the second half.
fn give(tables: &mut Tables, bit: u32, slot: u32) {
    let Some(bit) = bit.checked_sub(u64::BITS) else { return };
    let Some(slots) = tables.extra.get_mut(bit as usize / 8) else { return };
    for (value, owners) in slots.iter_mut().enumerate() {
        if value >> (bit % 8) & 1 == 1 {
            *owners |= 1 << slot;
        }
    }
}

/// The table of a field; none for the direction, which decides what is live.
const fn table(field: Field) -> Option<Table> {
    Some(match field {
        Field::Direction | Field::Extracted(_) => return None,
        Field::Ethertype => Table::Ethertype,
        Field::Protocol => Table::Protocol,
        Field::Ttl => Table::Ttl,
        Field::TrafficClass => Table::TrafficClass,
        Field::TcpFlags => Table::TcpFlags,
        Field::IcmpType => Table::IcmpType,
        Field::IcmpCode => Table::IcmpCode,
        Field::Vlan => Table::Vlan,
        Field::InnerVlan => Table::InnerVlan,
        Field::FrameLength => Table::FrameLength,
        Field::SourcePort => Table::SourcePort,
        Field::DestinationPort => Table::DestinationPort,
        Field::SourceIpv4 => Table::SourceIpv4,
        Field::DestinationIpv4 => Table::DestinationIpv4,
        Field::SourceIpv6 => Table::SourceIpv6,
        Field::DestinationIpv6 => Table::DestinationIpv6,
        Field::SourceMac => Table::SourceMac,
        Field::DestinationMac => Table::DestinationMac,
        Field::DestinationCast => Table::DestinationCast,
    })
}

fn fill(
    tables: &mut Tables,
    field: Field,
    table: Table,
    constraints: &[Constraint<'_>],
    all: TermBits,
) -> Result<(), CapacityError> {
    let name = name(table);
    let mut classes =
        Classes::new(constraints, all, field.max()).map_err(|_| CapacityError::Classes { field: name })?;
    let index = table as usize;
    let by_value: Option<&mut [u8]> = match table {
        Table::Ethertype => Some(&mut tables.ethertype),
        Table::FrameLength => Some(&mut tables.frame_length),
        Table::SourcePort => Some(&mut tables.source_port),
        Table::DestinationPort => Some(&mut tables.destination_port),
        Table::Vlan => Some(&mut tables.vlan),
        Table::InnerVlan => Some(&mut tables.inner_vlan),
        _ => None,
    };
    if let Some(by_value) = by_value {
        for (range, class) in &classes.ranges {
            if let Some(values) = by_value.get_mut(range.first as usize..=range.last as usize) {
                values.fill(*class);
            }
        }
    } else if field.bits() > u8::BITS
        && let Some(hashed) = tables.hashed.get_mut(table.hashed())
    {
        hashed::fill(hashed, &mut classes, field.bits()).map_err(|error| match error {
            NoRoom::Lengths(lengths) => CapacityError::Lengths { field: name, lengths },
            NoRoom::Prefixes(prefixes) => CapacityError::Prefixes { field: name, prefixes },
        })?;
    }
    if let Some(words) = tables.words.get_mut(index) {
        if field.bits() <= u8::BITS {
            // The class is the value itself.
            for (value, word) in words.iter_mut().enumerate() {
                *word = word_of(constraints, all, Some(value as u128));
            }
        } else {
            for (word, class) in words.iter_mut().zip(&classes.words) {
                *word = *class;
            }
        }
    }
    if let Some(absent) = tables.absent.get_mut(index) {
        *absent = word_of(constraints, all, None);
    }
    if let Some(constrained) = tables.constrained.get_mut(index) {
        *constrained = 1;
        tables.rare |= u32::from(table.is_rare());
    }
    Ok(())
}

/// A field in an error's sentence.
const fn name(table: Table) -> &'static str {
    match table {
        Table::Ethertype => "EtherTypes",
        Table::Protocol => "protocols",
        Table::Ttl => "TTLs",
        Table::TrafficClass => "traffic classes",
        Table::TcpFlags => "TCP flags",
        Table::IcmpType => "ICMP types",
        Table::IcmpCode => "ICMP codes",
        Table::Vlan => "VLANs",
        Table::InnerVlan => "inner VLANs",
        Table::FrameLength => "frame lengths",
        Table::SourcePort => "source ports",
        Table::DestinationPort => "destination ports",
        Table::DestinationCast => "kinds of destination",
        Table::SourceIpv4 => "IPv4 sources",
        Table::DestinationIpv4 => "IPv4 destinations",
        Table::SourceIpv6 => "IPv6 sources",
        Table::DestinationIpv6 => "IPv6 destinations",
        Table::SourceMac => "MAC sources",
        Table::DestinationMac => "MAC destinations",
    }
}
