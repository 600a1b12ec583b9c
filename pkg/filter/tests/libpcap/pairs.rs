//! Lists of pairs of a host and a port mean what they do in libpcap.

use std::cell::Cell;

use proptest::{prelude::*, test_runner::TestRunner};
use xdplive_filter::{Environment, Filter};

use crate::{Subject, compare, frames, judge::Judge, pair_lists};

/// Lists that are tried.
const LISTS: u32 = 60;

#[test]
fn pairs_of_host_and_port() {
    let subjects: Vec<Subject> = frames::all().map(Subject::new).collect();
    let judge = Judge::new("pairs", subjects.iter().map(|subject| &subject.sample));
    let config = ProptestConfig { cases: LISTS, failure_persistence: None, ..ProptestConfig::default() };
    let (decided, paired) = (Cell::new(0), Cell::new(0));
    TestRunner::new(config)
        .run(&pair_lists::filters(), |text| {
            let filter = Filter::parse(&text).unwrap();
            // Two lists of addresses and ports that both have to be met can come to too many alternatives.
            let Ok(terms) = filter.terms(&Environment::default()) else { return Ok(()) };
            if filter.contradiction().is_some() {
                return Ok(());
            }
            let outcome = compare(&text, &judge, &subjects);
            let wrong: Vec<&String> = outcome
                .unexplained
                .iter()
                .filter(|line| !line.ends_with(" misses") && !line.contains("rejects all packets"))
                .collect();
            prop_assert!(wrong.is_empty(), "{:?}", wrong.first());
            decided.set(decided.get() + 1);
            paired.set(paired.get() + u32::from(terms.iter().any(|term| term.pairs().next().is_some())));
            Ok(())
        })
        .unwrap();
    println!("{} of {LISTS} lists were decided, {} of them by pairs", decided.get(), paired.get());
    assert!(decided.get() > LISTS / 2 && paired.get() > LISTS / 4, "{decided:?} {paired:?}");
}
