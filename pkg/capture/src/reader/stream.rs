//! A stream as the reader knows it: which rows are its, and its queue.

use std::sync::Arc;

use xdplive_packet::Hook;

use super::{StreamId, Want};
use crate::{
    clock::WallClock,
    queue::{Queue, RowCounts},
    source::{Batch, HeaderBytes, Names, Row},
    thin::Thinner,
};

/// What the reader knows of a stream.
pub(super) struct Stream {
    pub(super) id: StreamId,
    pub(super) queue: Arc<Queue>,
    /// Keeps it to its budget, where the kernel does not.
    pub(super) thinner: Option<Thinner>,
    /// Whether it wants the bytes of headers.
    pub(super) header_bytes: bool,
    pub(super) wants: Vec<Want>,
}

impl Stream {
    /// Whether `row` is this stream's. Generations wrap around, so their difference decides.
    pub(super) fn takes(&self, row: &Row) -> bool {
        let event = &row.event;
        let direction = Hook::from_raw(event.hook).map(Hook::direction);
        self.wants.iter().any(|want| {
            want.ring == row.origin.interface
                && want.slots & event.slots != 0
                && !is_before(event.generation, want.first)
                && want.end.is_none_or(|end| is_before(event.generation, end))
                && direction.is_some_and(|direction| want.directions.contains(&direction))
        })
    }

    /// Puts the stream's rows among `rows`, the bytes of whose headers are in `bytes`, into its queue.
    pub(super) fn hand_on(
        &mut self,
        rows: &Arc<Vec<Row>>,
        bytes: &Arc<HeaderBytes>,
        names: &Arc<Names>,
        clock: WallClock,
    ) {
        if self.wants.is_empty() {
            return;
        }
        let all = self.thinner.is_none() && rows.iter().all(|row| self.takes(row));
        if all {
            let nothing = RowCounts::default();
            let bytes = self.header_bytes.then(|| Arc::clone(bytes));
            let batch = Batch::new(Arc::clone(rows), Arc::clone(names), clock).with_bytes(bytes);
            self.queue.push(batch, &nothing);
            return;
        }
        let mut thinned = RowCounts::default();
        let mut taken = Vec::new();
        // Its own, so that the queue holds no bytes but those of the rows in it.
        let mut own_bytes = self.header_bytes.then(HeaderBytes::default);
        for row in rows.iter() {
            if !self.takes(row) {
                continue;
            }
            if self.thinner.as_mut().is_none_or(|thinner| thinner.pass(&row.event)) {
                let number = own_bytes.as_mut().map_or(row.bytes, |own| own.add_from(bytes, row.bytes));
                taken.push(Row { bytes: number, ..*row });
            } else {
                thinned.add(row);
            }
        }
        if thinned != RowCounts::default() || !taken.is_empty() {
            let bytes = own_bytes.map(Arc::new);
            let batch = Batch::new(Arc::new(taken), Arc::clone(names), clock).with_bytes(bytes);
            self.queue.push(batch, &thinned);
        }
    }
}

/// Whether generation `one` came before `other`.
const fn is_before(one: u32, other: u32) -> bool {
    one.wrapping_sub(other) > u32::MAX / 2
}

/// The bytes of some rows' headers out of `bytes`; the rows have their new numbers.
pub(super) fn move_bytes(rows: &mut [Row], bytes: &HeaderBytes) -> HeaderBytes {
    let mut moved = HeaderBytes::default();
    for row in rows {
        row.bytes = moved.add_from(bytes, row.bytes);
    }
    moved
}
