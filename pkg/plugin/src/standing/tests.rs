use super::*;

const SECOND: Duration = Duration::from_secs(1);

fn label(stream: &str) -> Arc<Label> {
    Arc::new(Label { owner: "1/uid".to_owned(), stream: stream.to_owned() })
}

fn rule(stream: &str) -> Asker {
    Asker { label: label(stream), is_rule: true }
}

fn dashboard(stream: &str) -> Asker {
    Asker { label: label(stream), is_rule: false }
}

#[test]
fn a_lease_lasts_as_long_as_it_is_asked_for_again() {
    let (standing, start) = (Standing::default(), Instant::now());
    let query = label("a");
    assert_eq!(standing.renew(&query, start), None);
    assert_eq!(standing.begin(rule("a"), 77, "a", start), None);
    assert!(!standing.is_over(&query, start + SHORTEST_LEASE - SECOND));
    // Every minute: the shortest lease, from the last time on.
    let last = start + 60 * SECOND;
    assert_eq!(standing.renew(&query, last), Some(77));
    assert!(!standing.is_over(&query, last + SHORTEST_LEASE - SECOND));
    // Every five minutes: three times that.
    let last = last + 300 * SECOND;
    assert_eq!(standing.renew(&query, last), Some(77));
    assert!(!standing.is_over(&query, last + 899 * SECOND));
    // What is over is not renewed, although nobody has looked since.
    assert_eq!(standing.renew(&query, last + 900 * SECOND), None);
    assert!(standing.is_over(&query, last + 900 * SECOND));
    assert_eq!(standing.renew(&query, last), None);
    assert!(standing.is_over(&label("another"), start));
}

/// The first lease is too short for it, and the second is not.
#[test]
fn a_rule_that_is_evaluated_once_an_hour_is_counted_from_the_second_time_on() {
    let (standing, start) = (Standing::default(), Instant::now());
    let hour = 3600 * SECOND;
    standing.begin(rule("a"), 1, "a", start);
    assert!(standing.is_over(&label("a"), start + SHORTEST_LEASE));
    assert_eq!(standing.renew(&label("a"), start + hour), None);
    standing.begin(rule("a"), 2, "a", start + hour);
    assert!(!standing.is_over(&label("a"), start + 4 * hour - SECOND));
    assert_eq!(standing.renew(&label("a"), start + 2 * hour), Some(2));
}

/// Twice a year is no reason to count all year.
#[test]
fn a_lease_ends_within_a_day_however_seldom_it_is_asked_for() {
    let (standing, start) = (Standing::default(), Instant::now());
    let day = 24 * 3600 * SECOND;
    standing.begin(rule("a"), 1, "a", start);
    standing.begin(rule("a"), 2, "a", start + 30 * day);
    assert!(!standing.is_over(&label("a"), start + 31 * day - SECOND));
    assert!(standing.is_over(&label("a"), start + 31 * day));
}

#[test]
fn the_least_recent_gives_way_and_rules_last() {
    let (standing, start) = (Standing::default(), Instant::now());
    standing.begin(rule("a"), 0, "a", start);
    standing.begin(rule("b"), 0, "b", start + SECOND);
    standing.begin(dashboard("c"), 0, "c", start + 5 * SECOND);
    standing.renew(&label("a"), start + 2 * SECOND);
    assert_eq!(standing.give_way(|one| *one == "a"), Some("a"), "only it helps");
    assert_eq!(standing.give_way(|_| true), Some("c"));
    assert_eq!(standing.give_way(|_| true), Some("b"));
    assert_eq!(standing.give_way(|_| true), None);
}

#[test]
fn what_is_not_wanted_any_more_is_replaced() {
    let (standing, start) = (Standing::default(), Instant::now());
    standing.begin(rule("a"), 0, "with own traffic", start);
    assert_eq!(standing.replace(&label("a"), |one| *one == "with own traffic"), None);
    assert_eq!(standing.replace(&label("a"), |one| *one == "without"), Some("with own traffic"));
    assert_eq!(standing.renew(&label("a"), start), None);
}

/// Of 33 rules where 32 may stand, 32 go on being counted. All would begin anew each minute otherwise.
#[test]
fn what_is_in_use_does_not_give_way_to_another() {
    let (standing, start) = (Standing::default(), Instant::now());
    let minute = 60 * SECOND;
    let ask = |number: usize, now| {
        let name = number.to_string();
        if standing.renew(&label(&name), now).is_some() {
            return true;
        }
        let running = |lease: &Lease<usize>| lease.running.is_some();
        let is_full = standing.lock().iter().filter(|lease| running(lease)).count() >= 32;
        if is_full && standing.give_way_unused(|_| true, now).is_none() {
            return false;
        }
        standing.begin(rule(&name), 0, number, now);
        true
    };
    let round = |number: u32| {
        let now = start + number * minute;
        (0..33).filter(|rule| !ask(*rule, now + *rule as u32 * SECOND / 33)).collect::<Vec<usize>>()
    };
    // Each is seen for the first time, and then all are in use but the last.
    assert_eq!([round(0), round(1)], [vec![], vec![32]]);
    for number in 2..10 {
        assert_eq!(round(number), [32]);
    }
    // One that is not asked for any more makes room.
    assert_eq!(standing.give_way_unused(|_| true, start + 11 * minute), Some(0));
}

#[test]
fn they_are_remembered_within_bounds_and_one_query_has_one() {
    let (standing, start) = (Standing::default(), Instant::now());
    assert_eq!(standing.begin(rule("7"), 0, 7, start), None);
    assert_eq!(standing.begin(rule("7"), 0, 700, start + SECOND), Some(7));
    for number in 0..1000 {
        let name = format!("many {number}");
        standing.begin(dashboard(&name), 0, number, start + 300 * SECOND);
        assert_eq!(standing.replace(&label(&name), |_| false), Some(number));
    }
    assert_eq!(standing.lock().len(), REMEMBERED);
    assert_eq!(standing.lock().iter().filter(|lease| lease.running.is_some()).count(), 1);
}
