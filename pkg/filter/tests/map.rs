//! The crate's files need each other one way only, and `lib.rs` lists its modules in that order.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may stop at the first surprise"
)]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

/// Files by their module's path, such as `parse::head`, without comments; none of the tests.
fn files() -> BTreeMap<String, String> {
    fn collect(folder: &Path, prefix: &str, files: &mut BTreeMap<String, String>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            if name == "tests" || name == "lib" {
                continue;
            }
            if path.is_dir() {
                collect(&path, &format!("{prefix}{name}::"), files);
            } else {
                let text = fs::read_to_string(&path).unwrap();
                let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
                files.insert(format!("{prefix}{name}"), code.collect::<Vec<_>>().join("\n"));
            }
        }
    }
    let mut files = BTreeMap::new();
    collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), "", &mut files);
    files
}

/// Every path that begins with `start`, groups in braces resolved: `a::{b, c::d}` is `a::b` and `a::c::d`.
fn paths(code: &str, start: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (at, _) in code.match_indices(start) {
        if code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':') {
            continue;
        }
        let (mut prefixes, mut current) = (Vec::new(), String::new());
        for c in code[at + start.len()..].chars() {
            match c {
                '{' => prefixes.push(current.clone()),
                ',' | '}' if !prefixes.is_empty() => {
                    found.insert(std::mem::take(&mut current));
                    if c == '}' {
                        prefixes.pop();
                    } else {
                        current.clone_from(prefixes.last().unwrap());
                    }
                }
                c if c.is_alphanumeric() || c == '_' || c == ':' => current.push(c),
                c if c.is_whitespace() && !prefixes.is_empty() => {}
                _ => break,
            }
            if prefixes.is_empty() && c == '}' {
                break;
            }
        }
        found.insert(current);
    }
    // What is left of a group behind its last comma names nothing.
    found.retain(|path| !path.is_empty() && !path.ends_with("::"));
    found
}

/// The file with what `path` names: the longest beginning that is one.
fn home(path: &str, files: &BTreeMap<String, String>) -> Option<String> {
    let mut path = path;
    loop {
        if files.contains_key(path) {
            return Some(path.to_owned());
        }
        path = path.rsplit_once("::")?.0;
    }
}

/// The files that each file names.
fn needs() -> BTreeMap<String, BTreeSet<String>> {
    let files = files();
    let of = |name: &String, code: &String| {
        let mut needed: Vec<String> = paths(code, "crate::").into_iter().collect();
        if let Some((parent, _)) = name.rsplit_once("::") {
            needed.extend(paths(code, "super::").iter().map(|path| format!("{parent}::{path}")));
        }
        let own = files.keys().filter_map(|file| file.strip_prefix(name.as_str())?.strip_prefix("::"));
        needed.extend(
            own.filter(|child| !paths(code, &format!("{child}::")).is_empty())
                .map(|child| format!("{name}::{child}")),
        );
        let homes = needed.iter().filter_map(|path| home(path, &files));
        homes.filter(|file| file != name).collect::<BTreeSet<_>>()
    };
    files.iter().map(|(name, code)| (name.clone(), of(name, code))).collect()
}

#[test]
fn no_files_need_each_other() {
    let mut needs = needs();
    assert!(needs.len() > 40 && needs["parse::value"].contains("parse::head"), "{needs:?}");
    assert!(needs["relation"].contains("relation::solve") && needs["term::cover"].contains("term"));
    assert!(needs["syntax"].contains("vocabulary::protocols"), "{:?}", needs["syntax"]);
    loop {
        let free: BTreeSet<String> =
            needs.iter().filter(|(_, needed)| needed.is_empty()).map(|(name, _)| name.clone()).collect();
        if free.is_empty() {
            break;
        }
        needs.retain(|name, _| !free.contains(name));
        for needed in needs.values_mut() {
            needed.retain(|name| !free.contains(name));
        }
    }
    assert!(needs.is_empty(), "these files need each other, or need some that do: {needs:#?}");
}

#[test]
fn modules_need_only_those_below_them_in_the_map() {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs")).unwrap();
    let rows = text.lines().filter_map(|line| line.strip_prefix("//! | ")?.split('|').next());
    let map: Vec<&str> = rows.filter_map(|cell| cell.split('`').nth(1)).collect();
    let declared: BTreeSet<&str> = text
        .lines()
        .filter_map(|line| line.trim_start_matches("pub ").strip_prefix("mod ")?.strip_suffix(';'))
        .collect();
    assert_eq!(map.iter().copied().collect::<BTreeSet<_>>(), declared);
    let place = |file: &str| {
        let module = file.split("::").next().unwrap();
        map.iter().position(|listed| *listed == module).unwrap_or_else(|| panic!("{file} is in no module"))
    };
    for (file, needed) in needs() {
        for other in needed {
            assert!(place(&file) <= place(&other), "{file} needs {other}, which stands above it");
        }
    }
}
