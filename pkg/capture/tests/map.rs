//! The crate's files need each other one way only, and tables of modules list every module there is.

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
    // That it sees anything: by `crate`, by `super`, by `self` and by a child's name.
    assert!(needs.len() > 45 && needs["flow_table"].contains("in_force"), "{needs:#?}");
    assert!(needs["engine::cut"].contains("engine::generations") && needs["reader"].contains("reader::ring"));
    assert_eq!(files.circles(), Vec::<String>::new(), "circles of files that need each other");
}

#[test]
fn tables_list_the_modules_that_are_declared() {
    let files = files();
    for file in ["lib", "engine"] {
        assert!(files.declared(file).len() >= 14, "{file}: {:?}", files.declared(file));
        assert_eq!(files.unlisted(file), Vec::<&str>::new(), "{file}.rs: its table, and what it declares");
    }
}
