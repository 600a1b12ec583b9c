//! Rows in the order of their times.

use std::{collections::HashMap, ops::Range, sync::Arc};

use xdplive_names::AboutHosts;
use xdplive_packet::Tunnel;

use crate::{
    clock::WallClock,
    header_bytes::{Captured, HeaderBytes},
    processes::{Process, Sides},
    row::{Names, Row},
    row_counts::RowCounts,
    tunnels::Tunnels,
};

/// Rows in the order of their times. Cheap to copy: streams that want the same rows share them.
#[derive(Clone, Debug)]
pub struct Batch {
    rows: Arc<Vec<Row>>,
    range: Range<usize>,
    /// Bytes of the rows' headers, for a stream that wants them.
    bytes: Option<Arc<HeaderBytes>>,
    /// What carries their packets; none where nothing does.
    tunnels: Option<Arc<Tunnels>>,
    /// Where all rows are from, as who made the batch has counted it.
    counts: Option<Arc<RowCounts>>,
    /// Names of the rows' interfaces.
    pub names: Arc<Names>,
    /// What was known of the hosts of its packets when somebody asked for it; none where nobody has.
    pub about: Option<Arc<AboutHosts>>,
    /// Whose its packets were when somebody asked for it; none where nobody has.
    pub processes: Option<Arc<HashMap<Sides, Arc<Process>>>>,
    /// What makes nanoseconds since 1970 of the rows' times.
    clock: WallClock,
}

impl Batch {
    /// All of `rows`, the times of whose events `clock` reads: for all of them, whichever hosts they are of.
    #[must_use]
    pub fn new(rows: Arc<Vec<Row>>, names: Arc<Names>, clock: WallClock) -> Self {
        let range = 0..rows.len();
        Self {
            rows,
            range,
            bytes: None,
            tunnels: None,
            counts: None,
            names,
            about: None,
            processes: None,
            clock,
        }
    }

    /// The same with where its rows are from: counted while they are at hand anyway, whoever takes them need not look at
    /// each again.
    #[must_use]
    pub fn counted(mut self) -> Self {
        let mut counts = RowCounts::default();
        counts.add_all(self.rows());
        self.counts = Some(Arc::new(counts));
        self
    }

    /// Adds where the rows are from.
    pub fn add_to(&self, counts: &mut RowCounts) {
        match &self.counts {
            Some(all) if self.len() == self.rows.len() => counts.add_counts(all),
            _ => counts.add_all(self.rows()),
        }
    }

    /// The same with the bytes of the rows' headers.
    #[must_use]
    pub fn with_bytes(self, bytes: Option<Arc<HeaderBytes>>) -> Self {
        Self { bytes, ..self }
    }

    /// The same with what carries the rows' packets.
    #[must_use]
    pub fn with_tunnels(self, tunnels: Option<Arc<Tunnels>>) -> Self {
        Self { tunnels, ..self }
    }

    /// What carries the packet of one of the batch's rows, where the stream looks inside and something does.
    #[must_use]
    pub fn tunnel(&self, row: &Row) -> Option<&Tunnel> {
        self.tunnels.as_ref()?.get(row.tunnel)
    }

    /// Whether rows come with the bytes of their headers.
    #[must_use]
    pub const fn has_bytes(&self) -> bool {
        self.bytes.is_some()
    }

    /// The bytes of the headers of one of the batch's rows; `None` where the stream does not want them.
    #[must_use]
    pub fn captured(&self, row: &Row) -> Option<Captured<'_>> {
        self.bytes.as_ref()?.get(row.bytes)
    }

    /// The rows.
    #[must_use]
    pub fn rows(&self) -> &[Row] {
        self.rows.get(self.range.clone()).unwrap_or_default()
    }

    /// When the packet of one of the batch's rows was seen, nanoseconds since 1970 (UTC) by the clock that
    /// [`Source::now`](super::Source::now) goes by.
    #[inline]
    #[must_use]
    pub fn time(&self, row: &Row) -> i64 {
        self.clock.nanoseconds(row.event.time)
    }

    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.range.len()
    }

    /// Whether there is no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.range.is_empty()
    }

    /// The same rows, without others that share their memory, unless these are few.
    #[must_use]
    pub fn compact(&self) -> Self {
        if self.len() >= self.rows.len() / 2 {
            return self.clone();
        }
        let mut rows = self.rows().to_vec();
        let tunnels = self.tunnels.as_ref().map(|all| {
            let mut tunnels = Tunnels::default();
            rows.iter_mut().for_each(|row| row.tunnel = tunnels.add_from(all, row.tunnel));
            tunnels
        });
        Self {
            rows: Arc::new(rows),
            range: 0..self.len(),
            counts: None,
            tunnels: tunnels.and_then(Tunnels::shared),
            ..self.clone()
        }
    }

    /// The rows between two times, ms since 1970, both inclusive.
    #[must_use]
    pub fn between(&self, from: i64, to: i64) -> Self {
        let rows = self.rows();
        let time = |row: &Row| self.time(row).div_euclid(1_000_000);
        let begin = self.range.start + rows.partition_point(|row| time(row) < from);
        let end = self.range.start + rows.partition_point(|row| time(row) <= to);
        Self { range: begin..end.max(begin), ..self.clone() }
    }

    /// Those of its rows that `keeps` lets pass, and where the others are from.
    #[must_use]
    pub fn sift(&self, mut keeps: impl FnMut(&Row) -> bool) -> (Self, RowCounts) {
        let mut left_out = RowCounts::default();
        let mut kept = Vec::new();
        for row in self.rows() {
            if keeps(row) {
                kept.push(*row);
            } else {
                left_out.add(row);
            }
        }
        let range = 0..kept.len();
        (Self { rows: Arc::new(kept), range, counts: None, ..self.clone() }, left_out)
    }

    /// The same rows after `row` has changed each, and `tunnel` what carries it; without the bytes of their headers.
    #[must_use]
    pub fn changed(&self, mut row: impl FnMut(&mut Row), mut tunnel: impl FnMut(&mut Tunnel)) -> Self {
        let mut tunnels = Tunnels::default();
        let mut rows = self.rows().to_vec();
        for one in &mut rows {
            row(one);
            one.tunnel = match self.tunnel(one).copied() {
                Some(mut carrier) => {
                    tunnel(&mut carrier);
                    tunnels.add(carrier)
                }
                None => Tunnels::NONE,
            };
        }
        Self {
            range: 0..rows.len(),
            counts: self.counts.clone().filter(|_| rows.len() == self.rows.len()),
            rows: Arc::new(rows),
            bytes: None,
            tunnels: tunnels.shared(),
            ..self.clone()
        }
    }

    /// Takes at most `count` of the oldest rows away.
    pub fn take_oldest(&mut self, count: usize) -> Self {
        let middle = self.range.start + count.min(self.range.len());
        let taken = Self { range: self.range.start..middle, ..self.clone() };
        self.range.start = middle;
        taken
    }
}

#[cfg(test)]
mod tests;
