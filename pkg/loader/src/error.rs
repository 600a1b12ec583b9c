//! The kernel's and aya's errors as a [`LoaderError`].

use std::io;

use aya::{EbpfError, maps::MapError, programs::ProgramError};
use rustix::process::{Resource, getrlimit};

use super::protocol::LoaderError;

/// The end of a verifier log that is worth telling, bytes.
const LOG_TAIL: usize = 1500;

/// Something else that failed.
pub fn failed(action: &str, error: &dyn std::error::Error) -> LoaderError {
    LoaderError::Failed { action: action.to_owned(), reason: chain(error) }
}

/// An error and all its causes.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let more = error.to_string();
        if !text.contains(&more) {
            text.push_str(": ");
            text.push_str(&more);
        }
        cause = error.source();
    }
    text
}

fn is_permission(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(libc::EPERM))
}

fn is_descriptors(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(libc::EMFILE | libc::ENFILE))
}

fn not_allowed(action: &str, error: &dyn std::error::Error) -> LoaderError {
    LoaderError::NotAllowed { action: action.to_owned(), reason: chain(error) }
}

fn no_descriptors() -> LoaderError {
    LoaderError::NoDescriptors { limit: getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX) }
}

fn is_memory(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(libc::ENOMEM))
}

/// Of creating a map.
pub fn from_map(error: &MapError) -> LoaderError {
    match error {
        MapError::CreateError { io_error, .. } | MapError::IoError(io_error) if is_memory(io_error) => {
            LoaderError::NoMemory { reason: io_error.to_string() }
        }
        MapError::CreateError { io_error, .. } | MapError::IoError(io_error) if is_permission(io_error) => {
            not_allowed("create eBPF maps", io_error)
        }
        MapError::CreateError { io_error, .. } | MapError::IoError(io_error) if is_descriptors(io_error) => {
            no_descriptors()
        }
        other => failed("creating eBPF maps", other),
    }
}

/// Of reading the object and creating its maps.
pub fn from_ebpf(error: EbpfError) -> LoaderError {
    match &error {
        EbpfError::MapError(error) => from_map(error),
        EbpfError::BtfError(aya_obj::btf::BtfError::LoadError { io_error, .. })
            if is_permission(io_error) =>
        {
            not_allowed("load BTF", io_error)
        }
        other => failed("reading the eBPF object", other),
    }
}

/// Of loading a program.
pub fn from_load(program: &str, error: ProgramError) -> LoaderError {
    match error {
        ProgramError::LoadError { io_error, .. } if is_permission(&io_error) => {
            not_allowed("load eBPF programs", &io_error)
        }
        ProgramError::LoadError { io_error, .. } if is_descriptors(&io_error) => no_descriptors(),
        ProgramError::LoadError { io_error, verifier_log } => {
            let log = verifier_log.to_string();
            let tail = log.get(log.len().saturating_sub(LOG_TAIL)..).unwrap_or(&log);
            LoaderError::Refused { program: program.to_owned(), reason: format!("{io_error}: {tail}") }
        }
        other => failed("loading a program", &other),
    }
}

/// Of attaching a program.
pub fn from_attach(error: io::Error) -> LoaderError {
    match error.raw_os_error() {
        Some(libc::EPERM) => not_allowed("attach eBPF programs", &error),
        Some(libc::EBUSY | libc::EEXIST) => LoaderError::Busy,
        Some(libc::ENODEV) => LoaderError::NoInterface,
        Some(libc::EMFILE | libc::ENFILE) => no_descriptors(),
        // What drivers answer to a mode, an MTU or a channel count they cannot do, and old kernels to TCX.
        Some(libc::EOPNOTSUPP | libc::EINVAL | libc::ERANGE | libc::ENOMEM | libc::ENOSPC) => {
            LoaderError::Unsupported { reason: error.to_string() }
        }
        _ => failed("attaching", &error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_map(number: i32) -> LoaderError {
        let io_error = io::Error::from_raw_os_error(number);
        from_ebpf(EbpfError::MapError(MapError::CreateError { name: "EVENTS".to_owned(), io_error }))
    }

    #[test]
    fn a_map_that_the_kernel_refuses_is_told_with_what_to_do() {
        let reason = |number| io::Error::from_raw_os_error(number).to_string();
        assert_eq!(of_map(libc::ENOMEM), LoaderError::NoMemory { reason: reason(libc::ENOMEM) });
        assert_eq!(
            of_map(libc::ENOMEM).to_string(),
            "the kernel has no memory left for eBPF maps (Cannot allocate memory (os error 12)): give the machine more, or \
             its service or container (systemd: MemoryMax=), or set a smaller ring_bytes or flow_entries"
        );
        let action = "create eBPF maps".to_owned();
        assert_eq!(of_map(libc::EPERM), LoaderError::NotAllowed { action, reason: reason(libc::EPERM) });
        assert!(matches!(of_map(libc::EMFILE), LoaderError::NoDescriptors { .. }));
        // A kernel that has no such map: ring buffers came with 5.8.
        let LoaderError::Failed { action, reason } = of_map(libc::EINVAL) else {
            panic!("{:?}", of_map(libc::EINVAL))
        };
        assert_eq!(action, "creating eBPF maps");
        assert!(reason.contains("EVENTS") && reason.contains("Invalid argument"), "{reason}");
    }
}
