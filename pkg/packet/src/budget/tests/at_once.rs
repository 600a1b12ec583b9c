//! How a limit is spread over the second.

use super::*;

/// After a pause of any length, a hundred or a tenth of a second's rows pass at the same moment.
#[test]
fn a_pause_saves_up_a_tenth_of_a_second_s_rows() {
    let expected = [
        (1, 1),
        (20, 20),
        (99, 99),
        (100, 100),
        (101, 100),
        (999, 100),
        (1000, 100),
        (1001, 101),
        (3000, 300),
        (12_345, 1235),
        (100_000, 10_000),
    ];
    for (limit, at_once) in expected {
        for packet in [known as fn(u64) -> Headers, new] {
            let mut slot = Slot::new(limit);
            let mut now = 50 * SECOND;
            for pause in [0, 1100, 20_000_000] {
                now += pause * 1_000_000;
                let passed = (0..2 * at_once as u64 + 200)
                    .filter(|number| slot.pass(now, &packet(number % 100)))
                    .count();
                assert_eq!(passed, at_once, "limit {limit}, after {pause} ms");
            }
        }
    }
}

/// In a flood no hundredth of a second has many more rows than its part, but for the hundred that each second may have
/// at once.
#[test]
fn a_flood_s_rows_are_spread() {
    for limit in [150, 500, 1000, 2000, 10_000] {
        let mut slot = Slot::new(limit);
        let limit = u64::from(limit);
        let gap = SECOND / (3 * limit);
        for number in 0..5 * SECOND / gap {
            slot.pass(SECOND + number * gap, &known(number % 64));
        }
        let most = most_rows_in(&slot.rows, SECOND / 100) as u64;
        let allowed = (limit / 10).max(100) + limit / 100 + 64;
        assert!(most <= allowed, "{most} rows in 10 ms of {limit} a second");
        if limit >= 1000 {
            let steady: Vec<u64> = slot.rows.iter().copied().filter(|time| *time >= 3 * SECOND).collect();
            let most = most_rows_in(&steady, SECOND / 10) as u64;
            assert!(most <= limit / 10 + 1, "{most} rows in 100 ms of {limit} a second, after two seconds");
            assert!(steady.windows(2).all(|pair| pair[1] - pair[0] <= 2 * SECOND / limit + gap));
        }
    }
}
