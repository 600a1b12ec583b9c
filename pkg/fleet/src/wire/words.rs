//! Words for what the programs of both sides have as names of their own.

use xdplive_packet::{Hook, event::Direction};
use xdplive_source::InterfaceState;

use super::request::RequestError;

const HOOKS: [(&str, Hook); 4] = [
    ("xdp-native", Hook::XdpNative),
    ("xdp-generic", Hook::XdpGeneric),
    ("tcx-in", Hook::TcxIngress),
    ("tcx-out", Hook::TcxEgress),
];

const STATES: [InterfaceState; 5] = [
    InterfaceState::Attached,
    InterfaceState::Attaching,
    InterfaceState::Refused,
    InterfaceState::Absent,
    InterfaceState::Unreachable,
];

pub(super) fn hook(hook: Hook) -> String {
    HOOKS.iter().find(|(_, known)| *known == hook).map_or("", |(name, _)| name).to_owned()
}

pub(super) fn read_hook(word: &str) -> Result<Hook, RequestError> {
    let found = HOOKS.iter().find(|(name, _)| *name == word);
    found.map(|(_, hook)| *hook).ok_or_else(|| unknown("hook", word))
}

pub(super) fn read_state(word: &str) -> Result<InterfaceState, RequestError> {
    STATES.into_iter().find(|state| state.name() == word).ok_or_else(|| unknown("state", word))
}

pub(super) fn read_direction(word: &str) -> Result<Direction, RequestError> {
    let found = Direction::ALL.into_iter().find(|direction| direction.name() == word);
    found.ok_or_else(|| unknown("direction", word))
}

/// The text of `texts` that is like `word`, for what has to live as long as the program; the last one of any other.
pub(super) fn lasting(word: &str, texts: &[&'static str]) -> &'static str {
    texts.iter().find(|text| **text == word).or(texts.last()).copied().unwrap_or_default()
}

fn unknown(what: &'static str, given: &str) -> RequestError {
    RequestError::Word { what, given: given.chars().take(64).collect() }
}
