//! Which hook somebody asks for.

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;
use xdplive_packet::Hook;

/// What a query or a data source asks for on the receiving side.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HookChoice {
    /// The best that does no harm.
    #[default]
    Auto,
    /// XDP in the driver.
    XdpNative,
    /// XDP on socket buffers.
    XdpGeneric,
    /// TCX ingress.
    Tcx,
    /// Whatever is in force, and TCX where nothing is; yields to whoever asks for another one. For what nobody has asked for:
    /// it must not reset a card. No setting has this choice.
    #[serde(skip)]
    Shared,
}

impl HookChoice {
    /// Why a hook is in force that somebody asked for by name.
    pub const ASKED_FOR: &'static str = "asked for";

    /// All choices that people have, with the names they write.
    pub const NAMES: [(&'static str, Self); 4] = [
        ("auto", Self::Auto),
        ("xdp-native", Self::XdpNative),
        ("xdp-generic", Self::XdpGeneric),
        ("tcx", Self::Tcx),
    ];

    /// The name people write.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(_, choice)| *choice == self).map_or("auto", |(name, _)| name)
    }

    /// The one receiving hook that this choice stands for; none where several do.
    #[must_use]
    pub const fn hook(self) -> Option<Hook> {
        match self {
            Self::Auto | Self::Shared => None,
            Self::XdpNative => Some(Hook::XdpNative),
            Self::XdpGeneric => Some(Hook::XdpGeneric),
            Self::Tcx => Some(Hook::TcxIngress),
        }
    }
}

impl fmt::Display for HookChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A name that is no hook.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("hook \"{0}\" is not known; allowed are auto, xdp-native, xdp-generic and tcx")]
pub struct UnknownHook(pub String);

impl std::str::FromStr for HookChoice {
    type Err = UnknownHook;

    fn from_str(text: &str) -> Result<Self, UnknownHook> {
        let found = Self::NAMES.into_iter().find(|(name, _)| *name == text);
        found.map(|(_, choice)| choice).ok_or_else(|| UnknownHook(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_and_written() {
        for (name, choice) in HookChoice::NAMES {
            assert_eq!(name.parse(), Ok(choice));
            assert_eq!(choice.to_string(), name);
        }
        let error = "xdp".parse::<HookChoice>().unwrap_err();
        assert!(error.to_string().contains("\"xdp\""));
    }
}
