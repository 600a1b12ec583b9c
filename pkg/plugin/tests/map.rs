//! The plugin asks a source, whatever that is. That it is the capture of this machine, only what starts it knows.

#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use xdplive_modules::files::Files;

#[test]
fn only_what_starts_the_capture_knows_it() {
    let files = Files::read(env!("CARGO_MANIFEST_DIR")).unwrap();
    assert!(files.naming("xdplive_source::").len() > 20);
    let settings = ["settings::bounds", "settings::server"];
    let start = ["administrator", "agent", "other_machines", "own_ports", "process"];
    assert_eq!(files.naming("xdplive_capture::"), [&start[..], &settings].concat());
    assert_eq!(
        files.naming("xdplive_loader::"),
        ["administrator", "agent", "loader_unit", "process", "socket"]
    );
}
