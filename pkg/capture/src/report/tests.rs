use xdplive_loader::needed::Needed;
use xdplive_source::{Host, Link};

use super::*;
use crate::program_file::ProgramFile;

pub(super) fn at_start(missing: Vec<Needed>) -> AtStart {
    AtStart {
        uid: 472,
        missing,
        out_of_bounds: Vec::new(),
        no_new_privileges: false,
        is_service: true,
        has_service: false,
        file: Some(ProgramFile {
            path: "/plugins/gpx".into(),
            group: 472,
            is_anybodys: false,
            replaceable: None,
        }),
    }
}

fn veth() -> Interface {
    Interface { state: "up".to_owned(), mtu: 1500, ..Interface::new("veth0", 7, Link::Ethernet) }
}

fn now(in_force: InForce) -> Prepared {
    Prepared { in_force: vec![in_force], left_out: Vec::new() }
}

fn all_accepted() -> Option<Vec<(Hook, Option<LoaderError>)>> {
    Some(vec![(Hook::XdpNative, None), (Hook::TcxEgress, None)])
}

#[test]
fn releases_are_read() {
    for (release, tcx, outcome) in [
        ("6.18.44-fc-v657", true, Outcome::Ok),
        ("6.6.0", true, Outcome::Ok),
        ("6.1.0-13-amd64", false, Outcome::Warning),
        ("5.15.0", false, Outcome::Failed),
        ("10.0-rc1", true, Outcome::Ok),
        ("something", false, Outcome::Failed),
    ] {
        let kernel = Kernel::from_release(release);
        assert_eq!(kernel.support().tcx, tcx, "{release}");
        assert_eq!(check_kernel(&kernel).outcome, outcome, "{release}");
    }
}

#[test]
fn missing_rights_are_named_with_the_command_that_grants_them() {
    let report = report(
        &at_start(NEEDED[..2].to_vec()),
        &Kernel::from_release("6.6"),
        all_accepted(),
        &Interfaces::default(),
        &Prepared::default(),
    );
    assert_eq!(report.outcome(), Outcome::Failed);
    let rights = report.checks.iter().find(|check| check.name == "rights").unwrap();
    assert!(rights.detail.contains("CAP_BPF") && rights.detail.contains("CAP_PERFMON"), "{}", rights.detail);
    assert!(!rights.detail.contains("CAP_NET_ADMIN"), "{}", rights.detail);
    let command = "sudo chown root:472 /plugins/gpx && sudo chmod 750 /plugins/gpx && sudo setcap \
                   cap_bpf,cap_perfmon,cap_net_admin+ep /plugins/gpx";
    assert_eq!(rights.fix, Some(format!("{command}, then restart Grafana")));
    assert_eq!(rights.commands, [command]);
}

#[test]
fn what_keeps_setcap_from_working_changes_the_advice() {
    let bounded = AtStart { out_of_bounds: NEEDED.to_vec(), ..at_start(NEEDED.to_vec()) };
    let drop_in = "systemd: install the drop-in that came with the plugin: sudo install -D -m 644 \
                   /plugins/install/xdplive.conf /etc/systemd/system/grafana-server.service.d/xdplive.conf; then sudo \
                   systemctl daemon-reload && sudo systemctl restart grafana-server";
    let container = "Grafana's service or container withholds the rights: container: --cap-add=BPF --cap-add=PERFMON \
                     --cap-add=NET_ADMIN";
    assert_eq!(fix_rights(&bounded), format!("{container}; {drop_in}"));
    let no_new = AtStart { no_new_privileges: true, ..at_start(NEEDED.to_vec()) };
    let ignored = "file capabilities are ignored here, because no_new_privs is set: Kubernetes: \
                   allowPrivilegeEscalation: true";
    let older =
        "systemd before version 255 sets it whatever the drop-in says: make the loader a service of its own";
    assert_eq!(fix_rights(&no_new), format!("{ignored}; {older}: {}", loader_commands(&no_new).join("; ")));
    let commands = [drop_in_commands(&bounded).to_vec(), loader_commands(&no_new).to_vec()];
    for (advised, commands) in [bounded, no_new].into_iter().zip(commands) {
        let check = check_rights(&advised);
        assert_eq!(check.commands, commands, "setcap would be in vain");
        // Who has the plugin's zip alone needs nothing else.
        let fix = check.fix.unwrap();
        assert!(check.commands.iter().all(|command| fix.contains(command)), "{fix}");
        let contained = check_rights(&AtStart { is_service: false, ..advised });
        assert_eq!(
            (contained.commands, contained.fix),
            (Vec::new(), Some(fix)),
            "nothing to run in a container"
        );
    }
}

#[test]
fn a_refused_program_is_told() {
    let refused = LoaderError::Refused { program: "xdp_native".to_owned(), reason: "because".to_owned() };
    let probed = Some(vec![(Hook::XdpNative, Some(refused)), (Hook::TcxEgress, None)]);
    let report = report(
        &at_start(Vec::new()),
        &Kernel::from_release("6.6"),
        probed,
        &Interfaces::default(),
        &Prepared::default(),
    );
    let programs: Vec<&Check> =
        report.checks.iter().filter(|check| check.name.starts_with("programs")).collect();
    assert_eq!(programs.len(), 1);
    assert_eq!(programs[0].outcome, Outcome::Failed);
    assert!(programs[0].detail.contains("because"));
}

/// What a person reads of each check that is not well.
fn read(report: &Report) -> Vec<[String; 3]> {
    let bad = report.checks.iter().filter(|check| check.outcome != Outcome::Ok);
    bad.map(|check| [check.name.clone(), check.detail.clone(), check.fix.clone().unwrap_or_default()])
        .collect()
}

fn report_of(release: &str, probed: Option<Probed>) -> Report {
    let kernel = Kernel::from_release(release);
    report(&at_start(Vec::new()), &kernel, probed, &Interfaces::default(), &Prepared::default())
}

#[test]
fn what_a_kernel_without_tcx_says() {
    let expected = [
        "kernel",
        "6.1.0-50-amd64: no TCX, so that packets sent cannot be seen, and those received only by XDP",
        "upgrade to kernel 6.6 or later",
    ];
    assert_eq!(read(&report_of("6.1.0-50-amd64", all_accepted())), [expected]);
}

/// Ring buffers came with 5.8, and maps of maps of that size with 5.10.
#[test]
fn what_a_kernel_without_a_ring_buffer_says() {
    let error = LoaderError::Failed {
        action: "creating eBPF maps".to_owned(),
        reason: "failed to create map `EVENTS`: Invalid argument (os error 22)".to_owned(),
    };
    let hooks = [Hook::XdpNative, Hook::XdpGeneric, Hook::TcxIngress, Hook::TcxEgress];
    let all: Probed = hooks.map(|hook| (hook, Some(error.clone()))).into();
    let expected = [
        ["kernel", "5.4.0-200-generic: 6.1 is the oldest that works", "upgrade to kernel 6.6 or later"],
        [
            "programs",
            "creating eBPF maps failed: failed to create map `EVENTS`: Invalid argument (os error 22)",
            "upgrade to kernel 6.6 or later",
        ],
    ];
    assert_eq!(read(&report_of("5.4.0-200-generic", Some(all.clone()))), expected);
    // On one that should have it, somebody has to look into it.
    let [[name, _, fix]] = &*read(&report_of("6.12.0", Some(all))) else { panic!("not one finding") };
    assert_eq!([&**name, fix], ["programs", "please report it, with this message and what uname -r prints"]);
}

#[test]
fn what_a_kernel_without_btf_says() {
    let Check { name, outcome, detail, fix, .. } = check_btf(false);
    assert_eq!((&*name, outcome), ("BTF", Outcome::Failed));
    assert_eq!(detail, "/sys/kernel/btf/vmlinux is missing");
    let expected = "use a kernel built with CONFIG_DEBUG_INFO_BTF=y, as those of current distributions are; in a container, \
                    mount /sys of the host";
    assert_eq!(fix.as_deref(), Some(expected));
    assert_eq!(check_btf(true).outcome, Outcome::Ok);
}

#[test]
fn what_a_kernel_without_memory_says() {
    let error = LoaderError::NoMemory { reason: "Cannot allocate memory (os error 12)".to_owned() };
    let all = [Hook::XdpNative, Hook::TcxEgress].map(|hook| (hook, Some(error.clone()))).into();
    let [[name, detail, fix]] = &*read(&report_of("6.12.0", Some(all))) else { panic!("not one finding") };
    assert_eq!([&**name, fix], ["programs", "restart Grafana then"]);
    assert!(detail.starts_with("the kernel has no memory left for eBPF maps"), "{detail}");
}

#[test]
fn a_virtual_device_gets_tcx_both_ways() {
    let found = hooks(&veth(), KernelSupport { tcx: true }, &Prepared::default());
    let auto: Vec<(&str, &str)> =
        found.iter().filter(|option| option.auto).map(|option| (option.direction, option.hook)).collect();
    assert_eq!(auto, [("in", "tcx"), ("out", "tcx")]);
    assert!(found.iter().all(|option| option.possible));
}

#[test]
fn without_tcx_there_is_generic_and_no_out() {
    let found = hooks(&veth(), KernelSupport { tcx: false }, &Prepared::default());
    let auto: Vec<&str> = found.iter().filter(|option| option.auto).map(|option| option.hook).collect();
    assert_eq!(auto, ["xdp-generic"]);
    assert!(found.iter().filter(|option| option.hook == "tcx").all(|option| !option.possible));
}

#[test]
fn a_foreign_program_leaves_tcx() {
    let taken = Interface { xdp_program: Some(5), ..veth() };
    let found = hooks(&taken, KernelSupport { tcx: true }, &Prepared::default());
    let possible: Vec<&str> =
        found.iter().filter(|option| option.possible).map(|option| option.hook).collect();
    assert_eq!(possible, ["tcx", "tcx"]);
    assert!(found.iter().any(|option| option.hook == "xdp-native" && option.reason.contains("id 5")));
}

/// The names of the hooks that `auto` takes, with reasons.
fn automatic(options: &[HookOption]) -> Vec<(&str, &str)> {
    options.iter().filter(|option| option.auto).map(|option| (option.hook, &*option.reason)).collect()
}

#[test]
fn a_physical_device_is_promised_no_more_than_a_try() {
    let card = Interface { physical: true, driver: Some("virtio_net".to_owned()), ..veth() };
    let found = hooks(&card, KernelSupport { tcx: true }, &Prepared::default());
    assert_eq!(
        automatic(&found),
        [("xdp-native", "tried first; tcx where the driver refuses it"), ("tcx", "")]
    );
    let found = hooks(&card, KernelSupport { tcx: false }, &Prepared::default());
    assert_eq!(automatic(&found), [("xdp-native", "tried first; xdp-generic where the driver refuses it")]);
}

#[test]
fn what_is_in_force_says_why() {
    let reason = "xdp-native refused: out of queues".to_owned();
    let ours = InForce {
        host: Host::only("nas"),
        interface: "veth0".to_owned(),
        hook: Hook::TcxIngress,
        reason,
        expected: true,
    };
    let found = hooks(&veth(), KernelSupport { tcx: true }, &now(ours.clone()));
    let in_force: Vec<&HookOption> = found.iter().filter(|option| option.in_force).collect();
    assert_eq!(in_force.len(), 1);
    assert_eq!((in_force[0].direction, in_force[0].hook, &in_force[0].reason), ("in", "tcx", &ours.reason));

    let elsewhere = InForce { interface: "veth1".to_owned(), ..ours };
    let found = hooks(&veth(), KernelSupport { tcx: true }, &now(elsewhere));
    assert!(found.iter().all(|option| !option.in_force));
}

/// Our own program is no obstacle to itself.
#[test]
fn an_xdp_program_of_ours_is_possible() {
    let taken = Interface { xdp_program: Some(5), ..veth() };
    let ours = InForce {
        host: Host::only("nas"),
        interface: "veth0".to_owned(),
        hook: Hook::XdpNative,
        reason: "asked for".to_owned(),
        expected: true,
    };
    let found = hooks(&taken, KernelSupport { tcx: true }, &now(ours));
    assert!(found.iter().any(|option| option.hook == "xdp-native" && option.in_force && option.possible));
}

#[test]
fn a_loader_that_has_ended_is_told() {
    let report = report(
        &at_start(Vec::new()),
        &Kernel::from_release("6.6"),
        None,
        &Interfaces::default(),
        &Prepared::default(),
    );
    let programs = report.checks.iter().find(|check| check.name == "programs").unwrap();
    assert_eq!(programs.outcome, Outcome::Failed);
    assert_eq!(programs.detail, "the loader process has ended");
}

/// The commands are those which the drop-in has for itself.
#[test]
fn the_drop_in_is_installed_as_it_says() {
    let drop_in = include_str!("../../../../docs/install/xdplive.conf");
    let unknown = AtStart { file: None, ..at_start(NEEDED.to_vec()) };
    for command in drop_in_commands(&unknown) {
        let command = command.replace("install/xdplive.conf", "xdplive.conf");
        assert!(drop_in.contains(&format!("#   {command}\n")), "{command}");
    }
}

/// The commands are those of the documents, which people follow who have not asked for health.
#[test]
fn the_loader_is_installed_as_documented() {
    let documented =
        include_str!("../../../../docs/install.md").replace("gpx_xdplive_linux_*", &program_name());
    let unknown = AtStart { file: None, ..at_start(NEEDED.to_vec()) };
    for command in loader_commands(&unknown).iter().flat_map(|commands| commands.split(" && ")) {
        assert!(documented.contains(&format!("\n{command}")), "{command}");
    }
}
