use super::*;

/// Three rounds, in the second of which the machine had other work; in the third it got some on the way.
fn table(title: &str) -> Table {
    let mut table = Table::new(title, "ns", 0);
    let stub = table.add("XDP_PASS stub", vec![10.0, 17.0, 10.0], None);
    table.add("unwanted, 1 term, port", vec![40.0, 80.0, 40.0], Some(stub));
    table.add("unwanted, 64 terms, port", vec![46.0, 90.0, 90.0], Some(stub));
    table.add("sent, 1 term", vec![110.0, 180.0, 180.0], Some(stub));
    table.add(AGAIN, vec![11.0, 17.0, 17.0], Some(stub));
    table
}

#[test]
fn unwanted_packets_and_many_terms_are_judged_by_quiet_rounds() {
    let (targets, quiet) = targets(&[table("other"), table(JUDGED)]);
    assert_eq!(quiet, 1);
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
fn without_a_quiet_round_nothing_is_met() {
    assert_eq!(quiet(&[10.0, 17.0], &[17.0, 10.0]), [false, false]);
    let mut table = table(JUDGED);
    for line in &mut table.lines {
        line.samples.truncate(2);
        line.samples.swap_remove(0);
    }
    table.lines[4].samples[0] = 30.0;
    let (targets, quiet) = targets(&[table]);
    assert_eq!(quiet, 0);
    assert!(targets.iter().all(|target| !target.is_met()));
}

#[test]
fn tables_of_other_ways_are_not_judged() {
    assert_eq!(targets(&[table("one packet over and over")]).0.len(), 0);
}
