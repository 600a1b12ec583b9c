//! Patterns of interface names.

use super::*;

#[test]
fn none_at_all_allow_everything() {
    for text in ["", " ", ",", " ,\n, "] {
        let patterns = Patterns::new(text);
        assert!(patterns.allow_all(), "{text:?}");
        assert!(patterns.allow("eth0"), "{text:?}");
        assert!(patterns.allow(""), "{text:?}");
    }
}

#[test]
fn one_restricts() {
    assert!(!Patterns::new("*").allow_all());
    assert!(Patterns::new("*").allow("eth0"));
}

#[test]
fn commas_and_white_space_separate() {
    let patterns = Patterns::new(" eth*,wg?\tbr-lan \n lo,");
    for allowed in ["eth", "eth0", "eth0.40", "wg1", "br-lan", "lo"] {
        assert!(patterns.allow(allowed), "{allowed}");
    }
    for refused in ["", "xeth0", "wg", "wg10", "br-lan0", "LO", "any"] {
        assert!(!patterns.allow(refused), "{refused}");
    }
}

#[test]
fn they_can_be_shown_as_they_were_written() {
    let texts = |text| Patterns::new(text).texts().collect::<Vec<_>>();
    assert_eq!(texts("eth*, wg?"), ["eth*", "wg?"]);
    assert_eq!(texts(""), Vec::<String>::new());
}
