use super::*;

#[test]
fn protocols_have_their_names_or_their_numbers() {
    for number in 0..=u8::MAX {
        let expected = names::protocol(number).map_or_else(|| number.to_string(), str::to_owned);
        assert_eq!(protocol(number).text(), expected);
    }
    assert_eq!([6, 253].map(|number| protocol(number).text()), ["TCP", "253"]);
}

#[test]
fn ethertypes_have_the_names_there_are() {
    for number in 0..=u16::MAX {
        assert_eq!(ethertype(number).map(Word::text), names::ethertype(number), "{number:#06x}");
    }
}

#[test]
fn tcp_flags_are_in_the_order_of_their_bits() {
    assert_eq!([0, 2, 0x12, 0x81].map(|flags| tcp_flags(flags).text()), ["", "SYN", "SYN,ACK", "FIN,CWR"]);
    for flags in 0..=u8::MAX {
        let set = (0..8).filter(|bit| flags >> bit & 1 == 1).map(|bit| TCP_FLAGS[bit]);
        assert_eq!(tcp_flags(flags).text(), set.collect::<Vec<_>>().join(","), "{flags:#04x}");
    }
}

#[test]
fn directions_have_their_words() {
    assert_eq!(Direction::ALL.map(|way| direction(way).text()), ["in", "out"]);
}
