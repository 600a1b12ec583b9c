//! The crate's files need each other one way only, and the table of modules lists every module there is.

#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use xdplive_modules::files::Files;

#[test]
fn no_files_need_each_other_and_the_table_lists_the_modules() {
    let files = Files::read(env!("CARGO_MANIFEST_DIR")).unwrap();
    assert!(!files.needs().is_empty(), "it sees nothing");
    assert_eq!(files.circles(), Vec::<String>::new(), "circles of files that need each other");
    assert_eq!(files.unlisted("lib"), Vec::<&str>::new(), "the table, and what is declared");
}
