//! A plugin whose process is a script and whose services are here, so that a test decides what it does and when.

use std::{
    collections::HashMap,
    convert::Infallible,
    fs::{self, File, OpenOptions},
    future::{Ready, ready},
    io::Write as _,
    os::unix::fs::PermissionsExt as _,
    path::PathBuf,
    pin::Pin,
    sync::{Arc, Mutex},
    task::{Context, Poll},
    time::Duration,
};

use arrow_ipc::writer::FileWriter;
use arrow_schema::{DataType, Field, Schema};
use grafana_plugin_sdk::pluginv2::{
    CallResourceRequest, CallResourceResponse, DataResponse, PublishStreamRequest, PublishStreamResponse,
    QueryDataRequest, QueryDataResponse, RunStreamRequest, StreamPacket, SubscribeStreamRequest,
    SubscribeStreamResponse,
    data_server::{Data, DataServer},
    resource_server::{Resource, ResourceServer},
    stream_server::{Stream, StreamServer},
};
use rustix::fs::{FileType, Mode, mknodat};
use serde_json::json;
use tempfile::TempDir;
use tokio::{net::UnixListener, runtime::Runtime, sync::mpsc};
use tokio_stream::wrappers::{ReceiverStream, UnixListenerStream};
use tonic::{
    Code, Request, Response, Status, async_trait,
    body::BoxBody,
    codec::ProstCodec,
    codegen::http,
    metadata::MetadataMap,
    server::{Grpc, NamedService, UnaryService},
    transport::Server,
};
use xdplive_protocol::{accounts::ACCOUNTS, event::Event};

/// How long anything may take that should happen soon.
const SOON: Duration = Duration::from_secs(20);

/// What the streams have counted when they are asked to end.
const COUNTED: [u64; 5] = [7, 1, 1, 2, 3];

type Packets = mpsc::Sender<Result<StreamPacket, Status>>;
type Pieces = mpsc::Sender<Result<CallResourceResponse, Status>>;

/// The plugin.
pub struct Fake {
    directory: TempDir,
    /// The process's standard error. It ends when this is closed.
    log: Option<File>,
    services: Services,
    running: std::sync::mpsc::Receiver<()>,
    asked: std::sync::mpsc::Receiver<()>,
    _runtime: Runtime,
}

/// Its services.
#[derive(Clone)]
struct Services {
    streams: Arc<Mutex<Vec<Packets>>>,
    downloads: Arc<Mutex<Vec<Pieces>>>,
    /// Whether streams end when they are asked to.
    obeys: bool,
    tell_running: std::sync::mpsc::Sender<()>,
    tell_asked: std::sync::mpsc::Sender<()>,
}

impl Fake {
    /// A plugin whose streams end when they are asked to.
    pub fn new() -> Self {
        Self::with(true)
    }

    /// One whose streams never end.
    pub fn stubborn() -> Self {
        Self::with(false)
    }

    fn with(obeys: bool) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let [socket, fifo, script] = ["socket", "log", "plugin"].map(|name| directory.path().join(name));
        mknodat(rustix::fs::CWD, &fifo, FileType::Fifo, Mode::RWXU, 0).unwrap();
        // Also for reading, so that this does not wait for a reader.
        let log = OpenOptions::new().read(true).write(true).open(&fifo).unwrap();
        let [said, read] = [&socket, &fifo].map(|path| path.display());
        // The log is opened before anybody can close the other end.
        let lines = format!("#!/bin/sh\nexec 3<{read}\necho '1|2|unix|{said}|grpc'\ncat <&3 >&2\n");
        fs::write(&script, lines).unwrap();
        fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
        let (tell_running, running) = std::sync::mpsc::channel();
        let (tell_asked, asked) = std::sync::mpsc::channel();
        let services =
            Services { streams: Arc::default(), downloads: Arc::default(), obeys, tell_running, tell_asked };
        let runtime = Runtime::new().unwrap();
        runtime.spawn({
            let _guard = runtime.enter();
            let connections = UnixListenerStream::new(UnixListener::bind(&socket).unwrap());
            Server::builder()
                .add_service(DataServer::new(services.clone()))
                .add_service(StreamServer::new(services.clone()))
                .add_service(ResourceServer::new(services.clone()))
                .add_service(Controller(services.clone()))
                .serve_with_incoming(connections)
        });
        Self { directory, log: Some(log), services, running, asked, _runtime: runtime }
    }

    /// Its program.
    pub fn program(&self) -> PathBuf {
        self.directory.path().join("plugin")
    }

    /// Waits until a stream or a file runs.
    pub fn wait_until_running(&self) {
        self.running.recv_timeout(SOON).expect("nothing runs");
    }

    /// Waits until it is asked to end.
    pub fn wait_until_asked(&self) {
        self.asked.recv_timeout(SOON).expect("it is not asked to end");
    }

    /// Says a line in its log.
    pub fn say(&self, event: Event, message: &str) {
        let line = json!({ "@level": "info", "@message": message, "event": event.name() });
        writeln!(self.log.as_ref().unwrap(), "{line}").unwrap();
    }

    /// Sends so many rows in a message.
    pub fn send_rows(&self, rows: usize) {
        let data =
            json!({ "data": { "values": [vec!["a"; rows], vec![64; rows]] } }).to_string().into_bytes();
        for stream in self.services.streams.lock().unwrap().iter() {
            // Nobody may take it any more.
            let _ = stream.try_send(Ok(StreamPacket { data: data.clone() }));
        }
    }

    /// Sends a piece of a file.
    pub fn send_piece(&self, body: &[u8]) {
        for download in self.services.downloads.lock().unwrap().iter() {
            let piece = CallResourceResponse { code: 200, body: body.to_vec().into(), ..Default::default() };
            let _ = download.try_send(Ok(piece));
        }
    }

    /// Ends its process.
    pub fn end(&mut self) {
        self.log = None;
    }
}

impl Services {
    /// How streams end: with their accounts.
    fn end(&self) {
        let mut trailers = MetadataMap::new();
        for (name, count) in ACCOUNTS.into_iter().zip(COUNTED) {
            trailers.insert(name, count.into());
        }
        let end = || Status::with_metadata(Code::Ok, "", trailers.clone());
        if self.obeys {
            self.streams.lock().unwrap().drain(..).for_each(|stream| _ = stream.try_send(Err(end())));
            self.downloads.lock().unwrap().drain(..).for_each(|pieces| _ = pieces.try_send(Err(end())));
        }
        // The test may have ended.
        let _ = self.tell_asked.send(());
    }
}

#[async_trait]
impl Data for Services {
    async fn query_data(
        &self,
        request: Request<QueryDataRequest>,
    ) -> Result<Response<QueryDataResponse>, Status> {
        let custom = json!({ "custom": { "channel": "packets/1", "data": {} } });
        let fields = ["interface", "ttl"]
            .map(|name| Field::new(name, DataType::Utf8, true))
            .into_iter()
            .collect::<Vec<_>>();
        let schema =
            Schema::new_with_metadata(fields, HashMap::from([("meta".to_owned(), custom.to_string())]));
        let mut frame = Vec::new();
        FileWriter::try_new(&mut frame, &schema).unwrap().finish().unwrap();
        let answer = DataResponse { frames: vec![frame], status: 200, ..DataResponse::default() };
        let queries = request.into_inner().queries.into_iter();
        let responses = queries.map(|query| (query.ref_id, answer.clone())).collect();
        Ok(Response::new(QueryDataResponse { responses }))
    }
}

#[async_trait]
impl Stream for Services {
    type RunStreamStream = ReceiverStream<Result<StreamPacket, Status>>;

    async fn subscribe_stream(
        &self,
        _request: Request<SubscribeStreamRequest>,
    ) -> Result<Response<SubscribeStreamResponse>, Status> {
        Ok(Response::new(SubscribeStreamResponse::default()))
    }

    async fn run_stream(
        &self,
        _request: Request<RunStreamRequest>,
    ) -> Result<Response<Self::RunStreamStream>, Status> {
        let (sender, receiver) = mpsc::channel(64);
        self.streams.lock().unwrap().push(sender);
        let _ = self.tell_running.send(());
        Ok(Response::new(ReceiverStream::new(receiver)))
    }

    async fn publish_stream(
        &self,
        _request: Request<PublishStreamRequest>,
    ) -> Result<Response<PublishStreamResponse>, Status> {
        Err(Status::unimplemented("nobody publishes"))
    }
}

#[async_trait]
impl Resource for Services {
    type CallResourceStream = ReceiverStream<Result<CallResourceResponse, Status>>;

    async fn call_resource(
        &self,
        _request: Request<CallResourceRequest>,
    ) -> Result<Response<Self::CallResourceStream>, Status> {
        let (sender, receiver) = mpsc::channel(64);
        let head =
            CallResourceResponse { code: 200, body: "head ".into(), ..CallResourceResponse::default() };
        sender.try_send(Ok(head)).unwrap();
        self.downloads.lock().unwrap().push(sender);
        let _ = self.tell_running.send(());
        Ok(Response::new(ReceiverStream::new(receiver)))
    }
}

/// go-plugin's request to end.
#[derive(Clone)]
struct Controller(Services);

impl NamedService for Controller {
    const NAME: &'static str = "plugin.GRPCController";
}

impl tower::Service<http::Request<BoxBody>> for Controller {
    type Response = http::Response<BoxBody>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<BoxBody>) -> Self::Future {
        assert_eq!(request.uri().path(), "/plugin.GRPCController/Shutdown");
        let shutdown = self.clone();
        Box::pin(async move { Ok(Grpc::new(ProstCodec::<(), ()>::default()).unary(shutdown, request).await) })
    }
}

impl UnaryService<()> for Controller {
    type Response = ();
    type Future = Ready<Result<Response<()>, Status>>;

    fn call(&mut self, _request: Request<()>) -> Self::Future {
        self.0.end();
        ready(Ok(Response::new(())))
    }
}
