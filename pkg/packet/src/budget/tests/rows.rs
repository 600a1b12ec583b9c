//! How many rows there are: at least so many in a second, and no more than the limit allows in ten.

use proptest::prelude::*;

use super::*;

/// What the packets of a stretch are.
#[derive(Clone, Copy, Debug)]
enum Of {
    /// So many conversations, one after the other.
    Known(u64),
    /// Ever new conversations.
    New,
    /// Ever new flows of one conversation.
    NewFlows,
    /// One in so many of a new conversation.
    NewAmongKnown(u64),
}

/// A stretch of packets.
#[derive(Clone, Copy, Debug)]
struct Stretch {
    /// Packets that come at the same moment.
    burst: u64,
    /// Nanoseconds from burst to burst.
    gap: u64,
    /// How much of it a burst may be late, in thousandths.
    late: u64,
    /// How long it is, in milliseconds.
    milliseconds: u64,
    of: Of,
}

/// Hundreds of packets a stretch, or a few, or thousands a second.
fn stretch(limit: u32) -> impl Strategy<Value = Stretch> {
    let limit = u64::from(limit);
    let of = prop_oneof![
        (1..100_u64).prop_map(Of::Known),
        Just(Of::New),
        Just(Of::NewFlows),
        (2..50_u64).prop_map(Of::NewAmongKnown),
    ];
    // Trickles; floods of up to four times the limit; bursts of up to two seconds' rows every second or so.
    let pace = prop_oneof![
        (Just(1), SECOND / 10..4 * SECOND),
        (Just(1), SECOND / (4 * limit)..=2 * SECOND / limit),
        (1..=2 * limit, SECOND - SECOND / 20..SECOND + SECOND / 20),
        (1..=2 * limit, Just(SECOND)),
        (1..=limit.div_ceil(5), SECOND / 10..SECOND / 4),
    ];
    (pace, prop_oneof![Just(0), 0..1000_u64], 100..12_000_u64, of)
        .prop_map(|((burst, gap), late, milliseconds, of)| Stretch { burst, gap, late, milliseconds, of })
}

fn traffic() -> impl Strategy<Value = (u32, u64, Vec<Stretch>)> {
    let limit =
        prop_oneof![1..=20_u32, Just(10_u32), 20..=100_u32, 90..=200_u32, 200..=2000_u32, Just(5_000_u32),];
    let start = prop_oneof![
        0..3_u64,
        0..100 * SECOND,
        any::<u64>().prop_map(|start| start / 2),
        // Where the pace's clock wraps around.
        Just((1 << 60) - 5 * SECOND),
        // Nearly as late as can be.
        Just(u64::MAX - 1000 * SECOND),
    ];
    (limit, start).prop_flat_map(|(limit, start)| {
        (Just(limit), Just(start), prop::collection::vec(stretch(limit), 1..5))
    })
}

/// The slot after all of `stretches`.
fn after(limit: u32, start: u64, stretches: &[Stretch]) -> Slot {
    let mut slot = Slot::new(limit);
    let (mut now, mut number) = (start, 0_u64);
    for stretch in stretches {
        let end = now + stretch.milliseconds * 1_000_000;
        while now < end {
            let late = stretch.gap / 1000 * (number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) % 1000
                * stretch.late
                / 1000;
            for _ in 0..stretch.burst {
                number += 1;
                let packet = match stretch.of {
                    Of::Known(conversations) => known(number % conversations),
                    Of::New => new(number),
                    Of::NewFlows => new_flow(number),
                    Of::NewAmongKnown(part) if number % part == 0 => new(number),
                    Of::NewAmongKnown(_) => known(number % 16),
                };
                slot.pass(now + late, &packet);
            }
            now += stretch.gap;
        }
        // The next one must not begin before the last packet of this one.
        now = now.max(slot.rows.last().map_or(0, |last| last + 1)) + stretch.gap;
    }
    slot
}

fn assert_within(slot: &Slot, what: &dyn std::fmt::Debug) {
    for seconds in [10, 11, 12, 13, 15, 19, 20, 25, 30, 40] {
        let (most, allowed) = (slot.most_rows_in(seconds), allowed(slot.limit, seconds));
        assert!(most <= allowed, "{most} rows in {seconds} s, {allowed} are allowed: {what:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_packet_is_left_out_while_a_second_has_fewer_rows_and_ten_have_no_more_than_the_limit_allows(
        (limit, start, stretches) in traffic()
    ) {
        let slot = after(limit, start, &stretches);
        prop_assert!(slot.wrongly_thinned.is_empty(), "{:?}", slot.wrongly_thinned);
        assert_within(&slot, &limit);
    }
}

#[test]
fn a_packet_every_two_seconds_always_passes() {
    for limit in [1, 2, 5, 20, 100, 1000] {
        for start in [0, 1, 7 * SECOND, 1 << 60, u64::MAX - 100 * SECOND] {
            let mut slot = Slot::new(limit);
            let passed = (0..8).filter(|number| slot.pass(start + number * 2 * SECOND, &known(0))).count();
            assert_eq!(passed, 8, "limit {limit}, from {start}");
        }
    }
}

#[test]
fn packets_as_many_as_the_limit_all_pass() {
    for limit in [1, 3, 10, 64, 99, 100] {
        let mut slot = Slot::new(limit);
        let mut now = 0;
        for number in 0..20 * u64::from(limit) {
            assert!(slot.pass(now, &known(number % 5)), "limit {limit}, packet {number}");
            now += SECOND.div_ceil(u64::from(limit));
        }
    }
}

/// Floods of several times the limit get all of it, and no more than a tenth above, whatever they are of.
#[test]
fn a_flood_has_its_limit() {
    const SECONDS: u64 = 21;
    let floods: [fn(u64) -> Headers; 4] = [|_| known(0), |number| known(number % 64), new, new_flow];
    for limit in [1, 2, 5, 9, 10, 11, 12, 20, 50, 100, 101, 105, 110, 130, 200, 999] {
        let gap = SECOND / (3 * u64::from(limit)) + 1;
        for (kind, flood) in floods.iter().enumerate() {
            let mut slot = Slot::new(limit);
            for number in 0..SECONDS * SECOND / gap {
                slot.pass(3600 * SECOND + number * gap, &flood(number));
            }
            let what = format!("limit {limit}, flood {kind}");
            assert!(slot.wrongly_thinned.is_empty(), "{what}");
            assert_within(&slot, &what);
            let rows = slot.rows.len();
            assert!(rows >= 20 * limit as usize, "{rows} rows in 21 s, {what}");
        }
    }
}

#[test]
fn a_flood_has_its_limit_at_the_highest_limits_too() {
    for limit in [5000, 20_000] {
        for flood in [known as fn(u64) -> Headers, new] {
            let mut slot = Slot::new(limit);
            let gap = SECOND / (2 * u64::from(limit));
            for number in 0..11 * SECOND / gap {
                slot.pass(SECOND + number * gap, &flood(number % 0x00ff_ffff));
            }
            let (rows, limit) = (slot.most_rows_in(10), limit as usize);
            assert!(rows >= 10 * limit && rows <= 10 * limit + limit / 9, "{rows} rows of {limit} a second");
        }
    }
}

#[test]
fn any_limit_and_any_time_is_fine() {
    for limit in [0, 1, 100, 101, u32::MAX - 1, u32::MAX] {
        for start in [0, 1, SECOND, 500 * 365 * 24 * 3600 * SECOND, u64::MAX - 100 * SECOND] {
            let mut slot = Slot::new(limit);
            let all = (0..100).all(|second| slot.pass(start + second * SECOND, &known(second)));
            assert!(all, "limit {limit}, from {start}");
        }
    }
}
