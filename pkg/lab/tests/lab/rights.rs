//! Which rights the processes have, and what is said where they are missing.

use std::{
    fs,
    os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown},
    path::Path,
    process::Command,
};

use xdplive_corpus::named;
use xdplive_lab::{
    namespace::Namespace,
    process::status,
    send::Sender,
    watch::{Outcome, Watch},
};

/// CAP_NET_ADMIN 12, CAP_PERFMON 38, CAP_BPF 39, as /proc shows them.
const THREE: &str = "000000c000001000";
const NONE: &str = "0000000000000000";
/// Users that are given to services for the while they run.
const DYNAMIC: std::ops::RangeInclusive<u32> = 61_184..=65_519;
/// Some ordinary user.
const SOMEBODY: &str = "12345";

fn effective_uid(id: u32) -> String {
    status(id).unwrap()["Uid"].split_whitespace().nth(1).unwrap().to_owned()
}

fn sets(id: u32) -> [String; 5] {
    let status = status(id).unwrap();
    ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"].map(|set| status[set].clone())
}

#[test]
fn started_as_root_neither_process_is_root() {
    let namespace = Namespace::with_pair();
    let watch = Watch::attached(&namespace, 2, &["--interface", "a"]);
    let [_, plugin, loader] = watch.processes();
    let user = effective_uid(plugin);
    assert_eq!(effective_uid(loader), user);
    assert!(DYNAMIC.contains(&user.parse().unwrap()), "{user}");
    assert_eq!(sets(plugin), [NONE, NONE, NONE, NONE, NONE]);
    assert_eq!(sets(loader), [NONE, THREE, THREE, NONE, NONE]);
    for process in [plugin, loader] {
        assert_eq!(status(process).unwrap()["NoNewPrivs"], "1");
        assert_eq!(status(process).unwrap()["Groups"], "");
    }
    watch.stop().assert_well();
}

/// Two processes at a time are not one another's.
#[test]
fn started_as_root_each_goes_on_as_a_user_of_its_own() {
    let namespace = Namespace::with_pair();
    let watches = [(); 2].map(|()| Watch::attached(&namespace, 2, &["--interface", "a", "--hook", "tcx"]));
    let [one, other] = watches.each_ref().map(|watch| effective_uid(watch.processes()[1]));
    assert_ne!(one, other);
    for watch in watches {
        watch.stop().assert_well();
    }
}

/// What runs by somebody else's will in one of them is fenced in: no program can be executed, no process be looked into.
#[test]
fn both_processes_are_fenced_in() {
    let namespace = Namespace::with_pair();
    let watch = Watch::attached(&namespace, 2, &["--interface", "a"]);
    let [_, plugin, loader] = watch.processes();
    for process in [plugin, loader] {
        let status = status(process).unwrap();
        assert_eq!((status["NoNewPrivs"].as_str(), status["Seccomp"].as_str()), ("1", "2"), "{process}");
        // What is not dumpable belongs to root in /proc (proc(5)), and the kernel asks for CAP_SYS_PTRACE.
        let owner = fs::metadata(format!("/proc/{process}/environ")).unwrap().uid();
        assert_eq!(owner, 0, "{process}");
    }
    watch.stop().assert_well();
}

/// A copy of the plugin that an ordinary user can reach, with capabilities if asked for, as docs/install.md has it.
fn copy_of_plugin(directory: &Path, capabilities: Option<&str>) -> String {
    fs::set_permissions(directory, fs::Permissions::from_mode(0o755)).unwrap();
    let plugin = directory.join("plugin");
    fs::copy(xdplive_lab::plugin(), &plugin).unwrap();
    chown(&plugin, Some(0), Some(SOMEBODY.parse().unwrap())).unwrap();
    fs::set_permissions(&plugin, fs::Permissions::from_mode(0o750)).unwrap();
    fs::copy(xdplive_lab::xdplive(), directory.join("xdplive")).unwrap();
    if let Some(capabilities) = capabilities {
        let status =
            Command::new("setcap").arg(capabilities).arg(&plugin).status().expect("setcap, of libcap2-bin");
        assert!(status.success(), "setcap {capabilities}");
    }
    plugin.display().to_string()
}

fn as_somebody(namespace: &Namespace, directory: &Path, plugin: &str, more: &[&str]) -> Watch {
    let xdplive = directory.join("xdplive").display().to_string();
    let user = ["setpriv", "--reuid", SOMEBODY, "--regid", SOMEBODY, "--clear-groups"];
    let call = [xdplive.as_str(), "watch", "--json", "--interface", "a", "--plugin", plugin];
    Watch::spawn(&mut namespace.command(&[&user[..], more, &call].concat()))
}

#[test]
fn an_ordinary_user_with_file_capabilities() {
    let directory = tempfile::tempdir().unwrap();
    let plugin = copy_of_plugin(directory.path(), Some("cap_bpf,cap_perfmon,cap_net_admin+ep"));
    let namespace = Namespace::with_pair();
    let watch = as_somebody(&namespace, directory.path(), &plugin, &[]);
    watch.wait_for_attachments(2);
    let [_, plugin, loader] = watch.processes();
    assert_eq!([effective_uid(plugin), effective_uid(loader)], [SOMEBODY, SOMEBODY]);
    assert_eq!(sets(plugin)[..3], [NONE, NONE, NONE]);
    assert_eq!(sets(loader)[..3], [NONE, THREE, THREE]);
    Sender::new(&namespace, "b").send(&named::ssdp().bytes());
    watch.wait_for_rows(1);
    let outcome = watch.stop();
    outcome.assert_well();
    assert_eq!(outcome.accounts(0)["delivered"], 1);
}

fn refused(capabilities: Option<&str>, more: &[&str]) -> Outcome {
    let directory = tempfile::tempdir().unwrap();
    let plugin = copy_of_plugin(directory.path(), capabilities);
    let namespace = Namespace::with_pair();
    as_somebody(&namespace, directory.path(), &plugin, more).finish()
}

#[test]
fn an_ordinary_user_without_is_told_the_command() {
    let setcap = "sudo setcap cap_bpf,cap_perfmon,cap_net_admin+ep";
    refused(None, &[])
        .assert_failed(1, &["user 12345 lacks CAP_BPF (to create eBPF maps and load programs)", setcap]);
    // Any two of the three do not do.
    for (two, third) in [
        ("cap_bpf,cap_perfmon", "user 12345 lacks CAP_NET_ADMIN (to attach programs to interfaces)."),
        ("cap_bpf,cap_net_admin", "user 12345 lacks CAP_PERFMON (to let programs read packet memory)."),
        ("cap_perfmon,cap_net_admin", "user 12345 lacks CAP_BPF (to create eBPF maps and load programs)."),
    ] {
        refused(Some(&format!("{two}+ep")), &[]).assert_failed(1, &[third, setcap]);
    }
    // With no_new_privs the file's capabilities are ignored, and setcap would be bad advice.
    let capabilities = "cap_bpf,cap_perfmon,cap_net_admin+ep";
    refused(Some(capabilities), &["--no-new-privs"]).assert_failed(1, &["no_new_privs", "drop-in"]);
}

/// What `watch` and `doctor` say as root with a bounding set of all capabilities but these, or of these alone (`setpriv`).
fn as_root(bounding: &str) -> [String; 2] {
    let namespace = Namespace::with_pair();
    let (plugin, xdplive) =
        (xdplive_lab::plugin().display().to_string(), xdplive_lab::xdplive().display().to_string());
    let call = |command: &[&str]| {
        let bounded = ["setpriv", "--bounding-set", bounding, "--inh-caps", bounding, &xdplive];
        let output =
            namespace.command(&[&bounded[..], command, &["--plugin", &plugin]].concat()).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        format!("{}{}", String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
    };
    [call(&["watch", "--interface", "a"]), call(&["doctor"])]
}

/// The kernel's own words are about something else: a verifier's log, say.
#[test]
fn root_without_a_right_is_told_which_it_is() {
    let [watch, doctor] = as_root("-perfmon");
    let lacks = "user 0 lacks CAP_PERFMON (to let programs read packet memory)";
    let fix = "Grafana's service or container withholds the rights: container: --cap-add=BPF --cap-add=PERFMON \
               --cap-add=NET_ADMIN";
    for said in [&watch, &doctor] {
        assert!(said.contains(lacks) && said.contains(fix), "{said}");
    }
    assert!(!watch.contains("hook auto"), "{watch}");
    // Root with the three alone cannot become anybody else.
    let [watch, doctor] = as_root("-all,+bpf,+perfmon,+net_admin");
    let lacks = "root has started this process, which has to go on as another user and lacks CAP_CHOWN (to give the socket's \
                 directory to the new user), CAP_SETGID (to leave root's groups), CAP_SETUID (to leave root). Give it these \
                 as well (container: --cap-add=CHOWN --cap-add=SETGID --cap-add=SETUID), or start Grafana as an ordinary user";
    for said in [watch, doctor] {
        assert!(said.contains(lacks), "{said}");
    }
}

fn doctor(directory: &Path, plugin: &str) -> (String, Option<i32>) {
    let namespace = Namespace::with_pair();
    let xdplive = directory.join("xdplive").display().to_string();
    let output = namespace
        .command(&[
            "setpriv",
            "--reuid",
            SOMEBODY,
            "--regid",
            SOMEBODY,
            "--clear-groups",
            &xdplive,
            "doctor",
            "--plugin",
            plugin,
        ])
        .output()
        .unwrap();
    (String::from_utf8(output.stdout).unwrap(), output.status.code())
}

#[test]
fn the_doctor_says_what_is_missing_and_what_is_not() {
    let directory = tempfile::tempdir().unwrap();
    let plugin = copy_of_plugin(directory.path(), None);
    let (said, status) = doctor(directory.path(), &plugin);
    assert_eq!(status, Some(1), "{said}");
    let remedy = format!(
        "remedy: sudo chown root:{SOMEBODY} {plugin} && sudo chmod 750 {plugin} && sudo setcap \
         cap_bpf,cap_perfmon,cap_net_admin+ep {plugin}"
    );
    assert!(said.contains("FAILED   rights") && said.contains(&remedy), "{said}");

    let plugin = copy_of_plugin(directory.path(), Some("cap_bpf,cap_perfmon,cap_net_admin+ep"));
    let (said, status) = doctor(directory.path(), &plugin);
    assert_eq!(status, Some(0), "{said}");
    for line in ["ok       rights", "ok       programs", "  a: in tcx, out tcx"] {
        assert!(said.contains(line), "{line}: {said}");
    }
    assert!(!said.contains("FAILED"), "{said}");
}

/// With capabilities of its file the program is whoever's may execute it, with settings of their own.
#[test]
fn the_doctor_fails_where_everybody_may_run_the_file_with_its_capabilities() {
    let directory = tempfile::tempdir().unwrap();
    let plugin = copy_of_plugin(directory.path(), Some("cap_bpf,cap_perfmon,cap_net_admin+ep"));
    fs::set_permissions(&plugin, fs::Permissions::from_mode(0o755)).unwrap();
    let (said, status) = doctor(directory.path(), &plugin);
    assert_eq!(status, Some(1), "{said}");
    let failed = format!("FAILED   file: every user of this machine may run {plugin}");
    let fix = format!("sudo chown root:{SOMEBODY} {plugin} && sudo chmod 750 {plugin} && sudo setcap");
    assert!(said.contains(&failed) && said.contains(&fix), "{said}");
}
