//! B3: what it costs the TCP connections of this machine that somebody asks whose packets are, how good connections are, and
//! what is dropped; beside the same without that question.
//!
//! A connection goes over a veth pair between two network namespaces, with the offloads that such a pair has. The plugin is in
//! one of them. Two things are measured ([`Traffic`]): bytes that one side sends as fast as it can, and short questions that the
//! other side answers one by one.
//!
//! Both ends run on the first processor, so that everything that either end's kernel does for a packet takes time from
//! them; the plugin and its client have the others. What these take is measured apart.
//!
//! The machine may do other things meanwhile, on any processor. So what is compared is what went over a connection in a second of
//! processor time of both ends, the kernel's part among it: what a processor can carry that does nothing else.
//!
//! A turn of each case ([`Asked`]) has a plugin of its own. It is measured before somebody asks for what the case is about, and at
//! once afterwards. It only counts if the streams show what they were asked for: names of processes, round trips, a packet that
//! was dropped; and if nothing of the turn before was in force any more.
//!
//! | module | holds |
//! |---|---|
//! | [`asked`] | the cases: what somebody asks for |
//! | [`ends`] | the two namespaces, and what is sent between them |
//! | [`turn`] | one turn of a case |
//! | [`programs`] | what the kernel counts of its programs |
//! | [`figures`] | tables and targets |

pub mod asked;
pub mod ends;
pub mod figures;
pub mod programs;
pub mod turn;

use std::{
    io,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use thiserror::Error;
use tokio::runtime::Builder;

use self::{asked::Asked, ends::Ends, figures::Figures, turn::Part};
use crate::{
    progress::Progress,
    report::Report,
    rows::{RowsError, network::NetworkError, processors},
};

/// Rounds at most: each case has had every place in the order twice.
const ROUNDS: usize = 2 * Asked::ALL.len();
/// No round begins after this, so that the benchmark ends in six minutes.
const LAST_ROUND: Duration = Duration::from_secs(340);
/// Time of each connection.
const TIME: Duration = Duration::from_millis(150);

/// What goes over the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Traffic {
    /// As much as one side can send.
    Bulk,
    /// One question after the other, each of 64 bytes, with an answer as long.
    Questions,
}

impl Traffic {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Bulk, Self::Questions];

    /// What tables call it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bulk => "TCP as fast as it goes",
            Self::Questions => "question and answer",
        }
    }

    /// The part that is about it.
    #[must_use]
    pub const fn of(self, parts: &[Part; 2]) -> &Part {
        let [bulk, questions] = parts;
        match self {
            Self::Bulk => bulk,
            Self::Questions => questions,
        }
    }
}

/// Why the benchmark cannot be finished.
#[derive(Debug, Error)]
pub enum CostsError {
    /// The network.
    #[error(transparent)]
    Network(#[from] NetworkError),
    /// The plugin cannot be started.
    #[error(transparent)]
    Host(#[from] xdplive::host::HostError),
    /// It, or one of its streams.
    #[error(transparent)]
    Plugin(#[from] RowsError),
    /// A stream does not show what it was asked for.
    #[error("{case}: a stream does not show {missing:?} within {} s: is it refused? The plugin says why in its health check", .time.as_secs())]
    NotShown {
        /// What was asked for.
        case: &'static str,
        /// What is missing in its messages.
        missing: Vec<&'static str>,
        /// How long it was waited for.
        time: Duration,
    },
    /// Somebody else asks on this machine.
    #[error(
        "the programs of another plugin look at sockets or dropped packets: end it, as it would be measured, too"
    )]
    Others,
    /// The kernel does not count.
    #[error("the kernel does not count how long its programs run: {0}")]
    Counting(String),
    /// The connection that is measured.
    #[error("the connection over the veth pair: {0}")]
    Connection(#[source] io::Error),
    /// A thread of the benchmark.
    #[error("a thread of the benchmark ended too early")]
    Thread,
    /// A thread or a runtime.
    #[error("cannot start a thread: {0}")]
    Start(#[source] io::Error),
}

/// Runs the benchmark, on a thread of its own, which is alone in its network namespace.
///
/// # Errors
/// Any [`CostsError`].
pub fn run(progress: &mut Progress) -> Result<Report, CostsError> {
    thread::scope(|scope| {
        let run =
            thread::Builder::new().name(ends::PROCESS.to_owned()).spawn_scoped(scope, || rounds(progress));
        run.map_err(CostsError::Start)?.join().map_err(|_| CostsError::Thread)?
    })
}

fn rounds(progress: &mut Progress) -> Result<Report, CostsError> {
    progress.say("B3: making a network");
    processors::readers();
    let ends = Arc::new(Ends::enter()?);
    let runtime = Builder::new_current_thread().enable_all().build().map_err(CostsError::Start)?;
    let mut figures = Figures::default();
    let start = Instant::now();
    'rounds: for round in 0..ROUNDS {
        if start.elapsed() > LAST_ROUND {
            break;
        }
        // Each case has every place in the order, so that none always follows the same.
        let mut cases = Asked::ALL;
        let first = round % cases.len();
        cases.rotate_left(first);
        for asked in cases {
            match runtime.block_on(turn::run(&ends, asked, TIME)) {
                Ok(turn) => {
                    progress.say(&format!("B3: round {}, {}: {turn}", round + 1, asked.names()[0]));
                    figures.add(asked, turn);
                }
                // What was found until then holds.
                Err(error @ CostsError::Others) if round > 0 => {
                    figures.end_early(&error);
                    break 'rounds;
                }
                Err(error) => return Err(error),
            }
        }
    }
    Ok(figures.report())
}
