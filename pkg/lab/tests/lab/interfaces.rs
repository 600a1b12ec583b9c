//! Interfaces that go away and come back.

use xdplive_corpus::named;
use xdplive_lab::{
    namespace::Namespace,
    process::links,
    send::Sender,
    watch::{Outcome, Watch},
};

#[test]
fn an_interface_deleted_and_made_again() {
    let namespace = Namespace::with_pair();
    let before = links();
    let watch = Watch::attached(&namespace, 2, &["--interface", "a"]);
    Sender::new(&namespace, "b").send(&named::ssdp().bytes());
    watch.wait_for_rows(1);
    for round in 1..=3 {
        namespace.ip(&["link", "del", "dev", "a"]);
        namespace.add_pair("a", "b");
        watch.wait_for_attachments(2 + 2 * round);
        Sender::new(&namespace, "b").send(&named::ssdp().bytes());
        watch.wait_for_rows(1 + round);
    }
    assert_eq!(links(), before + 2);
    let outcome = watch.stop();
    outcome.assert_well();
    assert_eq!(outcome.rows.len(), 4);
    let accounts = outcome.accounts(0);
    assert_eq!([accounts["seen"], accounts["delivered"]], [4, 4], "{accounts:?}");
    assert_eq!(links(), before);
}

#[test]
fn a_link_taken_down_and_up() {
    let namespace = Namespace::with_pair();
    for hook in ["xdp-native", "xdp-generic", "tcx"] {
        let watch =
            Watch::attached(&namespace, 1, &["--interface", "a", "--direction", "in", "--hook", hook]);
        Sender::new(&namespace, "b").send(&named::ssdp().bytes());
        watch.wait_for_rows(1);
        namespace.ip(&["link", "set", "dev", "a", "down"]);
        namespace.ip(&["link", "set", "dev", "a", "up"]);
        namespace.silence("a");
        assert!(xdplive_lab::eventually(std::time::Duration::from_secs(5), || {
            namespace.ip(&["-brief", "link", "show", "dev", "a"]).contains("LOWER_UP")
        }));
        Sender::new(&namespace, "b").send(&named::ssdp().bytes());
        watch.wait_for_rows(2);
        let outcome = watch.stop();
        outcome.assert_well();
        assert_eq!(outcome.accounts(0)["seen"], 2, "{hook}");
    }
}

#[test]
fn any_interface_includes_those_that_come_later() {
    let namespace = Namespace::with_pair();
    let watch = Watch::attached(&namespace, 3, &["--interface", "any", "--direction", "in"]);
    Sender::new(&namespace, "b").send(&named::ssdp().bytes());
    watch.wait_for_rows(1);
    namespace.add_pair("c", "d");
    watch.wait_for_attachments(5);
    Sender::new(&namespace, "d").send(&named::ssdp().bytes());
    watch.wait_for_rows(2);
    let outcome = watch.stop();
    outcome.assert_well();
    let names: Vec<_> = outcome.rows.iter().map(|row| row["interface"].as_str().unwrap()).collect();
    assert_eq!(names, ["a", "c"]);
}

/// Lines of standard error that tell what became of interfaces.
fn told(outcome: &Outcome) -> Vec<&str> {
    let begins = ["attached ", "gone ", "refused "];
    let told = outcome.errors.iter().filter(|line| begins.iter().any(|begin| line.starts_with(begin)));
    told.map(String::as_str).collect()
}

#[test]
fn an_interface_that_goes_and_comes_is_told_of() {
    let namespace = Namespace::with_pair();
    let watch = Watch::attached(&namespace, 2, &["--interface", "a"]);
    for round in 1..=2 {
        namespace.ip(&["link", "del", "dev", "a"]);
        watch.wait_for_line("gone a", round);
        namespace.add_pair("a", "b");
        watch.wait_for_attachments(2 + 2 * round);
    }
    let outcome = watch.stop();
    outcome.assert_well();
    let both = ["attached a in by tcx", "attached a out by tcx"];
    assert_eq!(told(&outcome), [&both[..], &["gone a"], &both, &["gone a"], &both].concat());
}

#[test]
fn of_any_interface_those_that_go_and_come_are_told_of() {
    let namespace = Namespace::with_pair();
    let watch = Watch::attached(&namespace, 3, &["--interface", "any", "--direction", "in"]);
    namespace.add_pair("c", "d");
    watch.wait_for_attachments(5);
    namespace.ip(&["link", "del", "dev", "c"]);
    for name in ["c", "d"] {
        watch.wait_for_line(&format!("gone {name}"), 1);
    }
    namespace.add_pair("c", "d");
    watch.wait_for_attachments(7);
    Sender::new(&namespace, "d").send(&named::ssdp().bytes());
    watch.wait_for_rows(1);
    let outcome = watch.stop();
    outcome.assert_well();
    let mut told = told(&outcome);
    // Which end the kernel tells of first is its own business.
    [0..3, 3..5, 5..7, 7..9].into_iter().for_each(|part| told[part].sort_unstable());
    let [c, d] = ["attached c in by tcx", "attached d in by tcx"];
    let expected = [
        "attached a in by tcx",
        "attached b in by tcx",
        "attached lo in by tcx",
        c,
        d,
        "gone c",
        "gone d",
        c,
        d,
    ];
    assert_eq!(told, expected);
    assert_eq!(outcome.rows[0]["interface"], "c");
    assert_eq!(outcome.accounts(0)["seen"], 1);
}
