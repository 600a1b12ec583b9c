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
/// How long the streams may take to show what they were asked for, and instruments to be gone.
const SOON: Duration = Duration::from_secs(10);
/// Time of traffic between two looks at that.
const LOOK: Duration = Duration::from_millis(50);

/// What a turn of a case brought.
#[derive(Clone, Debug)]
pub struct Turn {
    /// Of each [`Traffic`].
    pub of: [Part; 2],
}

/// What it brought with one kind of traffic.
#[derive(Clone, Debug)]
pub struct Part {
    /// What went over the connection.
    pub carried: Carried,
    /// Processor time of the plugin's two processes meanwhile, part of one processor.
    pub plugin: f64,
    /// What the kernel counted of its programs in traffic of its own: the processor time of that, and what ran. Nothing where that is
    /// not looked at.
    pub programs: Option<(Duration, Vec<Ran>)>,
}

impl fmt::Display for Turn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [bulk, questions] = &self.of;
        let (bits, answers) =
            (bulk.carried.per_processor_second() / 1e9, questions.carried.per_processor_second());
        write!(f, "{bits:.2} Gbit/s, {answers:.0} answers/s, of a processor")
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

/// One turn of `asked`, with either kind of traffic for `time`.
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
    for query in asked.queries(ends.interface) {
        readers.push(open(plugin, query).await?);
    }
    show(ends, asked, &readers).await?;
    let [bulk, questions] = Traffic::ALL.map(|traffic| part(plugin, ends, asked, traffic, time));
    let turn = Turn { of: [bulk.await?, questions.await?] };
    if readers.iter().any(|reader| reader.task.is_finished()) {
        return Err(RowsError::Ended.into());
    }
    Ok(turn)
}

/// Waits for the end of what the plugin of the last turn was asked for.
async fn until_no_instruments() -> Result<(), CostsError> {
    let start = Instant::now();
    while programs::instruments_are_in_force() {
        if start.elapsed() > SOON {
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
    asked: Asked,
    traffic: Traffic,
    time: Duration,
) -> Result<Part, CostsError> {
    let (start, before) = (Instant::now(), processor_time_of(plugin)?);
    let carried = carry(ends, traffic, time).await?;
    let spent = processor_time_of(plugin)?.saturating_sub(before);
    let plugin = spent.as_secs_f64() / start.elapsed().as_secs_f64();
    let programs = if asked == Asked::Together {
        let counting = Counting::begin().map_err(|error| CostsError::Counting(error.to_string()))?;
        let processor = carry(ends, traffic, time / 2).await?.processor;
        Some((processor, counting.end()))
    } else {
        None
    };
    Ok(Part { carried, plugin, programs })
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
            return Err(CostsError::NotShown { case: asked.name(), missing, time: SOON });
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

/// Reads a stream, and strikes off what is missing.
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
