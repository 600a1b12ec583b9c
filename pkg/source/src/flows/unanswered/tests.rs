use super::*;
use bytemuck::Zeroable as _;

const HERE: u8 = 7;

fn flow(from: (u8, u16), to: (u8, u16)) -> FlowKey {
    let mut key = FlowKey { source_port: from.1, destination_port: to.1, ..FlowKey::zeroed() };
    (key.source[0], key.destination[0]) = (from.0, to.0);
    key
}

const CLIENT: (u8, u16) = (9, 40_000);
const SERVER: (u8, u16) = (1, 443);

fn counted(requests: u64, acceptances: u64, resets: u64) -> FlowCounters {
    let tcp = TcpCounts { requests, acceptances, resets, ..TcpCounts::ZERO };
    FlowCounters { tcp, ..FlowCounters::default() }
}

/// The requests without an answer at the end of each interval; an interval has those of the client, and acceptances and refusals of
/// the server.
fn told(intervals: &[(u64, u64, u64)]) -> Vec<u64> {
    let mut all = Unanswered::new(10);
    let told = |(requests, acceptances, resets): &(u64, u64, u64)| {
        all.add(&HERE, &flow(CLIENT, SERVER), &counted(*requests, 0, 0), true);
        all.add(&HERE, &flow(SERVER, CLIENT), &counted(0, *acceptances, *resets), true);
        all.advance().iter().map(|lone| lone.requests).sum()
    };
    intervals.iter().map(told).collect()
}

#[test]
fn a_request_has_until_the_end_of_the_next_interval() {
    assert_eq!(told(&[(1, 0, 0), (0, 0, 0), (0, 0, 0)]), [0, 1, 0]);
    assert_eq!(told(&[(1, 1, 0), (0, 0, 0)]), [0, 0]);
    assert_eq!(told(&[(1, 0, 0), (0, 1, 0), (0, 0, 0)]), [0, 0, 0], "answered across the end of an interval");
    assert_eq!(told(&[(1, 0, 1), (0, 0, 0)]), [0, 0], "refused");
    assert_eq!(told(&[(1, 0, 0), (1, 0, 0), (1, 1, 0), (0, 0, 0)]), [0, 1, 0, 1]);
    // Sent again until it is answered: the first was lost.
    assert_eq!(told(&[(2, 1, 0), (0, 0, 0)]), [0, 1]);
    // The end of a connection that was accepted.
    assert_eq!(told(&[(2, 1, 1), (0, 0, 0)]), [0, 1]);
    assert_eq!(told(&[(0, 3, 3), (0, 0, 0)]), [0, 0], "answers to nothing");
}

#[test]
fn it_is_told_where_and_by_whom() {
    let mut all = Unanswered::new(10);
    let request = counted(1, 0, 0);
    all.add(&HERE, &flow(CLIENT, SERVER), &request, true);
    all.add(&HERE, &flow(SERVER, CLIENT), &counted(0, 0, 0), true);
    // At another place somebody answers, and of a third nobody wants to know.
    all.add(&8, &flow(SERVER, CLIENT), &counted(0, 1, 0), true);
    all.add(&9, &flow(CLIENT, SERVER), &request, false);
    assert_eq!(all.advance(), []);
    assert!(all.are_waiting());
    let ends = ends_of(&flow(CLIENT, SERVER));
    let lone = Lone { place: HERE, ends, key: flow(CLIENT, SERVER), counters: request, requests: 1 };
    assert_eq!(all.advance(), [lone]);
    assert!(!all.are_waiting());
    // Answers count, whoever wants to know of them.
    all.add(&HERE, &flow(CLIENT, SERVER), &request, true);
    all.add(&HERE, &flow(SERVER, CLIENT), &counted(0, 1, 0), false);
    assert_eq!([all.advance(), all.advance()], [vec![], vec![]]);
}

#[test]
fn what_finds_no_room_is_counted() {
    let mut all = Unanswered::new(2);
    let left_out = (1..=5).map(|port| all.add(&HERE, &flow((9, port), SERVER), &counted(2, 0, 0), true));
    assert_eq!(left_out.collect::<Vec<u64>>(), [0, 0, 2, 2, 2]);
    // Neither does an answer need room, nor a request that nobody wants.
    assert_eq!(all.add(&HERE, &flow((9, 9), SERVER), &counted(0, 1, 0), true), 0);
    assert_eq!(all.add(&HERE, &flow((9, 9), SERVER), &counted(1, 0, 0), false), 0);
    all.advance();
    assert_eq!(all.advance().len(), 2);
    assert!(!all.are_waiting());
}
