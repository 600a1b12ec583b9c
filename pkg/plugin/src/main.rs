//! `gpx_xdplive`: the process that Grafana starts, or the loader that systemd does.

use std::{env, process::ExitCode};

use xdplive_plugin::{loader_unit, process};

fn main() -> ExitCode {
    if env::args_os().nth(1).is_some_and(|argument| argument == loader_unit::ARGUMENT) {
        // SAFETY: nothing was opened and no thread started before.
        unsafe { loader_unit::run() }
    } else {
        // SAFETY: as above.
        unsafe { process::run() }
    }
}
