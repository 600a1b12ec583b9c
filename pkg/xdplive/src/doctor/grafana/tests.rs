use super::*;

const ALL: u64 = (1 << 41) - 1;

fn grafana() -> Process {
    Process { id: 7, uid: 472, groups: vec![472, 4], bounding: ALL, ambient: 0, no_new_privileges: false }
}

/// As documented: of root and Grafana's group.
fn plugin(permitted: u64) -> File {
    File { path: "/plugins/gpx".into(), permitted, nosuid: false, uid: 0, group: 472, mode: 0o100_750 }
}

#[test]
fn status_is_read() {
    let status = "Name:\tgrafana\nUid:\t472\t472\t472\t472\nGid:\t472\t472\t472\t472\nGroups:\t4 \nCapBnd:\t000001ffffffffff\nCapAmb:\t000000c000001000\nNoNewPrivs:\t1\n";
    let process = Process::parse(7, 0, status);
    assert_eq!(
        process,
        Process { bounding: ALL, ambient: NEEDED.bits(), no_new_privileges: true, ..grafana() }
    );
}

#[test]
fn the_three_are_where_the_kernel_numbers_them() {
    // CAP_NET_ADMIN 12, CAP_PERFMON 38, CAP_BPF 39 (linux/capability.h).
    assert_eq!(NEEDED.bits(), 1 << 12 | 1 << 38 | 1 << 39);
}

#[test]
fn file_capabilities_are_read() {
    // What `setcap cap_bpf,cap_perfmon,cap_net_admin+ep` writes: revision 2, effective.
    let value = [1, 0, 0, 2, 0, 0x10, 0, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0];
    assert_eq!(file_capabilities(&value), Some(NEEDED.bits()));
    // Without the effective bit a program that does not know of capabilities has none.
    let value = [0, 0, 0, 2, 0, 0x10, 0, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0];
    assert_eq!(file_capabilities(&value), None);
    assert_eq!(file_capabilities(&[1, 0, 0, 2]), None);
}

#[test]
fn each_obstacle_has_its_remedy() {
    let remedy = |process: &Process, file: &File| judge(process, file, false).2.unwrap_or_default();
    assert!(remedy(&Process { bounding: 0, ..grafana() }, &plugin(0)).contains("--cap-add=BPF"));
    assert!(
        remedy(&grafana(), &plugin(0))
            .contains("sudo chown root:472 /plugins/gpx && sudo chmod 750 /plugins/gpx && sudo setcap")
    );
    let no_new = Process { no_new_privileges: true, ..grafana() };
    assert!(remedy(&no_new, &plugin(ALL)).contains("drop-in"));
    assert!(remedy(&grafana(), &File { nosuid: true, ..plugin(ALL) }).contains("nosuid"));
}

#[test]
fn four_ways_to_have_the_rights() {
    for (process, file) in [
        (grafana(), plugin(ALL)),
        (Process { uid: 0, ..grafana() }, plugin(0)),
        (Process { ambient: NEEDED.bits(), ..grafana() }, plugin(0)),
        (Process { ambient: NEEDED.bits(), no_new_privileges: true, ..grafana() }, plugin(0)),
    ] {
        assert_eq!(judge(&process, &file, false).0, Outcome::Ok, "{process:?}");
    }
}

#[test]
fn who_may_execute_the_file_is_its_owner_its_group_or_everybody() {
    for (group, mode, expected) in [
        (472, 0o750, Outcome::Ok),
        (4, 0o750, Outcome::Ok),
        (0, 0o755, Outcome::Ok),
        (0, 0o750, Outcome::Failed),
        (472, 0o640, Outcome::Failed),
        // The bits for others are not for those who are in the group.
        (472, 0o705, Outcome::Failed),
    ] {
        let file = File { group, mode, ..plugin(ALL) };
        let (outcome, detail, fix) = judge(&grafana(), &file, false);
        assert_eq!(outcome, expected, "{group} {mode:o}: {detail}");
        if expected == Outcome::Failed {
            assert_eq!(detail, "user 472: may not execute the plugin's file");
            let fix = fix.unwrap_or_default();
            assert!(
                fix.starts_with(
                    "sudo chown root:472 /plugins/gpx && sudo chmod 750 /plugins/gpx && sudo setcap"
                ),
                "{fix}"
            );
        }
    }
    let (without, program) = (File { mode: 0o640, ..plugin(0) }, File { mode: 0o640, uid: 472, ..plugin(0) });
    assert!(!judge(&grafana(), &without, true).2.unwrap_or_default().contains("setcap"));
    assert_eq!(judge(&grafana(), &program, true).0, Outcome::Failed, "the owner's bit");
}

#[test]
fn where_the_loader_is_a_service_grafana_needs_no_rights() {
    let stock = Process { bounding: 0, no_new_privileges: true, ..grafana() };
    assert_eq!(judge(&stock, &plugin(0), true).0, Outcome::Ok);
    assert_eq!(judge(&stock, &plugin(0), false).0, Outcome::Failed);
    // A file with capabilities is not executed where they may not be passed on.
    assert_eq!(
        judge(&stock, &plugin(NEEDED.bits()), true).2.as_deref(),
        Some("sudo setcap -r /plugins/gpx, then restart Grafana")
    );
}
