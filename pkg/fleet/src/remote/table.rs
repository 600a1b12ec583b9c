//! The hosts that have been heard of, and what is known of them. Pure: time is what it is told.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use tokio::time::Instant;
use xdplive_source::{Host, HostId, Interfaces};

use super::offset::Offset;
use crate::wire::{Description, Presence};

/// How long a host may be silent that says every ten seconds that it is there.
pub const SILENT: Duration = Duration::from_secs(29);
/// The same of a host from which a stream runs: it is heard of twice a second.
pub const SILENT_LEASED: Duration = Duration::from_millis(1700);
/// How often a host is asked for what it has that is new.
const ASKED_AGAIN: Duration = Duration::from_secs(3);
/// Hosts at most.
pub const MOST: usize = 65_535;

/// What is known of one host.
#[derive(Clone, Debug)]
pub struct Known {
    /// The host; its id is its place in the table, which stays.
    pub host: Host,
    /// The agent's life.
    pub epoch: u64,
    /// The agent's release.
    pub release: String,
    /// Whether it answers.
    pub reach: Reach,
    /// How far its clock is ahead.
    pub offset: Offset,
    /// Its interfaces, as they were last described.
    pub interfaces: Arc<Interfaces>,
    /// The TCP ports of its own traffic.
    pub own_ports: Arc<BTreeSet<u16>>,
    /// Why nothing can be counted there that nobody has asked for.
    pub no_shared_hook: Option<String>,
    /// What its agent lends at most, in words.
    pub ceiling: String,
    /// The number of the newest description, and of that which is known.
    news: (u64, u64),
    /// When it was last asked for.
    asked: Option<Instant>,
    heard: Instant,
}

/// Whether a host answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// It does.
    Here,
    /// It does not, and why.
    Unreachable(String),
}

impl Known {
    /// Whether it answers.
    #[must_use]
    pub fn is_here(&self) -> bool {
        self.reach == Reach::Here
    }

    /// Its place among all.
    #[must_use]
    pub fn place(&self) -> usize {
        usize::from(self.host.id.number())
    }

    /// Whether it has something new to say about itself.
    #[must_use]
    pub const fn has_news(&self) -> bool {
        self.news.0 != self.news.1
    }
}

/// What has changed of a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Nothing that matters.
    None,
    /// It was not known.
    New,
    /// It answers again.
    Back,
    /// Its agent has been started anew.
    Restarted,
    /// It is going, as it says.
    Gone,
}

/// The hosts that have been heard of.
#[derive(Debug, Default)]
pub struct Table {
    known: Vec<Known>,
    by_name: BTreeMap<String, usize>,
}

impl Table {
    /// All of them, in the order in which they were first heard of.
    pub fn all(&self) -> impl Iterator<Item = &Known> {
        self.known.iter()
    }

    /// The one with this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Known> {
        self.known.get(*self.by_name.get(name)?)
    }

    /// The one with this id.
    #[must_use]
    pub fn by_id(&self, id: HostId) -> Option<&Known> {
        self.known.get(usize::from(id.number()))
    }

    fn get_mut(&mut self, name: &str) -> Option<&mut Known> {
        self.known.get_mut(*self.by_name.get(name)?)
    }

    /// A host says that it is there.
    pub fn hear(&mut self, presence: Presence, now: Instant) -> Change {
        let Presence { host: name, epoch, release, labels, description, bye, .. } = presence;
        let Some(known) = self.get_mut(&name) else {
            return if bye { Change::None } else { self.add(name, epoch, release, labels, description, now) };
        };
        if bye {
            let is_it = known.epoch == epoch && known.is_here();
            if is_it {
                known.reach = Reach::Unreachable("its agent has been ended there".to_owned());
            }
            return if is_it { Change::Gone } else { Change::None };
        }
        let was_here = std::mem::replace(&mut known.reach, Reach::Here) == Reach::Here;
        let is_new = known.epoch != epoch;
        if is_new {
            known.asked = None;
            // The new one counts its descriptions from the beginning.
            known.news.1 = 0;
        }
        (known.epoch, known.release, known.heard) = (epoch, release, now);
        known.host.labels = Arc::new(labels);
        known.news.0 = description;
        match (is_new, was_here) {
            (true, _) => Change::Restarted,
            (false, false) => Change::Back,
            (false, true) => Change::None,
        }
    }

    fn add(
        &mut self,
        name: String,
        epoch: u64,
        release: String,
        labels: BTreeMap<String, String>,
        description: u64,
        now: Instant,
    ) -> Change {
        let Some(place) = u16::try_from(self.known.len()).ok().filter(|_| self.known.len() < MOST) else {
            return Change::None;
        };
        self.known.push(Known {
            host: Host { id: HostId::new(place), name: Arc::from(name.as_str()), labels: Arc::new(labels) },
            epoch,
            release,
            reach: Reach::Here,
            offset: Offset::default(),
            interfaces: Arc::default(),
            own_ports: Arc::default(),
            no_shared_hook: None,
            ceiling: String::new(),
            news: (description, 0),
            asked: None,
            heard: now,
        });
        self.by_name.insert(name, usize::from(place));
        Change::New
    }

    /// Anything else was heard of the host's agent in this life of it.
    pub fn beat(&mut self, name: &str, epoch: u64, now: Instant) -> Change {
        let Some(known) = self.get_mut(name).filter(|known| known.epoch == epoch) else {
            return Change::None;
        };
        known.heard = now;
        if std::mem::replace(&mut known.reach, Reach::Here) == Reach::Here {
            Change::None
        } else {
            Change::Back
        }
    }

    /// A round trip: when it began and ended here, and when the host heard and answered by its own clock.
    pub fn note_trip(&mut self, name: &str, asked: i64, heard: i64, said: i64, answered: i64) {
        if let Some(known) = self.get_mut(name) {
            known.offset.note(asked, heard, said, answered);
        }
    }

    /// The host has described itself.
    pub fn describe(&mut self, name: &str, description: &Description) {
        let Some(known) = self.get_mut(name) else { return };
        known.news.1 = description.news;
        known.interfaces = Arc::new(description.interfaces());
        known.own_ports = Arc::new(description.own_ports.clone());
        known.no_shared_hook.clone_from(&description.no_shared_hook);
        known.ceiling.clone_from(&description.ceiling);
    }

    /// Those that have something new to say about themselves and are to be asked for it at `now`; once every few seconds.
    pub fn take_news(&mut self, now: Instant) -> Vec<Arc<str>> {
        let due = |known: &Known| known.asked.is_none_or(|asked| now.duration_since(asked) >= ASKED_AGAIN);
        let mut news = Vec::new();
        for known in self.known.iter_mut().filter(|known| known.is_here() && known.has_news() && due(known)) {
            known.asked = Some(now);
            news.push(Arc::clone(&known.host.name));
        }
        news
    }

    /// Takes note of those that have been silent too long at `now`, of which `is_leased` says whether a stream runs there.
    /// Returns their names.
    pub fn silence(&mut self, now: Instant, is_leased: impl Fn(&str) -> bool) -> Vec<Arc<str>> {
        let mut gone = Vec::new();
        for known in self.known.iter_mut().filter(|known| known.is_here()) {
            let silent = now.duration_since(known.heard);
            let is_gone = silent >= SILENT || silent >= SILENT_LEASED && is_leased(&known.host.name);
            if is_gone {
                let seconds = silent.as_secs_f64();
                known.reach = Reach::Unreachable(format!("nothing has been heard of it for {seconds:.0} s"));
                gone.push(Arc::clone(&known.host.name));
            }
        }
        gone
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn presence(host: &str, epoch: u64) -> Presence {
        Presence { host: host.to_owned(), epoch, description: 1, ..Presence::default() }
    }

    #[test]
    fn hosts_come_go_and_come_back() {
        let (mut table, begin) = (Table::default(), Instant::now());
        let at = |seconds: f64| begin + Duration::from_secs_f64(seconds);
        assert_eq!(table.hear(presence("a", 1), at(0.0)), Change::New);
        assert_eq!(table.hear(presence("b", 2), at(1.0)), Change::New);
        assert!(table.get("a").unwrap().has_news());
        let mut description = Description::default();
        description.news = 1;
        table.describe("a", &description);
        assert!(!table.get("a").unwrap().has_news());
        assert_eq!(table.silence(at(1.6), |name| name == "a"), Vec::<Arc<str>>::new());
        assert_eq!(table.silence(at(1.8), |name| name == "a"), [Arc::from("a")]);
        assert_eq!(table.silence(at(2.0), |name| name == "a"), Vec::<Arc<str>>::new(), "said once");
        assert_eq!(table.beat("a", 1, at(4.0)), Change::Back);
        assert_eq!(table.beat("a", 7, at(4.0)), Change::None, "another life");
        assert_eq!(table.silence(at(30.1), |_| false), [Arc::from("b")]);
        assert_eq!(table.hear(presence("b", 3), at(31.0)), Change::Restarted);
        let bye = Presence { bye: true, ..presence("b", 3) };
        assert_eq!(table.hear(bye, at(32.0)), Change::Gone);
        assert!(!table.get("b").unwrap().is_here());
        assert_eq!(table.all().map(|known| known.place()).collect::<Vec<_>>(), [0, 1]);
        let stranger = Presence { bye: true, ..presence("c", 9) };
        assert_eq!(table.hear(stranger, at(33.0)), Change::None);
        assert!(table.get("c").is_none());
    }
}
