//! What the plugin is called.

/// The data source's id in Grafana.
pub const ID: &str = "xdplive-packets-datasource";

/// Where systemd listens for the loader that is a service of its own, by `docs/install/xdplive-loader.socket`.
pub const LOADER_SOCKET: &str = "/run/xdplive/loader.sock";

/// The program's name for this machine's architecture, as Grafana looks for it.
#[must_use]
pub fn program_name() -> String {
    let architecture = match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    };
    format!("gpx_xdplive_linux_{architecture}")
}
