//! What cannot be done is said, with the right status.

use xdplive_lab::{namespace::Namespace, watch::Watch};

#[test]
fn wrong_calls() {
    let namespace = Namespace::with_pair();
    for (options, words) in [
        (vec!["--interface", "nowhere"], vec!["\"nowhere\"", "`ip link`"]),
        (vec!["--interface", "a", "--columns", "time,tll"], vec!["\"tll\"", "ttl"]),
        (vec!["--interface", "a", "--columns", "ttl,ttl"], vec!["columns", "once"]),
        (vec!["--interface", "a", "--limit", "0"], vec!["limit", "1 or more"]),
        (vec!["--interface", "a", "--direction", "up"], vec!["up", "in"]),
        (vec!["--interface", "a", "--hook", "xdp"], vec!["xdp-native"]),
        (vec!["--interface", "a", "--duration", "0"], vec!["seconds"]),
        (vec!["--interface", "a", "--filter", "host 192.0.2.1 adn port 80"], vec!["column 16", "adn"]),
        (vec!["--interface", "a", "--filter", "tcp", "--filter", "tpc"], vec!["column 1:", "tpc"]),
        // There is no default route here.
        (vec![], vec!["default route", "`ip link`"]),
    ] {
        let outcome = Watch::start(&namespace, &options).finish();
        outcome.assert_failed(2, &words);
        assert!(outcome.rows.is_empty());
    }
}

#[test]
fn no_plugin() {
    let namespace = Namespace::new();
    let xdplive = xdplive_lab::xdplive();
    let mut command = namespace.command(&[&xdplive.display().to_string(), "watch", "--plugin", "/nowhere"]);
    Watch::spawn(&mut command).finish().assert_failed(1, &["/nowhere"]);
    // Something that is no plugin.
    let mut command = namespace.command(&[&xdplive.display().to_string(), "watch", "--plugin", "/bin/true"]);
    Watch::spawn(&mut command).finish().assert_failed(1, &["/bin/true", "did not start as a plugin"]);
}

#[test]
fn the_plugin_started_by_hand() {
    let namespace = Namespace::new();
    let mut command = namespace.command(&[&xdplive_lab::plugin().display().to_string()]);
    Watch::spawn(&mut command).finish().assert_failed(2, &["xdplive watch", "docs/install.md"]);
}
