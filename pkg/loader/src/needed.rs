//! Capabilities that are needed, each with what for, and which of them a process has not been given.

use std::io;

use rustix::thread::{CapabilitySet, capabilities};

/// A capability that is needed, and for what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Needed {
    /// The name as in capabilities(7).
    pub name: &'static str,
    /// What it is needed for.
    pub purpose: &'static str,
    /// The capability itself.
    pub set: CapabilitySet,
}

/// All that the loader needs. Kernel 5.8 split BPF and PERFMON from SYS_ADMIN.
pub const NEEDED: [Needed; 3] = [
    Needed { name: "CAP_BPF", purpose: "create eBPF maps and load programs", set: CapabilitySet::BPF },
    Needed { name: "CAP_PERFMON", purpose: "let programs read packet memory", set: CapabilitySet::PERFMON },
    Needed { name: "CAP_NET_ADMIN", purpose: "attach programs to interfaces", set: CapabilitySet::NET_ADMIN },
];

/// What it takes to go on as another user, where root has started the process.
pub const TO_LEAVE_ROOT: [Needed; 3] = [
    Needed {
        name: "CAP_CHOWN",
        purpose: "give the socket's directory to the new user",
        set: CapabilitySet::CHOWN,
    },
    Needed { name: "CAP_SETGID", purpose: "leave root's groups", set: CapabilitySet::SETGID },
    Needed { name: "CAP_SETUID", purpose: "leave root", set: CapabilitySet::SETUID },
];

/// Those of `needed` that the calling process has not been given.
///
/// # Errors
/// Where the kernel does not tell.
pub fn missing(needed: &[Needed]) -> io::Result<Vec<Needed>> {
    let permitted = capabilities(None)?.permitted;
    Ok(needed.iter().filter(|needed| !permitted.contains(needed.set)).copied().collect())
}

/// Capabilities by their names, each with its purpose.
#[must_use]
pub fn describe(needed: &[Needed]) -> String {
    let named: Vec<String> =
        needed.iter().map(|needed| format!("{} (to {})", needed.name, needed.purpose)).collect();
    named.join(", ")
}
