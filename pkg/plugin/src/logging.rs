//! The log that Grafana reads: one JSON object a line on standard error (hclog).

use std::panic;

use tracing::error;
use tracing_subscriber::{EnvFilter, layer::SubscriberExt as _, util::SubscriberInitExt as _};

/// How much is logged: errors alone first, each with all before it.
pub const LEVELS: [&str; 5] = ["error", "warn", "info", "debug", "trace"];
/// Where nothing else is asked for.
pub const DEFAULT_LEVEL: &str = "info";

/// Starts logging. `level` is one of [`LEVELS`], else the default stands in for it, and holds for our own crates only:
/// at `debug` the gRPC library would print requests, with the secrets in them.
pub fn start(level: &str) {
    let level = level.trim();
    let level = if LEVELS.contains(&level) { level } else { DEFAULT_LEVEL };
    let ours = ["xdplive_plugin", "xdplive_source", "xdplive_history", "xdplive_capture", "xdplive_loader"]
        .map(|name| format!("{name}={level}"))
        .join(",");
    let filter = EnvFilter::new(format!("warn,{ours}"));
    // Fails only where logging has been started before.
    let _ = tracing_subscriber::registry().with(filter).with(grafana_plugin_sdk::backend::layer()).try_init();
    // The default text of a panic is no JSON, and Grafana would show it at debug level only.
    panic::set_hook(Box::new(|info| error!("this is a bug in XDP Live, please report it: {info}")));
}
