//! The crate's files need each other one way only, and `lib.rs` lists its modules in that order.

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
    assert!(needs.len() > 40 && needs["parse::value"].contains("parse::head"), "{needs:?}");
    assert!(needs["relation"].contains("relation::solve") && needs["term::cover"].contains("term"));
    assert!(needs["syntax"].contains("vocabulary::protocols"), "{:?}", needs["syntax"]);
    assert_eq!(files.circles(), Vec::<String>::new(), "circles of files that need each other");
}

#[test]
fn modules_need_only_those_below_them_in_the_map() {
    let files = files();
    assert_eq!(files.unlisted("lib"), Vec::<&str>::new());
    let map = files.table("lib");
    let place = |file: &str| {
        let module = file.split("::").next().unwrap();
        map.iter().position(|listed| *listed == module).unwrap_or_else(|| panic!("{file} is in no module"))
    };
    // The root names them all.
    for (file, needed) in files.needs().iter().filter(|(file, _)| *file != "lib") {
        for other in needed {
            assert!(place(file) <= place(other), "{file} needs {other}, which stands above it");
        }
    }
}
