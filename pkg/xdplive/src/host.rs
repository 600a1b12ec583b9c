//! The plugin's process, started, reached and ended the way Grafana does it.

pub mod log;

use std::{
    collections::HashMap,
    io,
    path::{Path, PathBuf},
    process::{ExitStatus, Stdio},
    time::Duration,
};

use grafana_plugin_sdk::pluginv2::{
    DataSourceInstanceSettings, PluginContext, User, data_client::DataClient,
    diagnostics_client::DiagnosticsClient, resource_client::ResourceClient, stream_client::StreamClient,
};
use hyper_util::rt::TokioIo;
use rustix::io::Errno;
use serde_json::Value;
use thiserror::Error;
use tokio::{
    io::{AsyncBufReadExt as _, BufReader, Lines},
    net::UnixStream,
    process::{Child, ChildStdout},
    task::JoinHandle,
    time::timeout,
};
use tonic::{
    Request,
    client::Grpc,
    codec::ProstCodec,
    codegen::http::uri::PathAndQuery,
    transport::{Channel, Endpoint},
};
use tower::service_fn;
use xdplive_protocol::{
    handshake::{COOKIE, SHUTDOWN, VERSIONS},
    plugin,
};

pub use xdplive_protocol::plugin::program_name;

/// Has [`Plugin::start`] attach nothing that nobody asks for.
pub const WATCHING_NOTHING: (&str, &str) = ("GF_PLUGIN_WATCH", "none");
/// The same without the administrator's bounds on rows a second and on processor time.
pub const UNBOUNDED: [(&str, &str); 3] =
    [("GF_PLUGIN_MAX_LIMIT", "none"), ("GF_PLUGIN_QUOTA_PERCENT", "none"), WATCHING_NOTHING];
/// The data source that is asked, as far as the plugin knows.
const UID: &str = "xdplive";
/// How long the plugin may take to say where it is; go-plugin waits a minute.
const START: Duration = Duration::from_secs(20);
/// How long it may take to end after it was asked to; go-plugin waits as long.
const END: Duration = Duration::from_secs(2);
/// How long the last lines of a plugin that was killed are waited for.
const LAST_WORDS: Duration = Duration::from_millis(100);
/// HTTP/2 windows: large enough for several messages on their way.
const WINDOW: u32 = 8 << 20;
/// All streams share the connection's window: one that is not read must not hold up others. Grafana's client has none.
const CONNECTION_WINDOW: u32 = 8 * WINDOW;

/// Why the plugin is not to be reached.
#[derive(Debug, Error)]
pub enum HostError {
    /// The program is nowhere.
    #[error(
        "there is no {name} beside this program nor in dist/; build it with `make build`, or name it with --plugin"
    )]
    NotFound {
        /// Its name.
        name: String,
    },
    /// The program cannot be executed.
    #[error("cannot start {program}: {error}{}", remedy(.error))]
    Spawn {
        /// The program.
        program: PathBuf,
        /// The system's answer.
        error: io::Error,
    },
    /// It ended, or said something else.
    #[error("{program} did not start as a plugin does: {reason}")]
    Handshake {
        /// The program.
        program: PathBuf,
        /// What happened instead.
        reason: String,
    },
    /// It does not answer.
    #[error("the plugin does not answer: {0}")]
    Connect(#[from] tonic::transport::Error),
}

/// What to do when the system does not execute the program.
fn remedy(error: &io::Error) -> &'static str {
    match Errno::from_io_error(error) {
        Some(Errno::PERM) => {
            "; where it has file capabilities that this container or service may not have, grant them \
             (--cap-add=BPF --cap-add=PERFMON --cap-add=NET_ADMIN)"
        }
        Some(Errno::ACCESS) => {
            "; only Grafana's group may execute it, where it was installed as documented: run this as root, or as the \
             user that Grafana runs as"
        }
        _ => "",
    }
}

/// A running plugin.
pub struct Plugin {
    child: Child,
    channel: Channel,
    /// Held open: a plugin may write after its handshake.
    _stdout: Lines<BufReader<ChildStdout>>,
    logs: Option<JoinHandle<()>>,
}

/// Finds the plugin's program: `named`, else beside this program, else in `dist/`. Only ever by the name that
/// Grafana knows: cargo's own output is not finished.
///
/// # Errors
/// [`HostError::NotFound`].
pub fn find(named: Option<&Path>) -> Result<PathBuf, HostError> {
    if let Some(path) = named {
        return Ok(path.to_owned());
    }
    let name = program_name();
    let beside = std::env::current_exe().ok().and_then(|this| Some(this.parent()?.join(&name)));
    let candidates = beside.into_iter().chain([Path::new("dist").join(&name)]);
    candidates.into_iter().find(|path| path.is_file()).ok_or(HostError::NotFound { name })
}

impl Plugin {
    /// Starts the program, and connects. `settings` are further environment variables of the plugin's.
    ///
    /// # Errors
    /// Any [`HostError`]; the process has ended then.
    pub async fn start(
        program: &Path,
        settings: &[(&str, &str)],
        on_log: impl FnMut(log::Line) + Send + 'static,
    ) -> Result<Self, HostError> {
        let mut child = tokio::process::Command::new(program)
            .env(COOKIE.0, COOKIE.1)
            .env("PLUGIN_PROTOCOL_VERSIONS", VERSIONS.1)
            .envs(settings.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| HostError::Spawn { program: program.to_owned(), error })?;
        let logs = child.stderr.take().map(|stderr| tokio::spawn(log::follow(stderr, on_log)));
        let failed = |reason: String| HostError::Handshake { program: program.to_owned(), reason };
        let stdout = child.stdout.take().ok_or_else(|| failed("no standard output".to_owned()))?;
        let mut stdout = BufReader::new(stdout).lines();
        let line = match timeout(START, stdout.next_line()).await {
            Ok(Ok(Some(line))) => line,
            Ok(Ok(None)) => {
                let status =
                    child.wait().await.map_or_else(|error| error.to_string(), |status| status.to_string());
                if let Some(logs) = logs {
                    let _ = logs.await;
                }
                return Err(failed(format!("it ended ({status})")));
            }
            Ok(Err(error)) => return Err(failed(error.to_string())),
            Err(_) => return Err(failed(format!("nothing came for {} s", START.as_secs()))),
        };
        let socket = socket_of(&line).ok_or_else(|| failed(format!("it said {line:?}")))?;
        let channel = connect(socket).await?;
        Ok(Self { child, channel, _stdout: stdout, logs })
    }

    /// The process id.
    pub fn id(&self) -> Option<u32> {
        self.child.id()
    }

    /// Its data service.
    pub fn data(&self) -> DataClient<Channel> {
        DataClient::new(self.channel.clone())
    }

    /// Its stream service.
    pub fn stream(&self) -> StreamClient<Channel> {
        StreamClient::new(self.channel.clone())
    }

    /// Its resource service.
    pub fn resource(&self) -> ResourceClient<Channel> {
        ResourceClient::new(self.channel.clone())
    }

    /// Its diagnostics service.
    pub fn diagnostics(&self) -> DiagnosticsClient<Channel> {
        DiagnosticsClient::new(self.channel.clone())
    }

    /// Asks it to end. Streams still bring what was captured before.
    pub async fn ask_to_end(&self) {
        // It may have ended already.
        let mut controller = Grpc::new(self.channel.clone());
        if controller.ready().await.is_ok() {
            let (path, empty) = (PathAndQuery::from_static(SHUTDOWN), ProstCodec::<(), ()>::default());
            let _ = controller.unary(Request::new(()), path, empty).await;
        }
    }

    /// Waits until it has ended, for 2 s and then by force. Returns whether it ended well. For plugins with little
    /// attached: each attachment takes the kernel some milliseconds.
    pub async fn wait(mut self) -> bool {
        match timeout(END, self.ended()).await {
            Ok(status) => status.is_ok_and(|status| status.success()),
            Err(_) => {
                self.kill().await;
                false
            }
        }
    }

    /// Waits until it and its loader have ended, and every line of theirs has been given to `on_log`.
    ///
    /// # Errors
    /// The system's.
    pub async fn ended(&mut self) -> io::Result<ExitStatus> {
        let status = self.child.wait().await;
        // The loader has the other end, too.
        if let Some(logs) = &mut self.logs {
            let _ = logs.await;
        }
        self.logs = None;
        status
    }

    /// Ends it by force. The loader ends with it, and every attachment with that; this does not wait for them.
    pub async fn kill(mut self) {
        let _ = self.child.start_kill();
        let _ = timeout(LAST_WORDS, self.ended()).await;
        if let Some(logs) = self.logs.take() {
            logs.abort();
        }
    }
}

/// The socket's path in go-plugin's handshake line: `1|2|unix|/tmp/…|grpc`.
fn socket_of(line: &str) -> Option<&str> {
    let mut parts = line.trim().split('|');
    let versions = (parts.next()?, parts.next()?);
    let (network, path, protocol) = (parts.next()?, parts.next()?, parts.next()?);
    (versions == VERSIONS && network == "unix" && protocol == "grpc").then_some(path)
}

async fn connect(socket: &str) -> Result<Channel, tonic::transport::Error> {
    let socket = socket.to_owned();
    // The address is not used: the connector knows where to go.
    Endpoint::from_static("http://plugin")
        .initial_stream_window_size(WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .connect_with_connector(service_fn(move |_| {
            let socket = socket.clone();
            async move { UnixStream::connect(socket).await.map(TokioIo::new) }
        }))
        .await
}

/// Who asks, and through which data source, in the form that Grafana uses.
pub fn context(settings: &Value) -> PluginContext {
    context_with(settings, HashMap::new())
}

/// The same with a data source's secrets.
#[must_use]
pub fn context_with(settings: &Value, secrets: HashMap<String, String>) -> PluginContext {
    PluginContext {
        org_id: 1,
        plugin_id: plugin::ID.to_owned(),
        user: Some(User {
            login: "xdplive".to_owned(),
            name: "xdplive".to_owned(),
            email: String::new(),
            role: "Admin".to_owned(),
        }),
        app_instance_settings: None,
        data_source_instance_settings: Some(DataSourceInstanceSettings {
            id: 1,
            uid: UID.to_owned(),
            name: "xdplive".to_owned(),
            json_data: settings.to_string().into_bytes(),
            decrypted_secure_json_data: secrets,
            ..DataSourceInstanceSettings::default()
        }),
    }
}

/// What comes with queries whose streams are subscribed to, as it does from a page of Grafana: without it nothing tells them from
/// those of a script, for which the plugin counts on by itself.
#[must_use]
pub fn headers() -> HashMap<String, String> {
    [("http_X-Datasource-Uid".to_owned(), UID.to_owned())].into()
}
