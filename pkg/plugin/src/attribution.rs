//! Whose packets are: which process of this machine, told when rows are made. Only for queries that show it.

use std::{collections::HashMap, sync::Arc};

use xdplive_packet::flow::FlowKey;
use xdplive_source::{Batch, Group, GroupBy, HostId, Process, Processes, Sides, Sums};

use crate::columns::flows::FlowRow;

/// Knows processes by the packets of their sockets.
#[derive(Clone)]
pub struct Attribution(Arc<dyn Processes>);

impl Attribution {
    /// By what the processes of a host are asked for.
    #[must_use]
    pub fn new(processes: Arc<dyn Processes>) -> Self {
        Self(processes)
    }

    /// The same rows with whose they are now. Those that have it already keep what was known then.
    #[must_use]
    pub fn tell(&self, mut batches: Vec<Batch>) -> Vec<Batch> {
        for batch in batches.iter_mut().filter(|batch| batch.processes.is_none()) {
            let mut known: HashMap<Sides, Option<Arc<Process>>> = HashMap::new();
            for row in batch.rows().iter().filter(|row| row.origin.host == self.0.host()) {
                if let Some(sides) = Sides::of_row(row) {
                    known.entry(sides).or_insert_with(|| sides.owner(&*self.0));
                }
            }
            let known = known.into_iter().filter_map(|(sides, process)| Some((sides, process?)));
            batch.processes = Some(Arc::new(known.collect()));
        }
        batches
    }

    /// The same conversations with whose they are: of who started them, or else of the other side.
    #[must_use]
    pub fn told(&self, rows: &[FlowRow]) -> Arc<[FlowRow]> {
        let of = |row: &FlowRow| {
            let conversation = row.conversation();
            let is_here = conversation.host == self.0.host();
            let sides = Sides::of_conversation(&conversation.key).filter(|_| is_here);
            row.clone().of_process(sides.and_then(|sides| sides.owner(&*self.0)))
        };
        rows.iter().map(of).collect()
    }

    /// A flow of a host, without ends where nothing is known of that host's processes.
    #[must_use]
    pub fn known(&self, host: HostId, key: FlowKey) -> FlowKey {
        if host == self.0.host() { key } else { FlowKey { version: 0, ..key } }
    }

    /// Sums by the ends of packets as sums by process, or by container.
    #[must_use]
    pub fn by_process(&self, sums: Sums, by: GroupBy) -> Sums {
        let mut of_processes = Sums::default();
        for (group, sum) in sums {
            let group = match group {
                Group::Sides(sides) => {
                    let process = sides.and_then(|sides| sides.owner(&*self.0));
                    Group::Process(process.and_then(|process| match by {
                        GroupBy::Container => process.container.clone(),
                        _ => Some(Arc::clone(&process.name)),
                    }))
                }
                other => other,
            };
            *of_processes.entry(group).or_default() += sum;
        }
        of_processes
    }
}
