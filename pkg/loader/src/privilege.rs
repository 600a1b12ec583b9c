//! Which rights each of the two processes has, and giving up the rest.
//!
//! Both functions that give up rights work on the calling thread and are to be called before there is
//! another one: threads inherit what is left.

use std::io;

use rustix::{
    process::{Resource, Rlimit, getrlimit, setrlimit},
    thread::{
        CapabilitySet, CapabilitySets, capabilities, capability_is_in_bounding_set,
        clear_ambient_capability_set, remove_capability_from_bounding_set, set_capabilities,
        set_keep_capabilities, set_no_new_privs, set_thread_groups, set_thread_res_gid, set_thread_res_uid,
    },
};

use crate::{identity::Identity, needed::NEEDED};

fn needed_set() -> CapabilitySet {
    NEEDED.iter().fold(CapabilitySet::empty(), |all, needed| all | needed.set)
}

/// Raises the number of files that this process, and those it forks, may have open as far as it may be raised without
/// rights. Each hook that is attached takes one. Where the kernel refuses, the lower limit holds.
pub fn raise_descriptor_limit() {
    let limit = getrlimit(Resource::Nofile);
    if limit.current != limit.maximum {
        let _ = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum });
    }
}

/// Keeps the capabilities of [`NEEDED`] as far as the process has them, and nothing else. It goes on as `identity`.
///
/// # Errors
/// Where the kernel refuses to take something away; the process must not go on then.
pub fn keep_needed(identity: Option<Identity>) -> io::Result<()> {
    let keep = capabilities(None)?.permitted & needed_set();
    become_user(identity, true)?;
    restrict_to(keep)
}

/// Gives up every capability. The process goes on as `identity`.
///
/// # Errors
/// Where the kernel refuses to take something away; the process must not go on then.
pub fn give_up_all(identity: Option<Identity>) -> io::Result<()> {
    become_user(identity, false)?;
    restrict_to(CapabilitySet::empty())
}

/// Goes on as another user, where there is to be one.
fn become_user(identity: Option<Identity>, keep_capabilities: bool) -> io::Result<()> {
    // Needs CAP_SETPCAP; a process without it gets nothing from the bounding set either, because it cannot
    // execute a file with capabilities once `no_new_privs` is set.
    if capabilities(None)?.effective.contains(CapabilitySet::SETPCAP) {
        for capability in CapabilitySet::all() {
            if capability_is_in_bounding_set(capability).unwrap_or(false) {
                remove_capability_from_bounding_set(capability)?;
            }
        }
    }
    let Some(Identity { uid, gid }) = identity else { return Ok(()) };
    set_keep_capabilities(keep_capabilities)?;
    set_thread_groups(&[])?;
    set_thread_res_gid(gid, gid, gid)?;
    set_thread_res_uid(uid, uid, uid)?;
    set_keep_capabilities(false)?;
    Ok(())
}

fn restrict_to(keep: CapabilitySet) -> io::Result<()> {
    clear_ambient_capability_set()?;
    set_capabilities(
        None,
        CapabilitySets { effective: keep, permitted: keep, inheritable: CapabilitySet::empty() },
    )?;
    set_no_new_privs(true)?;
    Ok(())
}
