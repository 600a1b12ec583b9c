use std::{fs, os::unix::fs::PermissionsExt as _};

use rustix::process::geteuid;

use super::*;

fn parse(text: &str) -> Result<Ceiling, String> {
    Ceiling::parse(text).map_err(|reason| reason.to_string())
}

#[test]
fn every_key() {
    let text = "interfaces = [\"wan*\", \"lan0\"]\nmax_limit = 500\nheader_bytes = 0\nring_bytes = 8192\nflow_entries = 1024\n\
                dns_answers = false\n";
    let expected = Ceiling {
        interfaces: Patterns::read("wan* lan0").unwrap(),
        max_limit: Some(500),
        header_bytes: Some(0),
        ring_bytes: Some(8192),
        flow_entries: Some(1024),
        dns_answers: Some(false),
    };
    assert_eq!(parse(text), Ok(expected));
    assert_eq!(parse("# nothing\n"), Ok(Ceiling::default()));
}

#[test]
fn what_it_may_not_say_is_refused() {
    for (text, fault) in [
        ("interface = [\"wan0\"]", "unknown field `interface`"),
        ("interfaces = \"wan0\"", "invalid type"),
        (
            "interfaces = []",
            "interfaces is []; it takes names and patterns of interfaces such as eth0, eth* and !veth*, and at least one",
        ),
        ("interfaces = [\"\"]", "interfaces is [\"\"]; it takes"),
        ("max_limit = 0", "max_limit is 0; it takes a whole number of 1 or more"),
        ("max_limit = -1", "invalid value"),
        ("header_bytes = 513", "header_bytes is 513; it takes a whole number from 0 to 512"),
        ("ring_bytes = 5000", "ring_bytes is 5000; it takes a power of two"),
        ("flow_entries = 1", "flow_entries is 1; it takes a whole number from 1024 to 1048576"),
        ("header_bytes = 0\nheader_bytes = 512", "duplicate key"),
        ("dns_answers = 1", "invalid type"),
        ("what?", "expected"),
    ] {
        let reason = parse(text).unwrap_err();
        assert!(reason.contains(fault), "{text}: {reason}");
    }
}

#[test]
fn no_file_is_no_bound() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("xdplive.toml");
    assert_eq!(Ceiling::read(&path).unwrap(), Ceiling::default());
}

/// Who could write it could raise it.
#[test]
fn it_is_root_s_alone() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("xdplive.toml");
    fs::write(&path, "header_bytes = 0\n").unwrap();
    let set = |mode| fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
    let read = || Ceiling::read(&path).map_err(|error| error.to_string());
    if !geteuid().is_root() {
        let reason = read().unwrap_err();
        assert!(reason.contains("it must be root's"), "{reason}");
        eprintln!("NOT TESTED: modes of a file that is root's, which takes root");
        return;
    }
    set(0o644);
    assert_eq!(read().unwrap().header_bytes, Some(0));
    for mode in [0o664, 0o646, 0o622] {
        set(mode);
        let reason = read().unwrap_err();
        assert!(reason.contains(&format!("mode {mode:o}")) && reason.contains("chmod 644"), "{reason}");
    }
    set(0o644);
    std::os::unix::fs::chown(&path, Some(1000), None).unwrap();
    assert!(read().unwrap_err().contains("it belongs to user 1000"));
}

#[test]
fn a_directory_or_an_endless_file_is_none() {
    let directory = tempfile::tempdir().unwrap();
    assert!(Ceiling::read(directory.path()).unwrap_err().to_string().contains("no ordinary file"));
    let path = directory.path().join("long");
    fs::write(&path, "#".repeat(70_000)).unwrap();
    if geteuid().is_root() {
        assert!(Ceiling::read(&path).unwrap_err().to_string().contains("more than 65536 bytes"));
    }
    assert!(Ceiling::read(Path::new("/dev/zero")).unwrap_err().to_string().contains("no ordinary file"));
}
