use super::*;
use crate::headers::Headers;

mod at_once;
mod memory;
mod rare;
mod rows;
mod threads;

const SECOND: u64 = 1_000_000_000;

/// A packet of UDP between two hosts.
fn headers(source: u32, source_port: u16, destination_port: u16) -> Headers {
    let mut headers = Headers { protocol: 17, source_port, destination_port, ..Headers::EMPTY };
    headers.source_ip[..4].copy_from_slice(&source.to_be_bytes());
    headers.destination_ip[..4].copy_from_slice(&[198, 51, 100, 7]);
    headers
}

/// A packet of the flood's conversation with this number.
fn known(number: u64) -> Headers {
    headers(0x0a00_0000 | u32::try_from(number).unwrap(), 40_000, 9)
}

/// A packet of a conversation that no other number has, and no [`known`] one.
fn new(number: u64) -> Headers {
    headers(0x5000_0000 | u32::try_from(number).unwrap(), 50_000, 53)
}

/// A packet of a new flow of a conversation that is not new.
fn new_flow(number: u64) -> Headers {
    let port = u16::try_from(number % 30_000).unwrap();
    headers(0x0a00_0000, 60_000, port + 1)
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

/// A budget, its memory, and the times of the rows it has let pass.
struct Slot {
    limit: u32,
    bucket: Bucket,
    memory: Memory,
    rows: Vec<u64>,
    /// Packets left out while the second before them had fewer rows than the budget's minimum.
    wrongly_thinned: Vec<u64>,
}

impl Slot {
    fn new(limit: u32) -> Self {
        let (bucket, memory) = (Bucket::default(), Memory::new());
        Self { limit, bucket, memory, rows: Vec::new(), wrongly_thinned: Vec::new() }
    }

    fn pass(&mut self, now: u64, packet: &Headers) -> bool {
        let recent = |number: u32| self.memory.0.get(number as usize);
        let passes = self.bucket.passes(self.limit, now, packet, 0, recent);
        if passes {
            self.rows.push(now);
        } else if !self.has_minimum(now) {
            self.wrongly_thinned.push(now);
        }
        passes
    }

    /// Whether the second before `now` has as many rows as the limit, or a hundred.
    fn has_minimum(&self, now: u64) -> bool {
        let minimum = self.limit.clamp(1, 100) as usize;
        let first = self.rows.len().checked_sub(minimum);
        first.is_some_and(|first| now - self.rows[first] < SECOND)
    }

    /// Of all spans of so many whole seconds, each from a row on and without its end, the most rows in one.
    fn most_rows_in(&self, seconds: u64) -> usize {
        most_rows_in(&self.rows, seconds * SECOND)
    }
}

/// The most of the sorted `times` that are in one span of `length`, without its end.
fn most_rows_in(times: &[u64], length: u64) -> usize {
    let mut first = 0;
    let mut most = 0;
    for (number, time) in times.iter().enumerate() {
        while time - times[first] >= length {
            first += 1;
        }
        most = most.max(number + 1 - first);
    }
    most
}

/// The most rows that there may be in so many whole seconds, ten or more: the limit and a tenth. At limits of 10 and 11
/// there is a row more, because an eleventh new conversation in ten seconds, each a second after the last or nearly,
/// has to pass as well.
fn allowed(limit: u32, seconds: u64) -> usize {
    let tenths = u64::from(limit) * seconds * 11;
    usize::try_from(tenths / 10 + u64::from(limit == 10 || limit == 11)).unwrap()
}

#[test]
fn a_bucket_is_made_of_whole_numbers() {
    assert_eq!(size_of::<Bucket>(), 8 * 103);
}
