//! The command line of XDP Live.
//!
//! | module | holds |
//! |---|---|
//! | [`cli`] | commands and options |
//! | [`host`] | the plugin's process, started, reached and ended as Grafana does it |
//! | [`watch`] | `xdplive watch`: streams to lines |
//! | [`agent`] | `xdplive agent`: becomes the agent |
//! | [`doctor`] | `xdplive doctor`: what is missing here |
//! | [`filter`] | `xdplive filter`: what a filter comes to |
//! | [`output`] | standard output, and what if it takes no more |
//! | [`standard_error`] | lines on standard error |
//! | [`exit`] | how a command fails |
//!
//! It sees packets only through the plugin's services, as Grafana does.

pub mod agent;
pub mod cli;
pub mod doctor;
pub mod exit;
pub mod filter;
pub mod host;
pub mod output;
pub mod standard_error;
pub mod watch;

use std::{
    io::{self, Write as _},
    process::ExitCode,
};

use clap::Parser as _;

use cli::{Cli, Command};
use exit::Failure;
use output::{OutputError, STANDARD_OUTPUT};

/// Runs the command of the process's arguments.
#[must_use]
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(told) => return tell(&told),
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return Failure::Machine(format!("cannot start the runtime: {error}")).report(),
    };
    let result = runtime.block_on(async {
        match cli.command {
            Command::Watch(options) => watch::run(*options).await,
            Command::Agent(options) => agent::run(&options),
            Command::Doctor(options) => doctor::run(&options).await,
            Command::Filter(options) => filter::run(&options),
        }
    });
    // Somebody who does not read what we write may keep a thread of it busy; that must not keep us.
    runtime.shutdown_background();
    end(result)
}

fn end(result: Result<(), Failure>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}

/// Shows what the parser of the command line has to say: what is wrong with a call, the help, the version.
fn tell(told: &clap::Error) -> ExitCode {
    let written = told.print().and_then(|()| io::stdout().flush());
    if told.use_stderr() {
        // Where even that cannot be written, the status still says it.
        return ExitCode::from(2);
    }
    end(written.or_else(|error| OutputError::new("the help", STANDARD_OUTPUT, error).into_result()))
}
