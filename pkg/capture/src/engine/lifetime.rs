//! Captures from their opening to their closing.

use std::{collections::BTreeSet, sync::Arc, time::Instant};

use tracing::error;
use xdplive_packet::event::Direction;

use super::{
    capture::{AttachError, Capture},
    control::Control,
};
use crate::{
    hook::HookChoice, interface::Interface, loader::AskError, reader::RingNumber, source::InterfaceSet,
};

impl Control {
    /// Opens the capture of an interface where there is none.
    pub(super) fn open(&mut self, interface: &Interface, asked_for: &InterfaceSet) -> Result<(), AskError> {
        let Some(link) = interface.link.layout() else { return Ok(()) };
        match self.captures.get(&interface.name) {
            None => {
                let number = self.free_number();
                let settings = &self.parts.settings;
                let ring_bytes = match asked_for {
                    InterfaceSet::Named(_) => settings.ring_bytes,
                    InterfaceSet::Any => settings.ring_bytes.min(settings.any_ring_bytes),
                };
                let (mut capture, ring) =
                    Capture::open(&self.parts.loader, number, &interface.name, link, ring_bytes)?;
                capture.header_bytes = settings.header_bytes;
                capture.set_own(&self.own);
                let fill = Arc::clone(&capture.fill);
                if self.parts.reader.add_ring(number, Arc::clone(&capture.name), ring, fill).is_ok() {
                    self.captures.insert(interface.name.clone(), capture);
                }
            }
            // Another interface by the same name may begin its frames differently.
            Some(capture) if capture.link() != link => {
                self.dirty.insert(interface.name.clone());
            }
            Some(_) => {}
        }
        Ok(())
    }

    /// The next number that no capture has. Streams count by it, so it is long until one comes again.
    pub(super) fn free_number(&mut self) -> RingNumber {
        let taken: BTreeSet<RingNumber> = self.captures.values().map(|capture| capture.number).collect();
        while taken.contains(&self.next_ring) {
            self.next_ring = self.next_ring.wrapping_add(1);
        }
        let number = self.next_ring;
        self.next_ring = self.next_ring.wrapping_add(1);
        number
    }

    pub(super) fn attach(
        &mut self,
        interface: &Interface,
        direction: Direction,
        choice: HookChoice,
        owner: &str,
    ) -> Result<(), AttachError> {
        let Some(capture) = self.captures.get_mut(&interface.name) else { return Err(AttachError::NoHook) };
        let kernel = self.parts.kernel.support();
        let result = capture.attach(&self.parts.loader, interface, direction, choice, owner, kernel);
        if result == Err(AttachError::Gone) {
            error!("the loader process has ended");
        }
        result
    }

    /// Takes streams for any interface out of the captures of interfaces that have been away for a while: those of
    /// containers come and go, and each under a name of its own.
    pub(super) fn leave_absent(&mut self) {
        let linger = self.parts.settings.linger;
        for (name, capture) in &mut self.captures {
            if self.interfaces.get(name).is_some() {
                capture.absent_since = None;
                continue;
            }
            let since = *capture.absent_since.get_or_insert_with(Instant::now);
            if since.elapsed() < linger {
                continue;
            }
            for (id, stream) in &mut self.streams {
                if stream.request.interfaces == InterfaceSet::Any && stream.joined.remove(name) {
                    capture.leave(*id);
                    // Without the reader there is nobody who could hand on too much.
                    let _ = self.parts.reader.end_want(*id, capture.number, capture.next_generation());
                    self.dirty.insert(name.clone());
                }
            }
        }
        self.begin_generations();
    }

    /// Closes captures that nobody has needed for a while.
    pub(super) fn close_lingering(&mut self) {
        let linger = self.parts.settings.linger;
        let names: Vec<String> = self
            .captures
            .iter()
            .filter(|(_, capture)| capture.is_idle() && capture.idle_since.elapsed() >= linger)
            .map(|(name, _)| name.clone())
            .collect();
        for name in names {
            self.close(&name);
        }
    }

    /// Closes a capture that turned out not to be possible, unless something else uses it.
    pub(super) fn close_unused(&mut self, name: &str) {
        if self
            .captures
            .get(name)
            .is_some_and(|capture| capture.is_idle() && capture.in_force().next().is_none())
        {
            self.close(name);
        }
    }

    pub(super) fn close(&mut self, name: &str) {
        if let Some(capture) = self.captures.remove(name) {
            // Without the loader or the reader there is nothing left to close.
            let _ = self.parts.reader.remove_ring(capture.number);
            let _ = self.parts.loader.close(capture.number.into());
        }
    }
}
