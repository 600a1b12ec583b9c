use super::*;
use crate::bpf::product::rules;

#[test]
fn every_table_begins_with_its_stub() {
    let cases = all();
    let firsts = cases.windows(2).filter(|pair| pair[0].table() != pair[1].table()).map(|pair| &pair[1]);
    for first in firsts.chain(&cases[..1]) {
        assert!(matches!(first.runs, Runs::Stub), "{}: {}", first.table(), first.name);
    }
}

#[test]
fn pairs_are_cases() {
    let names: Vec<String> = all().into_iter().map(|case| case.name).collect();
    for (one, many) in PAIRS {
        assert!(names.iter().any(|name| name == one), "{one}");
        assert!(names.iter().any(|name| name == many), "{many}");
    }
}

#[test]
fn cases_have_as_many_live_terms_as_they_say() {
    for case in all() {
        let Runs::Product { wanted, .. } = &case.runs else { continue };
        let live = rules(wanted).unwrap().configuration.live[0];
        let terms = live[0].count_ones() + live[1].count_ones();
        let expected = match case.name.as_str() {
            "nobody watches" => 0,
            name if name.contains("64") => 64,
            _ => 1,
        };
        assert_eq!(terms, expected, "{}", case.name);
    }
}

#[test]
fn networks_use_all_prefix_lengths() {
    let rules = rules(&filters(64, net)).unwrap();
    let sources = &rules.tables.hashed[xdplive_packet::classify::Field::SourceIpv4.hashed()];
    assert!(sources.masks.iter().all(|mask| mask[0] != 0));
}
