//! The log that Grafana reads: one JSON object a line on standard error (hclog).

use std::{io::IsTerminal as _, panic};

use tracing::error;
use tracing_subscriber::{EnvFilter, layer::SubscriberExt as _, util::SubscriberInitExt as _};

/// How much is logged: errors alone first, each with all before it.
pub const LEVELS: [&str; 5] = ["error", "warn", "info", "debug", "trace"];
/// Where lines of the [audit log](crate::audit) go, so that they can be told from all others and have a level of their own.
pub const AUDIT: &str = "xdplive::audit";
/// Where nothing else is asked for.
pub const DEFAULT_LEVEL: &str = "info";
/// How much of the audit log there is. Its lines are of the level `info`.
pub const AUDIT_LEVELS: [&str; 2] = ["info", "off"];

/// Starts logging. `level` is one of [`LEVELS`], else the default stands in for it, and holds for our own crates only:
/// at `debug` the gRPC library would print requests, with the secrets in them. `audit` is one of [`AUDIT_LEVELS`]; anything
/// else is taken for `info`.
pub fn start(level: &str, audit: &str) {
    let filter = EnvFilter::new(filter(level, audit));
    // Fails only where logging has been started before.
    let _ = tracing_subscriber::registry().with(filter).with(grafana_plugin_sdk::backend::layer()).try_init();
    // The default text of a panic is no JSON, and Grafana would show it at debug level only.
    panic::set_hook(Box::new(|info| error!("this is a bug in XDP Live, please report it: {info}")));
}

/// The same for a person or a journal: a line of text each. Where that has a clock of its own, as systemd's does, none is
/// needed here.
pub fn start_plain(level: &str) {
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_target(false)
        .without_time();
    let _ = tracing_subscriber::registry().with(EnvFilter::new(filter(level, "off"))).with(lines).try_init();
    panic::set_hook(Box::new(|info| error!("this is a bug in XDP Live, please report it: {info}")));
}

/// Which lines there are, as directives of tracing.
fn filter(level: &str, audit: &str) -> String {
    let level = level.trim();
    let level = if LEVELS.contains(&level) { level } else { DEFAULT_LEVEL };
    let audit = if audit.trim() == "off" { "off" } else { DEFAULT_LEVEL };
    let ours = [
        "xdplive_plugin",
        "xdplive_source",
        "xdplive_history",
        "xdplive_capture",
        "xdplive_fleet",
        "xdplive_loader",
    ]
    .map(|name| format!("{name}={level}"))
    .join(",");
    format!("warn,{ours},{AUDIT}={audit}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_audit_log_has_a_level_of_its_own() {
        for (level, audit, expected) in
            [("", "", "info"), ("error", "info", "info"), ("trace", " off ", "off"), ("info", "loud", "info")]
        {
            let filter = filter(level, audit);
            assert!(filter.ends_with(&format!(",xdplive::audit={expected}")), "{filter}");
            EnvFilter::try_new(&filter).unwrap();
        }
        assert!(filter("debug", "").starts_with("warn,xdplive_plugin=debug,"), "{}", filter("debug", ""));
    }
}
