//! However it ends, nothing stays attached and no process is left.

use std::time::Duration;

use xdplive_corpus::named;
use xdplive_lab::{
    eventually,
    namespace::Namespace,
    process::{kill, links, lives, socket_directory, terminate},
    send::Sender,
    watch::Watch,
};

/// All that may be left is gone within this time.
const SECOND: Duration = Duration::from_secs(1);

fn leftovers() -> Vec<String> {
    let entries = std::fs::read_dir(std::env::temp_dir()).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned());
    names.filter(|name| name.starts_with("xdplive-")).collect()
}

#[test]
fn killed_wherever() {
    for (victim, who) in ["watch", "plugin", "loader"].into_iter().enumerate() {
        let before = links();
        let namespace = Namespace::with_pair();
        let watch = Watch::attached(&namespace, 2, &["--interface", "a", "--hook", "xdp-native"]);
        let processes = watch.processes();
        assert_eq!(links(), before + 2, "{who}");
        kill(processes[victim]);
        // The one killed is its parent's to bury; watch is ours.
        let outcome = watch.finish();
        assert_ne!(outcome.status.code(), Some(0), "{who}: {:#?}", outcome.errors);
        let gone = eventually(SECOND, || links() == before && !processes.iter().any(|id| lives(*id)));
        assert!(gone, "{who}: {} links, {:?} live", links() - before, processes.map(lives));
    }
}

#[test]
fn a_good_end_leaves_nothing_at_all() {
    let before = links();
    let files = leftovers();
    let namespace = Namespace::with_pair();
    let watch = Watch::attached(&namespace, 2, &["--interface", "a"]);
    let processes = watch.processes();
    let outcome = watch.stop();
    outcome.assert_well();
    // Not a moment later: when watch has returned.
    assert_eq!(links(), before);
    assert_eq!(processes.map(lives), [false; 3]);
    // What others left behind before may be gone.
    let left: Vec<String> = leftovers().into_iter().filter(|file| !files.contains(file)).collect();
    assert_eq!(left, [""; 0]);
}

/// As `timeout`, a terminal or a systemd unit end it: every process of the group is asked at the same time.
#[test]
fn all_asked_to_terminate_at_once_is_a_good_end() {
    let before = links();
    let namespace = Namespace::with_pair();
    let options = ["--interface", "a", "--direction", "in", "--limit", "1000"];
    let watch = Watch::attached(&namespace, 1, &options);
    Sender::new(&namespace, "b").send(&named::ssdp().bytes());
    watch.wait_for_rows(1);
    // The plugin first: its streams end with an error, for Grafana.
    let [itself, plugin, loader] = watch.processes();
    [loader, plugin, itself].into_iter().for_each(terminate);
    let outcome = watch.finish();
    outcome.assert_well();
    let accounts = outcome.accounts(0);
    assert_eq!([accounts["seen"], accounts["delivered"]], [1, 1], "{accounts:?}");
    assert_eq!(links(), before);
}

#[test]
fn what_a_killed_plugin_leaves_behind_its_successor_removes() {
    let namespace = Namespace::with_pair();
    let watch = Watch::attached(&namespace, 2, &["--interface", "a"]);
    let [_, plugin, _] = watch.processes();
    let directory = socket_directory(plugin);
    kill(plugin);
    let _ = watch.finish();
    assert!(directory.join("plugin.sock").exists());
    let outcome = Watch::attached(&namespace, 2, &["--interface", "a"]).stop();
    outcome.assert_well();
    assert!(!directory.exists());
}

#[test]
fn nobody_reading_any_more_is_a_good_end() {
    let namespace = Namespace::with_pair();
    let sender = Sender::new(&namespace, "b");
    let program = xdplive_lab::xdplive();
    let plugin = xdplive_lab::plugin();
    let line = format!(
        "{} watch --json --interface a --direction in --plugin {} | head -n 1",
        program.display(),
        plugin.display()
    );
    let mut command = namespace.command(&["bash", "-o", "pipefail", "-c", &line]);
    let watch = Watch::spawn(&mut command);
    watch.wait_for_attachments(1);
    let outcome = std::thread::scope(|scope| {
        scope.spawn(|| sender.send_at(1000, 2000, |_| named::ssdp().bytes()));
        watch.finish()
    });
    outcome.assert_well();
    assert_eq!(outcome.rows.len(), 1);
}
