//! What hosts have counted, for the accounts of all of them: one that is slow holds nobody.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
    time::Duration,
};

use futures::future::join_all;
use tokio::time::timeout;
use xdplive_source::{Counts, HookAccounts, Host, HostId, InterfaceState, StreamAccounts};

use super::{
    shared::{PATIENCE, Shared, lock},
    sums::StreamSums,
    table::Reach,
};
use crate::wire::{Answer, Ask, WireAccounts};

/// How long hosts are waited for that are asked again and again.
const WAITED_FOR: Duration = Duration::from_millis(300);

/// What each host had counted when it last answered, which stays while it does not; and those that are being asked.
pub(super) struct Counted {
    shared: Arc<Shared>,
    by_host: Mutex<BTreeMap<HostId, Vec<WireAccounts>>>,
    asked: Mutex<BTreeSet<HostId>>,
}

/// The client's streams by their leases, without what was counted for them.
type Streams = BTreeMap<u64, (StreamAccounts, Arc<Mutex<StreamSums>>)>;

impl Counted {
    /// Nothing yet.
    pub(super) fn new(shared: Arc<Shared>) -> Arc<Self> {
        Arc::new(Self { shared, by_host: Mutex::default(), asked: Mutex::default() })
    }

    /// Asks these hosts for what they have counted, and waits a little. What one says later is there for the next who asks.
    pub(super) async fn ask(self: &Arc<Self>, hosts: Vec<Host>) {
        let mut answers = Vec::new();
        for host in hosts {
            if !lock(&self.asked).insert(host.id) {
                continue;
            }
            let counted = Arc::clone(self);
            answers.push(tokio::spawn(async move {
                let answer = timeout(PATIENCE, counted.shared.ask(&host.name, &Ask::Accounts)).await;
                lock(&counted.asked).remove(&host.id);
                if let Ok(Ok(heard)) = answer
                    && let Answer::Accounts(accounts) = heard.answered.answer
                {
                    lock(&counted.by_host).insert(host.id, accounts);
                }
            }));
        }
        // They go on.
        _ = timeout(WAITED_FOR, join_all(answers)).await;
    }

    /// What all hosts have counted by their last answers, those last that do not answer now.
    pub(super) fn hooks(&self) -> Vec<HookAccounts> {
        let streams = self.streams();
        let (mut all, mut unreachable) = (Vec::new(), Vec::new());
        let table = lock(&self.shared.table);
        let by_host = lock(&self.by_host);
        for known in table.all() {
            let Some(accounts) = by_host.get(&known.host.id) else { continue };
            let hooks = hooks_of(&known.host, accounts, &streams);
            match &known.reach {
                Reach::Here => all.extend(hooks),
                // What nobody asked for is not missed.
                Reach::Unreachable(reason) => {
                    let asked = hooks.into_iter().filter(|hook| hook.state.is_some());
                    unreachable.extend(asked.map(|hook| HookAccounts {
                        hook: None,
                        state: Some(InterfaceState::Unreachable),
                        reason: format!("{}: {reason}", known.host.name),
                        ..hook
                    }));
                }
            }
        }
        all.extend(unreachable);
        all
    }

    fn streams(&self) -> Streams {
        let streams = lock(&self.shared.streams);
        let stream = |(id, stream): (&u64, &super::shared::Stream)| {
            let accounts = StreamAccounts {
                id: *id,
                has_rows: stream.has_rows,
                label: Arc::clone(&stream.label),
                filter: Arc::clone(&stream.filter),
                counts: Counts::default(),
            };
            (stream.lease, (accounts, Arc::clone(&stream.sums)))
        };
        streams.iter().map(stream).collect()
    }
}

/// What a host has counted, with this client's streams in it.
fn hooks_of(host: &Host, accounts: &[WireAccounts], streams: &Streams) -> Vec<HookAccounts> {
    let mut hooks = Vec::new();
    let mut is_told = BTreeSet::new();
    for wire in accounts {
        let Ok(mut hook) = wire.read(host) else { continue };
        for told in &wire.streams {
            let Some((stream, sums)) = streams.get(&told.lease) else { continue };
            let mut counts: Counts = told.counts.into();
            // Which of its interfaces the rows were of is not known.
            if is_told.insert(told.lease) {
                counts.lost_network = lock(sums).lost(&host.name);
                counts.delivered = counts.delivered.saturating_sub(counts.lost_network);
            }
            hook.streams.push(StreamAccounts { counts, ..stream.clone() });
        }
        hooks.push(hook);
    }
    hooks
}
