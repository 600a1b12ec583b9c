//! Circles of a small made-up crate are found, however they come about, and its table is held to what it declares.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may stop at the first surprise")]

use xdplive_modules::files::Files;

/// What it has without a circle: `engine` and its parts need each other downwards, and all need `clock`.
const CLEAN: [(&str, &str); 5] = [
    (
        "lib",
        "//! | [`engine`], `reader` | rows; see [`clock`] |\n//! | [`clock`] | time |\npub mod clock;\npub mod engine;\n\
         mod reader;\npub use engine::Engine;\n#[cfg(test)]\nmod tests;\n",
    ),
    ("clock", "//! See [`crate::engine`].\n// crate::engine is not needed.\npub fn now() {}\n"),
    ("engine", "mod slots;\nuse self::slots::Slot;\nuse crate::{clock, reader::{self, Reader}};\n"),
    ("engine::slots", "use crate::clock::now;\n#[cfg(test)]\nmod tests {\n    use super::*;\n}\n"),
    ("reader", "use crate::clock::*;\n"),
];

/// The circles with more code in one of the files.
fn circles_with(file: &str, more: &str) -> Vec<String> {
    let text = |(name, text): (&str, &str)| {
        (name.to_owned(), if name == file { format!("{text}{more}") } else { text.to_owned() })
    };
    CLEAN.map(text).into_iter().collect::<Files>().circles()
}

#[test]
fn there_is_none_where_files_need_each_other_one_way() {
    assert_eq!(circles_with("", ""), Vec::<String>::new());
    let needs = Files::from_iter(CLEAN).needs();
    let of = |file: &str| needs[file].iter().map(String::as_str).collect::<Vec<_>>();
    assert_eq!(of("lib"), ["engine"]);
    assert_eq!(of("engine"), ["clock", "engine::slots", "reader"]);
    assert_eq!(of("engine::slots"), ["clock"]);
    assert_eq!(of("reader"), ["clock"], "everything of a module");
    assert_eq!(of("clock"), Vec::<&str>::new(), "comments are no code");
    assert_eq!(Files::from_iter(CLEAN).naming("crate::clock::"), ["engine::slots", "reader"]);
}

#[test]
fn a_circle_is_found_by_every_kind_of_path() {
    for (file, more) in [
        // By `crate`, in a group, under another name, everything of it, and in the middle of code.
        ("clock", "use crate::reader::Reader;"),
        ("clock", "use crate::{\n    engine::{slots::Slot},\n};"),
        ("clock", "use crate::{engine as other};"),
        ("clock", "use crate::engine::*;"),
        ("clock", "fn f() { let reader = crate::reader::Reader::new(); }"),
        // By `super`, and by `self` or a child's name from the other side.
        ("engine::slots", "use super::Engine;"),
        ("engine::slots", "use super::super::engine::Engine;"),
        ("clock", "use super::reader::Reader;"),
        // By what the root hands on.
        ("reader", "use crate::Engine;"),
        ("reader", "use super::Engine;"),
        ("reader", "use crate::*;"),
        // In tests that stand in the file.
        ("clock", "#[cfg(test)]\nmod tests {\n    use crate::engine::Engine;\n}"),
    ] {
        let circles = circles_with(file, more);
        assert_eq!(circles.len(), 1, "{more} in {file}: {circles:?}");
        assert!(circles[0].contains(&format!("  {file} needs ")), "{more} in {file}: {circles:?}");
    }
}

#[test]
fn circles_that_do_not_touch_are_told_apart() {
    let files =
        [("a", "crate::b::B"), ("b", "crate::a::A"), ("c", "crate::d::D"), ("d", "crate::c::C; crate::a::A")];
    let expected = ["  a needs b\n  b needs a\n", "  c needs d\n  d needs c\n"];
    assert_eq!(Files::from_iter(files).circles(), expected);
}

#[test]
fn a_table_is_held_to_what_the_file_declares() {
    let with = |more: &str| {
        let lib = format!("{}{more}", CLEAN[0].1);
        let unlisted =
            |files: Files| files.unlisted("lib").into_iter().map(str::to_owned).collect::<Vec<_>>();
        unlisted(Files::from_iter([("lib", lib)]))
    };
    assert_eq!(Files::from_iter(CLEAN).table("lib"), ["engine", "reader", "clock"]);
    assert_eq!(Files::from_iter(CLEAN).declared("lib"), ["clock", "engine", "reader"]);
    assert_eq!(with(""), Vec::<String>::new());
    assert_eq!(with("mod forgotten;\n"), ["forgotten"]);
    assert_eq!(with("//! | `gone` | |\n"), ["gone"]);
    assert_eq!(with("//! | `clock` | |\n"), ["clock"]);
}

#[test]
fn files_are_those_of_the_crate_without_its_tests() {
    let files = Files::read(env!("CARGO_MANIFEST_DIR")).unwrap();
    assert_eq!(files.names().collect::<Vec<_>>(), ["files", "lib", "paths"]);
    assert!(files.needs()["files"].contains("paths"));
    assert_eq!(files.circles(), Vec::<String>::new());
    assert_eq!(files.unlisted("lib"), Vec::<&str>::new());
}
