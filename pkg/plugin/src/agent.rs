//! `gpx_xdplive agent`: lends this machine's packets to others over NATS, without Grafana. It starts as the plugin does,
//! with the same loader and the same rights given up.

mod options;
mod status;

use std::{
    collections::BTreeSet,
    ffi::OsString,
    fs, io,
    os::unix::net::UnixListener,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

use thiserror::Error;
use tokio::{
    signal::unix::{SignalKind, signal},
    sync::watch,
};
use tracing::{error, info, warn};
use xdplive_capture::{at_start::AtStart, engine::LocalSource, own};
use xdplive_fleet::{
    agent::{Agent, AgentError, AgentSettings},
    nats::{Access, AccessError},
};
use xdplive_loader::{Loader, fence, privilege};
use xdplive_protocol::agent::{CONFIG, STATUS};
use xdplive_source::Source;

use self::options::{OptionError, Options, config_of};
use crate::{
    administrator::{Administrator, setting},
    logging,
    process::{StartError, host_name, identity, loader},
};

pub use xdplive_protocol::agent::ARGUMENT;

/// Why an agent cannot be, or goes no further.
#[derive(Debug, Error)]
enum AgentFailure {
    #[error(transparent)]
    Options(#[from] OptionError),
    #[error("an argument is not UTF-8")]
    Argument,
    #[error("the configuration {path} cannot be read: {error}")]
    Config { path: PathBuf, error: io::Error },
    #[error(transparent)]
    Start(#[from] StartError),
    #[error("nothing can be captured here: {0}")]
    Capture(String),
    #[error(transparent)]
    Access(#[from] AccessError),
    #[error(transparent)]
    Agent(#[from] AgentError),
    #[error("the loader process has ended, and every attachment with it")]
    LoaderGone,
}

/// Runs the agent until SIGTERM or SIGINT.
///
/// # Safety
/// The process must have only one thread, because it is forked (see [`Loader::fork`]): this is for the beginning of `main`.
#[must_use]
pub unsafe fn run(arguments: impl Iterator<Item = OsString>) -> ExitCode {
    logging::start_plain(&setting("log_level").unwrap_or_default());
    let told = match told(arguments) {
        Ok(told) => told,
        Err(error) => {
            error!("{error}");
            return ExitCode::from(2);
        }
    };
    // SAFETY: the caller's promise.
    match unsafe { start(told) } {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            error!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// What an agent is, and how it gets to its servers.
struct Told {
    settings: AgentSettings,
    access: Access,
}

fn told(arguments: impl Iterator<Item = OsString>) -> Result<Told, AgentFailure> {
    let arguments: Vec<String> = arguments
        .map(|argument| argument.into_string().map_err(|_| AgentFailure::Argument))
        .collect::<Result<_, _>>()?;
    let named = config_of(&arguments);
    let path = named.clone().unwrap_or_else(|| CONFIG.into());
    let options = match fs::read_to_string(&path) {
        Ok(text) => Options::read(&text)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound && named.is_none() => Options::default(),
        Err(error) => return Err(AgentFailure::Config { path, error }),
    };
    let options = options.with(&arguments)?;
    let host = options.name(&host_name())?;
    let access = options.access(&host)?;
    let settings = AgentSettings {
        subjects: options.subjects()?,
        labels: options.labels().clone(),
        ceiling: options.ceiling,
        release: env!("CARGO_PKG_VERSION").to_owned(),
        host,
    };
    Ok(Told { settings, access })
}

/// Becomes two processes, and serves until the end.
///
/// # Safety
/// As for [`run`].
unsafe fn start(told: Told) -> Result<(), AgentFailure> {
    let mut at_start = AtStart::look().map_err(StartError::Look)?;
    privilege::raise_descriptor_limit();
    let administrator = Administrator::read();
    let (identity, stops) = identity(&administrator);
    if let Some(reason) = stops {
        return Err(AgentFailure::Capture(reason));
    }
    // SAFETY: the caller has one thread, and nothing above starts another.
    let loader =
        unsafe { loader(&administrator, &mut at_start, identity) }?.map_err(AgentFailure::Capture)?;
    // While files can be made. It can do its work without.
    let asked = status::listen(Path::new(STATUS), &told.settings.host);
    if let Err(error) = &asked {
        warn!("`xdplive agent status` will not reach this agent: no socket below {STATUS}: {error}");
    }
    privilege::give_up_all(identity).map_err(StartError::Rights)?;
    // It has no directory of its own.
    for missing in fence::plugin(Path::new(""), &told.access.ports()).missing {
        warn!("{missing}; the process goes on without");
    }
    tokio::runtime::Builder::new_multi_thread()
        .thread_name("xdplive-agent")
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(StartError::Runtime)?
        .block_on(serve(told, loader, administrator, at_start, asked.ok()))
}

async fn serve(
    Told { settings, access }: Told,
    loader: Loader,
    administrator: Administrator,
    at_start: AtStart,
    asked: Option<UnixListener>,
) -> Result<(), AgentFailure> {
    let own = own::Ports {
        set: administrator.settings.own_ports.clone().unwrap_or_default(),
        parent: None,
        servers: access.ports(),
        datagrams: BTreeSet::new(),
    };
    let capture = administrator.settings.capture;
    let local = LocalSource::start(host_name(), loader, at_start, capture, own)
        .await
        .map_err(|error| AgentFailure::Capture(error.to_string()))?;
    let local = Arc::new(local);
    let connection = access.connect().await?;
    let agent = Agent::new(connection, Arc::clone(&local) as Arc<dyn Source>, settings)?;
    let (end, ended) = watch::channel(false);
    let serving = agent.run(ended);
    tokio::pin!(serving);
    let source = Arc::clone(&local) as Arc<dyn Source>;
    let telling = async {
        match asked {
            Some(asked) => status::answer(asked, &agent, &access.servers, &source).await,
            None => std::future::pending().await,
        }
    };
    let result = tokio::select! {
        result = &mut serving => result.map_err(AgentFailure::from),
        () = asked_to_end() => {
            info!("asked to end");
            // It is there to be told: nothing else ends it.
            _ = end.send(true);
            serving.await.map_err(AgentFailure::from)
        }
        () = telling => Ok(()),
        // It has been said why.
        _ = local.failed() => Err(AgentFailure::LoaderGone),
    };
    local.stop().await;
    result
}

/// Waits for SIGTERM or SIGINT.
async fn asked_to_end() {
    let (terminate, interrupt) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt()));
    match (terminate, interrupt) {
        (Ok(mut terminate), Ok(mut interrupt)) => {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
        }
        (Err(error), _) | (_, Err(error)) => {
            warn!("cannot listen to signals: {error}");
            std::future::pending::<()>().await;
        }
    }
}
