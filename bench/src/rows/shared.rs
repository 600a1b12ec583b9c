//! Many streams that share one interface's packets, beside one stream that gets them all: what telling whose a packet is
//! costs the plugin.

use std::{sync::Arc, thread, time::Duration};

use serde_json::json;
use tokio::{sync::oneshot, time::timeout};
use xdplive::host::{self, Plugin};

use super::{
    RowsError, TEN,
    network::Network,
    offer::Source,
    plugin::{processor_time_of, rows_of, stream},
};
use crate::needs;

/// Streams that share the packets.
pub const STREAMS: u32 = 20;
/// Packets a second: what one stream carries with room to spare on a small machine.
pub const RATE: f64 = 200_000.0;
/// After so long without a message nothing more will come: rows are handed on every 100 ms.
const QUIET: Duration = Duration::from_millis(400);

/// The filters of so many streams, that together want every packet once: by ranges of destination ports, and in the
/// last one what has none.
#[must_use]
pub fn filters(streams: u32) -> Vec<String> {
    if streams < 2 {
        return vec![String::new()];
    }
    let ranges = streams - 1;
    let begin = |number: u32| number * 65_536 / ranges;
    let range = |number| format!("dst portrange {}-{}", begin(number), begin(number + 1) - 1);
    (0..ranges).map(range).chain(["not dst portrange 0-65535".to_owned()]).collect()
}

/// Processor time of the plugin's processes for each packet, where so many streams share all of them.
///
/// # Errors
/// Any [`RowsError`].
pub async fn cost(
    network: &Network,
    source: &Arc<Source>,
    streams: u32,
    time: Duration,
) -> Result<Duration, RowsError> {
    let plugin = Plugin::start(&needs::plugin(), &host::UNBOUNDED, |_| ()).await?;
    let result = run(&plugin, network, source, streams, time).await;
    plugin.ask_to_end().await;
    plugin.wait().await;
    result
}

async fn run(
    plugin: &Plugin,
    network: &Network,
    source: &Arc<Source>,
    streams: u32,
    time: Duration,
) -> Result<Duration, RowsError> {
    let context = host::context(&json!({ "hook": "xdp-native" }));
    let mut readers = Vec::new();
    for filter in filters(streams) {
        let query = json!({
            "interfaces": [network.receiver], "direction": "in", "limit": null, "columns": TEN, "filter": filter,
        });
        let mut stream = stream(plugin, &context, &query).await?;
        readers.push(tokio::spawn(async move {
            let mut rows = 0;
            loop {
                match timeout(time + QUIET, stream.message()).await {
                    Ok(message) => rows += rows_of(&message?.ok_or(RowsError::Ended)?.data),
                    Err(_) => return Ok::<u64, RowsError>(rows),
                }
            }
        }));
    }
    source.aim(network)?;
    let before = processor_time_of(plugin)?;
    let (tell, done) = oneshot::channel();
    let sender = Arc::clone(source);
    // Nobody waits for the answer where the trial has failed meanwhile.
    thread::spawn(move || _ = tell.send(sender.offer(RATE, time)));
    let offered = done.await.map_err(|_| RowsError::Thread)??;
    tokio::time::sleep(QUIET).await;
    let spent = processor_time_of(plugin)?.saturating_sub(before);
    let mut rows = 0;
    for reader in readers {
        rows += reader.await.map_err(|_| RowsError::Thread)??;
    }
    if rows != offered.packets {
        return Err(RowsError::Shared { streams, sent: offered.packets, rows });
    }
    Ok(spent / u32::try_from(rows.max(1)).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::filters;

    #[test]
    fn ranges_of_ports_follow_each_other() {
        let filters = filters(20);
        assert_eq!(filters.len(), 20);
        assert_eq!(filters[0], "dst portrange 0-3448");
        assert_eq!(filters[1], "dst portrange 3449-6897");
        assert_eq!(filters[18], "dst portrange 62086-65535");
        assert_eq!(super::filters(1), [""]);
    }
}
