use super::*;

const SECOND: Duration = Duration::from_secs(1);

fn label(stream: &str) -> Arc<Label> {
    Arc::new(Label { owner: "1/uid".to_owned(), stream: stream.to_owned() })
}

#[test]
fn a_lease_lasts_as_long_as_it_is_asked_for_again() {
    let (standing, start) = (Standing::default(), Instant::now());
    let query = label("a");
    assert_eq!(standing.renew(&query, start), None);
    assert!(standing.begin(Arc::clone(&query), 77, "a", start).is_empty());
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
    assert!(standing.is_over(&label("another"), start));
}

#[test]
fn the_least_recent_gives_way() {
    let (standing, start) = (Standing::default(), Instant::now());
    standing.begin(label("a"), 0, "a", start);
    standing.begin(label("b"), 0, "b", start + SECOND);
    standing.renew(&label("a"), start + 2 * SECOND);
    assert_eq!(standing.give_way(), Some("b"));
    assert_eq!(standing.give_way(), Some("a"));
    assert_eq!(standing.give_way(), None);
}

#[test]
fn they_are_bounded_and_one_query_has_one() {
    let (standing, start) = (Standing::default(), Instant::now());
    for (number, second) in (0..MOST).zip(1..) {
        assert!(standing.begin(label(&number.to_string()), 0, number, start + second * SECOND).is_empty());
    }
    assert_eq!(standing.begin(label("7"), 0, 700, start), [7]);
    assert_eq!(standing.begin(label("new"), 0, 1000, start + 200 * SECOND), [700]);
    assert!(standing.is_over(&label("7"), start));
}
