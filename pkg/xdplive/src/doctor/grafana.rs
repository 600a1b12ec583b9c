//! The Grafana that runs on this machine, and whether a plugin that it starts has its rights: what
//! capabilities(7) says of execve, worked out from what /proc and the plugin's file tell.

use std::{
    fs::{self, Metadata},
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
};

use rustix::{
    fs::{StatVfsMountFlags, getxattr, statvfs},
    thread::CapabilitySet,
};
use xdplive_protocol::plugin::LOADER_SOCKET;

use super::{Check, Outcome};

/// What the plugin's loader needs.
const NEEDED: CapabilitySet =
    CapabilitySet::BPF.union(CapabilitySet::PERFMON).union(CapabilitySet::NET_ADMIN);

/// Names of Grafana's process, from its packages and its container image.
const NAMES: [&str; 2] = ["grafana", "grafana-server"];

/// Looks for a running Grafana and works out the rights of the plugin `program` below it.
pub fn check(program: &Path) -> Check {
    let name = "Grafana".to_owned();
    let Some(process) = find() else {
        let detail = "not running on this machine (or not visible from here)".to_owned();
        return Check { name, outcome: Outcome::Ok, detail, fix: None };
    };
    let (outcome, detail, fix) = judge(&process, &File::look(program), Path::new(LOADER_SOCKET).exists());
    Check { name: format!("Grafana (process {})", process.id), outcome, detail, fix }
}

/// A running Grafana, as /proc/PID/status describes it.
#[derive(Debug, PartialEq, Eq)]
struct Process {
    id: u32,
    uid: u32,
    /// Its group, and after it the supplementary ones.
    groups: Vec<u32>,
    bounding: u64,
    ambient: u64,
    no_new_privileges: bool,
}

/// The plugin's file.
#[derive(Debug, PartialEq, Eq)]
struct File {
    path: PathBuf,
    /// Capabilities that the file gives, and makes effective.
    permitted: u64,
    /// Whether the file system ignores them.
    nosuid: bool,
    uid: u32,
    group: u32,
    /// Permission bits.
    mode: u32,
}

fn find() -> Option<Process> {
    let entries = fs::read_dir("/proc").ok()?;
    entries.flatten().find_map(|entry| {
        let id = entry.file_name().to_str()?.parse().ok()?;
        let name = fs::read_to_string(entry.path().join("comm")).ok()?;
        if !NAMES.contains(&name.trim()) {
            return None;
        }
        let status = fs::read_to_string(entry.path().join("status")).ok()?;
        let uid = entry.metadata().ok()?.uid();
        Some(Process::parse(id, uid, &status))
    })
}

impl Process {
    fn parse(id: u32, uid: u32, status: &str) -> Self {
        let field = |name: &str| {
            status
                .lines()
                .find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))
                .map(str::trim)
                .unwrap_or_default()
        };
        let set = |name: &str| u64::from_str_radix(field(name), 16).unwrap_or(0);
        // The effective one of the four ids; the directory's owner where it does not say.
        let uid = field("Uid").split_whitespace().nth(1).and_then(|uid| uid.parse().ok()).unwrap_or(uid);
        let group = field("Gid").split_whitespace().nth(1);
        let groups = group.into_iter().chain(field("Groups").split_whitespace());
        Self {
            id,
            uid,
            groups: groups.filter_map(|group| group.parse().ok()).collect(),
            bounding: set("CapBnd"),
            ambient: set("CapAmb"),
            no_new_privileges: field("NoNewPrivs") == "1",
        }
    }
}

impl File {
    fn look(path: &Path) -> Self {
        let mut value = [0; 24];
        let length = getxattr(path, "security.capability", &mut value[..]).unwrap_or(0);
        let nosuid = statvfs(path).is_ok_and(|info| info.f_flag.contains(StatVfsMountFlags::NOSUID));
        let permitted = value.get(..length).and_then(file_capabilities).unwrap_or(0);
        let metadata = fs::metadata(path).ok();
        let of = |get: fn(&Metadata) -> u32| metadata.as_ref().map(get).unwrap_or_default();
        Self {
            path: path.to_owned(),
            permitted,
            nosuid,
            uid: of(Metadata::uid),
            group: of(Metadata::gid),
            mode: of(Metadata::mode),
        }
    }

    /// Whether a process may execute it, by its permission bits.
    fn may_be_executed_by(&self, process: &Process) -> bool {
        /// Of all bits for executing, those of the owner, the group and others.
        const OWNER: u32 = 0o100;
        const GROUP: u32 = 0o010;
        const OTHERS: u32 = 0o001;
        let bit = match process.uid {
            0 => OWNER | GROUP | OTHERS,
            uid if uid == self.uid => OWNER,
            _ if process.groups.contains(&self.group) => GROUP,
            _ => OTHERS,
        };
        self.mode & bit != 0
    }
}

/// The capabilities that an extended attribute `security.capability` gives: `struct vfs_cap_data` of
/// linux/capability.h, revisions 2 and 3.
fn file_capabilities(value: &[u8]) -> Option<u64> {
    const EFFECTIVE: u32 = 1;
    let word =
        |index: usize| value.get(4 * index..)?.first_chunk::<4>().map(|bytes| u32::from_le_bytes(*bytes));
    let effective = word(0)? & EFFECTIVE != 0;
    let permitted = u64::from(word(1)?) | u64::from(word(3)?) << 32;
    effective.then_some(permitted)
}

/// `has_service`: whether the loader is a service of its own.
fn judge(process: &Process, file: &File, has_service: bool) -> (Outcome, String, Option<String>) {
    let needed = NEEDED.bits();
    let has = |set: u64| set & needed == needed;
    let user = format!("user {}", process.uid);
    let failed = |why: &str, fix: String| (Outcome::Failed, format!("{user}: {why}"), Some(fix));
    let path = file.path.display();
    let group = process.groups.first().copied().unwrap_or_default();
    let own = format!("sudo chown root:{group} {path} && sudo chmod 750 {path}");
    let setcap = format!("sudo setcap cap_bpf,cap_perfmon,cap_net_admin+ep {path}");
    if !file.may_be_executed_by(process) {
        // A new owner takes the capabilities away.
        let again = if file.permitted == 0 { String::new() } else { format!(" && {setcap}") };
        return failed("may not execute the plugin's file", format!("{own}{again}, then restart Grafana"));
    }
    // The kernel then does not execute it at all (EPERM).
    if has_service && file.permitted & !process.bounding != 0 {
        let fix = format!("sudo setcap -r {path}, then restart Grafana");
        return failed("the plugin's file has capabilities, which this Grafana may not pass on", fix);
    }
    if has_service {
        let detail = format!("{user}: the loader is a service of its own, at {LOADER_SOCKET}");
        return (Outcome::Ok, detail, None);
    }
    if has(process.ambient) {
        return (Outcome::Ok, format!("{user}: hands its capabilities on to the plugin"), None);
    }
    if !has(process.bounding) {
        let fix = "container: --cap-add=BPF --cap-add=PERFMON --cap-add=NET_ADMIN; systemd: install the drop-in of \
                    docs/install.md and restart Grafana";
        return failed("may not pass on the capabilities that the plugin needs", fix.to_owned());
    }
    if process.uid == 0 {
        return (
            Outcome::Ok,
            format!("{user}: the plugin starts with all rights, and gives up all but three"),
            None,
        );
    }
    if !has(file.permitted) {
        return failed(
            "the plugin's file has no capabilities",
            format!("{own} && {setcap}, then restart Grafana"),
        );
    }
    if process.no_new_privileges {
        let fix = "systemd: install the drop-in of docs/install.md and restart Grafana; Kubernetes: \
                    allowPrivilegeEscalation: true";
        return failed("runs with no_new_privs, so that the file's capabilities are ignored", fix.to_owned());
    }
    if file.nosuid {
        let fix = "mount the plugin's file system without nosuid, or move the plugin to another one";
        return failed(
            "the plugin's file system is mounted nosuid, so that the file's capabilities are ignored",
            fix.to_owned(),
        );
    }
    (Outcome::Ok, format!("{user}: the plugin's file has the capabilities"), None)
}

#[cfg(test)]
mod tests;
