//! What an agent lends at most, whatever is asked. Pure.

use serde::{Deserialize, Deserializer};
use thiserror::Error;
use xdplive_packet::accounting::Limit;
use xdplive_source::{Chosen, InterfaceSet, Interfaces, Request};

/// What an agent lends at most. A key that is missing sets no bound, and one that is not known is an error: it might
/// have been meant as a bound.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Ceiling {
    /// Interfaces that may be watched: names, patterns, `uplinks`; with `!` before it, those that may not.
    #[serde(deserialize_with = "chosen")]
    pub interfaces: Chosen,
    /// Rows a second, over all who ask; `None` for no bound.
    pub rows_per_second: Option<u32>,
    /// Whether packets become rows at all.
    pub packets: bool,
    /// Whether flows are counted.
    pub flows: bool,
    /// Whether rows may come with the bytes of their headers.
    pub header_bytes: bool,
    /// Streams at a time.
    pub streams: usize,
    /// Flows of an interval that are sent at most: the largest, and all others as `other`.
    pub flows_per_interval: usize,
}

impl Default for Ceiling {
    fn default() -> Self {
        Self {
            interfaces: Chosen::any(),
            rows_per_second: None,
            packets: true,
            flows: true,
            header_bytes: true,
            streams: 256,
            flows_per_interval: 8192,
        }
    }
}

/// What is beyond a ceiling.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum BeyondCeiling {
    /// An interface.
    #[error("interface \"{0}\" may not be watched from elsewhere: the agent's configuration allows {1}")]
    Interface(String, String),
    /// Rows.
    #[error(
        "packets are not shown to others: the agent's configuration has packets = false; rates still are"
    )]
    Packets,
    /// Rows without a limit.
    #[error(
        "packets without a limit are not sent: the agent's configuration has rows_per_second = {0}; set a limit"
    )]
    NoLimit(u32),
    /// Flows.
    #[error("flows are not shown to others: the agent's configuration has flows = false")]
    Flows,
    /// Bytes of headers.
    #[error("bytes of packets are not sent to others: the agent's configuration has header_bytes = false")]
    HeaderBytes,
    /// Another stream.
    #[error("the agent serves {0} streams already, as many as its configuration allows; close some")]
    Streams(usize),
}

impl Ceiling {
    /// Whether an interface may be watched, of those that are `there`.
    #[must_use]
    pub fn allows(&self, interface: &str, there: &Interfaces) -> bool {
        self.interfaces.contains(interface, there.get(interface).is_some_and(|one| one.uplink))
    }

    /// `request` within the ceiling: of all interfaces those that may be watched, also those that come later.
    ///
    /// # Errors
    /// [`BeyondCeiling`] where something was asked for that is not lent.
    pub fn narrow(&self, mut request: Request, there: &Interfaces) -> Result<Request, BeyondCeiling> {
        request.interfaces = self.narrow_interfaces(request.interfaces, there)?;
        let has_rows = request.has_rows();
        if let Some(wanted) = &mut request.wanted {
            if has_rows && !self.packets {
                return Err(BeyondCeiling::Packets);
            }
            if wanted.header_bytes && !self.header_bytes {
                return Err(BeyondCeiling::HeaderBytes);
            }
            match (wanted.limit, self.rows_per_second) {
                (Limit::All, Some(most)) => return Err(BeyondCeiling::NoLimit(most)),
                (Limit::PerSecond(rows), Some(most)) if rows > most => {
                    wanted.limit = Limit::PerSecond(most.max(1));
                }
                _ => {}
            }
        }
        Ok(request)
    }

    /// `interfaces` within the ceiling: of all interfaces those that may be watched, also those that come later.
    ///
    /// # Errors
    /// [`BeyondCeiling::Interface`] where one is named that is not lent.
    pub fn narrow_interfaces(
        &self,
        interfaces: InterfaceSet,
        there: &Interfaces,
    ) -> Result<InterfaceSet, BeyondCeiling> {
        if self.interfaces.is_everything() {
            return Ok(interfaces);
        }
        if let Some(refused) = interfaces.named().iter().find(|name| !self.allows(name, there)) {
            return Err(BeyondCeiling::Interface(refused.clone(), self.interfaces.to_string()));
        }
        Ok(match interfaces {
            InterfaceSet::Any => InterfaceSet::Chosen(Chosen::any().within(&self.interfaces)),
            InterfaceSet::Chosen(chosen) => InterfaceSet::Chosen(chosen.within(&self.interfaces)),
            named @ InterfaceSet::Named(_) => named,
        })
    }

    /// What it leaves, in words; empty where that is everything.
    #[must_use]
    pub fn in_words(&self) -> String {
        let mut words = Vec::new();
        if !self.interfaces.is_everything() {
            words.push(format!("interfaces {}", self.interfaces));
        }
        if let Some(rows) = self.rows_per_second {
            words.push(format!("{rows} rows a second"));
        }
        for (is_lent, what) in [
            (self.packets, "no packets"),
            (self.flows, "no flows"),
            (self.header_bytes, "no bytes of headers"),
        ] {
            if !is_lent {
                words.push(what.to_owned());
            }
        }
        words.join("; ")
    }
}

fn chosen<'de, D: Deserializer<'de>>(from: D) -> Result<Chosen, D::Error> {
    let entries = Vec::<String>::deserialize(from)?;
    Chosen::read(entries.iter().map(String::as_str)).map_err(serde::de::Error::custom)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use xdplive_source::{HookChoice, Interface, Link};

    use super::*;

    fn there() -> Interfaces {
        ["eth0", "eth1", "docker0"]
            .iter()
            .enumerate()
            .map(|(index, name)| Interface::new(name, index as u32 + 1, Link::Ethernet))
            .collect()
    }

    fn request(interfaces: InterfaceSet, limit: Limit) -> Request {
        let mut request = Request::counting(interfaces, HookChoice::Auto, false);
        request.wanted.as_mut().unwrap().limit = limit;
        request
    }

    fn named(names: &[&str]) -> InterfaceSet {
        InterfaceSet::Named(names.iter().map(|name| (*name).to_owned()).collect())
    }

    #[test]
    fn all_interfaces_are_those_that_may_be_watched() {
        let ceiling = Ceiling {
            interfaces: Chosen::read(["eth*", "!eth1"]).unwrap(),
            rows_per_second: Some(100),
            ..Ceiling::default()
        };
        let asked = request(InterfaceSet::Any, Limit::PerSecond(1000));
        let narrowed = ceiling.narrow(asked, &there()).unwrap();
        let may = |name| narrowed.interfaces.contains(name, false);
        assert_eq!([may("eth0"), may("eth1"), may("eth7"), may("docker0")], [true, false, true, false]);
        assert_eq!(narrowed.wanted.unwrap().limit, Limit::PerSecond(100));
        let refused = ceiling.narrow(request(named(&["eth0", "eth1"]), Limit::PerSecond(1)), &there());
        assert_eq!(refused, Err(BeyondCeiling::Interface("eth1".to_owned(), "!eth1, eth*".to_owned())));
        let refused = ceiling.narrow(request(named(&["eth0"]), Limit::All), &there());
        assert_eq!(refused, Err(BeyondCeiling::NoLimit(100)));
    }

    #[test]
    fn without_bounds_a_request_stays_as_it_is() {
        let asked = request(InterfaceSet::Any, Limit::All);
        assert_eq!(Ceiling::default().narrow(asked.clone(), &there()), Ok(asked));
        assert_eq!(Ceiling::default().in_words(), "");
    }

    #[test]
    fn what_is_not_lent_is_refused() {
        let none = Ceiling { packets: false, header_bytes: false, ..Ceiling::default() };
        let rows = request(InterfaceSet::Any, Limit::PerSecond(5));
        assert_eq!(none.narrow(rows, &there()), Err(BeyondCeiling::Packets));
        let counting = request(InterfaceSet::Any, Limit::None);
        assert_eq!(none.narrow(counting.clone(), &there()), Ok(counting.clone()));
        let mut bytes = counting;
        let wanted = bytes.wanted.as_mut().unwrap();
        (wanted.header_bytes, wanted.filter) = (true, Arc::default());
        assert_eq!(none.narrow(bytes, &there()), Err(BeyondCeiling::HeaderBytes));
        assert_eq!(none.in_words(), "no packets; no bytes of headers");
    }
}
