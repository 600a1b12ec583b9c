use super::*;

#[test]
fn columns_are_as_wide_as_their_widest_cell() {
    let mut text = Text::new(&[("what", Align::Left), ("ns", Align::Right), ("with", Align::Left)]);
    text.row(["stub".to_owned(), "9.5".to_owned(), String::new()]);
    text.row(["Länge".to_owned(), "120.0".to_owned(), "stub".to_owned()]);
    assert_eq!(text.to_string(), "what      ns  with\nstub     9.5\nLänge  120.0  stub\n");
}
