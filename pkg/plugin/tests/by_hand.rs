//! Somebody starts the program that Grafana is to start.

#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use std::process::Command;

/// It refuses before it does anything else, in a sentence, and says nothing where Grafana would read.
#[test]
fn it_says_what_to_do_instead() {
    for cookie in [None, Some(""), Some("panel")] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_gpx_xdplive"));
        command.env_clear().envs(cookie.map(|cookie| ("grafana_plugin_type", cookie)));
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        assert_eq!(output.stdout, b"");
        let sentence = String::from_utf8(output.stderr).unwrap();
        assert!(sentence.contains("`xdplive watch`"), "{sentence}");
        assert_eq!(sentence.lines().count(), 1);
    }
}
