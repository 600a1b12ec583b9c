//! What goes wrong, in words for the person who asked.

use xdplive_packet::event::Direction;

use super::{
    capture::{AttachError, explain},
    control::Control,
    slots::NoSlot,
};
use crate::{
    hook::HookChoice,
    interface::Interface,
    loader::{AskError, protocol::LoaderError},
    report,
    source::SourceError,
};

impl Control {
    pub(super) fn explain_ask(&self, interface: &str, error: AskError) -> SourceError {
        match error {
            AskError::Loader(LoaderError::NotAllowed { action, reason }) => SourceError::NotAllowed {
                reason: format!("this process may not {action} ({reason})"),
                mend: report::mend_rights(&self.parts.at_start),
            },
            AskError::Gone(_) => SourceError::Gone,
            other => SourceError::Failed { interface: interface.to_owned(), reason: other.to_string() },
        }
    }

    pub(super) fn explain_attach(
        &mut self,
        interface: &Interface,
        direction: Direction,
        wanted: HookChoice,
        error: AttachError,
    ) -> SourceError {
        let name = interface.name.clone();
        match error {
            AttachError::Conflict { in_force, owner } => {
                SourceError::HookConflict { interface: name, wanted, in_force: in_force.name(), owner }
            }
            AttachError::NoHook if direction == Direction::Out => {
                SourceError::NoEgress { interface: name, release: self.parts.kernel.release.clone() }
            }
            AttachError::NoHook | AttachError::Gone => SourceError::Gone,
            AttachError::Refused { error: error @ LoaderError::NotAllowed { .. }, .. } => {
                self.explain_ask(&name, AskError::Loader(error))
            }
            AttachError::Refused { hook, error } => {
                // Who is in the way, as of now.
                let now = self.parts.runtime.block_on(self.parts.watch.look()).ok();
                let interface = now.as_ref().and_then(|now| now.get(&name)).unwrap_or(interface);
                let reason = explain(&error, interface);
                SourceError::HookUnavailable { interface: name, hook: hook.name(), reason }
            }
        }
    }
}

/// Why a stream cannot join, as an error of its interface.
pub(super) fn no_slot(interface: &str, error: &NoSlot) -> SourceError {
    let (interface, reason) = (interface.to_owned(), error.to_string());
    match error {
        NoSlot::Filter(_) => SourceError::Filter { interface, reason },
        NoSlot::Taken { .. } | NoSlot::Capacity { .. } => SourceError::NoRoom { interface, reason },
    }
}
