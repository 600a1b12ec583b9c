use proptest::{collection::vec, prelude::*};

use super::*;

#[test]
fn usual_names_are_themselves() {
    for name in ["eth0", "wlp0s20f3.100@if2", "br-5c0a", "größe", "接口", "'\"", "any"] {
        assert_eq!(escape(name.as_bytes()), name);
        assert_eq!(unescape(name).unwrap(), name.as_bytes());
    }
}

#[test]
fn what_is_escaped() {
    for (name, text) in [
        (b"a\xffb".as_slice(), r"a\xffb"),
        (b"\x1b[31m", r"\x1b[31m"),
        (b"a\\b", r"a\\b"),
        // What looks like the text form of something else.
        (br"a\xff", r"a\\xff"),
        (b"\x00\x7f", r"\x00\x7f"),
        // U+0085, a control character beyond ASCII, and the first two of three bytes.
        ("\u{85}".as_bytes(), r"\xc2\x85"),
        (b"\xe6\x8e", r"\xe6\x8e"),
        (b"", ""),
    ] {
        assert_eq!(escape(name), text);
        assert_eq!(unescape(text).unwrap(), name);
    }
}

#[test]
fn other_ways_to_write_a_name_are_read() {
    assert_eq!(unescape(r"\xFF\x41\xc3\xbc").unwrap(), b"\xffA\xc3\xbc");
    assert_eq!(unescape("a\x07").unwrap(), b"a\x07");
}

#[test]
fn a_lone_backslash_is_refused() {
    for text in [r"a\", r"a\b", r"\x", r"\x1", r"\xg0", r"\x+1", r"\x1ü", r"\X41", r"\\\"] {
        let error = unescape(text).unwrap_err().to_string();
        assert!(error.contains(r"write \\ for a backslash"), "{text}: {error}");
    }
}

proptest! {
    #[test]
    fn every_name_comes_back(name in vec(any::<u8>(), 0..40)) {
        let text = escape(&name);
        prop_assert!(!text.chars().any(char::is_control));
        prop_assert_eq!(unescape(&text).unwrap(), name);
    }

    /// Names are compared as text: a name has one text form.
    #[test]
    fn two_names_are_two_texts(one in vec(any::<u8>(), 0..4), other in vec(any::<u8>(), 0..4)) {
        prop_assert_eq!(one == other, escape(&one) == escape(&other));
    }

    #[test]
    fn any_text_is_read_or_refused(text in r"[\\x0-9a-fü\x00-\x20]{0,12}") {
        if let Ok(name) = unescape(&text) {
            prop_assert_eq!(unescape(&escape(&name)).unwrap(), name);
        }
    }
}
