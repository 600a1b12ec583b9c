//! The commands that install what comes with the plugin for systemd, beside its program: in `docs/install` of the sources.

use std::path::{Path, PathBuf};

use xdplive_protocol::plugin::program_name;

use crate::at_start::AtStart;

/// Where Grafana's service reads what adds to its unit.
const DROP_IN: &str = "/etc/systemd/system/grafana-server.service.d/xdplive.conf";
/// Where the loader's service has its program.
const LOADER: &str = "/usr/local/lib/xdplive/gpx_xdplive";

/// The program as far as it is known, and where the files beside it lie.
fn places(at_start: &AtStart) -> (PathBuf, PathBuf) {
    let program = at_start.file.as_ref().map_or_else(|| program_name().into(), |file| file.path.clone());
    let beside = program.parent().unwrap_or(Path::new("")).join("install");
    (program, beside)
}

/// What lets the service of Grafana's deb and rpm packages give the plugin what it needs.
pub(crate) fn fix_by_drop_in(at_start: &AtStart) -> String {
    let [install, restart] = drop_in_commands(at_start);
    format!("install the drop-in that came with the plugin: {install}; then {restart}")
}

/// The commands for it, in this order.
pub(crate) fn drop_in_commands(at_start: &AtStart) -> [String; 2] {
    let (_, beside) = places(at_start);
    // Where the loader has the rights, Grafana's service needs the list of interfaces and nothing else.
    let drop_in = beside.join(if at_start.has_service { "xdplive-netlink.conf" } else { "xdplive.conf" });
    [
        format!("sudo install -D -m 644 {} {DROP_IN}", drop_in.display()),
        "sudo systemctl daemon-reload && sudo systemctl restart grafana-server".to_owned(),
    ]
}

/// The commands that make the loader a service of its own, in this order. The kernel does not start a file whose capabilities
/// Grafana's service may not have, so they are taken away.
pub(super) fn loader_commands(at_start: &AtStart) -> [String; 5] {
    let (program, beside) = places(at_start);
    let (program, beside) = (program.display(), beside.display());
    [
        format!("sudo install -D -m 755 {program} {LOADER}"),
        format!(
            "sudo install -m 644 {beside}/xdplive-loader.socket {beside}/xdplive-loader@.service /etc/systemd/system/"
        ),
        format!("sudo install -D -m 644 {beside}/xdplive-netlink.conf {DROP_IN}"),
        format!("sudo setcap -r {program}"),
        "sudo systemctl daemon-reload && sudo systemctl enable --now xdplive-loader.socket && sudo systemctl restart \
         grafana-server"
            .to_owned(),
    ]
}
