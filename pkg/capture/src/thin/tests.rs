use super::*;

const SECOND: u64 = 1_000_000_000;
/// Some machine's uptime.
const START: u64 = 1234 * SECOND + 567_891;

/// How many of `count` packets pass that come one each `gap` nanoseconds from `start` on.
fn passed(thinner: &mut Thinner, start: u64, gap: u64, count: u64) -> u64 {
    (0..count).filter(|n| thinner.pass(start + n * gap)).count() as u64
}

#[test]
fn a_flood_is_cut_to_the_limit() {
    for limit in [1, 7, 49, 50, 51, 999, 1000, 1001, 10_000] {
        let mut thinner = Thinner::new(limit);
        // One million packets a second, three seconds.
        let rows = passed(&mut thinner, START, 1000, 3_000_000);
        let expected = u64::from(limit) * 3;
        assert!(
            rows.abs_diff(expected) <= u64::from(limit).div_ceil(REFILLS) + 1,
            "limit {limit}: {rows} rows"
        );
    }
}

#[test]
fn a_flood_is_spread_over_the_second() {
    let mut thinner = Thinner::new(1000);
    for tenth in 0..20 {
        let rows = passed(&mut thinner, START + tenth * SECOND / 10, 1000, 100_000);
        assert!((80..=120).contains(&rows), "{rows} rows in tenth {tenth}");
    }
}

#[test]
fn below_the_limit_everything_passes() {
    let mut thinner = Thinner::new(1000);
    // 900 a second.
    assert_eq!(passed(&mut thinner, START, SECOND / 900, 9000), 9000);
}

#[test]
fn a_short_burst_passes_after_a_pause() {
    let mut thinner = Thinner::new(1000);
    assert!(thinner.pass(START));
    assert_eq!(passed(&mut thinner, START + SECOND, 10, 150), 100);
}

#[test]
fn a_limit_of_one_is_one_a_second() {
    let mut thinner = Thinner::new(1);
    let rows = passed(&mut thinner, START, SECOND / 100, 1000);
    assert!((9..=11).contains(&rows), "{rows}");
}
