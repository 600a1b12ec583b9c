//! The command line of XDP Live.
//!
//! | module | holds |
//! |---|---|
//! | [`cli`] | commands and options |
//! | [`host`] | the plugin's process, started, reached and ended as Grafana does it |
//! | [`watch`] | `xdplive watch`: streams to lines |
//! | [`doctor`] | `xdplive doctor`: what is missing here |
//! | [`filter`] | `xdplive filter`: what a filter comes to |
//! | [`exit`] | how a command fails |
//!
//! It sees packets only through the plugin's services, as Grafana does.

pub mod cli;
pub mod doctor;
pub mod exit;
pub mod filter;
pub mod host;
pub mod watch;

use std::process::ExitCode;

use clap::Parser as _;

use cli::{Cli, Command};
use exit::Failure;

/// Runs the command of the process's arguments.
#[must_use]
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return Failure::Machine(format!("cannot start the runtime: {error}")).report(),
    };
    let result = runtime.block_on(async {
        match cli.command {
            Command::Watch(options) => watch::run(*options).await,
            Command::Doctor(options) => doctor::run(&options).await,
            Command::Filter(options) => filter::run(&options),
        }
    });
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}
