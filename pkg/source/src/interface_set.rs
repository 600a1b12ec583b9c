//! Which interfaces a stream watches, or somebody may watch: by name, by pattern, or by what they are.
//!
//! As text it is a list of entries. Names are in text form (`xdplive_protocol::interface_name`):
//!
//! | entry | stands for |
//! |---|---|
//! | `eth0` | the interface of this name, present or not |
//! | `eth*`, `eth?` | those there are whose name fits, `*` for any characters and `?` for one |
//! | `uplinks` | those by which packets enter and leave the machine, see [`Interface::uplink`](super::Interface::uplink) |
//! | `any` | all there are |
//! | `!eth0`, `!veth*`, `!uplinks` | not these, whatever else the list has; a list of nothing else means all others |

use std::fmt::{self, Write as _};

use thiserror::Error;
use wildmatch::WildMatch;
use xdplive_protocol::interface_name;

/// The entry for all interfaces.
pub const ANY: &str = "any";
/// The entry for those by which packets enter and leave the machine.
pub const UPLINKS: &str = "uplinks";
/// In front of what is left out.
pub const EXCEPT: char = '!';
/// What makes a pattern of a name.
pub const WILDCARDS: [char; 2] = ['*', '?'];

/// Interfaces that a stream watches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InterfaceSet {
    /// Those with these names, present or not.
    Named(Vec<String>),
    /// Every interface whose packets can be read, also those that come later.
    Any,
    /// Those that fit, also those that come later.
    Chosen(Chosen),
}

/// Interfaces chosen by their names or by what they are. The entries are those of the module's table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chosen {
    entries: Entries,
    /// What is chosen must be chosen by each of these, too.
    within: Vec<Entries>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Entries {
    chosen: Part,
    except: Part,
}

/// What entries stand for. Names and patterns are sorted, each once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Part {
    is_any: bool,
    uplinks: bool,
    names: Vec<String>,
    patterns: Vec<String>,
}

/// A list of entries that stands for no set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum NoSet {
    /// There is no entry.
    #[error("it has no entry")]
    Empty,
    /// `any` and what is part of it.
    #[error("\"any\" is all interfaces, so that only entries with ! in front can stand beside it")]
    BesideAny,
    /// `!any`, or a bare `!`.
    #[error("an entry with ! in front leaves out a name, a pattern or \"uplinks\"")]
    Except,
}

impl InterfaceSet {
    /// Reads entries, whose names are in text form.
    ///
    /// # Errors
    /// Any [`NoSet`].
    pub fn read<'a>(entries: impl IntoIterator<Item = &'a str>) -> Result<Self, NoSet> {
        let chosen = Chosen::read(entries)?;
        let Entries { chosen: Part { is_any, uplinks, names, patterns }, except } = &chosen.entries;
        let is_closed = except.is_empty() && !uplinks && patterns.is_empty();
        Ok(match (is_closed, is_any) {
            (true, true) => Self::Any,
            (true, false) => Self::Named(names.clone()),
            _ => Self::Chosen(chosen),
        })
    }

    /// Whether there can be more than one at a time.
    #[must_use]
    pub fn may_be_several(&self) -> bool {
        match self {
            Self::Named(names) => names.len() > 1,
            Self::Any | Self::Chosen(_) => true,
        }
    }

    /// Whether it depends on the interfaces there are. One of them that cannot be watched takes nothing from the others then.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        matches!(self, Self::Any | Self::Chosen(_))
    }

    /// Its entries, sorted.
    #[must_use]
    pub fn texts(&self) -> Vec<String> {
        match self {
            Self::Named(names) => names.iter().map(|name| entry_of(name)).collect(),
            Self::Any => vec![ANY.to_owned()],
            Self::Chosen(chosen) => chosen.texts(),
        }
    }

    /// Those that it names, present or not.
    #[must_use]
    pub fn named(&self) -> &[String] {
        match self {
            Self::Named(names) => names,
            Self::Any => &[],
            Self::Chosen(chosen) => &chosen.entries.chosen.names,
        }
    }

    /// Whether an interface with this name is one of them.
    #[must_use]
    pub fn contains(&self, name: &str, is_uplink: bool) -> bool {
        match self {
            Self::Named(names) => names.iter().any(|one| one == name),
            Self::Any => true,
            Self::Chosen(chosen) => chosen.contains(name, is_uplink),
        }
    }
}

impl Chosen {
    /// Reads entries, whose names are in text form.
    ///
    /// # Errors
    /// Any [`NoSet`].
    pub fn read<'a>(entries: impl IntoIterator<Item = &'a str>) -> Result<Self, NoSet> {
        let mut found = Entries::default();
        for entry in entries {
            match entry.strip_prefix(EXCEPT) {
                Some("" | ANY) => return Err(NoSet::Except),
                Some(entry) => found.except.add(entry),
                None => found.chosen.add(entry),
            }
        }
        let Part { uplinks, names, patterns, .. } = &found.chosen;
        let is_some = *uplinks || !names.is_empty() || !patterns.is_empty();
        match (found.chosen.is_any, is_some) {
            (true, true) => return Err(NoSet::BesideAny),
            (false, false) if found.except.is_empty() => return Err(NoSet::Empty),
            (false, false) => found.chosen.is_any = true,
            _ => {}
        }
        Ok(Self { entries: found, within: Vec::new() })
    }

    /// All of them.
    #[must_use]
    pub fn any() -> Self {
        let chosen = Part { is_any: true, ..Part::default() };
        Self { entries: Entries { chosen, except: Part::default() }, within: Vec::new() }
    }

    /// Those by which packets enter and leave the machine.
    #[must_use]
    pub fn uplinks() -> Self {
        let chosen = Part { uplinks: true, ..Part::default() };
        Self { entries: Entries { chosen, except: Part::default() }, within: Vec::new() }
    }

    /// Those of them that `others` has, too.
    #[must_use]
    pub fn within(mut self, others: &Self) -> Self {
        self.within.push(others.entries.clone());
        self.within.extend(others.within.iter().cloned());
        self
    }

    /// Whether an interface with this name is one of them.
    #[must_use]
    pub fn contains(&self, name: &str, is_uplink: bool) -> bool {
        self.all_entries().all(|entries| entries.contains(name, is_uplink))
    }

    /// Whether every interface is.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        self.all_entries().all(|entries| entries.chosen.is_any && entries.except.is_empty())
    }

    /// Whether it depends on more than names.
    #[must_use]
    pub fn needs_uplinks(&self) -> bool {
        self.all_entries().any(|entries| entries.chosen.uplinks || entries.except.uplinks)
    }

    /// Its entries as [`Self::texts`] has them, and behind them those of each list that it is within.
    #[must_use]
    pub fn lists(&self) -> Vec<Vec<String>> {
        self.all_entries().map(Entries::texts).collect()
    }

    /// Its entries, sorted, without those of what it is within.
    #[must_use]
    pub fn texts(&self) -> Vec<String> {
        self.entries.texts()
    }

    fn all_entries(&self) -> impl Iterator<Item = &Entries> {
        std::iter::once(&self.entries).chain(&self.within)
    }
}

impl fmt::Display for Chosen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.texts().join(", "))
    }
}

impl Entries {
    fn texts(&self) -> Vec<String> {
        let mut texts: Vec<String> = self.chosen.texts().collect();
        texts.extend(self.except.texts().map(|text| format!("{EXCEPT}{text}")));
        texts.sort();
        texts
    }

    fn contains(&self, name: &str, is_uplink: bool) -> bool {
        self.chosen.has(name, is_uplink) && !self.except.has(name, is_uplink)
    }
}

impl Part {
    fn add(&mut self, entry: &str) {
        match entry {
            ANY => self.is_any = true,
            UPLINKS => self.uplinks = true,
            _ if entry.contains(WILDCARDS) => insert(&mut self.patterns, entry.to_owned()),
            _ => insert(&mut self.names, name_of(entry)),
        }
    }

    const fn is_empty(&self) -> bool {
        !self.is_any && !self.uplinks && self.names.is_empty() && self.patterns.is_empty()
    }

    fn has(&self, name: &str, is_uplink: bool) -> bool {
        self.is_any
            || (self.uplinks && is_uplink)
            || self.names.iter().any(|one| one == name)
            || self.patterns.iter().any(|pattern| WildMatch::new(pattern).matches(name))
    }

    fn texts(&self) -> impl Iterator<Item = String> {
        let words = [(self.is_any, ANY), (self.uplinks, UPLINKS)];
        let words = words.into_iter().filter(|(is_there, _)| *is_there).map(|(_, word)| word.to_owned());
        words.chain(self.names.iter().map(|name| entry_of(name))).chain(self.patterns.iter().cloned())
    }
}

/// Keeps a list sorted, and each text in it once.
fn insert(list: &mut Vec<String>, text: String) {
    if let Err(place) = list.binary_search(&text) {
        list.insert(place, text);
    }
}

/// The name that an entry stands for, in one spelling.
fn name_of(entry: &str) -> String {
    interface_name::escape(&interface_name::unescape_any(entry))
}

/// How an interface is named in a list: as it is, unless that would be read as something else.
fn entry_of(name: &str) -> String {
    let is_plain = name != ANY && name != UPLINKS && !name.starts_with(EXCEPT) && !name.contains(WILDCARDS);
    if is_plain {
        return name.to_owned();
    }
    // Names are shown in this form, and `a*` is none that anybody has: how it looks matters less than that it is one.
    name.bytes().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "\\x{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests;
