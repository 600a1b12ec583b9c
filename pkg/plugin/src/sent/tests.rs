use std::time::Duration;

use bytemuck::Zeroable as _;
use xdplive_packet::Event;
use xdplive_source::{HeaderBytes, HostId, Names, Origin, Row, Tunnels, WallClock};

use super::*;

/// Rows with these kernel times, as a part of what was read.
fn batch(times: std::ops::Range<u64>) -> Batch {
    let rows = times.map(|time| Row {
        origin: Origin { host: HostId::ONLY, interface: 0 },
        event: Event { time: time * 1_000_000, ..Event::zeroed() },
        bytes: HeaderBytes::NONE,
        tunnel: Tunnels::NONE,
    });
    Batch::new(Arc::new(rows.collect()), Arc::new(Names::default()), WallClock::ahead_by(0))
}

fn label(stream: &str) -> Arc<Label> {
    Arc::new(Label { owner: "1/uid".to_owned(), stream: stream.to_owned() })
}

fn keep<P: Piece>(queries: &mut Queries<P>, stream: &str, pieces: &[P], writer: &Arc<Run>, now: Instant) {
    queries.keep((&label(stream), &label(stream)), pieces, writer, now);
}

fn times(batches: &[Batch]) -> Vec<u64> {
    batches.iter().flat_map(|batch| batch.rows().iter().map(|row| row.event.time / 1_000_000)).collect()
}

fn of(rows: usize) -> Queries<Batch> {
    Queries { queries: Vec::new(), bounds: Bounds { of_one: rows, of_all: 5 * rows, pieces: usize::MAX } }
}

fn kept<P: Piece>(queries: &Queries<P>, stream: &str) -> Vec<P> {
    let kept = queries.queries.iter().find(|kept| kept.label.stream == stream);
    kept.map(|kept| kept.pieces.iter().cloned().collect()).unwrap_or_default()
}

#[test]
fn the_last_rows_of_a_query_are_kept() {
    let (mut queries, now, stream) = (of(10), Instant::now(), Run::new());
    keep(&mut queries, "a", &[batch(0..4), batch(4..6)], &stream, now);
    keep(&mut queries, "b", &[batch(90..91)], &Run::new(), now);
    assert_eq!(times(&kept(&queries, "a")), (0..6).collect::<Vec<_>>());
    keep(&mut queries, "a", &[batch(6..13)], &stream, now);
    assert_eq!(times(&kept(&queries, "a")), (3..13).collect::<Vec<_>>());
    keep(&mut queries, "a", &[batch(20..50)], &stream, now);
    assert_eq!(times(&kept(&queries, "a")), (40..50).collect::<Vec<_>>());
    assert_eq!(times(&kept(&queries, "b")), [90]);
    assert!(kept(&queries, "c").is_empty());
}

#[test]
fn queries_without_new_rows_give_way() {
    let (mut queries, start) = (of(10), Instant::now());
    let at = |second| start + Duration::from_secs(second);
    for second in 0..5_u64 {
        keep(&mut queries, &second.to_string(), &[batch(0..10)], &Run::new(), at(second));
    }
    keep(&mut queries, "0", &[batch(10..12)], &Run::new(), at(100));
    assert_eq!(queries.queries.len(), 5);
    keep(&mut queries, "new", &[batch(0..1)], &Run::new(), at(101));
    assert_eq!(queries.queries.len(), 5);
    assert!(kept(&queries, "1").is_empty(), "it has been without rows for longest");
    assert_eq!(times(&kept(&queries, "0")), (2..12).collect::<Vec<_>>());
    let mut queries = of(10_000);
    for second in 0..=QUERIES as u64 {
        keep(&mut queries, &second.to_string(), &[batch(0..1)], &Run::new(), at(second));
    }
    assert_eq!(queries.queries.len(), QUERIES);
}

/// Panels that differ in their columns have a stream each, and the rows of either are good for both.
#[test]
fn rows_are_there_for_other_columns() {
    let sent = Sent::new(Bounds { of_one: 100, of_all: 500, pieces: 100 });
    let (all, ttls, other) = (label("all"), label("ttl"), label("other"));
    let (mut first, mut second) =
        (sent.keeper_of_whole(&label("a"), &all), sent.keeper_of_whole(&ttls, &all));
    first.keep(&[batch(0..3)]);
    assert_eq!(times(&sent.of_whole(&ttls, &all).pieces), [0, 1, 2], "its stream has sent nothing yet");
    assert!(sent.of_whole(&ttls, &other).pieces.is_empty(), "of another filter");
    second.keep(&[batch(4..5)]);
    first.keep(&[batch(3..6)]);
    assert_eq!(times(&sent.of_whole(&ttls, &all).pieces), [4], "its stream goes on from there");
    drop(second);
    assert_eq!(times(&sent.of_whole(&ttls, &all).pieces), [0, 1, 2, 3, 4, 5], "which it does no more");
    drop(first);
    assert_eq!(times(&sent.of_whole(&ttls, &all).pieces), [0, 1, 2, 3, 4, 5], "kept all the same");
}

/// A panel and an alert rule with one query have a stream each, which send the same.
#[test]
fn of_two_streams_of_one_query_the_first_is_listened_to() {
    let sent = Sent::new(Bounds { of_one: 100, of_all: 100, pieces: 100 });
    let (mut first, mut second) = (sent.keeper(&label("a")), sent.keeper(&label("a")));
    first.keep(&[batch(0..2)]);
    second.keep(&[batch(0..2)]);
    assert_eq!(times(&sent.of(&label("a"))), [0, 1]);
    drop(first);
    second.keep(&[batch(2..4)]);
    assert_eq!(times(&sent.of(&label("a"))), [0, 1, 2, 3]);
    assert!(sent.last(&label("a")).is_some_and(|last| last.runs && last.piece.len() == 2));
    drop(second);
    assert!(sent.last(&label("a")).is_some_and(|last| !last.runs));
}

#[test]
fn rows_of_one_moment_stay_together() {
    let mut queries = Queries { queries: Vec::new(), bounds: Bounds { of_one: 5, of_all: 50, pieces: 9 } };
    let (now, stream) = (Instant::now(), Run::new());
    for moment in 0..4 {
        keep(&mut queries, "a", &[Arc::<[u8]>::from([moment, moment])], &stream, now);
    }
    assert_eq!(kept(&queries, "a").concat(), [2, 2, 3, 3]);
    let mut queries = Queries { queries: Vec::new(), bounds: Bounds { of_one: 5, of_all: 50, pieces: 1 } };
    for moment in 0..4 {
        keep(&mut queries, "a", &[Arc::<[u8]>::from([moment, moment])], &stream, now);
    }
    assert_eq!(kept(&queries, "a").concat(), [3, 3], "the last table");
}

/// A page joins what it was answered and what was streamed by these numbers.
#[test]
fn rows_have_a_number_in_the_run_of_their_stream() {
    let sent = Sent::new(Bounds { of_one: 4, of_all: 100, pieces: 100 });
    let (query, whole) = (label("a"), label("all"));
    let mut stream = sent.keeper_of_whole(&query, &whole);
    let Place { run, first } = stream.keep(&[batch(0..2), batch(2..3)]);
    assert_eq!(first, 0);
    assert_eq!(stream.keep(&[batch(3..6)]), Place { run: run.clone(), first: 3 });
    let past = sent.of_whole(&query, &whole);
    assert_eq!(
        (&*times(&past.pieces), past.place),
        (&[2, 3, 4, 5][..], Some(Place { run: run.clone(), first: 2 }))
    );
    assert_eq!(
        sent.of_whole(&label("other columns"), &whole).place,
        None,
        "that stream has a run of its own"
    );

    // Another run of the stream, which begins anew: what is kept of the first comes before it.
    drop(stream);
    assert_eq!(sent.of_whole(&query, &whole).place, None, "nothing goes on from there");
    let mut stream = sent.keeper_of_whole(&query, &whole);
    let place = stream.keep(&[batch(6..7)]);
    assert_ne!(place.run, run);
    assert_eq!(place.first, 0);
    let past = sent.of_whole(&query, &whole);
    assert_eq!((&*times(&past.pieces), past.place), (&[3, 4, 5, 6][..], Some(Place { first: -3, ..place })));
}
