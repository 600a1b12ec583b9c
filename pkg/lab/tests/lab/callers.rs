//! Callers that ask for nonsense, for too much, or for nothing they wait for: each gets a short answer, others are
//! answered meanwhile, and everything is back afterwards where it began.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use grafana_plugin_sdk::pluginv2::{
    CallResourceRequest, CheckHealthRequest, DataQuery, PluginContext, QueryDataRequest, RunStreamRequest,
    SubscribeStreamRequest, TimeRange,
};
use serde_json::{Value, json};
use xdplive::{
    host::{self, Plugin},
    watch::query::Channel,
};
use xdplive_corpus::named;
use xdplive_lab::{
    client::{self, ask_as, context, message, run_as},
    footprint::Footprint,
    namespace::Namespace,
    process::{self, children},
    send::Sender,
};
use xdplive_plugin::{
    channel,
    query::{KEYS, Query},
    settings::LimitCeiling,
};
use xdplive_source::Interfaces;

/// The longest answer, bytes: a person reads it.
const LONGEST: usize = 2000;
/// The processor's time that thousands of streams may take the plugin. What it is to find takes minutes.
const CPU: Duration = Duration::from_secs(5);

/// A user, through the data source of all.
fn user(name: &str) -> PluginContext {
    let mut context = context();
    if let Some(user) = &mut context.user {
        user.login = name.to_owned();
        user.name = name.to_owned();
        user.role = "Viewer".to_owned();
    }
    context
}

/// What the plugin and its loader hold, and how many streams there are.
async fn held(plugin: &Plugin) -> (Footprint, usize) {
    let id = plugin.id().unwrap();
    let processes: Vec<u32> = [id].into_iter().chain(children(id)).collect();
    let metrics = client::metrics(plugin).await;
    let streams = metrics.lines().filter(|line| line.starts_with("xdplive_streams"));
    let streams = streams.map(|line| line.rsplit(' ').next().unwrap().parse::<usize>().unwrap()).sum();
    (Footprint::of(&processes), streams)
}

/// A plugin whose streams and interfaces linger no longer than they must, so that what it holds is soon what is in use.
async fn plugin_that_lets_go(namespace: &Namespace, directory: &std::path::Path) -> Plugin {
    client::plugin_with(namespace, directory, &[("GF_PLUGIN_LINGER_SECONDS", "1")]).await
}

/// Waits until no more descriptors and maps are held than before, and so many streams run.
async fn assert_back(plugin: &Plugin, before: Footprint, left: usize) {
    const SOON: Duration = Duration::from_secs(60);
    let start = Instant::now();
    loop {
        let (now, streams) = held(plugin).await;
        if now.descriptors <= before.descriptors && now.maps <= before.maps && streams == left {
            eprintln!("back after {:.1?}: {now:?}, before {before:?}", start.elapsed());
            // What allocators keep for the next time.
            assert!(now.resident < before.resident + (64 << 20), "{now:?}, before {before:?}");
            return;
        }
        assert!(start.elapsed() < SOON, "{now:?} and {streams} streams, before {before:?}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// The text with which a query is answered: "" for a frame.
async fn answer(
    plugin: &Plugin,
    context: Option<PluginContext>,
    json: Vec<u8>,
    range: Option<(i64, i64)>,
) -> String {
    let query = DataQuery {
        ref_id: "A".to_owned(),
        json,
        time_range: range.map(|(from_epoch_ms, to_epoch_ms)| TimeRange { from_epoch_ms, to_epoch_ms }),
        ..DataQuery::default()
    };
    let request =
        QueryDataRequest { plugin_context: context, queries: vec![query], headers: host::headers() };
    match plugin.data().query_data(request).await {
        Ok(answer) => answer.into_inner().responses.remove("A").expect("an answer to the query").error,
        Err(status) => status.message().to_owned(),
    }
}

/// Queries of which none is right.
fn nonsense() -> Vec<Vec<u8>> {
    let values = [
        json!(true),
        json!(-1),
        json!(1e308),
        json!(u64::MAX),
        json!({}),
        json!([[]]),
        json!([null]),
        json!({"a": []}),
        json!("\u{0}\u{7f}\u{202e}"),
        json!("x".repeat(1 << 20)),
        json!(vec!["x"; 100_000]),
        json!(vec![0; 100_000]),
    ];
    let mut all: Vec<Vec<u8>> = KEYS
        .iter()
        .flat_map(|key| values.iter().map(move |value| json!({ *key: value }).to_string().into_bytes()))
        .collect();
    all.extend([
        Vec::new(),
        b"null".to_vec(),
        b"\"packets\"".to_vec(),
        b"{\"kind\":".to_vec(),
        vec![0xff; 1000],
        b"[".repeat(10_000),
        [b"[".repeat(10_000), b"]".repeat(10_000)].concat(),
        [br#"{"filter":"#.repeat(10_000), b"1".to_vec(), b"}".repeat(10_000)].concat(),
        json!({ "filter": "(".repeat(8000) }).to_string().into_bytes(),
        json!({ "filter": "not ".repeat(2000) }).to_string().into_bytes(),
        json!({ "filter": format!("port 1{}", " or port 2".repeat(700)) + " and" }).to_string().into_bytes(),
    ]);
    all
}

/// Data sources' settings of which none can be used.
fn settings() -> Vec<Vec<u8>> {
    let texts = [
        "[]",
        "7",
        "\"\"",
        "{",
        "[[",
        r#"{"allowedInterfaces":{}}"#,
        r#"{"maxLimit":"many"}"#,
        r#"{"hook":[1]}"#,
    ];
    let mut all: Vec<Vec<u8>> = texts.iter().map(|text| text.as_bytes().to_vec()).collect();
    all.extend([
        vec![0xfe; 100],
        b"[".repeat(10_000),
        format!(r#"{{"allowedInterfaces":"{}"}}"#, "eth0,".repeat(200_000)).into_bytes(),
        format!("{{{}\"a\":1}}", (0..20_000).map(|n| format!("\"k{n}\":0,")).collect::<String>())
            .into_bytes(),
    ]);
    all
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nonsense_gets_a_short_answer() {
    let directory = tempfile::tempdir().unwrap();
    let namespace = Namespace::with_pair();
    let plugin = plugin_that_lets_go(&namespace, directory.path()).await;
    // What is loaded and attached for the first query stays.
    let channel =
        ask_as(&plugin, user("bob"), json!({"interfaces": ["a"], "columns": ["ttl"], "limit": null})).await;
    let mut bobs = run_as(&plugin, user("bob"), &channel).await;
    // The first time something is loaded and made that stays; the second time nothing more is.
    ask_nonsense(&plugin, &channel).await;
    let (before, _) = held(&plugin).await;
    ask_nonsense(&plugin, &channel).await;

    // Nothing of it has touched what somebody else looks at.
    Sender::new(&namespace, "b").send(&named::ssdp().bytes());
    assert_eq!(message(&mut bobs).await["data"]["values"], json!([[1]]));
    // Received and sent packets are counted apart.
    assert_back(&plugin, before, 2).await;
    plugin.ask_to_end().await;
    assert!(plugin.wait().await);
}

/// Asks everything that is wrong.
async fn ask_nonsense(plugin: &Plugin, channel: &Channel) {
    let short = |what: &str, text: &str| {
        assert!(!text.is_empty(), "{what}: answered as if it were right");
        assert!(text.len() < LONGEST, "{what}: {} bytes: {text}", text.len());
    };

    for json in nonsense() {
        let what = String::from_utf8_lossy(&json[..json.len().min(80)]).into_owned();
        short(&what, &answer(plugin, Some(user("ada")), json, None).await);
    }
    let right = || json!({"interfaces": ["a"], "columns": ["ttl"]}).to_string().into_bytes();
    for range in [(i64::MIN, i64::MAX), (i64::MAX, i64::MIN), (0, i64::MAX), (i64::MIN, 0), (1, 0)] {
        short(&format!("{range:?}"), &answer(plugin, Some(user("ada")), right(), Some(range)).await);
    }
    for settings in settings() {
        let mut context = user("ada");
        context.data_source_instance_settings.as_mut().unwrap().json_data = settings.clone();
        let what = String::from_utf8_lossy(&settings[..settings.len().min(80)]).into_owned();
        short(&what, &answer(plugin, Some(context.clone()), right(), None).await);
        let request = CheckHealthRequest { plugin_context: Some(context), headers: HashMap::new() };
        let health = plugin.diagnostics().check_health(request).await.unwrap().into_inner();
        assert!(health.message.len() < LONGEST, "{what}: {} bytes: {}", health.message.len(), health.message);
    }
    let nobody = PluginContext { data_source_instance_settings: None, ..user("ada") };
    for context in [None, Some(PluginContext::default()), Some(nobody)] {
        short(&format!("{context:?}"), &answer(plugin, context.clone(), right(), None).await);
        let path = channel.path.clone();
        let request = RunStreamRequest { plugin_context: context, path, data: channel.data.clone().into() };
        short("a stream for nobody", &stream_refused(plugin, request).await);
    }
    for (path, data) in paths(&channel.path) {
        let what = format!("{:.80}", path);
        let subscribe = SubscribeStreamRequest {
            plugin_context: Some(user("ada")),
            path: path.clone(),
            data: data.clone().into(),
        };
        match plugin.stream().subscribe_stream(subscribe).await {
            Ok(answer) => assert_ne!(answer.into_inner().status, 0, "{what}: subscribed"),
            Err(status) => short(&what, status.message()),
        }
        let run = RunStreamRequest { plugin_context: Some(user("ada")), path, data: data.into() };
        short(&what, &stream_refused(plugin, run).await);
    }
    resources(plugin).await;
}

/// Paths of no channel, and data that is of another.
fn paths(path: &str) -> Vec<(String, String)> {
    let data = json!({"interfaces": ["a"]}).to_string();
    [
        String::new(),
        "packets".to_owned(),
        "../../etc/passwd".to_owned(),
        "packets/".to_owned(),
        "x/".repeat(500_000),
        format!("packets/{}", "0".repeat(32)),
        format!("\u{0}{path}"),
    ]
    .into_iter()
    .map(|path| (path, data.clone()))
    .chain([
        (path.to_owned(), String::new()),
        (path.to_owned(), "[".repeat(10_000)),
        (path.to_owned(), data.clone()),
    ])
    .collect()
}

/// Why a stream does not run, or has ended.
async fn stream_refused(plugin: &Plugin, request: RunStreamRequest) -> String {
    let mut stream = match plugin.stream().run_stream(request).await {
        Ok(stream) => stream.into_inner(),
        Err(status) => return status.message().to_owned(),
    };
    match tokio::time::timeout(client::SOON, stream.message()).await.expect("an end soon") {
        Err(status) => status.message().to_owned(),
        Ok(message) => panic!("it runs: {message:?}"),
    }
}

/// What editors ask for, asked wrongly.
async fn resources(plugin: &Plugin) {
    let bodies =
        [Vec::new(), b"[".repeat(10_000), vec![0xff; 1 << 20], json!({"filter": 7}).to_string().into_bytes()];
    for path in
        ["", "interfaces", "filter", "columns", "seen", "pcapng", "no-such", "../interfaces", "settings"]
    {
        for method in ["GET", "POST", "DELETE", "", "\u{0}"] {
            for body in &bodies {
                let request = CallResourceRequest {
                    plugin_context: Some(user("ada")),
                    path: path.to_owned(),
                    method: method.to_owned(),
                    url: format!("{path}?{}", "x=%ff&".repeat(10_000)),
                    body: body.clone().into(),
                    ..CallResourceRequest::default()
                };
                let what = format!("{method} {path}, {} bytes", body.len());
                let mut answers = match plugin.resource().call_resource(request).await {
                    Ok(answers) => answers.into_inner(),
                    Err(status) => {
                        assert!(status.message().len() < LONGEST, "{what}: {}", status.message());
                        continue;
                    }
                };
                let Ok(Some(answer)) =
                    tokio::time::timeout(client::SOON, answers.message()).await.expect("an answer soon")
                else {
                    continue;
                };
                assert!(
                    answer.code < 400 || answer.body.len() < LONGEST,
                    "{what}: {} bytes",
                    answer.body.len()
                );
            }
        }
    }
}

/// A query that is nobody else's.
fn rows(number: usize) -> Value {
    json!({"interfaces": ["a"], "columns": ["ttl"], "filter": format!("port {}", number + 1), "limit": 1000})
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_looks_and_leaves_at_once_leaves_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let namespace = Namespace::with_pair();
    let plugin = plugin_that_lets_go(&namespace, directory.path()).await;
    let warm = ask_as(&plugin, user("ada"), rows(0)).await;
    drop(run_as(&plugin, user("ada"), &warm).await);
    let (before, _) = held(&plugin).await;
    for number in 0..500 {
        let channel = ask_as(&plugin, user("ada"), rows(number % 20)).await;
        let stream = run_as(&plugin, user("ada"), &channel);
        if number % 2 == 0 {
            drop(stream.await);
        } else {
            // Gone before there is an answer.
            let _ = tokio::time::timeout(Duration::from_micros(200), stream).await;
        }
    }
    assert_back(&plugin, before, 0).await;
    plugin.ask_to_end().await;
    assert!(plugin.wait().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn six_thousand_streams_are_bounded_and_in_nobodys_way() {
    const STREAMS: usize = 6000;
    let directory = tempfile::tempdir().unwrap();
    let namespace = Namespace::with_pair();
    let plugin = plugin_that_lets_go(&namespace, directory.path()).await;
    // What is loaded and attached for the first who asks stays, and what allocators keep for as many again.
    let (_, before) = open_all(&plugin, STREAMS).await;
    let (spent, after) = open_all(&plugin, STREAMS).await;
    eprintln!("{spent:.1?} for {STREAMS} streams, {after:?}, before {before:?}");
    assert!(after.resident < before.resident + (24 << 20), "{after:?}, before {before:?}");
    assert!(spent < CPU, "{spent:?}");
    plugin.ask_to_end().await;
    assert!(plugin.wait().await);
}

/// Has one user open so many streams, and another look at some meanwhile. Returns the processor's time that it took the
/// plugin, and what is held when all are gone.
async fn open_all(plugin: &Plugin, streams: usize) -> (Duration, Footprint) {
    /// Streams that one user may have; see docs/reference.md.
    const QUOTA: usize = 256;
    let spent = process::processor_time(plugin.id().unwrap());
    let mut opened = Vec::new();
    let mut slowest = Duration::ZERO;
    for number in 0..streams {
        let (path, data) = subscription(&counts(number));
        let mut client = plugin.stream();
        opened.push(tokio::spawn(async move {
            let request = RunStreamRequest { plugin_context: Some(user("ada")), path, data: data.into() };
            let mut stream = client.run_stream(request).await?.into_inner();
            while stream.message().await?.is_some() {}
            Ok::<(), tonic::Status>(())
        }));
        if number % 500 == 499 {
            let begun = Instant::now();
            let channel = ask_as(plugin, user("bob"), rows(number)).await;
            drop(run_as(plugin, user("bob"), &channel).await);
            slowest = slowest.max(begun.elapsed());
        }
    }
    let (during, running) = held(plugin).await;
    eprintln!("{running} of {streams} streams run, others wait {slowest:.1?} at most, {during:?}");
    assert!(running <= 2 * QUOTA, "{running} streams, each in both directions");
    opened.iter().for_each(tokio::task::JoinHandle::abort);
    drop(opened);
    assert_back(plugin, during, 0).await;
    let (after, _) = held(plugin).await;
    (process::processor_time(plugin.id().unwrap()) - spent, after)
}

fn counts(number: usize) -> Value {
    json!({"kind": "capture", "interfaces": ["a"], "interval": 1000 + number})
}

/// What a query's channel is subscribed with, without asking before.
fn subscription(query: &Value) -> (String, Vec<u8>) {
    let query =
        Query::parse(query.to_string().as_bytes(), &Interfaces::default(), LimitCeiling::None).unwrap();
    (channel::path(&query), serde_json::to_vec(&query).unwrap())
}
