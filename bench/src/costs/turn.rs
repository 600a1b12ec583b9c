//! One turn of a case: a plugin that is asked, and the traffic meanwhile.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};

use grafana_plugin_sdk::pluginv2::StreamPacket;
use serde_json::json;
use tokio::{sync::oneshot, task::JoinHandle};
use tonic::Streaming;
use xdplive::host::{self, Plugin};

use super::{
    CostsError, Traffic,
    asked::Asked,
    ends::{Ends, PROCESS},
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
const SHOWN: Duration = Duration::from_secs(10);
/// Time of traffic between two looks at that.
const LOOK: Duration = Duration::from_millis(50);

/// What a turn brought.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Turn {
    /// [`Traffic::Bulk`]: bits a second.
    pub bulk: f64,
    /// [`Traffic::Questions`]: answers a second.
    pub answers: f64,
    /// Processor time of the plugin's two processes meanwhile, part of one processor: of either.
    pub plugin: [f64; 2],
}

impl fmt::Display for Turn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.2} Gbit/s, {:.0} answers/s", self.bulk / 1e9, self.answers)
    }
}

/// What a stream has not shown yet.
type Missing = Arc<Mutex<Vec<&'static str>>>;

/// A stream, read to its end.
struct Reader {
    missing: Missing,
    task: JoinHandle<Result<(), RowsError>>,
}

/// One turn of `asked`, with either kind of traffic for `time`.
///
/// # Errors
/// Any [`CostsError`].
pub async fn run(ends: &Arc<Ends>, asked: Asked, time: Duration) -> Result<Turn, CostsError> {
    let plugin = Plugin::start(&needs::plugin(), &SETTINGS, |_| ()).await?;
    let result = measured(&plugin, ends, asked, time).await;
    plugin.ask_to_end().await;
    plugin.wait().await;
    result
}

async fn measured(
    plugin: &Plugin,
    ends: &Arc<Ends>,
    asked: Asked,
    time: Duration,
) -> Result<Turn, CostsError> {
    let context = host::context(&json!({}));
    let mut readers = Vec::new();
    for (query, shown) in asked.queries(ends.interface) {
        let stream = stream(plugin, &context, &query).await?;
        let missing: Missing = Arc::new(Mutex::new(shown));
        let task = tokio::spawn(read(stream, Arc::clone(&missing)));
        readers.push(Reader { missing, task });
    }
    show(ends, asked, &readers).await?;
    let mut turn = Turn { bulk: 0.0, answers: 0.0, plugin: [0.0; 2] };
    for (traffic, (rate, part)) in [Traffic::Bulk, Traffic::Questions]
        .into_iter()
        .zip([&mut turn.bulk, &mut turn.answers].into_iter().zip(&mut turn.plugin))
    {
        let (start, before) = (Instant::now(), processor_time_of(plugin)?);
        *rate = traffic_of(ends, traffic, time).await?;
        let spent = processor_time_of(plugin)?.saturating_sub(before);
        *part = spent.as_secs_f64() / start.elapsed().as_secs_f64();
    }
    if readers.iter().any(|reader| reader.task.is_finished()) {
        return Err(RowsError::Ended.into());
    }
    Ok(turn)
}

/// Has traffic go, until every stream has shown what it was asked for.
async fn show(ends: &Arc<Ends>, asked: Asked, readers: &[Reader]) -> Result<(), CostsError> {
    let start = Instant::now();
    loop {
        ends.send_to_nobody().map_err(CostsError::Connection)?;
        traffic_of(ends, Traffic::Questions, LOOK).await?;
        let missing: Vec<&str> = readers.iter().flat_map(|reader| lock(&reader.missing).clone()).collect();
        if missing.is_empty() {
            return Ok(());
        }
        if start.elapsed() > SHOWN {
            return Err(CostsError::NotShown { case: asked.name(), missing, time: SHOWN });
        }
    }
}

/// Has traffic go from a thread of its own, while streams are read here.
async fn traffic_of(ends: &Arc<Ends>, traffic: Traffic, time: Duration) -> Result<f64, CostsError> {
    let (tell, done) = oneshot::channel();
    let ends = Arc::clone(ends);
    let thread = thread::Builder::new().name(PROCESS.to_owned());
    // Nobody waits for the answer where the turn has failed meanwhile.
    thread.spawn(move || _ = tell.send(ends.measure(traffic, time))).map_err(CostsError::Start)?;
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
