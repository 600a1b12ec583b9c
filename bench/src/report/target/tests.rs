use super::*;

fn target(bound: Bound, limit: f64, measured: f64) -> Target {
    Target { text: "a target".to_owned(), bound, limit, measured, unit: "ns" }
}

#[test]
fn verdicts_say_by_how_much() {
    assert_eq!(target(Bound::AtMost, 40.0, 30.0).verdict(), "met, by 25 %");
    assert_eq!(target(Bound::AtMost, 40.0, 50.0).verdict(), "missed, by 25 %");
    assert_eq!(target(Bound::AtLeast, 0.25, 0.5).verdict(), "met, by 100 %");
    assert_eq!(target(Bound::AtLeast, 0.9, 0.45).verdict(), "missed, by 50 %");
}

#[test]
fn what_could_not_be_measured_is_missed() {
    assert!(!target(Bound::AtMost, 40.0, f64::NAN).is_met());
    assert!(!target(Bound::AtLeast, 40.0, f64::NAN).is_met());
}

#[test]
fn lines_say_what_is_asked_for_and_what_was_measured() {
    let lines = text(&[target(Bound::AtMost, 40.0, 30.0)]);
    let expected = "target        asked for  measured\na target  at most 40 ns  30.00 ns  met, by 25 %\n";
    assert_eq!(lines, expected);
}
