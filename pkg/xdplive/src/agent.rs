//! `xdplive agent`: asks those that run, or becomes the plugin's program, as an agent. There is one process then, which a service can watch.

mod status;

use std::{os::unix::process::CommandExt as _, path::Path, process::Command};

use xdplive_protocol::agent::{ARGUMENT, STATUS, option};

use crate::{
    cli::{Agent, AgentCommand},
    exit::Failure,
    host,
};

/// Runs the command: as an agent, it returns only where that fails.
///
/// # Errors
/// Where the program is not there, or cannot be started; where no agent answers that is asked.
pub fn run(options: &Agent) -> Result<(), Failure> {
    if let Some(AgentCommand::Status) = options.command {
        return status::run(Path::new(STATUS));
    }
    let program =
        host::find(options.plugin.as_deref()).map_err(|error| Failure::Machine(error.to_string()))?;
    let arguments = arguments(options).map_err(Failure::Call)?;
    let error = Command::new(&program).arg(ARGUMENT).args(arguments).exec();
    Err(Failure::Machine(format!("cannot start {}: {error}", program.display())))
}

/// The options as the agent takes them; paths are absolute.
fn arguments(options: &Agent) -> Result<Vec<String>, String> {
    let path = |path: &Path| {
        let full = std::path::absolute(path).map_err(|error| format!("{}: {error}", path.display()))?;
        full.into_os_string().into_string().map_err(|path| format!("{path:?} is not UTF-8"))
    };
    let mut arguments = Vec::new();
    let mut add = |name: &str, value: &str| arguments.push(format!("--{name}={value}"));
    if !options.nats.is_empty() {
        add(option::NATS, &options.nats.join(","));
    }
    for label in &options.label {
        add(option::LABEL, label);
    }
    for (name, value) in [(option::NAME, &options.name), (option::PREFIX, &options.prefix)] {
        if let Some(value) = value {
            add(name, value);
        }
    }
    for (name, file) in [
        (option::CONFIG, &options.config),
        (option::CREDENTIALS, &options.creds),
        (option::TLS_CA, &options.tls_ca),
        (option::TLS_CERT, &options.tls_cert),
        (option::TLS_KEY, &options.tls_key),
    ] {
        if let Some(file) = file {
            add(name, &path(file)?);
        }
    }
    if options.tls_first {
        add(option::TLS_FIRST, "true");
    }
    Ok(arguments)
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;
    use crate::cli::{Cli, Command};

    #[test]
    fn options_are_handed_on() {
        let given = "xdplive agent --nats nats://a,tls://b --label site=fra --label rack=2 --nkey /k --tls-first --name x";
        let Command::Agent(options) = Cli::parse_from(given.split(' ')).command else { panic!("agent") };
        let expected = [
            "--nats=nats://a,tls://b",
            "--label=site=fra",
            "--label=rack=2",
            "--name=x",
            "--credentials=/k",
            "--tls-first=true",
        ];
        assert_eq!(arguments(&options).unwrap(), expected);
    }
}
