//! What a machine lets us do, as it is reported.

use serde::Serialize;

/// How a check came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// As it should be.
    Ok,
    /// Works, with less than there could be.
    Warning,
    /// Nothing works like this.
    Failed,
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// What.
    pub name: String,
    /// How it is.
    pub outcome: Outcome,
    /// In words.
    pub detail: String,
    /// What to do about it: a command, or a sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fix: Option<String>,
    /// The commands in it, each as a person would run it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub commands: Vec<String>,
}

impl Check {
    /// A check that came out well.
    #[must_use]
    pub fn ok(name: &str, detail: String) -> Self {
        Self { name: name.to_owned(), outcome: Outcome::Ok, detail, fix: None, commands: Vec::new() }
    }

    /// A check that came out badly, and what to do about it.
    #[must_use]
    pub fn bad(name: &str, outcome: Outcome, detail: String, fix: String) -> Self {
        Self { name: name.to_owned(), outcome, detail, fix: Some(fix), commands: Vec::new() }
    }

    /// The same, with the commands that stand in what to do about it.
    #[must_use]
    pub fn with_commands(self, commands: Vec<String>) -> Self {
        Self { commands, ..self }
    }
}

/// The hooks an interface would get, or could get.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct HookOption {
    /// `in` or `out`.
    pub direction: &'static str,
    /// Name of the hook.
    pub hook: &'static str,
    /// Whether `auto` would take it, or try it first.
    pub auto: bool,
    /// Whether it can be asked for.
    pub possible: bool,
    /// Whether it is attached now.
    pub in_force: bool,
    /// Why (not); may be empty.
    pub reason: String,
    /// What its direction is like, for who has asked for it: the word of an
    /// [`InterfaceState`](super::InterfaceState).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<&'static str>,
    /// Why; may be empty.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub state_reason: String,
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// One check after the other.
    pub checks: Vec<Check>,
    /// The hooks of each interface.
    pub interfaces: Vec<InterfaceHooks>,
}

/// The hooks of one interface.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct InterfaceHooks {
    /// Its name.
    pub interface: String,
    /// Its hooks.
    pub hooks: Vec<HookOption>,
}

impl Report {
    /// The worst outcome.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        let has = |outcome| self.checks.iter().any(|check| check.outcome == outcome);
        if has(Outcome::Failed) {
            Outcome::Failed
        } else if has(Outcome::Warning) {
            Outcome::Warning
        } else {
            Outcome::Ok
        }
    }
}
