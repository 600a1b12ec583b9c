//! Top talkers over many agents at one server, as Grafana gets them of the plugin, and what that costs: the real protocol
//! with made-up packets. Takes minutes, so it is run by hand, in a release build:
//! `XDPLIVE_AGENTS=1000 cargo test --release -p xdplive-plugin --test talkers -- --ignored --nocapture`

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::expect_used,
    reason = "a test may stop at the first surprise"
)]

#[path = "../../fleet/tests/common/mod.rs"]
mod common;
#[path = "services/context.rs"]
#[allow(dead_code, reason = "another test needs the rest of it")]
mod context;

use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use common::{
    Server, fleet,
    measure::{free_port, many, memory, number, processor, threads, varz},
    until,
};
use context::viewer;
use futures::StreamExt as _;
use grafana_plugin_sdk::pluginv2::{
    DataQuery, QueryDataRequest, RunStreamRequest, TimeRange, data_server::Data as _,
    stream_server::Stream as _,
};
use serde_json::Value;
use tokio::sync::watch;
use tonic::Request;
use xdplive_fleet::synthetic::{BYTES, Making};
use xdplive_plugin::{
    services::Plugin,
    settings::{Ceiling, FromTheStart, ServerSettings},
    shutdown::Shutdown,
};

fn now() -> i64 {
    i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap()
}

/// The channel of a query, and the data to subscribe with.
async fn channel(plugin: &Plugin, json: &str) -> (String, Value) {
    let range = TimeRange { from_epoch_ms: now() - 60_000, to_epoch_ms: now() };
    let query = DataQuery {
        ref_id: "A".to_owned(),
        json: json.as_bytes().to_vec(),
        time_range: Some(range),
        ..DataQuery::default()
    };
    let headers: HashMap<String, String> =
        [("http_X-Datasource-Uid".to_owned(), "p4ck3ts".to_owned())].into();
    let request = QueryDataRequest { plugin_context: Some(viewer()), headers, queries: vec![query] };
    let mut answer =
        plugin.query_data(Request::new(request)).await.unwrap().into_inner().responses.remove("A").unwrap();
    assert_eq!(answer.error, "");
    let frame = std::io::Cursor::new(answer.frames.remove(0));
    let reader = arrow_ipc::reader::FileReader::try_new(frame, None).unwrap();
    let mut meta: Value = serde_json::from_str(&reader.schema().metadata()["meta"]).unwrap();
    println!("notices: {}", meta["notices"]);
    let custom = meta["custom"].take();
    (custom["channel"].as_str().unwrap().to_owned(), custom["data"].clone())
}

#[test]
#[ignore = "takes minutes"]
fn top_talkers() {
    let (count, flows) = (number("XDPLIVE_AGENTS", 1000), number("XDPLIVE_FLOWS", 50));
    let seconds = number("XDPLIVE_SECONDS", 20);
    let http = free_port();
    let server = Server::with(&format!("http: 127.0.0.1:{http}"));
    let process = server.id().to_string();
    let (lenders, asking) = (threads("lenders", 2), threads("asking", 2));
    let (end, ended) = watch::channel(false);
    let making = Making { unwanted: 0, flows: usize::try_from(flows).unwrap(), ..Making::default() };
    let _sources = many(&server.url(), &lenders, count, &making, &ended);
    let used =
        || [processor(&process, None), processor("self", Some("lenders")), processor("self", Some("asking"))];
    asking.block_on(async {
        until("all are connected", Duration::from_secs(60), || varz(http)["connections"] == count).await;
        let fleet = fleet(&server.url()).await;
        until("all have described themselves", Duration::from_secs(60), || {
            let known = fleet.known();
            known.len() as u64 == count && known.iter().all(|known| known.interfaces.get("eth0").is_some())
        })
        .await;
        let (mut settings, errors) = ServerSettings::read(|_| None, &Ceiling::default());
        settings.watch = FromTheStart::Named(Vec::new());
        let plugin = Plugin::new("nas".into(), Arc::new(fleet), settings, errors, Shutdown::default());
        for query in [
            r#"{"kind":"rates","groupBy":"source","top":10,"columns":["time","group","bytes"],"interface":"any"}"#,
            r#"{"kind":"rates","groupBy":"host","top":10,"columns":["time","group","bytes"],"interface":"any"}"#,
            r#"{"kind":"flows","top":10,"columns":["source_ip","bytes","last_seen"],"interface":"any"}"#,
            r#"{"kind":"flows","top":10,"columns":["source_ip","bytes","last_seen","host"],"interface":"any"}"#,
        ] {
            let (path, data) = channel(&plugin, query).await;
            let request = RunStreamRequest {
                plugin_context: Some(viewer()),
                path,
                data: data.to_string().into(),
            };
            let begun = Instant::now();
            let mut running = plugin.run_stream(Request::new(request)).await.unwrap().into_inner();
            let (mut behind, mut whole, mut first) = (Vec::new(), 0, None);
            let is_of_rates = query.contains("rates");
            let mut before = None;
            while begun.elapsed() < Duration::from_secs(seconds + 4) {
                let Ok(Some(packet)) = tokio::time::timeout(Duration::from_secs(5), running.next()).await else {
                    panic!("nothing comes");
                };
                let at = now();
                first.get_or_insert(begun.elapsed());
                let mut message: Value = serde_json::from_slice(&packet.unwrap().data).unwrap();
                let values = message["data"]["values"].take();
                if begun.elapsed() < Duration::from_secs(4) {
                    continue;
                }
                before.get_or_insert_with(|| (Instant::now(), used()));
                // An interval ends at a whole second; conversations were seen until then.
                let time = values[if is_of_rates { 0 } else { 2 }][0].as_i64().unwrap();
                behind.push(at - time);
                let most = BYTES + flows - 1;
                let bytes = values[if is_of_rates { 2 } else { 1 }][0].as_u64().unwrap();
                let is_whole = match (is_of_rates, query.contains("source\"")) {
                    // Each agent has as much of each source.
                    (true, true) => bytes.is_multiple_of(count) && (BYTES..=most).contains(&(bytes / count)),
                    (true, false) => bytes == (BYTES..=most).sum::<u64>(),
                    _ => bytes == most,
                };
                whole += u64::from(is_whole);
            }
            let (counted, from) = before.unwrap();
            let lasted = counted.elapsed().as_secs_f64();
            let percent: Vec<String> = used()
                .iter()
                .zip(from)
                .map(|(now, before)| format!("{:.1}", 100.0 * (now - before) / lasted))
                .collect();
            behind.sort_unstable();
            println!(
                "{query}\n  {count} agents, {flows} flows each: first after {first:?}; {} intervals, {whole} of them with all \
                 agents; behind by {} ms (p50), {} ms (p99), {} ms at most; server, agents, plugin: {} % of a core",
                behind.len(),
                behind[behind.len() / 2],
                behind[(behind.len() * 99 / 100).min(behind.len() - 1)],
                behind.last().unwrap(),
                percent.join(", "),
            );
            drop(running);
            tokio::time::sleep(Duration::from_secs(6)).await;
        }
        println!("server's memory at the end: {} KB", memory(&process));
    });
    _ = end.send(true);
    lenders.shutdown_background();
    asking.shutdown_background();
}
