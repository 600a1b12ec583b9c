//! Patterns of interface names.

use super::*;

fn patterns(text: &str) -> Patterns {
    Patterns::read(text).unwrap()
}

#[test]
fn a_text_without_a_pattern_is_no_restriction_that_could_be_kept() {
    for text in ["", " ", ",", " ,\n, "] {
        assert_eq!(Patterns::read(text), None, "{text:?}");
    }
}

#[test]
fn none_at_all_allow_everything() {
    let none = Patterns::default();
    assert!(none.allow_all() && none.allow("eth0", false) && none.allow("", false));
}

#[test]
fn within_others_both_must_allow_a_name() {
    let both = patterns("eth*, wg0").within(patterns("*0"));
    for (name, allowed) in [("eth0", true), ("wg0", true), ("eth1", false), ("lo0", false)] {
        assert_eq!(both.allow(name, false), allowed, "{name}");
    }
    assert!(!both.allow_all());
    let machine = Patterns::default().within(patterns("eth0"));
    assert!(machine.allow("eth0", false) && !machine.allow("lo", false) && !machine.allow_all());
    assert_eq!(patterns("lo").within(Patterns::default()), patterns("lo"));
}

#[test]
fn one_restricts() {
    assert!(!patterns("*").allow_all());
    assert!(patterns("*").allow("eth0", false));
}

#[test]
fn commas_and_white_space_separate() {
    let some = patterns(" eth*,wg?\tbr-lan \n lo,");
    for allowed in ["eth", "eth0", "eth0.40", "wg1", "br-lan", "lo"] {
        assert!(some.allow(allowed, false), "{allowed}");
    }
    for refused in ["", "xeth0", "wg", "wg10", "br-lan0", "LO", "any"] {
        assert!(!some.allow(refused, false), "{refused}");
    }
}

#[test]
fn they_can_be_shown_as_they_were_written() {
    let texts = |text| patterns(text).texts();
    assert_eq!(texts("eth*, wg?"), ["eth*", "wg?"]);
}
