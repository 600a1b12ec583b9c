use std::time::Duration;

use super::*;
use crate::rows::{offer::Offered, trial::Accounts};

/// A second at `rate`, of which `arriving` a second arrive.
fn trial(rate: u64, arriving: f64) -> Trial {
    Trial {
        rate: rate as f64,
        offered: Offered { packets: rate, time: Duration::from_secs(1), cpu: Duration::from_millis(300) },
        accounts: Accounts { seen: rate, delivered: rate, ..Accounts::default() },
        arrived: rate,
        arriving,
        reader: Duration::from_millis(500),
        client: Duration::from_millis(100),
    }
}

/// One round, the bare reader over the wire at the sender's limit.
fn figures() -> Figures {
    let mut figures = Figures::default();
    let round = |rate, twice| Round { carried: trial(rate, rate as f64), is_senders_limit: false, twice };
    let rounds = [
        Round { is_senders_limit: true, ..round(2_000_000, None) },
        round(1_000_000, None),
        round(800_000, None),
        round(5_000_000, None),
        round(1_000_000, Some(trial(2_000_000, 950_000.0))),
        round(500_000, Some(trial(1_000_000, 400_000.0))),
    ];
    for (number, round) in rounds.into_iter().enumerate() {
        figures.add(number, round);
    }
    figures
}

#[test]
fn targets_are_parts_of_the_reference_of_the_same_round_and_path() {
    let targets = figures().report([vec![400.0], vec![600.0]]).targets;
    let found: Vec<(f64, bool)> = targets.iter().map(|target| (target.measured, target.is_met())).collect();
    assert_eq!(found, [(0.5, true), (0.2, false), (0.95, true), (0.8, false), (1.5, true)]);
    assert!(targets[1].text.starts_with("straight, plugin, ten columns:"), "{}", targets[1].text);
    assert!(targets[3].text.starts_with("straight, plugin, all columns:"), "{}", targets[3].text);
}

#[test]
fn processor_time_is_that_of_one_row() {
    let times = figures().times();
    let medians: Vec<f64> = times.lines.iter().map(|line| line.summary.median).collect();
    assert_eq!(medians, [250.0, 500.0, 625.0, 100.0, 500.0, 1000.0]);
    assert_eq!(times.lines[4].ratio.unwrap().median, 5.0);
    assert_eq!(figures().clients().lines[0].summary.median, 100.0);
    assert_eq!(figures().senders().lines[1].summary.median, 300.0);
}

#[test]
fn a_reference_that_took_everything_is_told_of() {
    let notes = figures().report([vec![400.0], vec![600.0]]).notes;
    assert!(notes[1].starts_with("veth, bare ring reader: in 1 of 1 rounds it took all"), "{notes:?}");
    assert_eq!(notes.len(), 3);
}
