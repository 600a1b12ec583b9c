//! What there is for a request, and why there is nothing, as it travels.

use serde::{Deserialize, Serialize};
use xdplive_source::{ErrorKind, Host, InForce, LeftOut, Prepared, SourceError};

use super::{
    request::RequestError,
    words::{hook, read_direction, read_hook, read_state},
};

/// What there is for a request at one host.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WirePrepared {
    in_force: Vec<WireInForce>,
    left_out: Vec<WireLeftOut>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct WireInForce {
    interface: String,
    hook: String,
    reason: String,
    expected: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct WireLeftOut {
    interface: String,
    direction: String,
    state: String,
    reason: String,
}

impl WirePrepared {
    /// `prepared` without its host.
    #[must_use]
    pub fn new(prepared: &Prepared) -> Self {
        let in_force = |one: &InForce| WireInForce {
            interface: one.interface.clone(),
            hook: hook(one.hook),
            reason: one.reason.clone(),
            expected: one.expected,
        };
        let left_out = |one: &LeftOut| WireLeftOut {
            interface: one.interface.clone(),
            direction: one.direction.name().to_owned(),
            state: one.state.name().to_owned(),
            reason: one.reason.clone(),
        };
        Self {
            in_force: prepared.in_force.iter().map(in_force).collect(),
            left_out: prepared.left_out.iter().map(left_out).collect(),
        }
    }

    /// The same of `host`.
    ///
    /// # Errors
    /// [`RequestError::Word`] where another release has words that this one does not know.
    pub fn read(self, host: &Host) -> Result<Prepared, RequestError> {
        let in_force = |one: WireInForce| {
            Ok(InForce {
                host: host.clone(),
                interface: one.interface,
                hook: read_hook(&one.hook)?,
                reason: one.reason,
                expected: one.expected,
            })
        };
        let left_out = |one: WireLeftOut| {
            Ok(LeftOut {
                host: host.clone(),
                interface: one.interface,
                direction: read_direction(&one.direction)?,
                state: read_state(&one.state)?,
                reason: one.reason,
            })
        };
        Ok(Prepared {
            in_force: self.in_force.into_iter().map(in_force).collect::<Result<_, RequestError>>()?,
            left_out: self.left_out.into_iter().map(left_out).collect::<Result<_, RequestError>>()?,
        })
    }
}

/// Why there is nothing: those reasons by name upon which something is done, and all others in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Refusal {
    /// [`SourceError::NoSuchInterface`].
    NoSuchInterface(String),
    /// [`SourceError::UnsupportedLink`].
    UnsupportedLink(String),
    /// [`SourceError::NoRoom`]: interface, reason.
    NoRoom(String, String),
    /// [`SourceError::Filter`]: interface, reason.
    Filter(String, String),
    /// Something else is to be asked for.
    Request(String),
    /// Rights are to be granted.
    Rights(String),
    /// Something is to be changed on the machine, or waited for.
    Machine(String),
}

impl From<&SourceError> for Refusal {
    fn from(error: &SourceError) -> Self {
        match error {
            SourceError::NoSuchInterface { given } => Self::NoSuchInterface(given.clone()),
            SourceError::UnsupportedLink { interface } => Self::UnsupportedLink(interface.clone()),
            SourceError::NoRoom { interface, reason } => Self::NoRoom(interface.clone(), reason.clone()),
            SourceError::Filter { interface, reason } => Self::Filter(interface.clone(), reason.clone()),
            other => match other.kind() {
                ErrorKind::Request => Self::Request(other.to_string()),
                ErrorKind::Rights => Self::Rights(other.to_string()),
                ErrorKind::Machine => Self::Machine(other.to_string()),
            },
        }
    }
}

impl Refusal {
    /// The same of the host with this name.
    #[must_use]
    pub fn read(self, host: &str) -> SourceError {
        let remote = |kind, reason| SourceError::Remote { host: host.to_owned(), kind, reason };
        match self {
            Self::NoSuchInterface(given) => SourceError::NoSuchInterface { given },
            Self::UnsupportedLink(interface) => SourceError::UnsupportedLink { interface },
            Self::NoRoom(interface, reason) => SourceError::NoRoom { interface, reason },
            Self::Filter(interface, reason) => SourceError::Filter { interface, reason },
            Self::Request(reason) => remote(ErrorKind::Request, reason),
            Self::Rights(reason) => remote(ErrorKind::Rights, reason),
            Self::Machine(reason) => remote(ErrorKind::Machine, reason),
        }
    }
}
