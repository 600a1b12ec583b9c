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
    assert!(standing.begin(rule("a"), 77, "a", start).is_empty());
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

#[test]
fn they_are_bounded_and_one_query_has_one() {
    let (standing, start) = (Standing::default(), Instant::now());
    for (number, second) in (0..MOST).zip(1..) {
        assert!(standing.begin(rule(&number.to_string()), 0, number, start + second * SECOND).is_empty());
    }
    assert_eq!(standing.begin(rule("7"), 0, 700, start + 100 * SECOND), [7]);
    assert_eq!(standing.begin(rule("new"), 0, 1000, start + 200 * SECOND), [0]);
    assert!(standing.is_over(&label("0"), start));
    for number in 0..1000 {
        standing.begin(dashboard(&format!("many {number}")), 0, number, start + 300 * SECOND);
    }
    assert!(standing.lock().len() <= REMEMBERED);
    assert_eq!(standing.lock().iter().filter(|lease| lease.running.is_some()).count(), MOST);
}
