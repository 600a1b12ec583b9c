//! B3: what it costs the TCP connections of this machine that somebody asks whose packets are, how good connections are, and
//! what is dropped; beside the same without that question.
//!
//! A connection goes over a veth pair between two network namespaces, with the offloads that such a pair has. The plugin is in
//! one of them. Two things are measured ([`Traffic`]): bytes that one side sends as fast as it can, and short questions that the
//! other side answers one by one.
//!
//! Both ends run on the first processor, so that everything that either end's kernel does for a packet takes time from
//! them; the plugin and its client have the others. What these take is measured apart, as processor time.
//!
//! A turn of each case ([`Asked`]) is a new plugin and new connections. A turn only counts if its streams show what they were
//! asked for: names of processes, round trips, a packet that was dropped.
//!
//! | module | holds |
//! |---|---|
//! | [`asked`] | the cases: what somebody asks for |
//! | [`ends`] | the two namespaces, and what is sent between them |
//! | [`turn`] | one turn of a case |
//! | [`figures`] | tables and targets |

pub mod asked;
pub mod ends;
pub mod figures;
pub mod turn;

use std::{
    io,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use thiserror::Error;
use tokio::runtime::Builder;

use self::{asked::Asked, ends::Ends, figures::Figures};
use crate::{
    progress::Progress,
    report::Report,
    rows::{RowsError, network::NetworkError, processors},
};

/// Rounds at most.
const ROUNDS: usize = 9;
/// No round begins after this, so that the benchmark ends in seven minutes.
const LAST_ROUND: Duration = Duration::from_secs(360);
/// Time for which each kind of traffic is measured in a turn.
const TIME: Duration = Duration::from_millis(1500);

/// What goes over the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Traffic {
    /// As much as one side can send.
    Bulk,
    /// One question after the other, each of 64 bytes, with an answer as long.
    Questions,
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
    for round in 0..ROUNDS {
        if start.elapsed() > LAST_ROUND {
            break;
        }
        // Each case has every place in the order once, so that none always follows the same.
        let cases = Asked::ALL.into_iter().enumerate().cycle().skip(round).take(Asked::ALL.len());
        for (number, asked) in cases {
            let turn = runtime.block_on(turn::run(&ends, asked, TIME))?;
            progress.say(&format!("B3: round {}, {}: {turn}", round + 1, asked.name()));
            figures.add(number, turn);
        }
    }
    Ok(figures.report())
}
