use super::{Access, Arithmetic, Comparison, HeaderWord, Operator, Relation};
use crate::{
    field::Field,
    formula::Test,
    set::{Range, Set},
    tree::Tree,
};

fn access(header: HeaderWord, offset: u32, size: u32) -> Arithmetic {
    Arithmetic::Access(Access::Bytes { header, offset, size })
}

fn number(number: u32) -> Arithmetic {
    Arithmetic::Constant(number)
}

/// The set that a comparison comes to, without the packets it is about.
fn set(left: Arithmetic, comparison: Comparison, right: Arithmetic) -> (Field, Set) {
    let relation = Relation::new(left, comparison, right).unwrap();
    match relation.meaning() {
        Tree::All(list) => match list.last() {
            Some(Tree::Leaf(Test::In(field, set))) => (*field, set.clone()),
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    }
}

#[test]
fn numbers_wrap_around() {
    assert_eq!(Operator::Subtract.apply(0, 1), u32::MAX);
    assert_eq!(Operator::Multiply.apply(1 << 31, 2), 0);
    assert_eq!(Operator::Add.apply(u32::MAX, 2), 1);
    assert_eq!(Operator::ShiftLeft.apply(3, 31), 1 << 31);
}

#[test]
fn four_bytes() {
    let source = || access(HeaderWord::Ip, 12, 4);
    for (comparison, first, last) in [
        (Comparison::Less, 0_u32, 0x09ff_ffff_u32),
        (Comparison::AtMost, 0, 0x0a00_0000),
        (Comparison::Equal, 0x0a00_0000, 0x0a00_0000),
        (Comparison::AtLeast, 0x0a00_0000, u32::MAX),
        (Comparison::Greater, 0x0a00_0001, u32::MAX),
    ] {
        let expected = (Field::SourceIpv4, Set::range(first, last));
        assert_eq!(set(source(), comparison, number(0x0a00_0000)), expected, "{comparison:?}");
    }
    // The same from the other side, where the sign turns around.
    let (_, mirrored) = set(number(0x0a00_0000), Comparison::Greater, source());
    assert_eq!(mirrored, Set::range(0_u32, 0x09ff_ffff_u32));
    let never = set(source(), Comparison::Greater, number(u32::MAX)).1;
    assert!(never.is_empty());
}

#[test]
fn a_part_of_an_address() {
    let (field, second_byte) = set(access(HeaderWord::Ip, 17, 1), Comparison::Equal, number(200));
    assert_eq!((field, second_byte.ranges().len()), (Field::DestinationIpv4, 256));
    assert_eq!(second_byte.ranges()[1], Range { first: 0x01c8_0000, last: 0x01c8_ffff });
    let (field, first_bytes) = set(access(HeaderWord::Ip6, 8, 2), Comparison::Equal, number(0xfe80));
    assert_eq!(field, Field::SourceIpv6);
    assert_eq!(first_bytes.prefixes(128).len(), 1);
    // A part that can have any value is no condition on it.
    let (_, any) = set(access(HeaderWord::Ip, 15, 1), Comparison::AtLeast, number(0));
    assert_eq!(any, Set::range(0_u8, u32::MAX));
}

#[test]
fn a_code_point_is_a_part_of_the_traffic_class() {
    let (field, dscp) = set(Arithmetic::Access(Access::Dscp), Comparison::Equal, number(46));
    assert_eq!((field, dscp), (Field::TrafficClass, Set::range(184_u8, 187_u8)));
}

/// A length in the place of the type is an absent type.
#[test]
fn the_ethernet_type() {
    let ethertype = || access(HeaderWord::Ether, 12, 2);
    let (_, lengths) = set(ethertype(), Comparison::AtMost, number(1500));
    assert_eq!(lengths, Set::EMPTY.with_absent(true));
    let (_, types) = set(ethertype(), Comparison::Greater, number(1500));
    assert_eq!(types, Set::range(1501_u16, 65_535_u16));
    let (_, others) = set(ethertype(), Comparison::NotEqual, number(0x0800));
    assert!(others.contains(None) && others.contains(Some(0x86dd)) && !others.contains(Some(0x0800)));
}
