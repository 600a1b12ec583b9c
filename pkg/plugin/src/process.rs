//! The process from its start to its end: rights split and given up before the first thread, served until
//! Grafana goes away or asks for the end.

use std::{
    io,
    os::{fd::OwnedFd, unix::net::UnixListener},
    process::ExitCode,
    sync::Arc,
    thread,
    time::Duration,
};

use futures::StreamExt as _;
use grafana_plugin_sdk::pluginv2::{
    data_server::DataServer, diagnostics_server::DiagnosticsServer, resource_server::ResourceServer,
    stream_server::StreamServer,
};
use rustix::{
    event::{PollFd, PollFlags, poll},
    process::{Pid, PidfdFlags, getppid, pidfd_open},
    system::uname,
};
use thiserror::Error;
use tokio::{
    signal::unix::{SignalKind, signal},
    sync::oneshot,
    time::timeout,
};
use tokio_stream::wrappers::UnixListenerStream;
use tonic::transport::Server;
use tracing::{error, info, warn};
use xdplive_capture::{
    at_start::AtStart,
    engine::LocalSource,
    own::{self, OwnError},
    unavailable::Unavailable,
};
use xdplive_loader::{Loader, fence, identity::Identity, privilege, unit};
use xdplive_source::{Host, Source};

use crate::{
    administrator::{Administrator, setting},
    handshake, logging,
    other_machines::OtherMachines,
    own_ports,
    services::{ControllerServer, Fleets, Gateway, Plugin},
    shutdown::{Cause, Shutdown},
    socket::Socket,
};

/// How long streams may take to send what was captured before the end was asked for. go-plugin kills after 2 s.
const GRACE: Duration = Duration::from_millis(1500);

/// Why the process cannot start.
#[derive(Debug, Error)]
pub(crate) enum StartError {
    #[error("cannot look at this process's rights: {0}")]
    Look(#[source] io::Error),
    #[error("the parent process has ended already")]
    NoParent,
    #[error("cannot watch the parent process: {0}")]
    Parent(#[source] io::Error),
    #[error("cannot start the loader process: {0}")]
    Fork(#[source] io::Error),
    #[error("cannot listen on a unix socket below {directory}: {error}")]
    Socket { directory: String, error: io::Error },
    #[error("cannot give up rights: {0}")]
    Rights(#[source] io::Error),
    #[error("cannot start the runtime: {0}")]
    Runtime(#[source] io::Error),
    #[error("cannot send Grafana the plugin's address: {0}")]
    Announce(#[source] io::Error),
    #[error("serving failed: {0}")]
    Serve(#[from] tonic::transport::Error),
}

/// Runs the plugin.
///
/// # Safety
/// The process must have only one thread, because it is forked (see [`Loader::fork`]): this is for the beginning of `main`.
#[must_use]
pub unsafe fn run() -> ExitCode {
    if let Err(error) = handshake::check(std::env::var(handshake::COOKIE.0).ok().as_deref()) {
        eprintln!("{error}");
        return ExitCode::from(2);
    }
    let level = |name| setting(name).unwrap_or_default();
    logging::start(&level("log_level"), &level("audit_level"));
    // SAFETY: the caller's promise.
    match unsafe { start() } {
        Ok(End::Asked) => ExitCode::SUCCESS,
        Ok(End::LoaderGone) => ExitCode::FAILURE,
        Err(error) => {
            error!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// How a served process comes to its end.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Asked,
    LoaderGone,
}

/// Becomes two processes, and serves until the end.
///
/// # Safety
/// As for [`run`].
unsafe fn start() -> Result<End, StartError> {
    let mut at_start = AtStart::look().map_err(StartError::Look)?;
    ignore_interrupts();
    let parent = Parent::find()?;
    // Before the fork: both processes need it, and the loader keeps to what it read itself.
    privilege::raise_descriptor_limit();
    let mut administrator = Administrator::read();
    // While files can still be read.
    administrator.read_files();
    let (identity, stops) = identity(&administrator);
    let loader = match stops {
        // Nothing is to run with rights then.
        Some(reason) => Err(reason),
        // SAFETY: the caller has one thread, and nothing above starts another.
        None => unsafe { loader(&administrator, &mut at_start, identity) }?,
    };
    let directory = std::env::temp_dir();
    let socket = Socket::bind(&directory, identity)
        .map_err(|error| StartError::Socket { directory: directory.display().to_string(), error })?;
    // While its user can still be asked for.
    let grafana = own::Parent::look();
    privilege::give_up_all(identity).map_err(StartError::Rights)?;
    let ports = administrator.settings.nats_servers.iter().map(|server| server.port).collect();
    for missing in fence::plugin(socket.directory(), &ports).missing {
        warn!("{missing}; the process goes on without");
    }
    tokio::runtime::Builder::new_multi_thread()
        .thread_name("gpx-xdplive")
        .enable_all()
        .build()
        .map_err(StartError::Runtime)?
        .block_on(serve(loader, administrator, at_start, parent, socket, grafana))
}

/// Who both processes go on as; and why nothing may run with rights, where that is so.
pub(crate) fn identity(administrator: &Administrator) -> (Option<Identity>, Option<String>) {
    let (identity, stays_root) = match Identity::choose(administrator.settings.user) {
        Ok(identity) => (identity, None),
        Err(error) => (None, Some(error.to_string())),
    };
    (identity, administrator.stops().or(stays_root))
}

/// The loader: the service where there is one, unless this process has the rights itself. Or why there is none.
///
/// # Safety
/// As for [`run`].
pub(crate) unsafe fn loader(
    administrator: &Administrator,
    at_start: &mut AtStart,
    identity: Option<Identity>,
) -> Result<Result<Loader, String>, StartError> {
    let service = &administrator.settings.loader;
    if !at_start.missing.is_empty() && service.exists() {
        let connected = unit::connect(service).map_err(|error| error.to_string());
        if connected.is_ok() {
            at_start.loader_is_service();
        }
        return Ok(connected);
    }
    // SAFETY: the caller's promise.
    unsafe { Loader::fork(administrator.policy(), identity) }.map(Ok).map_err(StartError::Fork)
}

/// The name of this machine, as `hostname` gives it.
pub(crate) fn host_name() -> Arc<str> {
    uname().nodename().to_string_lossy().into()
}

/// Ctrl-C in a terminal reaches the whole group; who started us decides when we end.
fn ignore_interrupts() {
    // SAFETY: ignoring a signal has no handler that could run.
    unsafe { libc::signal(libc::SIGINT, libc::SIG_IGN) };
}

/// The process that started this one.
struct Parent {
    id: i32,
    /// Readable when it has ended.
    ended: OwnedFd,
}

impl Parent {
    fn find() -> Result<Self, StartError> {
        let parent = getppid().ok_or(StartError::NoParent)?;
        let ended =
            pidfd_open(parent, PidfdFlags::empty()).map_err(|error| StartError::Parent(error.into()))?;
        // Between the two it may have ended, and its number been given to another.
        if getppid() == Some(parent) {
            Ok(Self { id: Pid::as_raw(Some(parent)), ended })
        } else {
            Err(StartError::NoParent)
        }
    }
}

async fn serve(
    loader: Result<Loader, String>,
    Administrator { settings: server, errors: setting_errors }: Administrator,
    at_start: AtStart,
    parent: Parent,
    mut socket: Socket,
    grafana: Result<own::Parent, OwnError>,
) -> Result<End, StartError> {
    let own = own_ports::find(&server, grafana);
    let (local, loader_ended) = match loader {
        Ok(loader) => {
            let ended = loader.process.ended().try_clone_to_owned().map_err(StartError::Fork)?;
            let local = LocalSource::start(host_name(), loader, at_start.clone(), server.capture, own).await;
            let not_started = |error| {
                error!("{error}");
                Unavailable::not_started(Host::only(host_name()), &error, &at_start)
            };
            (local.map(Arc::new).map_err(not_started), Some(ended))
        }
        Err(reason) => {
            error!("{reason}");
            (Err(Unavailable::new(Host::only(host_name()), reason)), None)
        }
    };
    let (source, local) = match local {
        Ok(local) => (Arc::clone(&local) as Arc<dyn Source>, Some(local)),
        // There is no loader, or it has ended with this attempt; the process lives on, so that the health check can say
        // why.
        Err(unavailable) => (Arc::new(unavailable) as Arc<dyn Source>, None),
    };
    let loader_ended = loader_ended.filter(|_| local.is_some());
    let ended = watch_processes(parent.ended, loader_ended).map_err(StartError::Parent)?;
    let shutdown = Shutdown::default();
    let others = OtherMachines { host: host_name(), queue_rows: server.capture.queue_rows };
    let own = Plugin::new(host_name(), source, server, setting_errors, shutdown.clone());
    let services = Gateway::new(own, Fleets::new(Arc::new(others)));
    let listener = socket.take_listener().ok_or(StartError::NoParent)?;
    let serving = serve_grpc(services, listener, parent.id, shutdown.clone());
    tokio::pin!(serving);
    handshake::announce(&socket.path()).map_err(StartError::Announce)?;

    let end = tokio::select! {
        result = &mut serving => return result.map(|()| End::Asked),
        reason = reason_to_end(&shutdown, ended) => reason,
        () = loader_fails(local.as_deref()) => Reason::LoaderEnded,
    };
    // Streams are brought to a good end only where somebody takes it: with the parent gone nobody does, and
    // without the loader nothing is good about it.
    if let Reason::Asked(cause) = end {
        shutdown.begin(cause);
        if timeout(GRACE, &mut serving).await.is_err() {
            warn!("streams could not send everything in time");
        }
    }
    if let Some(local) = local {
        local.stop().await;
    }
    Ok(if end == Reason::LoaderEnded { End::LoaderGone } else { End::Asked })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Reason {
    Asked(Cause),
    ParentEnded,
    LoaderEnded,
}

/// Waits until the loader answers no more.
async fn loader_fails(local: Option<&LocalSource>) {
    match local {
        // It has been said why.
        Some(local) => _ = local.failed().await,
        None => std::future::pending().await,
    }
}

async fn reason_to_end(shutdown: &Shutdown, ended: oneshot::Receiver<Reason>) -> Reason {
    let terminate = async {
        match signal(SignalKind::terminate()) {
            Ok(mut signal) => _ = signal.recv().await,
            Err(error) => {
                warn!("cannot listen to SIGTERM: {error}");
                std::future::pending::<()>().await;
            }
        }
    };
    tokio::select! {
        () = shutdown.begun() => Reason::Asked(Cause::Asked),
        () = terminate => {
            info!("asked to end by SIGTERM");
            Reason::Asked(Cause::Signal)
        }
        reason = ended => match reason {
            Ok(Reason::LoaderEnded) => {
                error!("the loader process has ended, and every attachment with it; ending, so that Grafana starts anew");
                Reason::LoaderEnded
            }
            _ => {
                info!("the parent process has ended");
                Reason::ParentEnded
            }
        }
    }
}

/// Tells when the parent or the loader process ends. A thread of its own, because waiting for a process takes
/// no more than that.
fn watch_processes(parent: OwnedFd, loader: Option<OwnedFd>) -> io::Result<oneshot::Receiver<Reason>> {
    let (tell, ended) = oneshot::channel();
    let wait = move || {
        let reason = loop {
            let mut fds = vec![PollFd::new(&parent, PollFlags::IN)];
            fds.extend(loader.iter().map(|loader| PollFd::new(loader, PollFlags::IN)));
            match poll(&mut fds, None) {
                Err(rustix::io::Errno::INTR) => {}
                Ok(_) if fds.iter().any(|fd| fd.revents().contains(PollFlags::IN)) => {
                    let parent_ended = fds.first().is_some_and(|fd| !fd.revents().is_empty());
                    break if parent_ended { Reason::ParentEnded } else { Reason::LoaderEnded };
                }
                // Not knowing any more when to end, it is time to.
                _ => break Reason::ParentEnded,
            }
        };
        // Where nobody listens any more, the end is on its way.
        let _ = tell.send(reason);
    };
    thread::Builder::new().name("process-watch".to_owned()).spawn(wait)?;
    Ok(ended)
}

async fn serve_grpc(
    services: Gateway,
    listener: UnixListener,
    parent: i32,
    shutdown: Shutdown,
) -> Result<(), StartError> {
    listener.set_nonblocking(true).map_err(StartError::Runtime)?;
    let listener = tokio::net::UnixListener::from_std(listener).map_err(StartError::Runtime)?;
    let connections = UnixListenerStream::new(listener).filter(move |connection| {
        let welcome = match connection {
            // Root can enter any directory; the socket is for the parent alone.
            Ok(stream) => stream.peer_cred().is_ok_and(|peer| peer.pid() == Some(parent)),
            Err(_) => true,
        };
        if !welcome {
            warn!("a connection from another process than the one that started this was refused");
        }
        std::future::ready(welcome)
    });
    // go-plugin asks for the health of a service by this name.
    let (mut reporter, health) = tonic_health::server::health_reporter();
    reporter.set_service_status("plugin", tonic_health::ServingStatus::Serving).await;
    Server::builder()
        .add_service(health)
        .add_service(ControllerServer::new(services.clone()))
        .add_service(DiagnosticsServer::new(services.clone()))
        .add_service(ResourceServer::new(services.clone()))
        .add_service(DataServer::new(services.clone()))
        .add_service(StreamServer::new(services))
        .serve_with_incoming_shutdown(connections, async move { shutdown.begun().await })
        .await?;
    Ok(())
}
