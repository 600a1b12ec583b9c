//! `gpx_xdplive`: the process that Grafana starts.

use std::process::ExitCode;

fn main() -> ExitCode {
    xdplive_plugin::process::run()
}
