use super::*;

fn table(title: &str, again: [f64; 2]) -> Table {
    let mut table = Table::new(title, "ns", 0);
    let stub = table.add("XDP_PASS stub", vec![10.0, 12.0], None);
    table.add("unwanted, 1 term, port", vec![40.0, 42.0], Some(stub));
    table.add("unwanted, 64 terms, port", vec![46.0, 48.0], Some(stub));
    table.add("sent, 1 term", vec![110.0, 180.0], Some(stub));
    table.add(AGAIN, again.to_vec(), Some(stub));
    table
}

#[test]
fn unwanted_packets_and_many_terms_are_judged() {
    let targets = targets(&[table("other", [11.0; 2]), table(JUDGED, [11.0; 2])]);
    let found: Vec<(&str, f64)> = targets.iter().map(|target| (&*target.text, target.measured)).collect();
    assert_eq!(
        found,
        [
            ("unwanted, 1 term, port: above the stub", 30.0),
            ("unwanted, 64 terms, port: above the stub", 36.0),
            ("unwanted, 64 terms, port: times \"unwanted, 1 term, port\", both above the stub", 1.2),
        ]
    );
}

#[test]
fn tables_of_other_ways_are_not_judged() {
    assert_eq!(targets(&[table("one packet over and over", [11.0; 2])]).len(), 0);
}

#[test]
fn a_stub_that_differs_from_time_to_time_is_told_of() {
    assert_eq!(disturbed(&[table(JUDGED, [10.0, 13.0])]), None);
    assert!(disturbed(&[table(JUDGED, [10.0, 17.0])]).unwrap().contains("10 to 17 ns"));
}
