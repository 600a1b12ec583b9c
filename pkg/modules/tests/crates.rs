//! Crates need each other downwards only, and those that are to stay small, or without I/O, do.

#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use std::{collections::BTreeSet, fs, path::Path};

/// What `pkg/NAME` needs besides its tests.
fn needs(name: &str) -> BTreeSet<String> {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(name).join("Cargo.toml");
    let text = fs::read_to_string(manifest).unwrap();
    let lines = text.lines().skip_while(|line| *line != "[dependencies]").skip(1);
    let lines = lines.take_while(|line| !line.starts_with('['));
    lines
        .filter_map(|line| Some(line.split(['.', ' ', '=']).next()?.to_owned()))
        .filter(|name| !name.is_empty())
        .collect()
}

#[test]
fn crates_need_each_other_downwards_only() {
    for (name, below) in [
        ("packet", [].as_slice()),
        ("filter", &["packet"]),
        ("names", &["filter"]),
        ("source", &["names", "filter", "packet", "protocol"]),
        ("fleet", &["source", "filter", "packet"]),
        ("loader", &["packet"]),
        ("history", &["source", "filter", "packet"]),
        ("capture", &["source", "loader", "names", "filter", "packet", "protocol"]),
        (
            "plugin",
            &["history", "source", "capture", "fleet", "loader", "names", "filter", "packet", "protocol"],
        ),
    ] {
        let needed = needs(name);
        let ours: BTreeSet<&str> = needed.iter().filter_map(|name| name.strip_prefix("xdplive-")).collect();
        assert_eq!(ours, below.iter().copied().collect(), "pkg/{name}");
    }
}

#[test]
fn the_seam_has_no_way_to_the_machine() {
    for name in ["names", "source", "history"] {
        let needed = needs(name);
        for system in ["aya", "aya-obj", "libc", "rustix", "rtnetlink", "ethtool"] {
            assert!(!needed.contains(system), "pkg/{name} needs {system}");
        }
    }
}

#[test]
fn what_runs_with_rights_needs_no_more_than_it_did() {
    let all = [
        "aya",
        "aya-obj",
        "bytemuck",
        "landlock",
        "libc",
        "rustix",
        "seccompiler",
        "serde",
        "serde_json",
        "thiserror",
        "xdplive-packet",
    ];
    assert_eq!(needs("loader"), all.map(str::to_owned).into());
}
