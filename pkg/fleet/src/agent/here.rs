//! What has become of a run's rows at the agent. Pure.

use std::{collections::BTreeMap, sync::Arc};

use xdplive_packet::event::Direction;
use xdplive_source::{Batch, InterfaceNumber, RowCounts};

/// What has become of a run's rows at the agent.
#[derive(Debug, Default)]
pub(super) struct Here {
    /// Left out to keep to the client's share or the agent's ceiling.
    pub(super) thinned: RowCounts,
    /// Could not be sent before the end.
    pub(super) lost: RowCounts,
    /// In messages.
    pub(super) sent: RowCounts,
    /// Rows of dropped packets in messages.
    pub(super) drops_sent: u64,
    /// The interfaces' numbers in these, by name.
    pub(super) numbers: BTreeMap<Arc<str>, InterfaceNumber>,
}

impl Here {
    /// The rows of one interface and direction.
    pub(super) fn at(&self, counts: &RowCounts, interface: &str, direction: Direction) -> u64 {
        self.numbers.get(interface).map_or(0, |number| counts.of(*number, direction))
    }

    /// Remembers the numbers of the interfaces that rows are from.
    pub(super) fn learn(&mut self, batch: &Batch) {
        for row in batch.rows() {
            let name = batch.names.interface(row.origin);
            if self.numbers.get(name) != Some(&row.origin.interface) {
                self.numbers.insert(Arc::from(name), row.origin.interface);
            }
        }
    }
}
