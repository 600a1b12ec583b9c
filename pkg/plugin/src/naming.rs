//! What is known of the hosts of packets, at the moment when rows are made. It is asked for where rows are written, never where
//! packets are read, and only for queries that show it.

mod hosts_file;
mod lookups;

use std::{
    collections::HashSet,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use xdplive_names::{About, AboutHosts, Learnt, Name, NameSource, Table};
use xdplive_packet::headers::present;
use xdplive_source::{Batch, Group, HostId, Interfaces, Learning, Source, Sums, ip};

pub use self::lookups::{LookupCounts, Lookups};

use self::hosts_file::HostsFile;
use crate::places::Places;

/// How long what was found in files and of interfaces is taken for true.
const FRESH: Duration = Duration::from_secs(1);

/// Knows hosts by their addresses. Copies share what they know.
#[derive(Clone)]
pub struct Naming {
    source: Arc<dyn Source>,
    places: Places,
    /// Whether it tells names, and not just where hosts are.
    tells_names: bool,
    known: Arc<Mutex<Known>>,
    /// Names that age.
    learnt: Option<Arc<Learnt>>,
    lookups: Option<Lookups>,
    /// Keeps them coming.
    _learning: Option<Learning>,
}

/// What is known, and what it was made of.
#[derive(Default)]
struct Known {
    table: Arc<Table>,
    /// When that was last compared with what it is made of.
    looked: Option<Instant>,
    file: HostsFile,
    /// The interfaces of each host, as they were then.
    interfaces: Vec<(HostId, Arc<Interfaces>)>,
}

impl Naming {
    /// Of the hosts in packets of `source`, in these places, and with what the DNS says of them. Nothing is read yet, and nobody asked.
    #[must_use]
    pub fn new(source: Arc<dyn Source>, places: Places, lookups: Option<Lookups>) -> Self {
        let learnt = source.learnt();
        Self { source, places, tells_names: true, known: Arc::default(), learnt, lookups, _learning: None }
    }

    /// The same without names.
    #[must_use]
    pub fn without_names(self) -> Self {
        Self { tells_names: false, ..self }
    }

    /// The same, which has names learnt for as long as it is there.
    #[must_use]
    pub fn with(self, learning: Option<Learning>) -> Self {
        Self { _learning: learning, ..self }
    }

    /// The hosts as they are known now.
    #[must_use]
    pub fn now(&self) -> KnownNow {
        let at = Instant::now();
        let places = self.places.clone();
        if !self.tells_names {
            return KnownNow { table: Arc::default(), places, learnt: None, lookups: None, at };
        }
        // Nothing that holds the lock can panic half-way through a change.
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.looked.is_none_or(|looked| looked.elapsed() >= FRESH) {
            known.look(&*self.source);
        }
        let (learnt, lookups) = (self.learnt.clone(), self.lookups.clone());
        KnownNow { table: Arc::clone(&known.table), places, learnt, lookups, at }
    }

    /// The same rows with what is known of their hosts now. Those that have it already keep what was known then.
    #[must_use]
    pub fn tell(&self, mut batches: Vec<Batch>) -> Vec<Batch> {
        if batches.iter().any(|batch| batch.about.is_none()) {
            let known = self.now();
            for batch in batches.iter_mut().filter(|batch| batch.about.is_none()) {
                batch.about = Some(Arc::new(known.of_batch(batch)));
            }
        }
        batches
    }
}

impl Known {
    /// Makes the table anew where something has changed of what it is made of.
    fn look(&mut self, source: &dyn Source) {
        self.looked = Some(Instant::now());
        let hosts = source.hosts();
        let interfaces: Vec<(HostId, Arc<Interfaces>)> =
            hosts.iter().map(|host| (host.id, source.interfaces_of(host.id))).collect();
        let same = interfaces
            .iter()
            .zip(&self.interfaces)
            .filter(|((id, one), (known, other))| id == known && Arc::ptr_eq(one, other));
        let are_same = interfaces.len() == self.interfaces.len() && same.count() == interfaces.len();
        let names = Arc::clone(self.file.names());
        let containers = source.container_names();
        if are_same && self.table.is_of(&names, &containers) {
            return;
        }
        let addresses = hosts.iter().zip(&interfaces).flat_map(|(host, (_, interfaces))| {
            let texts = interfaces.iter().flat_map(|one| one.addresses.iter());
            let found = texts.filter_map(|text| text.split('/').next()?.parse::<IpAddr>().ok());
            found.map(|address| (address, Arc::clone(&host.name))).collect::<Vec<_>>()
        });
        self.table = Arc::new(Table::new(names, addresses, containers));
        self.interfaces = interfaces;
    }
}

/// Hosts as they were known at one moment.
#[derive(Clone, Debug)]
pub struct KnownNow {
    table: Arc<Table>,
    places: Places,
    learnt: Option<Arc<Learnt>>,
    lookups: Option<Lookups>,
    at: Instant,
}

impl KnownNow {
    /// The best name of an address.
    fn name(&self, address: &IpAddr) -> Option<Name> {
        let learnt = || {
            let text = self.learnt.as_ref()?.name(address, self.at)?;
            Some(Name { text, source: NameSource::DnsAnswer })
        };
        let looked_up = || {
            let text = self.lookups.as_ref()?.name(address, self.at)?;
            Some(Name { text, source: NameSource::Ptr })
        };
        self.table.name(address).or_else(learnt).or_else(looked_up)
    }

    /// What is known of an address.
    #[must_use]
    pub fn about(&self, address: &IpAddr) -> About {
        About {
            name: self.name(address),
            country: self.places.country(*address),
            asn: self.places.asn(*address),
        }
    }

    /// What is known of the hosts of these packets.
    #[must_use]
    pub fn of_batch(&self, batch: &Batch) -> AboutHosts {
        let with_addresses = batch.rows().iter().filter(|row| row.event.headers.has(present::ADDRESSES));
        let addresses: HashSet<IpAddr> = with_addresses
            .flat_map(|row| {
                let headers = &row.event.headers;
                [headers.source_ip, headers.destination_ip].map(|bytes| ip(headers.version, bytes))
            })
            .collect();
        addresses.into_iter().map(|address| (address, self.about(&address))).collect()
    }

    /// Sums by address as sums by name: those of one name together. A host without a name is called by its address.
    #[must_use]
    pub fn by_name(&self, sums: Sums) -> Sums {
        let mut named = Sums::default();
        for (group, sum) in sums {
            let group = match group {
                Group::Source(Some(address)) | Group::Destination(Some(address)) => {
                    let name = self.name(&address).map(|name| name.text);
                    Group::Name(name.unwrap_or_else(|| Arc::from(address.to_string())))
                }
                other => other,
            };
            *named.entry(group).or_default() += sum;
        }
        named
    }
}
