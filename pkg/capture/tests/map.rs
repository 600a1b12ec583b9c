//! The crate's files need each other one way only, and tables of modules list every module there is.

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

/// Files by their module's path, such as `engine::slots`; none of the tests.
fn files() -> BTreeMap<String, String> {
    fn collect(folder: &Path, prefix: &str, files: &mut BTreeMap<String, String>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            if name == "tests" {
                continue;
            }
            if path.is_dir() {
                collect(&path, &format!("{prefix}{name}::"), files);
            } else {
                files.insert(format!("{prefix}{name}"), fs::read_to_string(&path).unwrap());
            }
        }
    }
    let mut files = BTreeMap::new();
    collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), "", &mut files);
    files
}

/// A file without comments and without its tests, which stand at its end.
fn code(text: &str) -> String {
    let lines = text.lines().take_while(|line| *line != "#[cfg(test)]");
    lines.filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// Every path that begins with `start`, groups in braces resolved: `a::{b, c::d}` is `a::b` and `a::c::d`.
fn paths(code: &str, start: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (at, _) in code.match_indices(start) {
        if code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':') {
            continue;
        }
        let (mut prefixes, mut current) = (Vec::new(), start.to_owned());
        for c in code[at + start.len()..].chars() {
            match c {
                '{' => prefixes.push(current.clone()),
                ',' | '}' if !prefixes.is_empty() => {
                    found.insert(std::mem::take(&mut current));
                    if c == '}' {
                        prefixes.pop();
                        if prefixes.is_empty() {
                            break;
                        }
                    } else {
                        current.clone_from(prefixes.last().unwrap());
                    }
                }
                c if c.is_alphanumeric() || c == '_' || c == ':' => current.push(c),
                c if c.is_whitespace() && !prefixes.is_empty() => {}
                _ => break,
            }
        }
        found.insert(current);
    }
    // What is left of a group behind its last comma names nothing.
    found.retain(|path| !path.is_empty() && !path.ends_with("::"));
    found
}

/// What `path` in the module `of` names, from the crate's root on.
fn from_root(path: &str, of: &str) -> String {
    let mut place: Vec<&str> = of.split("::").collect();
    for part in path.split("::") {
        match part {
            "crate" => place.clear(),
            "self" => {}
            "super" => _ = place.pop(),
            name => place.push(name),
        }
    }
    place.join("::")
}

/// The file with what `path` names: the longest beginning that is one. None where it stands in `lib.rs`, or is no path.
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
    let of = |name: &String, text: &String| {
        let code = code(text);
        let children = files.keys().filter_map(|file| file.strip_prefix(name.as_str())?.strip_prefix("::"));
        let starts = ["crate", "self", "super"].into_iter().chain(children).map(|start| format!("{start}::"));
        let named = starts.flat_map(|start| paths(&code, &start)).map(|path| from_root(&path, name));
        let homes = named.filter_map(|path| home(&path, &files));
        homes.filter(|file| file != name).collect::<BTreeSet<_>>()
    };
    files.iter().map(|(name, text)| (name.clone(), of(name, text))).collect()
}

/// All files that a file needs, and that these need.
fn reach<'a>(file: &'a str, needs: &'a BTreeMap<String, BTreeSet<String>>) -> BTreeSet<&'a str> {
    let mut reached = BTreeSet::new();
    let mut open: Vec<&str> = vec![file];
    while let Some(next) = open.pop() {
        open.extend(needs[next].iter().map(String::as_str).filter(|other| reached.insert(*other)));
    }
    reached
}

#[test]
fn no_files_need_each_other() {
    let needs = needs();
    // That it sees anything: by `crate`, by `super`, by `self` and by a child's name.
    assert!(needs.len() > 60 && needs["flow_table"].contains("in_force"), "{needs:#?}");
    assert!(needs["engine::cut"].contains("engine::generations") && needs["reader"].contains("reader::ring"));
    assert!(needs["loader"].contains("loader::process"), "{:?}", needs["loader"]);
    let reached: BTreeMap<&str, BTreeSet<&str>> =
        needs.keys().map(|file| (file.as_str(), reach(file, &needs))).collect();
    let circle = |file: &&str| {
        let back = |other: &&&str| reached[**other].contains(file);
        reached[file].iter().filter(back).copied().collect::<Vec<_>>()
    };
    let circles: BTreeSet<Vec<&str>> =
        reached.keys().map(circle).filter(|circle| !circle.is_empty()).collect();
    let why = |circle: &Vec<&str>| {
        let within = |file: &str| -> Vec<String> {
            needs[file].iter().filter(|other| circle.contains(&other.as_str())).cloned().collect()
        };
        circle.iter().map(|file| format!("  {file} needs {}\n", within(file).join(", "))).collect::<String>()
    };
    let circles: Vec<String> = circles.iter().map(why).collect();
    assert!(
        circles.is_empty(),
        "{} circles of files that need each other:\n{}",
        circles.len(),
        circles.join("\n")
    );
}

/// The modules in the table at a file's beginning, in its order. A row may name several.
fn table(text: &str) -> Vec<&str> {
    let rows = text.lines().filter(|line| line.starts_with("//! | ") && line.contains('`'));
    rows.flat_map(|row| row.split('`').skip(1).step_by(2)).collect()
}

/// The modules that a file declares, but for its tests.
fn declared(text: &str) -> Vec<&str> {
    let names = text
        .lines()
        .filter_map(|line| line.trim_start_matches("pub ").strip_prefix("mod ")?.strip_suffix(';'));
    names.filter(|name| *name != "tests").collect()
}

#[test]
fn tables_list_the_modules_that_are_declared() {
    let files = files();
    for file in ["lib", "engine", "source"] {
        let (mut listed, mut declared) = (table(&files[file]), declared(&files[file]));
        listed.sort_unstable();
        declared.sort_unstable();
        assert!(declared.len() > 15, "{declared:?}");
        assert_eq!(listed, declared, "{file}.rs: its table, and what it declares");
    }
}
