//! What of rare packets passes in a flood.

use super::*;

/// A number below 2^16 that looks like chance.
fn chance(number: u64) -> u64 {
    number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 48
}

/// How many of 21 new conversations pass, one a second and up to `late` ns late, in `flood`, of which the first packets
/// came a tenth of a second before the first of them can.
fn rare_rows(limit: u32, flood: impl Fn(u64) -> Headers, phase: u64, late: u64) -> (usize, Slot) {
    let mut slot = Slot::new(limit);
    let start = 3600 * SECOND;
    let gap = (SECOND / (4 * u64::from(limit))).min(SECOND / 500);
    let mut passed = 0;
    let mut number = 0;
    for rare in 0..21 {
        let time = start + SECOND / 10 + phase + rare * SECOND + chance(rare) * late / 0xffff;
        while start + number * gap < time {
            slot.pass(start + number * gap, &flood(number));
            number += 1;
        }
        passed += usize::from(slot.pass(time, &new(rare)));
    }
    (passed, slot)
}

const LIMITS: [u32; 8] = [10, 11, 12, 20, 50, 100, 101, 1000];

/// From the first second of a flood on, at any moment of the second.
#[test]
fn a_new_conversation_a_second_passes_in_a_flood_of_one_conversation() {
    for limit in LIMITS {
        for tenth in [0, 3, 9] {
            let (passed, slot) = rare_rows(limit, |_| known(0), tenth * SECOND / 10, SECOND / 5);
            assert_eq!(passed, 21, "limit {limit}, {tenth} tenths");
            assert!(slot.most_rows_in(10) <= allowed(limit, 10), "limit {limit}");
        }
    }
}

/// Its 64 conversations were new themselves: the reserve needs a second to recover.
#[test]
fn a_new_conversation_a_second_passes_in_a_flood_of_64() {
    for limit in LIMITS {
        for tenth in [0, 3, 9] {
            let flood = |number| known(number % 64);
            let (passed, slot) = rare_rows(limit, flood, (10 + tenth) * SECOND / 10, SECOND / 5);
            assert_eq!(passed, 21, "limit {limit}, {tenth} tenths");
            assert!(slot.most_rows_in(10) <= allowed(limit, 10), "limit {limit}");
        }
    }
}

#[test]
fn a_new_conversation_a_second_passes_in_a_flood_of_new_flows() {
    for limit in LIMITS {
        for tenth in [0, 3, 9] {
            let (passed, slot) = rare_rows(limit, new_flow, tenth * SECOND / 10, SECOND / 5);
            assert_eq!(passed, 21, "limit {limit}, {tenth} tenths");
            assert!(slot.most_rows_in(10) <= allowed(limit, 10), "limit {limit}");
        }
    }
}

/// Below a limit of ten, at least one row in twenty.
#[test]
fn a_small_budget_has_a_part_for_new_conversations_too() {
    for limit in 1..10 {
        let (passed, slot) = rare_rows(limit, |_| known(0), 0, 0);
        let part = 20 * limit as usize / 20;
        assert!(passed >= part, "{passed} of 21 at a limit of {limit}");
        assert!(slot.most_rows_in(10) <= allowed(limit, 10), "limit {limit}");
    }
}

/// However many new conversations there are, those that are known have most of the rows.
#[test]
fn new_conversations_have_no_more_than_their_part() {
    for limit in [10, 20, 100, 1000] {
        let mut slot = Slot::new(limit);
        let gap = SECOND / (10 * u64::from(limit));
        let mut rows = [0; 2];
        for number in 0..20 * SECOND / gap {
            let time = 10 * SECOND + number * gap;
            while slot.pass(time, &known(0)) {
                rows[0] += 1;
            }
            // Three at a time, when the others have taken what there was for them.
            if number % 10 == 5 {
                rows[1] += (0..3).filter(|part| slot.pass(time, &new(3 * number + part))).count();
            }
        }
        assert!(rows[1] <= 21 * limit as usize / 10, "{rows:?} at a limit of {limit}");
        assert!(rows[1] >= 20 * limit as usize / 12, "{rows:?} at a limit of {limit}");
        assert!(slot.most_rows_in(10) <= allowed(limit, 10), "limit {limit}");
    }
}

/// Several that begin to talk at once have what a second has saved up.
#[test]
fn eight_new_conversations_at_once_pass_at_a_limit_of_a_hundred() {
    let (_, mut slot) = rare_rows(100, |_| known(0), 0, 0);
    let now = 3625 * SECOND;
    (0..200).for_each(|_| {
        slot.pass(now, &known(0));
    });
    assert_eq!((100..200).filter(|number| slot.pass(now, &new(*number))).count(), 9);
}

#[test]
fn a_new_flow_a_second_passes_from_a_limit_of_twenty_on() {
    for (limit, expected) in [(10, 0), (20, 20), (100, 20), (1000, 20)] {
        let mut slot = Slot::new(limit);
        let gap = SECOND / 4000;
        let mut passed = 0;
        for number in 0..20 * SECOND / gap {
            let time = 7 * SECOND + number * gap;
            slot.pass(time, &known(0));
            if number % 4000 == 3777 {
                passed += usize::from(slot.pass(time, &new_flow(number)));
            }
        }
        assert_eq!(passed, expected, "limit {limit}");
    }
}

/// Rows of a lone packet's flow that get through a flood of `flood`, at 200,000 packets a second and a budget of
/// 1,000, in 20 tries.
fn lone_packets(flood: impl Fn(u64) -> Headers) -> usize {
    let lone = headers(200, 50_085, 1900);
    (0..20)
        .filter(|attempt| {
            let mut slot = Slot::new(1000);
            let place = 20_000 + attempt * 8999;
            for number in 0..place {
                slot.pass(3600 * SECOND + number * 5000, &flood(number));
            }
            slot.pass(3600 * SECOND + place * 5000, &lone)
        })
        .count()
}

#[test]
fn a_lone_packet_passes_in_a_flood_of_64_flows() {
    assert_eq!(lone_packets(|number| known(number % 64)), 20);
}

#[test]
fn a_lone_packet_passes_in_a_flood_from_random_ports() {
    let port = |number: u64| u16::try_from(chance(number)).unwrap();
    assert_eq!(lone_packets(|number| headers(1, port(number), 9)), 20);
    assert_eq!(lone_packets(|number| headers(1, port(number), 50_000)), 20);
}
