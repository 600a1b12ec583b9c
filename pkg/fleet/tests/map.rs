//! The crate's files need each other one way only, and the table of modules lists every module there is.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may stop at the first surprise"
)]

use xdplive_modules::files::Files;

fn files() -> Files {
    Files::read(env!("CARGO_MANIFEST_DIR")).unwrap()
}

#[test]
fn no_files_need_each_other() {
    let (files, needs) = (files(), files().needs());
    // That it sees anything.
    assert!(
        needs["agent::lease"].contains("agent::leases") && needs["remote::lessee"].contains("remote::sink")
    );
    assert_eq!(files.circles(), Vec::<String>::new(), "circles of files that need each other");
}

#[test]
fn what_is_said_has_no_io() {
    let needs = files().needs();
    for (file, needed) in needs.iter().filter(|(file, _)| file.starts_with("wire")) {
        assert!(needed.iter().all(|one| one.starts_with("wire")), "{file} needs {needed:?}");
    }
}

#[test]
fn the_table_lists_the_modules_that_are_declared() {
    let files = files();
    assert!(files.declared("lib").len() >= 6, "{:?}", files.declared("lib"));
    assert_eq!(files.unlisted("lib"), Vec::<&str>::new(), "the table, and what is declared");
}
