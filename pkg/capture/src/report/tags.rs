//! Whether VLAN tags stay out of an XDP program's sight where one is in force, or would be.

use xdplive_packet::{Hook, event::Direction};
use xdplive_source::{Check, HookOption, Interface, InterfaceHooks, Interfaces, Outcome, VlanTags};

use crate::hook::KernelSupport;

/// Interfaces, and commands, that the check names at most; there may be hundreds.
const NAMED: usize = 5;

/// What there is to say of an XDP hook of an interface; `None` where XDP sees the tags, or nothing is known.
pub(super) fn remark(hook: Hook, interface: &Interface) -> Option<&'static str> {
    (is_xdp(hook.name()) && taken_off(interface)).then_some("VLAN tags are taken off before it")
}

/// A warning where XDP is in force without seeing tags, or `auto` would begin with it.
pub(super) fn check(
    interfaces: &Interfaces,
    hooks: &[InterfaceHooks],
    kernel: KernelSupport,
) -> Option<Check> {
    let concerned: Vec<(&Interface, String)> = interfaces
        .iter()
        .filter(|interface| taken_off(interface))
        .filter_map(|interface| {
            let hooks = hooks.iter().find(|hooks| hooks.interface == interface.name)?;
            Some((interface, xdp(&hooks.hooks)?))
        })
        .collect();
    if concerned.is_empty() {
        return None;
    }
    let named = concerned.iter().map(|(interface, how)| format!("{} ({how})", interface.name));
    let seen = if kernel.tcx { "; tcx sees them" } else { "" };
    let detail = format!(
        "taken off before XDP sees the frame on {}: the column vlan and filters by vlan miss them there, and \
         frame_length lacks their 4 bytes{seen}",
        several(named, ", ", |more| format!(" and {more} more")),
    );
    let commands: Vec<String> = concerned
        .iter()
        .filter_map(|(interface, _)| interface.vlan_tags.as_ref()?.command())
        .map(|command| format!("sudo {command}"))
        .collect();
    let all = several(commands.iter().cloned(), "; ", |_| ", and the others likewise".to_owned());
    let fix = match (all.is_empty(), kernel.tcx) {
        (true, true) => "choose the hook tcx".to_owned(),
        (true, false) => "upgrade to kernel 6.6 or later, and choose the hook tcx".to_owned(),
        (false, true) => format!("{all}, or choose the hook tcx"),
        (false, false) => all,
    };
    let named = commands.into_iter().take(NAMED).collect();
    Some(Check::bad("VLAN tags", Outcome::Warning, detail, fix).with_commands(named))
}

fn taken_off(interface: &Interface) -> bool {
    matches!(interface.vlan_tags, Some(VlanTags::Beside { .. }))
}

fn is_xdp(hook: &str) -> bool {
    [Hook::XdpNative, Hook::XdpGeneric].map(Hook::name).contains(&hook)
}

/// How XDP comes to receive, in words: as what is in force, or else as what `auto` begins with. `None` where it
/// does not.
fn xdp(hooks: &[HookOption]) -> Option<String> {
    let receiving = || hooks.iter().filter(|option| option.direction == Direction::In.name());
    let (hook, how) = match receiving().find(|option| option.in_force) {
        Some(option) => (option.hook, format!("{} is in force", option.hook)),
        None => {
            let option = receiving().find(|option| option.auto)?;
            (option.hook, format!("auto begins with {}", option.hook))
        }
    };
    is_xdp(hook).then_some(how)
}

/// The first [`NAMED`] of `all`, and what is said of the number of others.
fn several(all: impl Iterator<Item = String>, separator: &str, others: impl Fn(usize) -> String) -> String {
    let mut all = all.fuse();
    let named: Vec<String> = all.by_ref().take(NAMED).collect();
    let named = named.join(separator);
    match all.count() {
        0 => named,
        more => named + &others(more),
    }
}

#[cfg(test)]
mod tests;
