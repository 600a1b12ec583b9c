//! Outputs that take no more: a full disk ends a call with status 1, a reader that has enough does not.

use std::{
    fs::{File, OpenOptions},
    io::pipe,
    process::{Command, Stdio},
    thread::sleep,
    time::Duration,
};

use crate::{
    call::{Call, Outcome, command},
    fake::Fake,
};

const NO_SPACE: &str = "No space left on device";

fn full() -> File {
    OpenOptions::new().write(true).open("/dev/full").unwrap()
}

/// A pipe that nobody reads.
fn closed() -> impl Into<Stdio> {
    pipe().unwrap().1
}

/// A watch that is sent rows, or pieces of a file, until it asks the plugin to end.
fn watch(options: &[&str], stdout: impl Into<Stdio>) -> Outcome {
    let mut plugin = Fake::new();
    let mut command = command(&["watch", "--interface", "a", "--plugin"]);
    let call = Call::start(command.arg(plugin.program()).args(options).stdout(stdout));
    plugin.wait_until_running();
    plugin.send_rows(1);
    plugin.send_piece(b"packet");
    plugin.wait_until_asked();
    plugin.end();
    call.finish()
}

fn run(arguments: &[&str], stdout: impl Into<Stdio>) -> Outcome {
    Call::start(command(arguments).stdout(stdout)).finish()
}

fn assert_failed(outcome: &Outcome, sentence: &str) {
    assert_eq!(outcome.status, Some(1), "{outcome:?}");
    assert!(outcome.errors.contains(&format!("xdplive: {sentence}: {NO_SPACE}")), "{outcome:?}");
}

#[test]
fn rows() {
    for options in [&["--json"][..], &[]] {
        assert_failed(&watch(options, full()), "cannot write rows to standard output");
        let outcome = watch(options, closed());
        assert_eq!(outcome.status, Some(0), "{outcome:?}");
        // None of the rows was taken.
        let accounts = "stream=0 seen=7 unmatched=1 thinned=4 lost=2 delivered=0\n";
        assert!(outcome.errors.ends_with(accounts), "{outcome:?}");
    }
}

#[test]
fn files() {
    let outcome = watch(&["--write", "/dev/full"], Stdio::null());
    assert_failed(&outcome, "cannot write packets to /dev/full");
    // None of the packets was taken.
    assert!(
        outcome.errors.contains("stream=0 seen=7 unmatched=1 thinned=1 lost=5 delivered=0\n"),
        "{outcome:?}"
    );
    assert_failed(&watch(&["--write", "-"], full()), "cannot write packets to standard output");
    let outcome = watch(&["--write", "-"], closed());
    assert_eq!(outcome.status, Some(0), "{outcome:?}");
    assert!(
        outcome.errors.ends_with("stream=0 seen=7 unmatched=1 thinned=1 lost=2 delivered=3\n"),
        "{outcome:?}"
    );
}

#[test]
fn accounts() {
    let mut plugin = Fake::new();
    let script = format!(
        "exec {} watch --interface a --count 1 --plugin {} 2>/dev/full",
        env!("CARGO_BIN_EXE_xdplive"),
        plugin.program().display()
    );
    let call = Call::start(Command::new("sh").args(["-c", &script]).stdout(Stdio::null()));
    plugin.wait_until_running();
    plugin.send_rows(1);
    plugin.wait_until_asked();
    sleep(Duration::from_millis(50));
    plugin.end();
    assert_eq!(call.finish().status, Some(1));
}

#[test]
fn what_is_not_about_packets() {
    for (arguments, what) in [
        (&["filter", "tcp"][..], "the explanation"),
        (&["doctor", "--plugin", "/bin/true"], "the findings"),
        (&["--help"], "the help"),
        (&["--version"], "the help"),
    ] {
        assert_failed(&run(arguments, full()), &format!("cannot write {what} to standard output"));
        let outcome = run(arguments, closed());
        // Its findings are bad: /bin/true is no plugin.
        let expected = if arguments[0] == "doctor" { 1 } else { 0 };
        assert_eq!(outcome.status, Some(expected), "{arguments:?} {outcome:?}");
        assert_eq!(outcome.errors, "", "{arguments:?}");
    }
}

#[test]
fn no_interface() {
    let outcome = run(&["watch", "--interface", ""], Stdio::null());
    assert_eq!(outcome.status, Some(2), "{outcome:?}");
    assert!(outcome.errors.contains("it takes the name of an interface, such as eth0"), "{outcome:?}");
}
