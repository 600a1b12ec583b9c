use super::*;
use crate::headers::Headers;

const SECOND: u64 = 1_000_000_000;

/// Packets that pass out of `packets` evenly spread over `seconds`, all of one flow, in each second.
fn flood(limit: u32, packets: u64, seconds: u64) -> Vec<u32> {
    let bucket = Bucket::default();
    let mut passed = vec![0; usize::try_from(seconds).unwrap()];
    for packet in 0..packets {
        let offset = packet * seconds * SECOND / packets;
        bucket.refill(limit, 1000 * SECOND + offset);
        if take(&bucket.left, 0) {
            passed[usize::try_from(offset / SECOND).unwrap()] += 1;
        }
    }
    passed
}

#[test]
fn a_flood_of_one_flow_gets_the_whole_budget_once_the_reserve_is_full() {
    let passed = flood(1000, 1_000_000, 4);
    assert_eq!(passed, [875, 1000, 1000, 1000]);
}

#[test]
fn less_than_the_budget_passes_whole() {
    let passed = flood(1000, 2000, 4);
    assert!(passed[1..].iter().all(|passed| *passed == 500), "{passed:?}");
}

#[test]
fn a_budget_that_is_no_multiple_of_the_refills_is_exact() {
    for limit in [1, 7, 49, 51, 999, 12_345] {
        let passed = flood(limit, 1_000_000, 5);
        let all: u32 = passed[2..].iter().sum();
        assert!(all.abs_diff(3 * limit) <= 1, "{limit}: {passed:?}");
    }
}

/// After a pause no more than a tenth of a second's budget comes at once.
#[test]
fn a_pause_saves_up_little() {
    let bucket = Bucket::default();
    bucket.refill(1000, SECOND);
    bucket.refill(1000, 100 * SECOND);
    let passed = (0..1000).filter(|_| take(&bucket.left, 0)).count();
    let reserved = (0..1000).filter(|_| take(&bucket.reserve, 0)).count();
    // The first interval's 20, and five more.
    assert_eq!((passed, reserved), (15 + 75, 5 + 25));
}

#[test]
fn budget_and_reserve_together_keep_to_the_limit() {
    let bucket = Bucket::default();
    let mut passed = [0_u32; 6];
    for millisecond in 0..6000 {
        bucket.refill(1000, 50 * SECOND + millisecond * SECOND / 1000);
        for _ in 0..100 {
            if take(&bucket.left, 0) || take(&bucket.reserve, 0) {
                passed[usize::try_from(millisecond / 1000).unwrap()] += 1;
            }
        }
    }
    assert!(passed.iter().all(|passed| *passed <= 1000), "{passed:?}");
    assert!(passed[1..].iter().all(|passed| *passed >= 990), "{passed:?}");
}

#[test]
fn the_highest_limit_does_not_overflow() {
    let bucket = Bucket::default();
    for second in 0..10 {
        bucket.refill(u32::MAX, (500 * 365 * 24 * 3600 + second) * SECOND);
        assert!(take(&bucket.left, 0));
    }
}

fn headers(source: u8, source_port: u16, destination_port: u16) -> Headers {
    let mut headers = Headers { protocol: 17, source_port, destination_port, ..Headers::EMPTY };
    headers.source_ip[..4].copy_from_slice(&[192, 0, 2, source]);
    headers.destination_ip[..4].copy_from_slice(&[198, 51, 100, 7]);
    headers
}

struct Memory(Vec<Recent>);

impl Memory {
    fn new() -> Self {
        Self((0..FLOWS).map(|_| Recent::default()).collect())
    }

    fn is_new(&self, hash: u64, now: u64) -> bool {
        self.0[Recent::bucket(hash) as usize].is_new(hash, now)
    }
}

#[test]
fn a_flow_is_new_once_and_again_after_ten_seconds_of_silence() {
    let memory = Memory::new();
    let hash = flow(conversation(&headers(1, 50_000, 53), 0), &headers(1, 50_000, 53));
    assert!(memory.is_new(hash, 100 * SECOND));
    assert!(!memory.is_new(hash, 100 * SECOND + 1));
    for second in 101..130 {
        assert!(!memory.is_new(hash, second * SECOND));
    }
    assert!(memory.is_new(hash, 145 * SECOND));
}

#[test]
fn the_higher_port_makes_no_other_flow() {
    let (one, other) = (headers(1, 50_000, 53), headers(1, 50_001, 53));
    assert_eq!(flow(conversation(&one, 0), &one), flow(conversation(&other, 0), &other));
    let another = headers(1, 50_000, 54);
    assert_ne!(flow(conversation(&one, 0), &one), flow(conversation(&another, 0), &another));
}

#[test]
fn slots_remember_apart() {
    let packet = headers(1, 50_000, 53);
    assert_ne!(conversation(&packet, 0), conversation(&packet, 1));
}

/// Sixty-four flows at a time, as in a flood, must not throw each other out: they would be new again and again,
/// and take the reserve that is kept for the one that really is.
#[test]
fn a_flood_of_flows_stays_known() {
    let memory = Memory::new();
    let flows: Vec<u64> = (0..64)
        .map(|source| {
            let packet = headers(source, 50_000, 9);
            flow(conversation(&packet, 3), &packet)
        })
        .collect();
    assert!(flows.iter().all(|hash| memory.is_new(*hash, 7 * SECOND)));
    for second in 7..30 {
        assert!(flows.iter().all(|hash| !memory.is_new(*hash, second * SECOND)));
    }
}

/// Rows of a lone packet's flow that get through a flood of `flood`, at 200,000 packets a second and a budget of
/// 1,000, in 20 tries.
fn rare_packets(flood: impl Fn(u64) -> Headers) -> usize {
    let rare = headers(200, 50_085, 1900);
    (0..20)
        .filter(|attempt| {
            let (bucket, memory) = (Bucket::default(), Memory::new());
            let passes = |packet: &Headers, number: u64| {
                let recent = |bucket: u32| Some(&memory.0[bucket as usize]);
                bucket.passes(1000, 3600 * SECOND + number * 5000, packet, 0, recent)
            };
            let place = 400_000 + attempt * 29_989;
            (0..1_000_000).any(|number| {
                passes(&flood(number), number);
                number == place && passes(&rare, number)
            })
        })
        .count()
}

#[test]
fn a_rare_packet_passes_in_a_flood_of_64_flows() {
    assert_eq!(rare_packets(|number| headers((number % 64) as u8, 40_000, 9)), 20);
}

#[test]
fn a_rare_packet_passes_in_a_flood_from_random_ports() {
    let port = |number: u64| (number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 48) as u16;
    assert_eq!(rare_packets(|number| headers(1, port(number), 9)), 20);
    assert_eq!(rare_packets(|number| headers(1, port(number), 50_000)), 20);
}
