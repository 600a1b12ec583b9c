use super::*;

#[test]
fn it_is_as_json_has_it_with_a_comma_behind() {
    let word: Word<16> = Word::new(b"A/N 3-5").unwrap();
    let (cell, length) = word.cell();
    assert_eq!(&cell[..length], b"\"A/N 3-5\",");
    assert_eq!(word.text(), "A/N 3-5");
    let word: Word<16> = Word::new(b"").unwrap();
    assert_eq!((&word.cell().0[..3], word.cell().1, word.text()), (&b"\"\","[..], 3, ""));
}

#[test]
fn what_does_not_fit_is_none() {
    assert_eq!(Word::<8>::new(b"12345").map(|word| word.text().len()), Some(5));
    assert_eq!(Word::<8>::new(b"123456"), None);
    assert_eq!(Word::<2>::new(b""), None);
    assert_eq!(Word::<400>::new(&[b'a'; 252]).map(|word| word.text().len()), Some(252));
    assert_eq!(Word::<400>::new(&[b'a'; 253]), None);
}

#[test]
fn what_json_escapes_and_what_is_not_ascii_is_none() {
    for text in ["\"", "a\\b", "a\nb", "\u{1}", "\u{1f}", "\u{7f}", "größe"] {
        assert_eq!(Word::<24>::new(text.as_bytes()), None, "{text:?}");
    }
}
