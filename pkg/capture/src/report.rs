//! What this machine lets us do: for the health check and `xdplive doctor`. Nothing is attached to find out.

mod file;
mod tags;
mod units;

use std::path::Path;

use xdplive_loader::{
    needed::{NEEDED, describe},
    protocol::LoaderError,
};
use xdplive_packet::{Hook, event::Direction};
use xdplive_protocol::plugin::program_name;
use xdplive_source::{
    Check, HookChoice, HookOption, InForce, Interface, InterfaceHooks, InterfaceState, Interfaces, LeftOut,
    Outcome, Prepared, Report,
};

use crate::{
    at_start::AtStart,
    hook::{Attempt, KernelSupport, foreign_program, plan},
};

use self::units::loader_commands;
pub(crate) use self::units::{drop_in_commands, fix_by_drop_in};

/// Oldest kernel that has all that XDP capture needs.
const KERNEL_MINIMUM: (u32, u32) = (6, 1);
/// Oldest kernel with TCX.
const KERNEL_TCX: (u32, u32) = (6, 6);

/// What helps where the kernel is too old.
const UPGRADE: &str = "upgrade to kernel 6.6 or later";

/// Where the kernel describes its types, for programs and maps that refer to them.
const BTF: &str = "/sys/kernel/btf/vmlinux";

/// The running kernel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kernel {
    /// As `uname -r` gives it.
    pub release: String,
    version: (u32, u32),
}

impl Kernel {
    /// The kernel this process runs on.
    #[must_use]
    pub fn running() -> Self {
        Self::from_release(&rustix::system::uname().release().to_string_lossy())
    }

    /// The kernel with this release text; an unreadable one counts as the oldest.
    #[must_use]
    pub fn from_release(release: &str) -> Self {
        let mut numbers =
            release.split(|c: char| !c.is_ascii_digit()).map(|number| number.parse().unwrap_or(0));
        let version = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
        Self { release: release.to_owned(), version }
    }

    /// What it can do.
    #[must_use]
    pub fn support(&self) -> KernelSupport {
        KernelSupport { tcx: self.version >= KERNEL_TCX }
    }
}

/// What the kernel said of the program for each hook: nothing, or why it refuses it.
pub type Probed = Vec<(Hook, Option<LoaderError>)>;

/// Puts together what was found out. `probed` is `None` where the loader has ended.
#[must_use]
pub fn report(
    at_start: &AtStart,
    kernel: &Kernel,
    probed: Option<Probed>,
    interfaces: &Interfaces,
    now: &Prepared,
) -> Report {
    let mut checks = vec![check_kernel(kernel), check_btf(Path::new(BTF).exists()), check_rights(at_start)];
    checks.extend(file::check(at_start.file.as_ref()));
    // Without the rights the kernel refuses everything: once is enough.
    if at_start.missing.is_empty() {
        checks.extend(check_programs(kernel, probed));
    }
    let hooks: Vec<InterfaceHooks> = interfaces
        .iter()
        .map(|interface| InterfaceHooks {
            interface: interface.name.clone(),
            hooks: hooks(interface, kernel.support(), now),
        })
        .collect();
    checks.extend(tags::check(interfaces, &hooks, kernel.support()));
    checks.extend(check_refused(interfaces, &now.left_out));
    Report { checks, interfaces: hooks }
}

fn check_kernel(kernel: &Kernel) -> Check {
    let Kernel { release, version } = kernel;
    if *version < KERNEL_MINIMUM {
        let detail = format!("{release}: 6.1 is the oldest that works");
        Check::bad("kernel", Outcome::Failed, detail, UPGRADE.to_owned())
    } else if *version < KERNEL_TCX {
        let detail =
            format!("{release}: no TCX, so that packets sent cannot be seen, and those received only by XDP");
        Check::bad("kernel", Outcome::Warning, detail, UPGRADE.to_owned())
    } else {
        Check::ok("kernel", format!("{release}: XDP and TCX"))
    }
}

fn check_btf(exists: bool) -> Check {
    if exists {
        Check::ok("BTF", BTF.to_owned())
    } else {
        let fix =
            "use a kernel built with CONFIG_DEBUG_INFO_BTF=y, as those of current distributions are; in a \
                    container, mount /sys of the host"
                .to_owned();
        Check::bad("BTF", Outcome::Failed, format!("{BTF} is missing"), fix)
    }
}

fn check_rights(at_start: &AtStart) -> Check {
    if at_start.has_service {
        return Check::ok(
            "rights",
            "the loader, a service of its own, has them; nothing that Grafana starts does".to_owned(),
        );
    }
    if at_start.missing.is_empty() {
        let names: Vec<&str> = NEEDED.iter().map(|needed| needed.name).collect();
        return Check::ok("rights", names.join(", "));
    }
    let commands = match set_rights(at_start) {
        Some(command) => vec![command],
        None if at_start.is_service && at_start.out_of_bounds.is_empty() => loader_commands(at_start).into(),
        None if at_start.is_service => drop_in_commands(at_start).into(),
        // What gives a container its rights is written where it is started.
        None => Vec::new(),
    };
    Check::bad("rights", Outcome::Failed, lacks(at_start), fix_rights(at_start)).with_commands(commands)
}

/// The rights that a process lacks which was started like this.
#[must_use]
pub fn lacks(at_start: &AtStart) -> String {
    format!("user {} lacks {}", at_start.uid, describe(&at_start.missing))
}

/// How a process that was started like this gets its rights.
#[must_use]
pub fn fix_rights(at_start: &AtStart) -> String {
    if let Some(command) = set_rights(at_start) {
        return format!("{command}, then restart Grafana");
    }
    if !at_start.out_of_bounds.is_empty() {
        format!(
            "Grafana's service or container withholds the rights: container: --cap-add=BPF --cap-add=PERFMON \
             --cap-add=NET_ADMIN; systemd: {}",
            fix_by_drop_in(at_start)
        )
    } else {
        format!(
            "file capabilities are ignored here, because no_new_privs is set: Kubernetes: \
             allowPrivilegeEscalation: true; systemd before version 255 sets it whatever the drop-in says: make the \
             loader a service of its own: {}",
            loader_commands(at_start).join("; ")
        )
    }
}

/// The command that gives the plugin's file its rights; `None` where such rights would be withheld or ignored.
fn set_rights(at_start: &AtStart) -> Option<String> {
    if !at_start.out_of_bounds.is_empty() || at_start.no_new_privileges {
        return None;
    }
    let (path, group) = match &at_start.file {
        Some(file) => (file.path.display().to_string(), file.group),
        None => (program_name(), at_start.uid),
    };
    Some(file::give_rights(&path, group))
}

fn check_programs(kernel: &Kernel, probed: Option<Probed>) -> Vec<Check> {
    let Some(probed) = probed else {
        let fix = "restart Grafana; its log says why".to_owned();
        return vec![Check::bad("programs", Outcome::Failed, "the loader process has ended".to_owned(), fix)];
    };
    let fix = |error: &LoaderError| match error {
        // It says itself what to do.
        LoaderError::NoMemory { .. } | LoaderError::NoDescriptors { .. } => "restart Grafana then",
        _ if kernel.version < KERNEL_MINIMUM => UPGRADE,
        _ => "please report it, with this message and what uname -r prints",
    };
    let bad = |name: &str, error: &LoaderError| {
        Check::bad(name, Outcome::Failed, error.to_string(), fix(error).to_owned())
    };
    let refused: Vec<(Hook, &LoaderError)> =
        probed.iter().filter_map(|(hook, error)| Some((*hook, error.as_ref()?))).collect();
    match &*refused {
        [] => vec![Check::ok("programs", format!("kernel {} accepts all of them", kernel.release))],
        // The maps that all share, most often: once is enough.
        [(_, first), rest @ ..]
            if refused.len() == probed.len() && rest.iter().all(|(_, error)| error == first) =>
        {
            vec![bad("programs", first)]
        }
        _ => refused.iter().map(|(hook, error)| bad(&format!("programs ({})", hook.name()), error)).collect(),
    }
}

/// What somebody asks for and cannot have, of interfaces that may be known.
fn check_refused(interfaces: &Interfaces, left_out: &[LeftOut]) -> Option<Check> {
    /// Directions of interfaces that are named at most.
    const NAMED: usize = 5;
    let is_refused =
        |one: &&LeftOut| one.state == InterfaceState::Refused && interfaces.get(&one.interface).is_some();
    let refused: Vec<String> = left_out
        .iter()
        .filter(is_refused)
        .map(|one| format!("{} {}: {}", one.interface, one.direction.name(), one.reason))
        .collect();
    let more = refused.len().saturating_sub(NAMED);
    let more = if more == 0 { String::new() } else { format!("; and {more} more") };
    let named = refused.iter().take(NAMED).map(String::as_str).collect::<Vec<_>>().join("; ");
    let fix = "panels show the other interfaces; choose other interfaces or another hook there".to_owned();
    (!refused.is_empty())
        .then(|| Check::bad("interfaces left out", Outcome::Warning, format!("{named}{more}"), fix))
}

/// The hooks of an interface: what is in force, and what else can be told without attaching.
#[must_use]
pub fn hooks(interface: &Interface, kernel: KernelSupport, now: &Prepared) -> Vec<HookOption> {
    let automatic = plan(HookChoice::Auto, Direction::In, interface, kernel);
    let first = automatic.first().map(|first| (first.hook, reason_to_try(first, automatic.get(1))));
    let readable = interface.link.layout().is_some();
    let option = |hook: Hook| {
        let is_here = |one: &&InForce| one.interface == interface.name;
        let attached = now.in_force.iter().filter(is_here).find(|one| one.hook == hook);
        let same_way =
            now.in_force.iter().filter(is_here).any(|one| one.hook.direction() == hook.direction());
        let left_out = now
            .left_out
            .iter()
            .find(|one| one.interface == interface.name && one.direction == hook.direction());
        let state = match left_out {
            _ if same_way => Some(InterfaceState::Attached.name()),
            Some(left_out) => Some(left_out.state.name()),
            None => None,
        };
        let is_first = first.as_ref().is_some_and(|(first, _)| *first == hook);
        let auto = readable && (is_first || hook == Hook::TcxEgress && kernel.tcx);
        let obstacle = if attached.is_some() { None } else { obstacle(hook, interface, kernel) };
        let reason = match (attached, &obstacle, &first) {
            (Some(attached), ..) => attached.reason.clone(),
            (None, Some(obstacle), _) => obstacle.clone(),
            (None, None, Some((_, reason))) if is_first => reason.clone(),
            _ => String::new(),
        };
        let remark = if obstacle.is_none() { tags::remark(hook, interface) } else { None };
        let reasons = [Some(&*reason).filter(|reason| !reason.is_empty()), remark];
        HookOption {
            direction: hook.direction().name(),
            hook: hook.name(),
            auto: auto && obstacle.is_none(),
            possible: obstacle.is_none(),
            in_force: attached.is_some(),
            reason: reasons.into_iter().flatten().collect::<Vec<_>>().join("; "),
            state,
            state_reason: left_out.map(|one| one.reason.clone()).unwrap_or_default(),
        }
    };
    [Hook::XdpNative, Hook::TcxIngress, Hook::XdpGeneric, Hook::TcxEgress].map(option).into()
}

/// Why `auto` begins with `first`, and what it goes on with.
fn reason_to_try(first: &Attempt, next: Option<&Attempt>) -> String {
    match next {
        Some(next) if first.reason.is_empty() => {
            format!("tried first; {} where the driver refuses it", next.hook.name())
        }
        _ => first.reason.clone(),
    }
}

/// Why a hook cannot be had, where that is plain without trying.
fn obstacle(hook: Hook, interface: &Interface, kernel: KernelSupport) -> Option<String> {
    if interface.link.layout().is_none() {
        return Some("packets of this kind of link cannot be read".to_owned());
    }
    match hook {
        Hook::TcxIngress | Hook::TcxEgress => {
            (!kernel.tcx).then(|| "this kernel has no TCX (6.6)".to_owned())
        }
        Hook::XdpNative | Hook::XdpGeneric => interface.xdp_program.map(foreign_program),
    }
}

#[cfg(test)]
mod tests;
