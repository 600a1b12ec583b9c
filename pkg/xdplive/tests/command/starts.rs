//! Plugins that do not start: why, is in their log, and a person sees it.

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path, process::Stdio};

use crate::call::{Call, Outcome, command};

/// What a plugin says on standard error before it ends.
const LAST: &str =
    r#"{"@level":"error","@message":"it lacks CAP_NET_ADMIN; sudo setcap gives it","@module":"x"}"#;

fn failing(directory: &Path) -> String {
    let plugin = directory.join("plugin");
    fs::write(&plugin, format!("#!/bin/sh\necho '{LAST}' >&2\nexit 1\n")).unwrap();
    fs::set_permissions(&plugin, fs::Permissions::from_mode(0o755)).unwrap();
    plugin.display().to_string()
}

fn call(arguments: &[&str]) -> Outcome {
    Call::start(command(arguments).stdout(Stdio::null())).finish()
}

#[test]
fn watch_shows_the_reason_before_it_gives_up() {
    let directory = tempfile::tempdir().unwrap();
    let plugin = failing(directory.path());
    let outcome = call(&["watch", "--interface", "a", "--plugin", &plugin]);
    assert_eq!(outcome.status, Some(1), "{outcome:?}");
    let lines: Vec<&str> = outcome.errors.lines().collect();
    let last = format!("xdplive: {plugin} did not start as a plugin does: it ended (exit status: 1)");
    assert_eq!(lines, ["plugin: it lacks CAP_NET_ADMIN; sudo setcap gives it", &last]);
}

#[test]
fn doctor_shows_it_as_a_finding() {
    let directory = tempfile::tempdir().unwrap();
    let plugin = failing(directory.path());
    let output = command(&["doctor", "--plugin", &plugin]).output().unwrap();
    let findings = String::from_utf8(output.stdout).unwrap();
    let finding = format!(
        "FAILED   start: {plugin} did not start as a plugin does: it ended (exit status: 1): it lacks CAP_NET_ADMIN; \
         sudo setcap gives it\n"
    );
    assert!(findings.contains(&finding), "{findings}");
    assert_eq!(output.status.code(), Some(1));
}
