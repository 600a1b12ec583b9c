use super::*;

const MS: u64 = 1_000_000;

fn taken(from: u64, to: u64) -> Taken {
    Taken { from: from * MS, to: to * MS, ..Taken::default() }
}

/// The intervals that snapshots come to, from and to in ms, each as soon as it is over.
fn intervals(window: &mut Window, snapshots: &[(u64, u64)]) -> Vec<(u64, u64)> {
    let mut found = Vec::new();
    for (from, to) in snapshots {
        if window.take(&taken(*from, *to)) {
            let span = window.advance().unwrap();
            found.push((span.from / MS, span.to / MS));
        }
    }
    found
}

fn second() -> Window {
    Window::new(Duration::from_secs(1))
}

/// As they come where nobody else wants flows: once in an interval, a little early or late.
#[test]
fn a_snapshot_is_an_interval() {
    let found = intervals(&mut second(), &[(0, 1000), (1000, 2040), (2040, 3000), (3000, 4001)]);
    assert_eq!(found, [(0, 1000), (1000, 2040), (2040, 3000), (3000, 4001)]);
}

#[test]
fn several_snapshots_are_an_interval() {
    let tenths: Vec<(u64, u64)> = (0..20).map(|number| (100 * number, 100 * number + 100)).collect();
    assert_eq!(intervals(&mut second(), &tenths), [(0, 1000), (1000, 2000)]);
    let thirds: Vec<(u64, u64)> = (0..6).map(|number| (300 * number, 300 * number + 300)).collect();
    assert_eq!(intervals(&mut second(), &thirds), [(0, 900), (900, 1800)]);
}

/// Where tables are read at the same times everywhere, so that the first interval of one who comes is shorter.
#[test]
fn intervals_are_those_of_all_others() {
    let found = intervals(&mut second(), &[(300, 1000), (1000, 2001), (2001, 2999), (2999, 4000)]);
    assert_eq!(found, [(300, 1000), (1000, 2001), (2001, 2999), (2999, 4000)]);
    let tenths: Vec<(u64, u64)> = (7..31).map(|number| (100 * number, 100 * number + 100)).collect();
    assert_eq!(intervals(&mut second(), &tenths), [(700, 1000), (1000, 2000), (2000, 3000)]);
}

#[test]
fn what_goes_to_the_end_is_known() {
    let mut window = second();
    assert!(window.take(&taken(0, 1000)));
    let whole =
        [(0, 1000), (400, 950), (0, 800), (1000, 1100)].map(|(from, to)| window.is_whole(&taken(from, to)));
    assert_eq!(whole, [true, true, false, true]);
}

/// Interfaces whose tables are read at other moments do not end intervals in between.
#[test]
fn one_interface_gives_the_pace() {
    let both = [(0, 1000), (500, 1500), (1000, 2000), (1500, 2500), (2000, 3000), (2500, 3500)];
    assert_eq!(intervals(&mut second(), &both), [(0, 1000), (1000, 2000), (2000, 3000)]);
}

/// While other interfaces are waited for, the next interval may begin.
#[test]
fn what_is_later_is_known() {
    let mut window = second();
    assert!(!window.take(&taken(0, 500)) && !window.is_over());
    assert!(!window.is_before(&taken(500, 1000)));
    assert!(window.take(&taken(500, 1000)));
    assert!(window.is_over() && window.is_before(&taken(1000, 1100)) && !window.is_before(&taken(90, 1020)));
    assert!(window.take(&taken(90, 1020)), "another interface");
    assert_eq!(window.advance(), Some(Span { from: 0, to: 1000 * MS }));
    assert_eq!(window.advance(), None);
}

/// An interface that was away for a minute did not have a minute's interval.
#[test]
fn a_gap_is_no_part_of_an_interval() {
    let found = intervals(&mut second(), &[(0, 1000), (1000, 2000), (62_000, 63_000), (63_000, 64_000)]);
    assert_eq!(found, [(0, 1000), (1000, 2000), (62_000, 63_000), (63_000, 64_000)]);
}

/// Times are those of a wall clock, which somebody may set.
#[test]
fn intervals_go_on_when_the_clock_is_set() {
    let back = [(10_000, 11_000), (11_000, 12_000), (5000, 6000), (6000, 7000)];
    assert_eq!(intervals(&mut second(), &back), back);
    let forward = [(0, 500), (60_500, 61_000), (61_000, 61_500), (61_500, 62_000)];
    assert_eq!(intervals(&mut second(), &forward), [(60_000, 61_000), (61_000, 62_000)]);
}

#[test]
fn the_end_is_where_the_last_snapshot_ends() {
    let mut window = second();
    assert_eq!(window.end(), None);
    window.take(&taken(10, 250));
    window.take(&taken(20, 240));
    assert_eq!(window.end(), Some(Span { from: 10 * MS, to: 250 * MS }));
    assert_eq!(window.end(), None);
    // What comes late has a length all the same, by which it can be divided.
    window.take(&taken(100, 200));
    assert_eq!(window.end(), Some(Span { from: 250 * MS, to: 1250 * MS }));
}
