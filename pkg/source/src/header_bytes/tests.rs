use super::*;

#[test]
fn bytes_are_found_by_their_numbers() {
    let mut all = HeaderBytes::default();
    let frames: Vec<Vec<u8>> = (0..5).map(|number| vec![number; usize::from(number) * 100]).collect();
    let captured = |number: usize| Captured {
        bytes: &frames[number],
        tag: (number % 2 == 1).then_some([0x8100, number as u16]),
    };
    let numbers: Vec<u32> = (0..5).map(|number| all.add(captured(number))).collect();
    for (number, found) in numbers.iter().enumerate() {
        assert_eq!(all.get(*found), Some(captured(number)));
    }
    assert_eq!(all.get(5), None);
    assert_eq!(all.get(HeaderBytes::NONE), None);

    // Those of a few rows, in another order, without the others.
    let mut some = HeaderBytes::default();
    let moved = [3, HeaderBytes::NONE, 1].map(|number| some.add_from(&all, number));
    assert_eq!(moved, [0, HeaderBytes::NONE, 1]);
    assert_eq!([some.get(0), some.get(1), some.get(2)], [Some(captured(3)), Some(captured(1)), None]);
    assert_eq!(some.bytes.len(), 400);
}

#[test]
fn what_is_longer_than_a_frame_is_not_taken() {
    let mut bytes = HeaderBytes::default();
    assert_eq!(bytes.add(Captured { bytes: &[0; 65_536], tag: None }), HeaderBytes::NONE);
    assert_eq!(bytes.add(Captured { bytes: &[0; 65_535], tag: None }), 0);
}
