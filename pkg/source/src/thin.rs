//! Keeping a stream of several interfaces to its budget of rows a second. Each of its interfaces keeps to that in the
//! kernel already; all together have to be kept to it here, by the same rules.

use std::iter;

use xdplive_packet::{
    Event,
    budget::{Bucket, FLOWS, Recent},
};

/// Nanoseconds before the first packet in which there was none: as far back as a bucket looks.
const BEFORE: u64 = 20_000_000_000;

/// Decides packet by packet; the packets come in the order of their times.
#[derive(Debug)]
pub struct Thinner {
    /// Rows a second.
    limit: u32,
    bucket: Bucket,
    /// Times are counted from here: a bucket counts in sixteenths of a nanosecond, for which those of day are too large.
    begun: Option<u64>,
    /// The flows seen lately, 32 KiB.
    recent: Vec<Recent>,
}

impl Thinner {
    /// Lets at most `limit` rows a second pass.
    #[must_use]
    pub fn new(limit: u32) -> Self {
        let recent = iter::repeat_with(Recent::default).take(FLOWS).collect();
        Self { limit, bucket: Bucket::default(), begun: None, recent }
    }

    /// Whether the packet of `event` passes.
    pub fn pass(&mut self, event: &Event) -> bool {
        let begun = *self.begun.get_or_insert_with(|| event.time.saturating_sub(BEFORE));
        let recent = |number: u32| self.recent.get(number as usize);
        self.bucket.passes(self.limit, event.time.saturating_sub(begun), &event.headers, 0, recent)
    }
}

#[cfg(test)]
mod tests {
    use bytemuck::Zeroable as _;

    use super::*;

    #[test]
    fn times_of_day_are_times() {
        for begin in [5_000_000_000, 1_790_000_000_000_000_000] {
            let mut thinner = Thinner::new(100);
            let mut passed = |from: u64, count: u64, gap: u64| {
                let event = |number| Event { time: begin + from + number * gap, ..Event::zeroed() };
                (0..count).filter(|number| thinner.pass(&event(*number))).count()
            };
            // Two a second, and then a thousand.
            assert_eq!(passed(0, 20, 500_000_000), 20, "from {begin}");
            let flood = passed(10_000_000_000, 10_000, 1_000_000);
            assert!((950..=1100).contains(&flood), "{flood} in ten seconds, from {begin}");
        }
    }
}
