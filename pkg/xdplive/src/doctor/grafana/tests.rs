use super::*;

const ALL: u64 = (1 << 41) - 1;

fn grafana() -> Process {
    Process { id: 7, uid: 472, bounding: ALL, ambient: 0, no_new_privileges: false }
}

fn plugin(permitted: u64) -> File {
    File { path: "/plugins/gpx".into(), permitted, nosuid: false }
}

#[test]
fn status_is_read() {
    let status = "Name:\tgrafana\nUid:\t472\t472\t472\t472\nCapBnd:\t000001ffffffffff\nCapAmb:\t000000c000001000\nNoNewPrivs:\t1\n";
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
    let remedy = |process: &Process, file: &File| judge(process, file).2.unwrap_or_default();
    assert!(remedy(&Process { bounding: 0, ..grafana() }, &plugin(0)).contains("--cap-add=BPF"));
    assert!(
        remedy(&grafana(), &plugin(0))
            .contains("sudo setcap cap_bpf,cap_perfmon,cap_net_admin+ep /plugins/gpx")
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
        assert_eq!(judge(&process, &file).0, Outcome::Ok, "{process:?}");
    }
}
