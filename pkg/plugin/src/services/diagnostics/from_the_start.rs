//! What is counted from the start, what that costs, and how it is turned off: nobody has asked for it.

use std::time::Duration;

use xdplive_history::watched::{FLOW_BYTES, FLOWS, SECONDS_BYTES, State};
use xdplive_packet::Hook;
use xdplive_source::{Check, HookAccounts};

use crate::settings::FromTheStart;

/// Interfaces that are described at most.
const SHOWN: usize = 5;
/// Where the setting is made.
const OFF: &str =
    "watch = none in the section [plugin.xdplive-packets-datasource] of grafana.ini turns it off";

/// What there is to say about it.
pub(super) struct Facts<'a> {
    /// The administrator's setting.
    pub(super) setting: &'a FromTheStart,
    /// Why the interface with the default route cannot be counted by itself.
    pub(super) obstacle: Option<String>,
    /// The interfaces that are counted, and that may be known.
    pub(super) states: Vec<State>,
    /// Whether others are counted that may not be known.
    pub(super) hides_some: bool,
    /// What has been counted at every hook.
    pub(super) accounts: &'a [HookAccounts],
}

/// The check. It fails nowhere: whatever keeps interfaces from being counted has a check of its own.
pub(super) fn check(facts: &Facts<'_>) -> Check {
    let Facts { setting, obstacle, states, hides_some, .. } = facts;
    let detail = match (setting, obstacle) {
        (FromTheStart::Named(names), _) if names.is_empty() => {
            "nothing is counted from the start (watch = none)".to_owned()
        }
        (FromTheStart::DefaultRoute, Some(obstacle)) => {
            format!("nothing is counted from the start: {obstacle}")
        }
        _ if states.is_empty() && *hides_some => {
            "counted from the start: interfaces that may not be known here".to_owned()
        }
        _ if states.is_empty() => {
            "nothing is counted from the start: there is no interface for it".to_owned()
        }
        _ => described(facts),
    };
    Check::ok("watch", detail)
}

fn described(Facts { states, accounts, .. }: &Facts<'_>) -> String {
    let more = states.len().saturating_sub(SHOWN);
    let mut all: Vec<String> = states.iter().take(SHOWN).map(|state| of_interface(state, accounts)).collect();
    all.extend((more > 0).then(|| format!("{more} more")));
    let kept: usize = states.iter().map(|state| state.bytes + FLOW_BYTES * state.flows).sum();
    let most = SECONDS_BYTES + FLOW_BYTES * FLOWS;
    let spent = states.iter().fold((Duration::ZERO, Duration::ZERO), |(cpu, over), state| {
        (cpu + state.spent.cpu, over.max(state.spent.over))
    });
    let percent = match spent {
        (_, over) if over.is_zero() => 0.0,
        (cpu, over) => 100.0 * cpu.as_secs_f64() / over.as_secs_f64(),
    };
    format!(
        "counted from the start: {}; {} of at most {} of memory, {percent:.2} % of a processor in the plugin; {}; {OFF}",
        all.join("; "),
        megabytes(kept),
        megabytes(most),
        in_kernel(states, accounts),
    )
}

/// `eth0 (in by tcx, out by tcx), 900 seconds and 1000 flows kept`
fn of_interface(state: &State, accounts: &[HookAccounts]) -> String {
    let hooks: Vec<String> = hooks_of(state, accounts)
        .map(|(account, hook)| format!("{} by {}", account.direction.name(), hook.name()))
        .collect();
    let hooks = if hooks.is_empty() { "nothing attached".to_owned() } else { hooks.join(", ") };
    format!("{} ({hooks}), {} seconds and {} flows kept", state.interface, state.seconds, state.flows)
}

/// What the programs take of each packet, which the kernel measures if it is told to.
fn in_kernel(states: &[State], accounts: &[HookAccounts]) -> String {
    let mut means: Vec<String> = Vec::new();
    for (account, hook) in states.iter().flat_map(|state| hooks_of(state, accounts)) {
        if let Some(mean) = account.kernel_time.and_then(|time| time.mean()) {
            let mean = format!("{mean:.0} ns a packet {} by {}", account.direction.name(), hook.name());
            if !means.contains(&mean) {
                means.push(mean);
            }
        }
    }
    if means.is_empty() {
        "to measure the cost of each packet, run sudo sysctl kernel.bpf_stats_enabled=1".to_owned()
    } else {
        format!("in the kernel {}", means.join(", "))
    }
}

/// The hooks in force of an interface.
fn hooks_of<'a>(
    state: &'a State,
    accounts: &'a [HookAccounts],
) -> impl Iterator<Item = (&'a HookAccounts, Hook)> {
    let ours = accounts.iter().filter(|account| account.interface == state.interface);
    ours.filter_map(|account| Some((account, account.hook?)))
}

fn megabytes(bytes: usize) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}

#[cfg(test)]
mod tests {
    use xdplive_history::watched::Spent;
    use xdplive_packet::event::Direction;
    use xdplive_source::{Counts, Host, KernelTime, Outcome};

    use super::*;

    fn account(interface: &str, direction: Direction, kernel_time: Option<KernelTime>) -> HookAccounts {
        let hook = match direction {
            Direction::In => Hook::TcxIngress,
            Direction::Out => Hook::TcxEgress,
        };
        HookAccounts {
            host: Host::only("nas"),
            interface: interface.into(),
            uplink: false,
            direction,
            hook: Some(hook),
            state: None,
            reason: String::new(),
            seen: 0,
            own: 0,
            streams: Vec::new(),
            ended: Counts::default(),
            ring_used: 0.0,
            kernel_time,
            flow_overflow: 0,
        }
    }

    fn state(interface: &str) -> State {
        let spent = Spent { over: Duration::from_secs(1000), cpu: Duration::from_millis(250) };
        State { interface: interface.into(), seconds: 900, bytes: 1_200_000, flows: 1000, spent }
    }

    fn detail(setting: &FromTheStart, obstacle: Option<&str>, states: Vec<State>, measured: bool) -> String {
        let time = |total, runs| measured.then_some(KernelTime { total: Duration::from_nanos(total), runs });
        let accounts = [
            account("eth0", Direction::In, time(1300, 10)),
            account("eth0", Direction::Out, time(1270, 10)),
            account("lo", Direction::In, time(1300, 10)),
        ];
        let obstacle = obstacle.map(str::to_owned);
        let check = check(&Facts { setting, obstacle, states, hides_some: false, accounts: &accounts });
        assert_eq!((check.name.as_str(), check.outcome, check.fix), ("watch", Outcome::Ok, None));
        check.detail
    }

    #[test]
    fn the_cost_is_told_and_how_to_save_it() {
        let route = FromTheStart::DefaultRoute;
        let expected = |kernel: &str| {
            format!(
                "counted from the start: eth0 (in by tcx, out by tcx), 900 seconds and 1000 flows kept; 1.4 MB of at most \
                 31.5 MB of memory, 0.03 % of a processor in the plugin; {kernel}; {OFF}"
            )
        };
        assert_eq!(
            detail(&route, None, vec![state("eth0")], true),
            expected("in the kernel 130 ns a packet in by tcx, 127 ns a packet out by tcx")
        );
        let how = "to measure the cost of each packet, run sudo sysctl kernel.bpf_stats_enabled=1";
        assert_eq!(detail(&route, None, vec![state("eth0")], false), expected(how));
        let many = (0..9).map(|number| state(&format!("eth{number}"))).collect();
        let text = detail(&FromTheStart::Named(vec!["eth0".to_owned()]), None, many, true);
        assert!(
            text.contains("; eth4 (nothing attached), 900 seconds and 1000 flows kept; 4 more; 12.5 MB"),
            "{text}"
        );
    }

    #[test]
    fn where_nothing_is_counted_the_reason_is_told() {
        let (route, none) = (FromTheStart::DefaultRoute, FromTheStart::Named(Vec::new()));
        assert_eq!(detail(&none, None, vec![], true), "nothing is counted from the start (watch = none)");
        let old = "this kernel has no TCX";
        assert_eq!(
            detail(&none, Some(old), vec![], true),
            "nothing is counted from the start (watch = none)"
        );
        let expected = "nothing is counted from the start: this kernel has no TCX";
        assert_eq!(detail(&route, Some(old), vec![], true), expected);
        let expected = "nothing is counted from the start: there is no interface for it";
        assert_eq!(detail(&route, None, vec![], true), expected);
    }
}
