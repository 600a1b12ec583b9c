//! What goes wrong, in words for the person who asked.

use xdplive_loader::{AskError, protocol::LoaderError};
use xdplive_packet::accounting::INTERFACES;
use xdplive_source::{Interface, SourceError};

use super::slots::NoSlot;
use crate::{at_start::AtStart, hook::foreign_program, report};

/// Why nothing can be captured with the rights that the process was started with; none where they suffice. What the kernel
/// says without one of them is about something else.
pub fn rights(at_start: &AtStart) -> Option<SourceError> {
    let is_without = !at_start.missing.is_empty();
    is_without.then(|| SourceError::NotAllowed {
        reason: report::lacks(at_start),
        fix: report::fix_rights(at_start),
    })
}

/// Why the loader was asked in vain.
pub fn ask(interface: &str, error: &AskError, at_start: &AtStart) -> SourceError {
    if let Some(error) = rights(at_start) {
        return error;
    }
    match error {
        AskError::Loader(LoaderError::NotAllowed { action, reason }) => SourceError::NotAllowed {
            reason: format!("the kernel does not let this process {action} ({reason}), though it has the capabilities"),
            fix: "A security module, or the seccomp profile of the container or service, forbids it: see the kernel's log \
                  (sudo journalctl --dmesg), and allow the system call bpf"
                .to_owned(),
        },
        AskError::Gone(_) | AskError::Silent(_) => SourceError::Gone,
        other => SourceError::Failed { interface: interface.to_owned(), reason: other.to_string() },
    }
}

/// A loader's error with what is known of the interface.
#[must_use]
pub fn loader(error: &LoaderError, interface: Option<&Interface>) -> String {
    match (error, interface.and_then(|interface| interface.xdp_program)) {
        (LoaderError::Busy, Some(id)) => foreign_program(id),
        _ => error.to_string(),
    }
}

/// Why a stream cannot join, as an error of its interface.
pub fn no_slot(interface: &str, error: &NoSlot) -> SourceError {
    let (interface, reason) = (interface.to_owned(), error.to_string());
    match error {
        NoSlot::Filter(_) => SourceError::Filter { interface, reason },
        NoSlot::Taken { .. } | NoSlot::Capacity { .. } | NoSlot::Budgets => {
            SourceError::NoRoom { interface, reason }
        }
    }
}

/// Why an interface cannot be watched beside others.
pub fn full(interface: &str) -> SourceError {
    let reason = format!("{INTERFACES} interfaces are watched, the most there can be");
    SourceError::Failed { interface: interface.to_owned(), reason }
}
