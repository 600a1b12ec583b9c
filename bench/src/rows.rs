//! B2: rows a second through the real plugin without loss, beside a thread that only empties the ring of the same
//! program.
//!
//! The product's program sits at one end of a veth pair, by native XDP. Packets come to it in two ways ([`Path`]):
//!
//! | way | packets | who limits |
//! |---|---|---|
//! | [`Path::Wire`] | real frames: an XDP program, run on live frames, writes one varied packet after the other and sends it into the other end | on few processors often the sender: it also does what the receiving kernel does with each packet |
//! | [`Path::Straight`] | the attached program is run on varied packets, as in B1, and there is no network | whoever takes the rows |
//!
//! Either is done by the first processor; the others are for whoever takes the packets. The plugin is a process of its
//! own, started as Grafana starts it, with its default ring and queue; its client reads every message and counts rows.
//!
//! The highest rate is looked for at which two seconds of packets are *carried*: the stream's own accounts say that
//! none was lost, and at the end no more rows are on their way than the plugin's flush interval explains. A rate
//! is too high when that fails twice, or when much is lost. Then twice that rate is offered.
//!
//! Every trial also checks the accounts: they add up, `seen` is what the interface received (or what was fed), and
//! `delivered` is what came. Where that is not so, the benchmark fails.
//!
//! | module | holds |
//! |---|---|
//! | [`network`] | the veth pair |
//! | [`offer`] | packets at a given rate |
//! | [`processors`] | who runs where |
//! | [`bare`] | the reference |
//! | [`plugin`] | the plugin and its client |
//! | [`shared`] | many streams that share one interface's packets |
//! | [`trial`] | what a trial brings, and whether its rate was carried |
//! | [`search`] | the highest rate that is |
//! | [`figures`] | tables and targets |

pub mod bare;
pub mod figures;
pub mod network;
pub mod offer;
pub mod plugin;
pub mod shared;

mod processes;
pub mod processors;
pub mod search;
pub mod trial;

use std::{
    io,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use thiserror::Error;
use tokio::runtime::{Builder, Runtime};

use crate::{
    bpf::BpfError,
    packets::{Kind, Packets},
    progress::Progress,
    report::Report,
};

use self::{
    figures::{Figures, Round},
    network::{Network, NetworkError},
    offer::Source,
    search::Search,
    trial::{Accounts, Trial},
};

/// Rounds, each looking for every rate, at most.
const ROUNDS: usize = 5;
/// No round begins after this, so that the benchmark ends in five minutes.
const LAST_ROUND: Duration = Duration::from_secs(215);
/// Rounds of streams that share packets.
const SHARED_ROUNDS: usize = 3;
/// Time of a trial.
const TIME: Duration = Duration::from_secs(2);
/// Steps of the first search, and of the later ones, which know where to begin.
const STEPS: [f64; 2] = [1.4, 1.12];
const SEED: u64 = 1;

/// Columns of a usual panel.
pub const TEN: [&str; 10] = [
    "time",
    "interface",
    "direction",
    "source_ip",
    "destination_ip",
    "protocol",
    "length",
    "ttl",
    "source_port",
    "destination_port",
];

/// Who takes the packets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taker {
    /// A thread that empties the ring.
    Bare,
    /// The plugin with [`TEN`] columns.
    Ten,
    /// The plugin with all columns.
    All,
}

/// How packets come; see the module's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Path {
    /// Over the veth pair.
    Wire,
    /// Straight to the program.
    Straight,
}

/// One thing that is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Subject {
    /// Who takes the packets.
    pub taker: Taker,
    /// How they come.
    pub path: Path,
}

impl Subject {
    /// All of them, each path beginning with its reference.
    pub const ALL: [Self; 6] = {
        const fn subject(path: Path, taker: Taker) -> Subject {
            Subject { taker, path }
        }
        [
            subject(Path::Wire, Taker::Bare),
            subject(Path::Wire, Taker::Ten),
            subject(Path::Wire, Taker::All),
            subject(Path::Straight, Taker::Bare),
            subject(Path::Straight, Taker::Ten),
            subject(Path::Straight, Taker::All),
        ]
    };

    /// What tables call it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match (self.path, self.taker) {
            (Path::Wire, Taker::Bare) => "veth, bare ring reader",
            (Path::Wire, Taker::Ten) => "veth, plugin, ten columns",
            (Path::Wire, Taker::All) => "veth, plugin, all columns",
            (Path::Straight, Taker::Bare) => "straight, bare ring reader",
            (Path::Straight, Taker::Ten) => "straight, plugin, ten columns",
            (Path::Straight, Taker::All) => "straight, plugin, all columns",
        }
    }

    /// Where the first search begins, packets a second. For the wire more than can be sent on most machines: the
    /// first answer may then be the last.
    const fn guess(self) -> f64 {
        match (self.path, self.taker) {
            (Path::Wire, Taker::Bare) => 4e6,
            (Path::Straight, Taker::Bare) => 6e6,
            (_, Taker::Ten) => 1.6e6,
            (_, Taker::All) => 1.2e6,
        }
    }
}

/// Why the benchmark cannot be finished.
#[derive(Debug, Error)]
pub enum RowsError {
    /// The kernel or an object.
    #[error(transparent)]
    Bpf(#[from] BpfError),
    /// The network.
    #[error(transparent)]
    Network(#[from] NetworkError),
    /// The plugin cannot be started.
    #[error(transparent)]
    Host(#[from] xdplive::host::HostError),
    /// A call of the plugin's services failed.
    #[error("the plugin failed: {0}")]
    Call(#[from] Box<tonic::Status>),
    /// It refused what was asked.
    #[error("the plugin refused: {0}")]
    Refused(String),
    /// It ended when nobody had asked it to.
    #[error("the plugin or its stream has ended too early")]
    Ended,
    /// The last rows or the accounts took too long.
    #[error("the plugin's stream does not come to its end")]
    Late,
    /// It did not say what it counted.
    #[error("the plugin's stream ended without its accounts")]
    NoAccounts,
    /// Packets are missing from the accounts.
    #[error("the accounts are wrong: {accounts:?}, where {sent} packets were sent and {rows} rows came")]
    Accounts {
        /// Those of the plugin, or of the program.
        accounts: Accounts,
        /// Packets that should have been seen.
        sent: u64,
        /// Rows that came.
        rows: u64,
    },
    /// No rate is low enough.
    #[error("{subject} loses packets at every rate, at last at {rate:.0} a second")]
    NothingCarried {
        /// Whoever it is.
        subject: &'static str,
        /// The last rate.
        rate: f64,
    },
    /// Rows of streams that share packets are missing, or there twice.
    #[error("{streams} streams that share {sent} packets got {rows} rows")]
    Shared {
        /// How many streams.
        streams: u32,
        /// Packets that were sent.
        sent: u64,
        /// Rows that came.
        rows: u64,
    },
    /// A thread of the benchmark.
    #[error("a thread of the benchmark ended too early")]
    Thread,
    /// A thread or a runtime.
    #[error("cannot start a thread: {0}")]
    Start(#[source] io::Error),
}

impl From<tonic::Status> for RowsError {
    fn from(status: tonic::Status) -> Self {
        Self::Call(Box::new(status))
    }
}

/// Runs the benchmark, on a thread of its own, which is alone in its network namespace.
///
/// # Errors
/// Any [`RowsError`].
pub fn run(progress: &mut Progress) -> Result<Report, RowsError> {
    thread::scope(|scope| {
        let run = thread::Builder::new()
            .name("rows".to_owned())
            .spawn_scoped(scope, || Bench::new(progress)?.run());
        run.map_err(RowsError::Start)?.join().map_err(|_| RowsError::Thread)?
    })
}

struct Bench<'a> {
    network: Network,
    /// Frames over the network.
    wire: Arc<Source>,
    /// Packets straight to the program.
    straight: Arc<Source>,
    runtime: Runtime,
    progress: &'a mut Progress,
}

/// The highest rate that was carried.
struct Found {
    trial: Trial,
    is_senders_limit: bool,
}

impl<'a> Bench<'a> {
    fn new(progress: &'a mut Progress) -> Result<Self, RowsError> {
        progress.say("B2: making a network");
        processors::readers();
        let network = Network::enter()?;
        let packets = Packets::new(Kind::Mixed, SEED);
        let wire = Arc::new(Source::network(&packets, network.sender)?);
        let straight = Arc::new(Source::straight(&packets, &network)?);
        // One thread, whose processor time is the client's.
        let runtime = Builder::new_current_thread().enable_all().build().map_err(RowsError::Start)?;
        Ok(Self { network, wire, straight, runtime, progress })
    }

    fn run(mut self) -> Result<Report, RowsError> {
        let mut figures = Figures::default();
        let mut begin = Subject::ALL.map(|subject| (subject.guess(), STEPS[0]));
        let start = Instant::now();
        for round in 1..=ROUNDS {
            if start.elapsed() > LAST_ROUND {
                break;
            }
            for (number, (subject, (guess, step))) in Subject::ALL.into_iter().zip(&mut begin).enumerate() {
                let say = format!("B2: round {round}, {}", subject.name());
                let found = self.search(&say, subject, *guess, *step)?;
                if !found.is_senders_limit {
                    (*guess, *step) = (found.trial.offered_rate(), STEPS[1]);
                }
                let mut twice = None;
                if subject.path == Path::Straight && subject.taker != Taker::Bare {
                    let trial = self.trial(subject, 2.0 * found.trial.offered_rate())?;
                    let (offered, arriving) = (trial.offered_rate(), trial.arriving);
                    self.progress.say(&format!("{say}: of {offered:.0}/s, {arriving:.0}/s arrive"));
                    twice = Some(trial);
                }
                let is_senders_limit = found.is_senders_limit;
                figures.add(number, Round { carried: found.trial, is_senders_limit, twice });
            }
        }
        let mut costs = [Vec::new(), Vec::new()];
        for round in 1..=SHARED_ROUNDS {
            for (streams, costs) in [1, shared::STREAMS].into_iter().zip(&mut costs) {
                let cost = shared::cost(&self.network, &self.straight, streams, TIME);
                let cost = self.runtime.block_on(cost)?.as_nanos() as f64;
                self.progress.say(&format!("B2: round {round}, {streams} streams: {cost} ns a packet"));
                costs.push(cost);
            }
        }
        Ok(figures.report(costs))
    }

    fn search(&mut self, say: &str, subject: Subject, guess: f64, step: f64) -> Result<Found, RowsError> {
        let mut search = Search::new(guess, step);
        let mut found: Option<Found> = None;
        let mut last = guess;
        while let Some(rate) = search.next() {
            last = rate;
            let mut trial = self.trial(subject, rate)?;
            if !trial.is_carried() && !trial.is_hopeless() {
                // Another process may have come between.
                trial = self.trial(subject, rate)?;
            }
            let (is_carried, is_senders_limit) = (trial.is_carried(), trial.is_senders_limit());
            self.progress.say(&format!(
                "{say}: {:.0}/s {}",
                trial.offered_rate(),
                if is_carried { "carried" } else { "too much" }
            ));
            search.tell(rate, is_carried);
            if !is_carried {
                continue;
            }
            if found.as_ref().is_none_or(|found| found.trial.offered_rate() < trial.offered_rate()) {
                found = Some(Found { trial, is_senders_limit });
            }
            if is_senders_limit {
                search.stop();
            }
        }
        found.ok_or(RowsError::NothingCarried { subject: subject.name(), rate: last })
    }

    fn trial(&self, subject: Subject, rate: f64) -> Result<Trial, RowsError> {
        let source = match subject.path {
            Path::Wire => &self.wire,
            Path::Straight => &self.straight,
        };
        let columns: &[&str] = match subject.taker {
            Taker::Bare => return bare::trial(&self.network, source, rate, TIME),
            Taker::Ten => &TEN,
            Taker::All => &[],
        };
        self.runtime.block_on(plugin::trial(&self.network, source, columns, rate, TIME))
    }
}
