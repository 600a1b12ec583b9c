use super::*;

#[test]
fn a_line_is_compared_with_its_reference_round_by_round() {
    let mut table = Table::new("case", "ns", 1);
    let stub = table.add("stub", vec![10.0, 30.0, 11.0], None);
    let ours = table.add("ours", vec![15.0, 45.0, 22.0], Some(stub));
    let line = table.line(ours).unwrap();
    assert_eq!(line.summary, Summary { median: 22.0, least: 15.0, most: 45.0 });
    assert_eq!(line.ratio, Some(Summary { median: 1.5, least: 1.5, most: 2.0 }));
    assert_eq!(line.above, Some(Summary { median: 11.0, least: 5.0, most: 15.0 }));
    assert_eq!(table.line(stub).unwrap().ratio, None);
}

#[test]
fn a_report_is_a_table_targets_and_notes() {
    let mut table = Table::new("case", "ns", 1);
    let stub = table.add("stub", vec![10.0], None);
    table.add("ours", vec![15.0], Some(stub));
    let mut plain = Table::new("part", "", 2);
    plain.add("alone", vec![0.5, 0.25], None);
    let report = Report {
        benchmark: "B0",
        title: "a test",
        tables: vec![table, plain],
        targets: Vec::new(),
        notes: vec!["quiet machine".to_owned()],
    };
    let expected = "\
B0: a test

case    ns         range  ratio         range  above  compared with
stub  10.0  10.0 to 10.0
ours  15.0  15.0 to 15.0   1.50  1.50 to 1.50    5.0  stub

part                range
alone  0.38  0.25 to 0.50

note: quiet machine
";
    assert_eq!(report.text(), expected);
}
