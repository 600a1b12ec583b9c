//! libpcap as judge: tcpdump and [`Filter`] decide about every frame of a corpus, expression by expression,
//! and have to agree.
//!
//! A frame whose tags and extension headers we look through is shown to libpcap without these ([`shown`]).
//! What is left of differences on purpose is in [`rules`], and in `DIFFERENCES.md`.

#![allow(clippy::indexing_slicing, clippy::panic, reason = "a test may stop at the first surprise")]
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod contradictions;
mod expressions;
mod frames;
mod judge;
#[path = "../lists/pairs.rs"]
mod pair_lists;
mod pairs;
mod rules;
mod shown;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Mutex,
    thread,
};

use expressions::EXPRESSIONS;
use judge::Judge;
use rules::{Difference, RULES};
use xdplive_corpus::Sample;
use xdplive_filter::{Bytes, Environment, Filter, Packet, Term};
use xdplive_packet::{
    Headers, Layers, Wire,
    classify::Computed,
    event::Direction,
    parse::{self, tunnel::descend},
};

/// tcpdump processes at a time.
const PROCESSES: usize = 2;
/// Differences shown, where there are any.
const SHOWN: usize = 20;

/// A frame, and what our parser says of it.
struct Subject {
    sample: Sample,
    headers: Headers,
    layers: Layers,
    computed: Computed,
}

impl Subject {
    fn new(sample: Sample) -> Self {
        let (mut headers, mut layers) = (Headers::EMPTY, Layers::EMPTY);
        let mut frame = sample.bytes.as_slice();
        parse::parse_into(&mut frame, &Wire::new(sample.link), &mut headers, &mut layers);
        let mut computed = Computed::NONE;
        let tunnel = descend(&mut frame, &headers, &layers).tunnel;
        computed.fill(&headers, &layers, &tunnel, Computed::OUTER);
        Self { sample, headers, layers, computed }
    }

    /// As filters see it.
    fn packet(&self) -> Packet<'_> {
        let Self { sample, headers, layers, computed } = self;
        Packet {
            headers,
            frame_length: sample.bytes.len() as u32,
            direction: Direction::In,
            bytes: Some(Bytes { frame: &sample.bytes, layers, computed }),
        }
    }
}

/// What came of one expression.
struct Outcome {
    excused: BTreeMap<&'static str, usize>,
    unexplained: Vec<String>,
}

#[test]
fn every_decision_is_libpcaps() {
    let subjects: Vec<Subject> = frames::all().map(Subject::new).collect();
    let judge = Judge::new("decisions", subjects.iter().map(|subject| &subject.sample));
    let todo = Mutex::new(EXPRESSIONS.iter());
    let outcomes = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..PROCESSES {
            scope.spawn(|| {
                loop {
                    let Some(expression) = todo.lock().unwrap().next() else { break };
                    let outcome = compare(expression, &judge, &subjects);
                    outcomes.lock().unwrap().push(outcome);
                }
            });
        }
    });

    let outcomes = outcomes.into_inner().unwrap();
    let unexplained: Vec<&String> = outcomes.iter().flat_map(|outcome| &outcome.unexplained).collect();
    let first: String = unexplained.iter().take(SHOWN).map(|line| format!("{line}\n")).collect();
    assert!(unexplained.is_empty(), "{} differences, among them:\n{first}", unexplained.len());
    assert_eq!(outcomes.len(), EXPRESSIONS.len());
    let used: BTreeSet<&str> = outcomes.iter().flat_map(|outcome| outcome.excused.keys().copied()).collect();
    for rule in RULES {
        assert!(used.contains(rule.name), "\"{}\" is no longer needed by any frame", rule.name);
    }
}

#[test]
fn there_are_enough_different_expressions() {
    let printed = |text: &&str| Filter::parse(text).map(|filter| filter.to_string());
    let different: BTreeSet<String> = EXPRESSIONS.iter().filter_map(|text| printed(text).ok()).collect();
    assert!(different.len() >= 150, "only {}", different.len());
}

#[test]
fn every_rule_is_documented() {
    let differences = include_str!("../../DIFFERENCES.md");
    for rule in RULES {
        assert!(
            differences.contains(&format!("| rule: {} |", rule.name)),
            "\"{}\" is not in the table",
            rule.name
        );
    }
}

/// Lets both sides decide about all frames.
fn compare(expression: &str, judge: &Judge, subjects: &[Subject]) -> Outcome {
    let mut outcome = Outcome { excused: BTreeMap::new(), unexplained: Vec::new() };
    let environment = Environment::default();
    let decided = ours(expression, &environment).and_then(|ours| Ok((ours, judge.decide(expression)?)));
    let ((filter, terms), verdict) = match decided {
        Ok(decided) => decided,
        Err(refusal) => {
            outcome.unexplained.push(format!("{expression}: {refusal}"));
            return outcome;
        }
    };
    if let Some(contradiction) = filter.contradiction() {
        outcome.unexplained.push(format!("{expression}: {contradiction}"));
    }
    let (mut matches, mut misses) = (0, 0);

    for (number, subject) in subjects.iter().enumerate() {
        let packet = subject.packet();
        let ours = filter.matches(&packet, &environment);
        let by_terms = terms.iter().any(|term| term.matches(&packet));
        assert_eq!(ours, by_terms, "{expression}: the terms decide otherwise about {}", subject.sample);
        let theirs = verdict.contains(&number);
        if ours == theirs {
            *(if ours { &mut matches } else { &mut misses }) += 1;
            continue;
        }
        let difference = Difference { expression, ours, subject };
        match RULES.iter().find(|rule| rule.excuses(&difference)) {
            Some(rule) => *outcome.excused.entry(rule.name).or_default() += 1,
            None => outcome.unexplained.push(difference.to_string()),
        }
    }
    if matches == 0 || misses == 0 {
        outcome.unexplained.push(format!("{expression}: {matches} matches, {misses} misses"));
    }
    outcome
}

/// The filter in both of its forms.
fn ours(expression: &str, environment: &Environment) -> Result<(Filter, Vec<Term>), String> {
    let filter = Filter::parse(expression).map_err(|error| error.to_string())?;
    let terms = filter.terms(environment).map_err(|error| error.to_string())?;
    Ok((filter, terms))
}

/// The plain words lose nothing: expressions that read alike decide alike.
#[test]
fn who_reads_the_meaning_knows_the_filter() {
    let mut read: BTreeMap<String, (&str, Vec<Term>)> = BTreeMap::new();
    for expression in EXPRESSIONS {
        let filter = Filter::parse(expression).unwrap();
        let terms = filter.terms(&Environment::default()).unwrap();
        let meaning = filter.meaning();
        let (other, same) = read.entry(meaning.clone()).or_insert_with(|| (expression, terms.clone()));
        assert_eq!(*same, terms, "{expression} and {other}: {meaning}");
    }
}
