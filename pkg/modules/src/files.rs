//! The files of a crate, what each needs, and what it says of its modules.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::Path,
};

use crate::paths::{from_root, paths};

/// The crate's root. What a path names that is in no file stands there.
const ROOT: &str = "lib";

/// The files of a crate, by their module's path, such as `engine::slots`, and `lib` for the root; none of its tests.
#[derive(Clone, Debug)]
pub struct Files(BTreeMap<String, String>);

/// For each file, those that it names.
pub type Needs = BTreeMap<String, BTreeSet<String>>;

impl Files {
    /// The files of the crate in `folder`, which has a `src`.
    ///
    /// # Errors
    /// Where they cannot be read, or are no text.
    pub fn read(folder: impl AsRef<Path>) -> io::Result<Self> {
        let mut files = BTreeMap::new();
        collect(&folder.as_ref().join("src"), "", &mut files)?;
        Ok(Self(files))
    }

    /// The text of a file; empty where there is none.
    #[must_use]
    pub fn text(&self, file: &str) -> &str {
        self.0.get(file).map_or("", String::as_str)
    }

    /// Their names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// The files that each of them names: by `crate`, `self`, `super`, or a module of its own.
    #[must_use]
    pub fn needs(&self) -> Needs {
        self.0.iter().map(|(name, text)| (name.clone(), self.needs_of(name, text))).collect()
    }

    fn needs_of(&self, name: &str, text: &str) -> BTreeSet<String> {
        let (code, place) = (code(text), if name == ROOT { "" } else { name });
        let children = self.names().filter(|file| *file != ROOT).filter_map(|file| match place {
            "" => Some(file),
            place => file.strip_prefix(place)?.strip_prefix("::"),
        });
        let starts = ["crate", "self", "super"].into_iter().chain(children).map(|start| format!("{start}::"));
        let named = starts.flat_map(|start| paths(&code, &start)).map(|path| from_root(&path, place));
        named.filter_map(|path| self.home(&path)).filter(|file| file != name).collect()
    }

    /// The file with what `path` names: the longest beginning that is one, or the root.
    fn home(&self, path: &str) -> Option<String> {
        let mut path = path;
        loop {
            if self.0.contains_key(path) {
                return Some(path.to_owned());
            }
            match path.rsplit_once("::") {
                Some((parent, _)) => path = parent,
                None => return self.0.contains_key(ROOT).then(|| ROOT.to_owned()),
            }
        }
    }

    /// The files whose code has a path that begins with `start`, such as `some_crate::`.
    #[must_use]
    pub fn naming(&self, start: &str) -> Vec<&str> {
        let naming = self.0.iter().filter(|(_, text)| !paths(&code(text), start).is_empty());
        naming.map(|(name, _)| name.as_str()).collect()
    }

    /// Files that need each other, in words, a text for each circle; empty where they need each other one way only.
    #[must_use]
    pub fn circles(&self) -> Vec<String> {
        let needs = self.needs();
        let reached: BTreeMap<&str, BTreeSet<&str>> =
            needs.keys().map(|file| (file.as_str(), reach(file, &needs))).collect();
        let reaches = |from: &str, to: &str| reached.get(from).is_some_and(|files| files.contains(to));
        let circle = |file: &str| -> Vec<&str> {
            needs
                .keys()
                .map(String::as_str)
                .filter(|other| reaches(file, other) && reaches(other, file))
                .collect()
        };
        let circles: BTreeSet<Vec<&str>> = needs.keys().map(|file| circle(file)).collect();
        let why = |circle: &Vec<&str>| {
            let within = |file: &str| -> Vec<&str> {
                let needed = needs.get(file).into_iter().flatten().map(String::as_str);
                needed.filter(|other| circle.contains(other)).collect()
            };
            circle
                .iter()
                .map(|file| format!("  {file} needs {}\n", within(file).join(", ")))
                .collect::<String>()
        };
        circles.iter().filter(|circle| !circle.is_empty()).map(why).collect()
    }

    /// The modules in the table at a file's beginning, in its order. A row may name several in its first cell.
    #[must_use]
    pub fn table(&self, file: &str) -> Vec<&str> {
        let rows = self.text(file).lines().filter_map(|line| line.strip_prefix("//! | ")?.split('|').next());
        rows.flat_map(|cell| cell.split('`').skip(1).step_by(2)).collect()
    }

    /// The modules that a file declares, but for its tests.
    #[must_use]
    pub fn declared(&self, file: &str) -> Vec<&str> {
        let names = self
            .text(file)
            .lines()
            .filter_map(|line| line.trim_start_matches("pub ").strip_prefix("mod ")?.strip_suffix(';'));
        names.filter(|name| *name != "tests").collect()
    }

    /// What differs between a file's table and what it declares: modules that are in one of them only, or twice in the
    /// table.
    #[must_use]
    pub fn unlisted(&self, file: &str) -> Vec<&str> {
        let (mut listed, mut declared) = (self.table(file), self.declared(file));
        listed.sort_unstable();
        declared.sort_unstable();
        let twice = listed.windows(2).filter_map(|pair| match pair {
            [one, other] if one == other => Some(*one),
            _ => None,
        });
        let only_listed = listed.iter().copied().filter(|name| !declared.contains(name));
        let only_declared = declared.iter().copied().filter(|name| !listed.contains(name));
        twice.chain(only_listed).chain(only_declared).collect()
    }
}

impl<N: Into<String>, T: Into<String>> FromIterator<(N, T)> for Files {
    /// Of names and texts.
    fn from_iter<I: IntoIterator<Item = (N, T)>>(files: I) -> Self {
        Self(files.into_iter().map(|(name, text)| (name.into(), text.into())).collect())
    }
}

fn collect(folder: &Path, prefix: &str, files: &mut BTreeMap<String, String>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        if name == "tests" {
            continue;
        }
        if path.is_dir() {
            collect(&path, &format!("{prefix}{name}::"), files)?;
        } else {
            files.insert(format!("{prefix}{name}"), fs::read_to_string(&path)?);
        }
    }
    Ok(())
}

/// A file without comments.
fn code(text: &str) -> String {
    let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

/// All files that a file needs, and that these need.
fn reach<'a>(file: &'a str, needs: &'a Needs) -> BTreeSet<&'a str> {
    let mut reached = BTreeSet::new();
    let mut open: Vec<&str> = vec![file];
    while let Some(next) = open.pop() {
        let needed = needs.get(next).into_iter().flatten().map(String::as_str);
        open.extend(needed.filter(|other| reached.insert(*other)));
    }
    reached
}
