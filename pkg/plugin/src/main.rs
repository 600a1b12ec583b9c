//! `gpx_xdplive`: the process that Grafana starts, the loader that systemd does, or the agent of a fleet.

use std::{env, process::ExitCode};

use xdplive_plugin::{agent, loader_unit, process};

fn main() -> ExitCode {
    let asked = |argument: &str| env::args_os().nth(1).is_some_and(|given| given == argument);
    if asked(loader_unit::ARGUMENT) {
        // SAFETY: nothing was opened and no thread started before.
        unsafe { loader_unit::run() }
    } else if asked(agent::ARGUMENT) {
        // SAFETY: as above.
        unsafe { agent::run(env::args_os().skip(2)) }
    } else {
        // SAFETY: as above.
        unsafe { process::run() }
    }
}
