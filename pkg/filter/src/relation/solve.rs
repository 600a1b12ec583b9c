//! For which values of a field a comparison is true.

use super::{
    arithmetic::Arithmetic,
    layout::{Access, HeaderWord, Slice},
    signs::{Comparison, Operator},
};
use crate::{
    field::{Extracted, Field, cast},
    formula::{self, Formula, Test},
    set::{Range, Set},
    tree::Tree,
    vocabulary::ethertypes,
};

/// Ranges at most in a set of addresses that comes of a comparison.
const MAX_ADDRESS_RANGES: usize = 4096;
/// Bits of a value at most for which all numbers are tried.
const MAX_TRIED_BITS: u32 = 16;
/// Ranges at most of bytes by their place without a mask of their own.
const MAX_UNMASKED_RANGES: usize = 16;

/// The packets for which the comparison is true.
pub(super) fn meaning(
    left: &Arithmetic,
    comparison: Comparison,
    right: &Arithmetic,
) -> Result<Formula, String> {
    let access = match (left.access(), right.access(), left.accesses() + right.accesses()) {
        (Some(access), None, 1) | (None, Some(access), 1) => access,
        (None, None, _) => return Err("it says nothing about the packet".into()),
        _ => return Err("a comparison can look at one value of the packet only".into()),
    };
    let found = of_field(access, left, comparison, right);
    let is_long = |formula: &Formula| {
        let is_of_bytes = |test: &Test| matches!(test, Test::In(Field::Extracted(_), set) if set.ranges().len() > MAX_UNMASKED_RANGES);
        formula.leaves().any(is_of_bytes)
    };
    match found {
        Ok(meaning) if !is_long(&meaning) => Ok(meaning),
        found => by_place(access, left, comparison, right).map_or(found, Ok),
    }
}

/// The same by the field that has the value.
fn of_field(
    access: Access,
    left: &Arithmetic,
    comparison: Comparison,
    right: &Arithmetic,
) -> Result<Formula, String> {
    let (packets, slice) = access.slice()?;
    let truths = if never_falls(left, false) && never_falls(right, false) {
        monotone(slice.bits, 0, left, comparison, right)
    } else if slice.bits <= MAX_TRIED_BITS {
        tried(slice.bits, |value| comparison.holds(left.result(value), right.result(value)))
    } else {
        return Err(
            "on four bytes only >>, / and & with a mask whose ones are next to each other can be computed"
                .into(),
        );
    };
    let set = match access {
        Access::Bytes { header: HeaderWord::Ether, .. } if !matches!(slice.field, Field::Extracted(_)) => {
            return ether(packets, slice, &truths);
        }
        Access::Length if has_constant_beyond(left, right) => {
            return Err("frame lengths are compared up to 65535, which stands for all above it".into());
        }
        _ => lifted(slice, &truths)?,
    };
    Ok(packets.and(formula::leaf(slice.field, set)))
}

/// The same by the place of the bytes, and by those bits of them alone that a mask leaves. Nothing where it takes too many
/// ranges.
fn by_place(
    access: Access,
    left: &Arithmetic,
    comparison: Comparison,
    right: &Arithmetic,
) -> Option<Formula> {
    let (packets, Extracted::Bytes { layer, offset, size, mask: all_bits }) = access.bytes()? else {
        return None;
    };
    let mask = left.mask().or_else(|| right.mask()).map_or(all_bits, |mask| mask & all_bits);
    if mask == 0 {
        return None;
    }
    let shift = mask.trailing_zeros();
    let bits = (mask >> shift).trailing_ones();
    if mask >> shift >> (bits - 1) != 1 {
        // There are zeros between its ones.
        return None;
    }
    let truths = if never_falls(left, true) && never_falls(right, true) {
        monotone(bits, shift, left, comparison, right)
    } else if bits <= MAX_TRIED_BITS {
        tried(bits, |value| comparison.holds(left.result(value << shift), right.result(value << shift)))
    } else {
        return None;
    };
    let lift = |range: &Range| Range { first: range.first << shift, last: range.last << shift | all(shift) };
    let set = Set::new(truths.ranges().iter().map(lift));
    let bytes = Extracted::Bytes { layer, offset, size, mask };
    Some(packets.and(formula::leaf(Field::Extracted(bytes), set)))
}

/// Values of `bits` bits for which `holds` says yes.
fn tried(bits: u32, holds: impl Fn(u32) -> bool) -> Set {
    let hits = (0..1_u32 << bits).filter(|value| holds(*value)).map(u128::from);
    Set::new(hits.map(|value| Range { first: value, last: value }))
}

/// Values of `bits` bits, at most 32, for which the comparison is true, where the side with the packet's value, which has
/// `shift` zeros behind them, never falls as that value grows: then the result is found in three pieces, below, at and
/// above the other side.
fn monotone(bits: u32, shift: u32, left: &Arithmetic, comparison: Comparison, right: &Arithmetic) -> Set {
    let (growing, constant) = if left.access().is_some() { (left, right) } else { (right, left) };
    let constant = constant.result(0);
    let first_at = first(bits, |value| growing.result(value << shift) >= constant);
    let first_above = first(bits, |value| growing.result(value << shift) > constant);
    let pieces = [(0, first_at), (first_at, first_above), (first_above, 1_u64 << bits)];
    let truths = pieces.into_iter().filter(|(start, end)| start < end).filter_map(|(start, end)| {
        let value = u32::try_from(start).ok()? << shift;
        let range = Range { first: start.into(), last: u128::from(end) - 1 };
        comparison.holds(left.result(value), right.result(value)).then_some(range)
    });
    Set::new(truths)
}

/// The smallest value of `bits` bits for which `holds` is true, which it then is for all larger ones; one
/// more than the largest where there is none.
fn first(bits: u32, holds: impl Fn(u32) -> bool) -> u64 {
    let (mut low, mut high) = (0, 1_u64 << bits);
    while low < high {
        let middle = low.midpoint(high);
        match u32::try_from(middle) {
            Ok(value) if !holds(value) => low = middle + 1,
            _ => high = middle,
        }
    }
    low
}

/// Whether the result never falls as the packet's value grows. `is_masked` says that the value has no bits that the mask it is
/// put through first takes away.
fn never_falls(arithmetic: &Arithmetic, is_masked: bool) -> bool {
    match arithmetic {
        Arithmetic::Constant(_) | Arithmetic::Access(_) => true,
        Arithmetic::Operation(..) if is_masked && arithmetic.own_mask().is_some() => true,
        Arithmetic::Operation(left, operator, right) => match (operator, right.as_ref()) {
            (Operator::ShiftRight | Operator::Divide, Arithmetic::Constant(_)) => {
                never_falls(left, is_masked)
            }
            (Operator::And, Arithmetic::Constant(ones)) => {
                ones.leading_ones() == ones.count_ones() && never_falls(left, is_masked)
            }
            _ => false,
        },
    }
}

/// The values of the whole field whose slice is in `truths`.
fn lifted(slice: Slice, truths: &Set) -> Result<Set, String> {
    let Slice { field, shift, bits } = slice;
    let above = field.bits().saturating_sub(shift + bits);
    let ranges = truths.ranges();
    // Whatever stands in front of the slice.
    let prefixes = match ranges {
        [] => return Ok(Set::EMPTY),
        [Range { first: 0, last }] if *last == all(bits) => return Ok(Set::range(0_u8, field.max())),
        _ if field.bits() <= MAX_TRIED_BITS => 1_usize.checked_shl(above),
        _ => 1_usize.checked_shl(above).filter(|count| *count <= MAX_ADDRESS_RANGES / ranges.len()),
    };
    let prefixes = prefixes.ok_or_else(|| {
        format!(
            "it would take more than {MAX_ADDRESS_RANGES} ranges of addresses; ask for leading bytes or for a net"
        )
    })?;
    let lift = |prefix: usize, range: &Range| {
        let base = if above == 0 { 0 } else { (prefix as u128) << (shift + bits) };
        Range { first: base | range.first << shift, last: base | range.last << shift | all(shift) }
    };
    Ok(Set::new((0..prefixes).flat_map(|prefix| ranges.iter().map(move |range| lift(prefix, range)))))
}

/// The largest number of `bits` bits, at most 127.
fn all(bits: u32) -> u128 {
    (1 << bits) - 1
}

fn has_constant_beyond(left: &Arithmetic, right: &Arithmetic) -> bool {
    let beyond = |side: &Arithmetic| matches!(side, Arithmetic::Constant(number) if u128::from(*number) > Field::FrameLength.max());
    beyond(left) || beyond(right)
}

/// The Ethernet header: of an address only the group bit, and the type.
fn ether(packets: Formula, slice: Slice, truths: &Set) -> Result<Formula, String> {
    let holds = |value: u128| truths.contains(Some(value));
    if slice.field == Field::DestinationMac {
        let (one, group) = (holds(0), holds(1));
        if (0..=all(slice.bits)).any(|value| holds(value) != if value & 1 == 0 { one } else { group }) {
            return Err("of the addresses only the group bit can be told, as in ether[0] & 1 == 0; \
                        for a whole address there is `ether dst` and `ether src`"
                .into());
        }
        let unicast = one.then_some(Range { first: cast::UNICAST, last: cast::UNICAST });
        let others = group.then_some(Range { first: cast::MULTICAST, last: cast::BROADCAST });
        return Ok(formula::leaf(Field::DestinationCast, Set::new(unicast.into_iter().chain(others))));
    }
    if (slice.shift, slice.bits) != (0, Field::Ethertype.bits()) {
        return Err("the type is told as a whole: ether[12:2]".into());
    }
    // What is not a type is a length, and absent.
    let length = holds(0);
    if (0..u128::from(ethertypes::SMALLEST)).any(|value| holds(value) != length) {
        return Err("lengths in the place of the type cannot be told from one another".into());
    }
    let singled_out = |tag: u128| holds(tag) != holds(tag - 1) && holds(tag) != holds(tag + 1);
    if ethertypes::TAGS.iter().any(|tag| singled_out((*tag).into())) {
        return Err("VLAN tags are looked through; `vlan` asks for them".into());
    }
    let types = Set::range(ethertypes::SMALLEST, Field::Ethertype.max());
    let set = lifted(slice, truths)?.intersection(&types).with_absent(length);
    Ok(packets.and(Tree::Leaf(formula::Test::In(Field::Ethertype, set))))
}
