//! `xdplive`: packets of this machine's interfaces on a terminal, by way of the Grafana plugin.

use std::process::ExitCode;

use clap::Parser as _;

mod cli;
mod doctor;
mod exit;
mod host;
mod watch;

use cli::{Cli, Command};
use exit::Failure;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return Failure::Machine(format!("cannot start the runtime: {error}")).report(),
    };
    let result = runtime.block_on(async {
        match cli.command {
            Command::Watch(options) => watch::run(*options).await,
            Command::Doctor(options) => doctor::run(&options).await,
            Command::Filter(options) => Err(Failure::Call(format!(
                "filters cannot be explained yet: this version of XDP Live streams packets, without filters (\"{}\")",
                options.expression.join(" ")
            ))),
        }
    });
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}
