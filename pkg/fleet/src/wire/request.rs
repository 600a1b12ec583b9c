//! A request as it travels: names and texts, which the agent reads by its own rules and compiles for its own kernel.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use thiserror::Error;
use xdplive_filter::Filter;
use xdplive_packet::{accounting::Limit, event::Direction};
use xdplive_source::{Chosen, Decapsulate, HookChoice, HostSet, InterfaceSet, Label, Request, Wanted};

/// Bytes of a filter at most, over a fleet: a request is one message.
pub const MAX_FILTER: usize = 48 * 1024;
/// Interfaces that a request names at most.
pub const MAX_INTERFACES: usize = 256;

/// Why a request cannot be sent, or is not taken.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum RequestError {
    /// The filter is too long.
    #[error(
        "the filter has {given} bytes, and {MAX_FILTER} can be sent to other machines; make it shorter, for \
         example by networks instead of addresses"
    )]
    LongFilter {
        /// Its bytes.
        given: usize,
    },
    /// Too many interfaces.
    #[error("{given} interfaces are named, and {MAX_INTERFACES} can be; choose any, or fewer")]
    ManyInterfaces {
        /// How many.
        given: usize,
    },
    /// They are no list.
    #[error("the list of interfaces is none: {0}")]
    Interfaces(String),
    /// The filter is none.
    #[error("the filter is not known here, perhaps because this machine has another release: {0}")]
    Filter(String),
    /// A word is not among those that there are.
    #[error("{what} \"{given}\" is not known here, perhaps because this machine has another release")]
    Word {
        /// Of what.
        what: &'static str,
        /// The word.
        given: String,
    },
}

/// What a stream is to have on one host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WireRequest {
    /// Who may see the filter in the accounts.
    #[serde(default)]
    owner: String,
    /// The stream's name in the accounts.
    #[serde(default)]
    stream: String,
    /// The entries of the interfaces' list, and those of each list that they must be in, too.
    interfaces: Vec<Vec<String>>,
    /// `in`, `out`.
    directions: Vec<String>,
    /// A name of [`HookChoice`], or `shared`.
    hook: String,
    /// Whether the innermost headers count.
    #[serde(default)]
    inner: bool,
    /// Which packets; none to have all of them counted as seen.
    wanted: Option<WireWanted>,
}

/// Which packets a stream is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct WireWanted {
    filter: String,
    /// Rows a second; 0 for none, and nothing for all.
    limit: Option<u32>,
    #[serde(default)]
    hides_own: bool,
    #[serde(default)]
    header_bytes: bool,
}

const SHARED: &str = "shared";

impl WireRequest {
    /// `request` without its hosts.
    ///
    /// # Errors
    /// [`RequestError::LongFilter`], [`RequestError::ManyInterfaces`].
    pub fn new(request: &Request) -> Result<Self, RequestError> {
        let interfaces = lists_of(&request.interfaces)?;
        let hook = if request.hook == HookChoice::Shared { SHARED } else { request.hook.name() };
        Ok(Self {
            owner: request.label.owner.clone(),
            stream: request.label.stream.clone(),
            interfaces,
            directions: request.directions.iter().map(|direction| direction.name().to_owned()).collect(),
            hook: hook.to_owned(),
            inner: request.decapsulate == Decapsulate::Inner,
            wanted: request.wanted.as_ref().map(WireWanted::new).transpose()?,
        })
    }

    /// The request, for the source of the host that it has come to.
    ///
    /// # Errors
    /// Any [`RequestError`].
    pub fn read(&self) -> Result<Request, RequestError> {
        let interfaces = interfaces(&self.interfaces)?;
        let mut directions = Vec::new();
        for word in self.directions.iter().take(Direction::ALL.len()) {
            let found = Direction::ALL.into_iter().find(|direction| direction.name() == word);
            directions.push(found.ok_or_else(|| unknown("direction", word))?);
        }
        if directions.is_empty() {
            return Err(unknown("direction", ""));
        }
        let hook = if self.hook == SHARED {
            HookChoice::Shared
        } else {
            self.hook.parse().map_err(|_| unknown("hook", &self.hook))?
        };
        Ok(Request {
            label: Arc::new(Label { owner: self.owner.clone(), stream: self.stream.clone() }),
            hosts: HostSet::All,
            interfaces,
            directions,
            hook,
            decapsulate: if self.inner { Decapsulate::Inner } else { Decapsulate::None },
            wanted: self.wanted.as_ref().map(WireWanted::read).transpose()?,
        })
    }
}

impl WireWanted {
    fn new(wanted: &Wanted) -> Result<Self, RequestError> {
        let filter = wanted.filter.to_string();
        if filter.len() > MAX_FILTER {
            return Err(RequestError::LongFilter { given: filter.len() });
        }
        let limit = match wanted.limit {
            Limit::All => None,
            Limit::None => Some(0),
            Limit::PerSecond(rows) => Some(rows.clamp(1, Limit::NONE - 1)),
        };
        Ok(Self { filter, limit, hides_own: wanted.hides_own, header_bytes: wanted.header_bytes })
    }

    fn read(&self) -> Result<Wanted, RequestError> {
        if self.filter.len() > MAX_FILTER {
            return Err(RequestError::LongFilter { given: self.filter.len() });
        }
        let filter = Filter::parse(&self.filter).map_err(|error| RequestError::Filter(error.to_string()))?;
        let limit = match self.limit {
            None => Limit::All,
            Some(0) => Limit::None,
            Some(rows) => Limit::PerSecond(rows),
        };
        Ok(Wanted {
            filter: Arc::new(filter),
            limit,
            hides_own: self.hides_own,
            header_bytes: self.header_bytes,
        })
    }
}

fn check_number(lists: &[Vec<String>]) -> Result<(), RequestError> {
    let given = lists.iter().map(Vec::len).sum();
    if given > MAX_INTERFACES { Err(RequestError::ManyInterfaces { given }) } else { Ok(()) }
}

/// The entries of a set's list, and those of each list that they must be in, too.
///
/// # Errors
/// [`RequestError::ManyInterfaces`].
pub fn lists_of(set: &InterfaceSet) -> Result<Vec<Vec<String>>, RequestError> {
    let lists = match set {
        InterfaceSet::Chosen(chosen) => chosen.lists(),
        set => vec![set.texts()],
    };
    check_number(&lists)?;
    Ok(lists)
}

/// The set that such lists are of.
///
/// # Errors
/// [`RequestError::ManyInterfaces`], [`RequestError::Interfaces`], [`RequestError::Word`].
pub fn interfaces(lists: &[Vec<String>]) -> Result<InterfaceSet, RequestError> {
    check_number(lists)?;
    let (first, within) = lists.split_first().ok_or_else(|| unknown("interface", ""))?;
    let texts = || first.iter().map(String::as_str);
    let refused = |error: xdplive_source::NoSet| RequestError::Interfaces(error.to_string());
    if within.is_empty() {
        return InterfaceSet::read(texts()).map_err(refused);
    }
    let mut chosen = Chosen::read(texts()).map_err(refused)?;
    for list in within {
        chosen = chosen.within(&Chosen::read(list.iter().map(String::as_str)).map_err(refused)?);
    }
    Ok(InterfaceSet::Chosen(chosen))
}

fn unknown(what: &'static str, given: &str) -> RequestError {
    RequestError::Word { what, given: given.chars().take(64).collect() }
}
