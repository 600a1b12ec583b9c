//! Keeping a stream of several interfaces to its budget of rows a second. Each of its interfaces keeps to that in the
//! kernel already; all together have to be kept to it here, by the same rules.

use std::iter;

use xdplive_packet::{
    Event,
    budget::{Bucket, FLOWS, Recent},
};

/// Decides packet by packet; the packets come in the order of their times.
#[derive(Debug)]
pub struct Thinner {
    /// Rows a second.
    limit: u32,
    bucket: Bucket,
    /// The flows seen lately, 32 KiB.
    recent: Vec<Recent>,
}

impl Thinner {
    /// Lets at most `limit` rows a second pass.
    #[must_use]
    pub fn new(limit: u32) -> Self {
        let recent = iter::repeat_with(Recent::default).take(FLOWS).collect();
        Self { limit, bucket: Bucket::default(), recent }
    }

    /// Whether the packet of `event` passes.
    pub fn pass(&mut self, event: &Event) -> bool {
        let recent = |number: u32| self.recent.get(number as usize);
        self.bucket.passes(self.limit, event.time, &event.headers, 0, recent)
    }
}
