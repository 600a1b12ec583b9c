//! One turn of a case: a plugin that is asked, and the traffic meanwhile.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};

use grafana_plugin_sdk::pluginv2::StreamPacket;
use serde_json::json;
use tokio::{sync::oneshot, task::JoinHandle, time::sleep};
use tonic::Streaming;
use xdplive::host::{self, Plugin};

use super::{
    CostsError, Traffic,
    asked::{Asked, Query},
    ends::{Carried, Ends, PROCESS},
    programs::{self, Counting, Ran},
};
use crate::{
    needs,
    rows::{
        RowsError,
        plugin::{processor_time_of, stream},
    },
};

/// What an administrator sets for it.
const SETTINGS: [(&str, &str); 2] = [("GF_PLUGIN_PROCESSES", "true"), host::WATCHING_NOTHING];
/// How long the streams may take to show what they were asked for.
const SOON: Duration = Duration::from_secs(10);
/// How long instruments may take to be gone, those of others as well.
const GONE: Duration = Duration::from_secs(120);
/// Connections of which the best counts: what comes between makes one slower, and none faster.
const CONNECTIONS: usize = 6;
/// Time of traffic between two looks at that.
const LOOK: Duration = Duration::from_millis(50);

/// What a turn of a case brought, of each [`Traffic`].
#[derive(Clone, Debug)]
pub struct Turn {
    /// Before it was asked for.
    pub before: [Part; 2],
    /// While it was.
    pub with: [Part; 2],
}

/// What it brought with one kind of traffic.
#[derive(Clone, Debug)]
pub struct Part {
    /// What went over the best of [`CONNECTIONS`].
    pub carried: Carried,
    /// Processor time of the plugin's two processes meanwhile, part of one processor.
    pub plugin: f64,
    /// What the kernel counted of its programs in traffic of its own: the processor time of that, and what ran. Nothing where that is
    /// not looked at.
    pub programs: Option<(Duration, Vec<Ran>)>,
}

impl fmt::Display for Turn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let part = |[before, with]: [&Part; 2]| {
            100.0 * with.carried.per_processor_second() / before.carried.per_processor_second()
        };
        let [bulk, questions] =
            Traffic::ALL.map(|traffic| part([&self.before, &self.with].map(|one| traffic.of(one))));
        write!(f, "{bulk:.1} % of the throughput before, {questions:.1} % of the answers")
    }
}

/// What a stream has not shown yet.
type Missing = Arc<Mutex<Vec<&'static str>>>;

/// A stream that is read until this is dropped.
struct Reader {
    missing: Missing,
    task: JoinHandle<Result<(), RowsError>>,
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// One turn of `asked`, with each connection for `time`.
///
/// # Errors
/// Any [`CostsError`].
pub async fn run(ends: &Arc<Ends>, asked: Asked, time: Duration) -> Result<Turn, CostsError> {
    until_no_instruments().await?;
    let plugin = Plugin::start(&needs::plugin(), &SETTINGS, |_| ()).await?;
    let result = turn(&plugin, ends, asked, time).await;
    plugin.ask_to_end().await;
    plugin.wait().await;
    result
}

async fn turn(plugin: &Plugin, ends: &Arc<Ends>, asked: Asked, time: Duration) -> Result<Turn, CostsError> {
    let mut readers = Vec::new();
    let before = parts(plugin, ends, asked, &mut readers, asked.before(ends.interface), time).await?;
    let with = parts(plugin, ends, asked, &mut readers, asked.queries(ends.interface), time).await?;
    let mut turn = Turn { before, with };
    if asked == Asked::Together {
        for (traffic, part) in Traffic::ALL.into_iter().zip(&mut turn.with) {
            let counting = Counting::begin().map_err(|error| CostsError::Counting(error.to_string()))?;
            let processor = carry(ends, traffic, time).await?.processor;
            part.programs = Some((processor, counting.end()));
        }
    }
    if readers.iter().any(|reader| reader.task.is_finished()) {
        return Err(RowsError::Ended.into());
    }
    Ok(turn)
}

/// Asks further `queries`, and measures both kinds of traffic when they show what they ask for.
async fn parts(
    plugin: &Plugin,
    ends: &Arc<Ends>,
    asked: Asked,
    readers: &mut Vec<Reader>,
    queries: Vec<Query>,
    time: Duration,
) -> Result<[Part; 2], CostsError> {
    for query in queries {
        readers.push(open(plugin, query).await?);
    }
    show(ends, asked, readers).await?;
    let [bulk, questions] = Traffic::ALL.map(|traffic| part(plugin, ends, traffic, time));
    Ok([bulk.await?, questions.await?])
}

/// Waits for the end of what the plugin of the last turn was asked for.
async fn until_no_instruments() -> Result<(), CostsError> {
    let start = Instant::now();
    while programs::instruments_are_in_force() {
        if start.elapsed() > GONE {
            return Err(CostsError::Others);
        }
        sleep(LOOK).await;
    }
    Ok(())
}

async fn open(plugin: &Plugin, (query, shown): Query) -> Result<Reader, CostsError> {
    let stream = stream(plugin, &host::context(&json!({})), &query).await?;
    let missing: Missing = Arc::new(Mutex::new(shown));
    let task = tokio::spawn(read(stream, Arc::clone(&missing)));
    Ok(Reader { missing, task })
}

async fn part(
    plugin: &Plugin,
    ends: &Arc<Ends>,
    traffic: Traffic,
    time: Duration,
) -> Result<Part, CostsError> {
    let (start, before) = (Instant::now(), processor_time_of(plugin)?);
    let mut best = carry(ends, traffic, time).await?;
    for _ in 1..CONNECTIONS {
        let carried = carry(ends, traffic, time).await?;
        if carried.per_processor_second() > best.per_processor_second() {
            best = carried;
        }
    }
    let spent = processor_time_of(plugin)?.saturating_sub(before);
    let plugin = spent.as_secs_f64() / start.elapsed().as_secs_f64();
    Ok(Part { carried: best, plugin, programs: None })
}

/// Has traffic go, until every stream has shown what it was asked for.
async fn show(ends: &Arc<Ends>, asked: Asked, readers: &[Reader]) -> Result<(), CostsError> {
    let start = Instant::now();
    loop {
        ends.send_to_nobody().map_err(CostsError::Connection)?;
        carry(ends, Traffic::Questions, LOOK).await?;
        let missing: Vec<&str> = readers.iter().flat_map(|reader| lock(&reader.missing).clone()).collect();
        if missing.is_empty() {
            return Ok(());
        }
        if start.elapsed() > SOON {
            return Err(CostsError::NotShown { case: asked.names()[0], missing, time: SOON });
        }
    }
}

/// Has traffic go from a thread of its own, while streams are read here.
async fn carry(ends: &Arc<Ends>, traffic: Traffic, time: Duration) -> Result<Carried, CostsError> {
    let (tell, done) = oneshot::channel();
    let ends = Arc::clone(ends);
    let thread = thread::Builder::new().name(PROCESS.to_owned());
    // Nobody waits for the answer where the turn has failed meanwhile.
    thread.spawn(move || _ = tell.send(ends.carry(traffic, time))).map_err(CostsError::Start)?;
    done.await.map_err(|_| CostsError::Thread)?.map_err(CostsError::Connection)
}

/// Reads a stream, and removes from what is missing what it shows.
async fn read(mut stream: Streaming<StreamPacket>, missing: Missing) -> Result<(), RowsError> {
    while let Some(message) = stream.message().await? {
        let is_in = |text: &str| message.data.windows(text.len()).any(|bytes| bytes == text.as_bytes());
        lock(&missing).retain(|text| !is_in(text));
    }
    Ok(())
}

fn lock(missing: &Missing) -> MutexGuard<'_, Vec<&'static str>> {
    missing.lock().unwrap_or_else(PoisonError::into_inner)
}
