//! Grafana's side of the connection.

use std::{
    collections::HashMap,
    io,
    ops::RangeInclusive,
    sync::{Arc, Mutex},
    time::Duration,
};

use arrow_array::{
    ArrayRef,
    cast::AsArray as _,
    types::{Float64Type, TimestampNanosecondType, UInt32Type, UInt64Type},
};
use arrow_schema::DataType;
use async_trait::async_trait;
use futures::{StreamExt as _, stream};
use grafana_plugin_sdk::pluginv2::{
    CallResourceRequest, CallResourceResponse, CheckHealthRequest, CheckHealthResponse,
    CollectMetricsRequest, CollectMetricsResponse, DataQuery, DataResponse, PluginContext,
    PublishStreamRequest, PublishStreamResponse, QueryDataRequest, RunStreamRequest, StreamPacket,
    SubscribeStreamRequest, SubscribeStreamResponse, TimeRange, data_client::DataClient,
    data_server::DataServer, diagnostics_client::DiagnosticsClient, diagnostics_server::DiagnosticsServer,
    resource_client::ResourceClient, resource_server::ResourceServer, stream_client::StreamClient,
    stream_server::StreamServer, subscribe_stream_response::Status as Subscribed,
};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::{sync::mpsc, time::timeout};
use tonic::{
    Status, Streaming,
    transport::{Channel, Endpoint, Server},
};
use tower::service_fn;
use xdplive_capture::clock;
use xdplive_history::Recorder;
use xdplive_plugin::{
    services::{Connect, ControllerClient, ControllerServer, Empty, Fleets, Gateway, Plugin},
    settings::{Ceiling, FleetAccess, FromTheStart, ServerSettings},
    shutdown::Shutdown,
};
use xdplive_source::{Host, Source};

use crate::{
    context::viewer,
    source::{FakeSource, Machine, Stream},
};

/// Name of the machine that the plugin runs on.
pub(crate) const HOST: &str = "nas";

/// Has the plugin count what it counts from the start where the administrator says nothing. The tests' administrator has it
/// off otherwise.
pub(crate) const WATCH_UNSET: (&str, &str) = ("watch", "unset");

/// Grafana with the plugin running.
pub(crate) struct Grafana {
    channel: Channel,
    pub(crate) source: Arc<FakeSource>,
    /// What data sources have that have other machines, one after the other.
    pub(crate) others: Arc<Others>,
    pub(crate) recorder: Recorder,
    /// What comes with its queries.
    pub(crate) headers: HashMap<String, String>,
    streams: mpsc::UnboundedReceiver<Stream>,
    /// Those that count beside streams of packets, and came before them.
    counting: Vec<Stream>,
}

/// Other machines, made up for whoever connects to any.
#[derive(Default)]
pub(crate) struct Others {
    /// What each connection was made with: the data source, its access, and the machine it got.
    pub(crate) made: Mutex<Vec<(String, FleetAccess, Arc<FakeSource>)>>,
}

#[async_trait]
impl Connect for Others {
    async fn connect(&self, owner: &str, access: &FleetAccess) -> Arc<dyn Source> {
        let mut made = self.made.lock().unwrap();
        let host = Host::only(format!("web{}", made.len() + 1));
        let (source, _streams) = FakeSource::new(Machine { host, ..Machine::default() });
        made.push((owner.to_owned(), access.clone(), Arc::clone(&source)));
        source
    }
}

/// A stream's channel: its path, and the data to subscribe with.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct LiveChannel {
    pub(crate) path: String,
    pub(crate) data: Value,
}

impl Grafana {
    /// With the plugin on a machine like any other.
    pub(crate) async fn start() -> Self {
        Self::start_on(Machine::default(), &[]).await
    }

    /// With the plugin on `machine`, and the administrator's `settings`.
    pub(crate) async fn start_on(machine: Machine, settings: &[(&str, &str)]) -> Self {
        Self::start_with(machine, |source| source, settings).await
    }

    /// With the plugin on what `make` makes of `machine` as a source, and the administrator's `settings`.
    pub(crate) async fn start_with(
        machine: Machine,
        make: impl FnOnce(Arc<dyn Source>) -> Arc<dyn Source>,
        settings: &[(&str, &str)],
    ) -> Self {
        let get = |asked: &str| {
            let found = settings.iter().find(|(name, _)| *name == asked).filter(|one| **one != WATCH_UNSET);
            found.map(|(_, value)| (*value).to_owned())
        };
        let (mut server, setting_errors) = ServerSettings::read(get, &Ceiling::default());
        // Its streams would come between those that tests ask for.
        if !settings.iter().any(|(name, _)| *name == "watch") {
            server.watch = FromTheStart::Named(Vec::new());
        }
        let (source, streams) = FakeSource::new(machine);
        let all = make(Arc::clone(&source) as _);
        let plugin = Plugin::new(HOST.into(), all, server, setting_errors, Shutdown::default());
        let others = Arc::new(Others::default());
        let recorder = plugin.recorder.clone();
        Self {
            channel: connect(Gateway::new(plugin, Fleets::new(Arc::clone(&others) as _))).await,
            source,
            others,
            recorder,
            // As a page sends them.
            headers: [("http_X-Datasource-Uid".to_owned(), "p4ck3ts".to_owned())].into(),
            streams,
            counting: Vec::new(),
        }
    }

    /// Asks queries in one call.
    pub(crate) async fn query(
        &self,
        context: Option<PluginContext>,
        queries: Vec<DataQuery>,
    ) -> HashMap<String, DataResponse> {
        let request = QueryDataRequest { plugin_context: context, headers: self.headers.clone(), queries };
        DataClient::new(self.channel.clone()).query_data(request).await.unwrap().into_inner().responses
    }

    /// Asks one query.
    pub(crate) async fn answer(&self, context: PluginContext, json: &str) -> DataResponse {
        self.query(Some(context), vec![query("A", json)]).await.remove("A").unwrap()
    }

    /// The next stream that the source is asked for.
    pub(crate) async fn started(&mut self) -> Stream {
        patiently(self.streams.recv()).await.unwrap()
    }

    /// The streams that the source has been asked for since this was last looked at.
    pub(crate) fn all_started(&mut self) -> Vec<Stream> {
        std::iter::from_fn(|| self.streams.try_recv().ok()).collect()
    }

    /// The channel with which a query is answered.
    pub(crate) async fn channel(&self, json: &str) -> LiveChannel {
        self.channel_as(viewer(), json).await
    }

    async fn channel_as(&self, context: PluginContext, json: &str) -> LiveChannel {
        let answer = self.answer(context, json).await;
        assert_eq!(answer.error, "");
        let custom = meta(&answer.frames[0])["custom"].take();
        LiveChannel { path: custom["channel"].as_str().unwrap().to_owned(), data: custom["data"].clone() }
    }

    pub(crate) async fn subscribe(
        &self,
        context: PluginContext,
        path: &str,
        data: impl ToString,
    ) -> (Subscribed, Vec<u8>) {
        let request = SubscribeStreamRequest {
            plugin_context: Some(context),
            path: path.to_owned(),
            data: data.to_string().into(),
        };
        let response = StreamClient::new(self.channel.clone()).subscribe_stream(request).await.unwrap();
        let SubscribeStreamResponse { status, data } = response.into_inner();
        (Subscribed::try_from(status).unwrap(), data)
    }

    pub(crate) async fn run(
        &self,
        context: PluginContext,
        path: &str,
        data: impl ToString,
    ) -> Result<Streaming<StreamPacket>, Status> {
        let request = RunStreamRequest {
            plugin_context: Some(context),
            path: path.to_owned(),
            data: data.to_string().into(),
        };
        StreamClient::new(self.channel.clone()).run_stream(request).await.map(tonic::Response::into_inner)
    }

    /// Runs the stream of a query: its two ends.
    pub(crate) async fn stream(&mut self, json: &str) -> (Streaming<StreamPacket>, Stream) {
        self.stream_as(viewer(), json).await
    }

    /// Runs the stream of a query that somebody asks, through some data source.
    pub(crate) async fn stream_as(
        &mut self,
        context: PluginContext,
        json: &str,
    ) -> (Streaming<StreamPacket>, Stream) {
        let LiveChannel { path, data } = self.channel_as(context.clone(), json).await;
        let running = self.run(context, &path, data).await.unwrap();
        let mut stream = self.started().await;
        while path.starts_with("packets/") && !stream.request.has_rows() {
            self.counting.push(stream);
            stream = self.started().await;
        }
        (running, stream)
    }

    /// The stream that counts beside one of packets, whichever was asked for first.
    pub(crate) async fn counting(&mut self) -> Stream {
        match self.counting.pop() {
            Some(stream) => stream,
            None => self.started().await,
        }
    }

    pub(crate) async fn publish(&self, path: &str) -> PublishStreamResponse {
        let request =
            PublishStreamRequest { plugin_context: Some(viewer()), path: path.to_owned(), data: "{}".into() };
        StreamClient::new(self.channel.clone()).publish_stream(request).await.unwrap().into_inner()
    }

    pub(crate) async fn health(&self, context: Option<PluginContext>) -> CheckHealthResponse {
        let request = CheckHealthRequest { plugin_context: context, headers: HashMap::new() };
        DiagnosticsClient::new(self.channel.clone()).check_health(request).await.unwrap().into_inner()
    }

    pub(crate) async fn metrics(&self) -> CollectMetricsResponse {
        let request = CollectMetricsRequest::default();
        DiagnosticsClient::new(self.channel.clone()).collect_metrics(request).await.unwrap().into_inner()
    }

    /// Asks for a resource; status and body.
    pub(crate) async fn resource(&self, context: PluginContext, method: &str, path: &str) -> (i32, Value) {
        self.call(context, method, path, "").await
    }

    /// Asks for a resource with a body.
    pub(crate) async fn post(&self, context: PluginContext, path: &str, body: &str) -> (i32, Value) {
        self.call(context, "POST", path, body).await
    }

    async fn call(&self, context: PluginContext, method: &str, path: &str, body: &str) -> (i32, Value) {
        let request = CallResourceRequest {
            plugin_context: Some(context),
            path: path.split('?').next().unwrap().to_owned(),
            method: method.to_owned(),
            url: path.to_owned(),
            body: body.to_owned().into(),
            ..CallResourceRequest::default()
        };
        let response = ResourceClient::new(self.channel.clone()).call_resource(request).await.unwrap();
        let parts: Vec<_> = response.into_inner().map(Result::unwrap).collect().await;
        assert_eq!(parts.len(), 1);
        assert_eq!(parts[0].headers["Content-Type"].values, ["application/json"]);
        (parts[0].code, serde_json::from_slice(&parts[0].body).unwrap())
    }

    /// Asks for a file of packets.
    pub(crate) async fn download(
        &self,
        context: PluginContext,
        query: &str,
    ) -> Streaming<CallResourceResponse> {
        let request = CallResourceRequest {
            plugin_context: Some(context),
            path: "pcapng".to_owned(),
            method: "POST".to_owned(),
            body: query.to_owned().into(),
            ..CallResourceRequest::default()
        };
        ResourceClient::new(self.channel.clone()).call_resource(request).await.unwrap().into_inner()
    }

    /// Begins a file of packets: its two ends, and its first piece.
    pub(crate) async fn file(
        &mut self,
        query: &str,
    ) -> (Streaming<CallResourceResponse>, Stream, CallResourceResponse) {
        let mut download = self.download(viewer(), query).await;
        let first = download.message().await.unwrap().unwrap();
        assert_eq!(first.code, 200, "{}", String::from_utf8_lossy(&first.body));
        (download, self.streams.recv().await.unwrap(), first)
    }

    /// Asks the plugin to end, as go-plugin does.
    pub(crate) async fn shut_down(&self) {
        ControllerClient::new(self.channel.clone()).shutdown(Empty {}).await.unwrap();
    }
}

/// Serves the plugin through memory.
async fn connect(plugin: Gateway) -> Channel {
    let (ours, theirs) = tokio::io::duplex(1 << 16);
    // The listener stays open after its only connection.
    let connections = stream::iter([Ok::<_, io::Error>(theirs)]).chain(stream::pending());
    tokio::spawn(
        Server::builder()
            .add_service(ControllerServer::new(plugin.clone()))
            .add_service(DiagnosticsServer::new(plugin.clone()))
            .add_service(ResourceServer::new(plugin.clone()))
            .add_service(DataServer::new(plugin.clone()))
            .add_service(StreamServer::new(plugin))
            .serve_with_incoming(connections),
    );
    let mut ours = Some(TokioIo::new(ours));
    let connector = service_fn(move |_| {
        let connection = ours.take().ok_or(io::ErrorKind::NotConnected);
        async move { connection.map_err(io::Error::from) }
    });
    Endpoint::from_static("http://plugin").connect_with_connector(connector).await.unwrap()
}

/// A query over the last five minutes.
pub(crate) fn query(ref_id: &str, json: &str) -> DataQuery {
    let now = clock::milliseconds();
    query_over(ref_id, json, now - 300_000..=now)
}

/// A query over a time range, ms since 1970.
pub(crate) fn query_over(ref_id: &str, json: &str, range: RangeInclusive<i64>) -> DataQuery {
    let time_range = Some(TimeRange { from_epoch_ms: *range.start(), to_epoch_ms: *range.end() });
    DataQuery {
        ref_id: ref_id.to_owned(),
        json: json.as_bytes().to_vec(),
        time_range,
        ..DataQuery::default()
    }
}

/// The metadata of a frame that answers a query.
pub(crate) fn meta(frame: &[u8]) -> Value {
    let reader = arrow_ipc::reader::FileReader::try_new(io::Cursor::new(frame), None).unwrap();
    serde_json::from_str(&reader.schema().metadata()["meta"]).unwrap()
}

/// The rows of a frame that answers a query: for each column its name and values.
pub(crate) fn rows(frame: &[u8]) -> Vec<(String, Value)> {
    let reader = arrow_ipc::reader::FileReader::try_new(io::Cursor::new(frame), None).unwrap();
    let names: Vec<String> = reader.schema().fields().iter().map(|field| field.name().clone()).collect();
    let batches: Vec<_> = reader.map(Result::unwrap).collect();
    assert_eq!(batches.len(), 1);
    names.into_iter().zip(batches[0].columns()).map(|(name, array)| (name, values(array))).collect()
}

fn values(array: &ArrayRef) -> Value {
    match array.data_type() {
        DataType::Utf8 => json!(array.as_string::<i32>().iter().collect::<Vec<_>>()),
        DataType::UInt32 => json!(array.as_primitive::<UInt32Type>().iter().collect::<Vec<_>>()),
        DataType::UInt64 => json!(array.as_primitive::<UInt64Type>().iter().collect::<Vec<_>>()),
        DataType::Float64 => json!(array.as_primitive::<Float64Type>().iter().collect::<Vec<_>>()),
        DataType::Timestamp(..) => {
            let times = array.as_primitive::<TimestampNanosecondType>().values().iter();
            json!(times.map(|time| time / 1_000_000).collect::<Vec<_>>())
        }
        other => panic!("{other}"),
    }
}

/// What comes of `future`. Time that stands still passes when nothing can happen any more: what would hang
/// fails, and at once.
pub(crate) async fn patiently<T>(future: impl Future<Output = T>) -> T {
    timeout(Duration::from_secs(86_400), future).await.expect("it happens within a day")
}

/// The next message of a stream; `None` at its end.
pub(crate) async fn next(running: &mut Streaming<StreamPacket>) -> Option<StreamPacket> {
    patiently(running.message()).await.unwrap()
}

/// What a message of a stream holds.
pub(crate) fn message(packet: Option<StreamPacket>) -> Value {
    serde_json::from_slice(&packet.unwrap().data).unwrap()
}

/// The TTLs in a message of a stream with the column `ttl` alone.
pub(crate) fn ttls(packet: Option<StreamPacket>) -> Vec<u64> {
    let message = message(packet);
    let values = message["data"]["values"][0].as_array().unwrap();
    values.iter().map(|ttl| ttl.as_u64().unwrap()).collect()
}
