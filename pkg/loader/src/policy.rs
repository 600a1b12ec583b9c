//! What the loader does at most, whoever asks.

use std::fmt;

use rustix::net::{AddressFamily, SocketType, netdevice::index_to_name, socket};

use crate::{
    error::from_attach,
    protocol::{Instrument, LoaderError},
};

/// The administrator's settings, as far as they bind the loader. Read before the fork: what the plugin process does to
/// its own memory afterwards changes nothing here.
pub struct Policy {
    /// Whether an interface of this name may be watched.
    pub may_watch: Box<dyn Fn(&str) -> bool + Send + Sync>,
    /// Size of the ring at most, bytes.
    pub ring_bytes: u32,
    /// Flows that a table has room for at most.
    pub flow_entries: u32,
    /// Bytes of a frame that programs report at most where its headers end before that, 0 to
    /// [`MAX_HEADER_BYTES`](xdplive_packet::event::MAX_HEADER_BYTES). It is in a map that the loader keeps to itself.
    pub header_bytes: u32,
    /// Instruments that may be put in force.
    pub instruments: Vec<Instrument>,
}

impl Policy {
    /// Every interface, and sizes without a bound; for tests.
    #[must_use]
    pub fn open() -> Self {
        let bytes = xdplive_packet::event::MAX_HEADER_BYTES as u32;
        Self {
            may_watch: Box::new(|_| true),
            ring_bytes: u32::MAX,
            flow_entries: u32::MAX,
            header_bytes: bytes,
            instruments: Instrument::ALL.into(),
        }
    }

    /// Whether there may be a ring of so many bytes.
    ///
    /// # Errors
    /// [`LoaderError::Forbidden`]; so below.
    pub fn check_ring(&self, bytes: u32) -> Result<(), LoaderError> {
        at_most("a ring of", bytes, self.ring_bytes, "bytes (ring_bytes)")
    }

    /// Whether there may be tables of so many flows.
    ///
    /// # Errors
    /// See [`Self::check_ring`].
    pub fn check_flows(&self, entries: u32) -> Result<(), LoaderError> {
        at_most("a table of", entries, self.flow_entries, "flows (flow_entries)")
    }

    /// Whether an instrument may be put in force.
    ///
    /// # Errors
    /// See [`Self::check_ring`].
    pub fn check_instrument(&self, instrument: Instrument) -> Result<(), LoaderError> {
        if self.instruments.contains(&instrument) {
            return Ok(());
        }
        Err(LoaderError::Forbidden(format!("{} to be looked at", instrument.name())))
    }

    /// Whether the interface number `index` may be watched, by the name that it has now.
    ///
    /// # Errors
    /// See [`Self::check_ring`]; [`LoaderError::NoInterface`] where there is none, [`LoaderError::NoDescriptors`] where
    /// there is none left to ask by.
    pub fn check_interface(&self, index: u32) -> Result<(), LoaderError> {
        let any = socket(AddressFamily::UNIX, SocketType::DGRAM, None);
        let name =
            any.and_then(|any| index_to_name(any, index)).map_err(|error| from_attach(error.into()))?;
        if (self.may_watch)(&name) {
            Ok(())
        } else {
            Err(LoaderError::Forbidden(format!("to attach to {name} (interfaces)")))
        }
    }
}

impl fmt::Debug for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Policy")
            .field("ring_bytes", &self.ring_bytes)
            .field("flow_entries", &self.flow_entries)
            .field("header_bytes", &self.header_bytes)
            .field("instruments", &self.instruments)
            .finish_non_exhaustive()
    }
}

fn at_most(what: &str, asked: u32, most: u32, unit: &str) -> Result<(), LoaderError> {
    if asked <= most {
        return Ok(());
    }
    Err(LoaderError::Forbidden(format!("{what} {asked} {unit}, where {most} are allowed")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn narrow() -> Policy {
        Policy {
            may_watch: Box::new(|name| name == "lo"),
            ring_bytes: 8192,
            flow_entries: 1024,
            header_bytes: 0,
            instruments: Vec::new(),
        }
    }

    #[test]
    fn an_instrument_has_to_be_allowed() {
        let refused = narrow().check_instrument(Instrument::Quality).unwrap_err().to_string();
        assert_eq!(
            refused,
            "the administrator's settings do not allow quality of connections to be looked at"
        );
        assert_eq!(Policy::open().check_instrument(Instrument::Quality), Ok(()));
    }

    #[test]
    fn sizes_up_to_the_bound_are_allowed() {
        let policy = narrow();
        assert_eq!((policy.check_ring(8192), policy.check_flows(1024)), (Ok(()), Ok(())));
        let refused = policy.check_ring(16384).unwrap_err().to_string();
        assert_eq!(
            refused,
            "the administrator's settings do not allow a ring of 16384 bytes (ring_bytes), where 8192 are allowed"
        );
        assert!(policy.check_flows(1025).is_err());
    }

    #[test]
    fn interfaces_are_judged_by_the_name_they_have() {
        // The loopback device is number 1 in every network namespace (Linux: LOOPBACK_IFINDEX).
        assert_eq!(narrow().check_interface(1), Ok(()));
        assert_eq!(narrow().check_interface(u32::MAX), Err(LoaderError::NoInterface));
        let policy = Policy { may_watch: Box::new(|name| name != "lo"), ..narrow() };
        assert_eq!(
            policy.check_interface(1),
            Err(LoaderError::Forbidden("to attach to lo (interfaces)".to_owned()))
        );
    }
}
