//! What the plugin is called.

/// The data source's id in Grafana.
pub const ID: &str = "xdplive-packets-datasource";

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
