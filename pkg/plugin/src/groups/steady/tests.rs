use super::*;

const fn sum(packets: u64) -> Sum {
    Sum { packets, segments: packets, bytes: 100 * packets }
}

fn port(number: u16) -> Group {
    Group::DestinationPort(Some(number))
}

/// The next interval, of ports and their packets, as ports, packets and what is in no port shown.
fn next(steady: &mut Steady, sums: &[(u16, u64)], other: u64) -> (Vec<(u16, u64)>, Option<u64>) {
    let all = sums.iter().map(|(number, packets)| (port(*number), sum(*packets))).collect();
    let shown = steady.next(all, sum(other), |sum| sum.segments);
    let groups = shown.groups.iter().map(|(group, sum)| match group {
        Group::DestinationPort(Some(number)) => (*number, sum.packets),
        other => panic!("{other:?}"),
    });
    let groups: Vec<(u16, u64)> = groups.collect();
    let total: u64 = sums.iter().map(|(_, packets)| packets).sum::<u64>() + other;
    let shown_total = groups.iter().map(|(_, packets)| packets).sum::<u64>();
    assert_eq!(shown_total + shown.other.map_or(0, |sum| sum.packets), total, "nothing is left out");
    (groups, shown.other.map(|sum| sum.packets))
}

/// A burst for one interval does not push a steady line out unless it was larger than all of its last intervals.
#[test]
fn a_line_stays_until_others_overtake_it() {
    let mut steady = Steady::new(1);
    for _ in 0..5 {
        assert_eq!(next(&mut steady, &[(80, 10)], 0), (vec![(80, 10)], None));
    }
    assert_eq!(next(&mut steady, &[(80, 10), (22, 60)], 0), (vec![(80, 10)], Some(60)), "60 are not more");
    assert_eq!(next(&mut steady, &[(22, 11)], 0), (vec![(22, 11)], Some(0)), "71 are");
}

#[test]
fn a_line_that_has_nothing_is_zero_for_ten_intervals() {
    let mut steady = Steady::new(3);
    assert_eq!(next(&mut steady, &[(80, 5), (22, 7)], 1), (vec![(22, 7), (80, 5)], Some(1)));
    for _ in 1..REMEMBERED {
        assert_eq!(next(&mut steady, &[], 0), (vec![(22, 0), (80, 0)], Some(0)));
    }
    assert_eq!(next(&mut steady, &[], 0), (vec![], None));
    assert_eq!(next(&mut steady, &[(443, 1)], 0), (vec![(443, 1)], None));
}

/// What was added is taken away again, and no more than that.
#[test]
fn the_last_ten_intervals_decide() {
    let mut steady = Steady::new(1);
    next(&mut steady, &[(80, 100)], 0);
    for _ in 1..REMEMBERED {
        assert_eq!(next(&mut steady, &[(22, 1)], 0).0, [(80, 0)]);
    }
    for _ in 0..REMEMBERED {
        assert_eq!(next(&mut steady, &[(22, 1), (80, 0)], 0).0, [(22, 1)]);
    }
    let [one] = steady.sizes.iter().collect::<Vec<_>>()[..] else { panic!("{steady:?}") };
    assert_eq!(one, (&port(22), &10));
}

#[test]
fn of_the_same_size_who_was_there_first_and_then_the_lesser() {
    let mut steady = Steady::new(2);
    assert_eq!(next(&mut steady, &[(9, 1), (8, 1), (7, 1)], 0), (vec![(7, 1), (8, 1)], Some(1)));
    let mut steady = Steady::new(1);
    assert_eq!(next(&mut steady, &[(9, 4)], 0).0, [(9, 4)]);
    assert_eq!(next(&mut steady, &[(7, 4)], 0), (vec![(9, 0)], Some(4)));
}

/// Beyond what is remembered, small groups may be ranked wrongly, and the sum is right all the same.
#[test]
fn memory_is_bounded() {
    let mut steady = Steady::new(3);
    let few: Vec<(u16, u64)> = vec![(1, 50), (2, 40)];
    for round in 0..2 * REMEMBERED as u16 {
        let scan = (0..3 * MOST as u16).map(|number| (1000 + number + round, 1));
        let all: Vec<(u16, u64)> = few.iter().copied().chain(scan).collect();
        let (groups, _) = next(&mut steady, &all, 0);
        assert_eq!(groups[..2], few);
        assert!(steady.recent.iter().all(|one| one.len() <= MOST) && steady.recent.len() <= REMEMBERED);
        assert!(steady.sizes.len() <= REMEMBERED * MOST);
    }
}

/// None of ten intervals' groups is forgotten or counted twice, whatever comes.
#[test]
fn sizes_are_the_sums_of_what_is_remembered() {
    let mut steady = Steady::new(4);
    let mut state = 1_u64;
    for _ in 0..200 {
        let mut sums: Vec<(u16, u64)> = Vec::new();
        for number in 0..8 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            if state >> 62 == 0 {
                sums.push((number, state >> 56 & 7));
            }
        }
        next(&mut steady, &sums, 0);
        let mut expected: HashMap<Group, u64> = HashMap::new();
        for (group, size) in steady.recent.iter().flatten() {
            *expected.entry(group.clone()).or_default() += size;
        }
        assert_eq!(steady.sizes, expected);
    }
}
