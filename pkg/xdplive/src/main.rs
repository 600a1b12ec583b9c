//! `xdplive`: packets of this machine's interfaces on a terminal, by way of the Grafana plugin.

use std::process::ExitCode;

fn main() -> ExitCode {
    xdplive::main()
}
