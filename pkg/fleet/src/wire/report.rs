//! What there is at a host, and what it lets the agent do, as it travels.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use xdplive_source::{Check, HookOption, Interface, InterfaceHooks, Interfaces, Link, Outcome, Report};

use super::words::lasting;

/// What there is at a host.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Description {
    /// [`super::Presence::description`] of it.
    pub news: u64,
    interfaces: Vec<WireInterface>,
    /// TCP ports whose packets are own traffic.
    pub own_ports: BTreeSet<u16>,
    /// Why nothing can be counted there that nobody has asked for.
    pub no_shared_hook: Option<String>,
    /// What the agent's ceiling leaves of what could be asked for, in words; empty where that is everything.
    #[serde(default)]
    pub ceiling: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct WireInterface {
    name: String,
    index: u32,
    state: String,
    link: u8,
    driver: Option<String>,
    physical: bool,
    mac: Option<String>,
    addresses: Vec<String>,
    mtu: u32,
    speed: Option<u64>,
    xdp_program: Option<u32>,
    default: bool,
    #[serde(default)]
    uplink: bool,
}

const LINKS: [Link; 4] = [Link::Ethernet, Link::Loopback, Link::RawIp, Link::Unsupported];

impl Description {
    /// What is said of these interfaces.
    #[must_use]
    pub fn new(interfaces: &Interfaces, own_ports: BTreeSet<u16>, no_shared_hook: Option<String>) -> Self {
        let interface = |one: &Interface| WireInterface {
            name: one.name.clone(),
            index: one.index,
            state: one.state.clone(),
            link: LINKS.iter().position(|link| *link == one.link).unwrap_or(3) as u8,
            driver: one.driver.clone(),
            physical: one.physical,
            mac: one.mac.clone(),
            addresses: one.addresses.clone(),
            mtu: one.mtu,
            speed: one.speed,
            xdp_program: one.xdp_program,
            default: one.default,
            uplink: one.uplink,
        };
        Self {
            news: 0,
            interfaces: interfaces.iter().map(interface).collect(),
            own_ports,
            no_shared_hook,
            ceiling: String::new(),
        }
    }

    /// The interfaces.
    #[must_use]
    pub fn interfaces(&self) -> Interfaces {
        let interface = |one: &WireInterface| Interface {
            state: one.state.clone(),
            driver: one.driver.clone(),
            physical: one.physical,
            mac: one.mac.clone(),
            addresses: one.addresses.clone(),
            mtu: one.mtu,
            speed: one.speed,
            xdp_program: one.xdp_program,
            default: one.default,
            uplink: one.uplink,
            ..Interface::new(
                &one.name,
                one.index,
                LINKS.get(usize::from(one.link)).copied().unwrap_or(Link::Unsupported),
            )
        };
        self.interfaces.iter().map(interface).collect()
    }
}

/// What a machine lets the agent do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WireReport {
    checks: Vec<WireCheck>,
    interfaces: Vec<(String, Vec<WireOption>)>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct WireCheck {
    name: String,
    /// 0 for well, 1 for a warning, 2 for failed.
    outcome: u8,
    detail: String,
    fix: Option<String>,
    commands: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct WireOption {
    direction: String,
    hook: String,
    auto: bool,
    possible: bool,
    in_force: bool,
    reason: String,
    state: Option<String>,
    state_reason: String,
}

const OUTCOMES: [Outcome; 3] = [Outcome::Ok, Outcome::Warning, Outcome::Failed];

impl WireReport {
    /// What is said.
    #[must_use]
    pub fn new(report: &Report) -> Self {
        let check = |one: &Check| WireCheck {
            name: one.name.clone(),
            outcome: OUTCOMES.iter().position(|outcome| *outcome == one.outcome).unwrap_or(2) as u8,
            detail: one.detail.clone(),
            fix: one.fix.clone(),
            commands: one.commands.clone(),
        };
        let option = |one: &HookOption| WireOption {
            direction: one.direction.to_owned(),
            hook: one.hook.to_owned(),
            auto: one.auto,
            possible: one.possible,
            in_force: one.in_force,
            reason: one.reason.clone(),
            state: one.state.map(str::to_owned),
            state_reason: one.state_reason.clone(),
        };
        let hooks = |one: &InterfaceHooks| (one.interface.clone(), one.hooks.iter().map(option).collect());
        Self {
            checks: report.checks.iter().map(check).collect(),
            interfaces: report.interfaces.iter().map(hooks).collect(),
        }
    }

    /// The report of the host with this name.
    #[must_use]
    pub fn read(self, host: &str) -> Report {
        let check = |one: WireCheck| Check {
            name: format!("{host}: {}", one.name),
            outcome: OUTCOMES.get(usize::from(one.outcome)).copied().unwrap_or(Outcome::Failed),
            detail: one.detail,
            fix: one.fix,
            commands: one.commands,
        };
        let states = ["attached", "attaching", "absent", "unreachable", "refused"];
        let option = |one: WireOption| HookOption {
            direction: lasting(&one.direction, &["out", "in"]),
            hook: lasting(&one.hook, &["xdp-native", "xdp-generic", "tcx"]),
            auto: one.auto,
            possible: one.possible,
            in_force: one.in_force,
            reason: one.reason,
            state: one.state.map(|state| lasting(&state, &states)),
            state_reason: one.state_reason,
        };
        let hooks = |(interface, hooks): (String, Vec<WireOption>)| InterfaceHooks {
            interface,
            hooks: hooks.into_iter().map(option).collect(),
        };
        Report {
            checks: self.checks.into_iter().map(check).collect(),
            interfaces: self.interfaces.into_iter().map(hooks).collect(),
        }
    }
}
