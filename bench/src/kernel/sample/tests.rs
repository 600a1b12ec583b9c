use super::*;

fn counted(matched: u64, thinned: u64, lost: u64) -> Counted {
    Counted { seen: 1000, matched, thinned, lost }
}

#[test]
fn a_sample_counts_only_where_every_packet_went_the_way_it_tells_of() {
    for (fate, events, counts) in [
        (Fate::Unwanted, 0, counted(0, 0, 0)),
        (Fate::Sent(1), 1000, counted(1000, 0, 0)),
        (Fate::Sent(64), 1000, counted(64_000, 0, 0)),
        (Fate::Thinned, 2, counted(1000, 998, 0)),
        (Fate::Lost, 0, counted(1000, 0, 990)),
    ] {
        assert_eq!(check(fate, 1000, events, counts), Ok(()), "{fate:?}");
    }
    for (fate, events, counts) in [
        (Fate::Unwanted, 0, counted(1, 0, 0)),
        (Fate::Unwanted, 0, Counted { seen: 999, ..counted(0, 0, 0) }),
        (Fate::Sent(1), 999, counted(1000, 0, 1)),
        (Fate::Sent(64), 1000, counted(1000, 0, 0)),
        (Fate::Thinned, 500, counted(1000, 500, 0)),
        (Fate::Lost, 0, counted(1000, 0, 989)),
    ] {
        assert!(check(fate, 1000, events, counts).is_err(), "{fate:?}");
    }
}
