//! How `watch` ends: what it says meanwhile, and how long it waits for the plugin.

use std::{
    process::{Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use xdplive_protocol::event::{Event, attached, detaching};

use crate::{
    call::{Call, command},
    fake::Fake,
};

/// What a stream of the fake's counts: it says that three rows were delivered, of which one was sent.
const ACCOUNTS: &str = "stream=0 seen=7 unmatched=1 thinned=3 lost=2 delivered=1";

fn watch(plugin: &Fake) -> Command {
    let mut command = command(&["watch", "--json", "--interface", "a", "--plugin"]);
    command.arg(plugin.program()).stdout(Stdio::null());
    command
}

/// A watch whose streams run, with so many programs attached.
fn running(plugin: &Fake, links: u32) -> Call {
    let call = Call::start(&mut watch(plugin));
    plugin.wait_until_running();
    for number in 0..links {
        plugin.say(Event::Attached, &attached(&format!("veth{number}"), "in", "tcx"));
    }
    call
}

#[test]
fn what_happens_is_said_in_order() {
    let mut plugin = Fake::new();
    let call = Call::start(&mut watch(&plugin));
    plugin.say(Event::Attached, "attached a in by tcx");
    plugin.say(Event::Hook, "a in: tcx, because of this");
    plugin.wait_until_running();
    plugin.say(Event::Refused, r"refused b\xff in: no such device");
    plugin.say(Event::Gone, "gone a");
    plugin.send_rows(1);
    // The signal has to come behind what was sent.
    sleep(Duration::from_millis(300));
    call.interrupt();
    plugin.wait_until_asked();
    plugin.say(Event::Detaching, &detaching(1, 2));
    plugin.end();
    let outcome = call.finish();
    assert_eq!(outcome.status, Some(0), "{outcome:?}");
    let lines: Vec<&str> = outcome.errors.lines().collect();
    assert_eq!(
        lines,
        [
            "attached a in by tcx",
            "note: a in: tcx, because of this",
            r"refused b\xff in: no such device",
            "gone a",
            "detaching: 1 of 2 links left",
            ACCOUNTS
        ]
    );
}

#[test]
fn many_links_take_their_time() {
    let mut plugin = Fake::new();
    // 2 s + 40 times 20 ms.
    let call = running(&plugin, 40);
    call.interrupt();
    plugin.wait_until_asked();
    sleep(Duration::from_millis(2400));
    plugin.end();
    let outcome = call.finish();
    assert_eq!(outcome.status, Some(0), "{outcome:?}");
}

#[test]
fn progress_earns_time() {
    let mut plugin = Fake::new();
    let call = running(&plugin, 0);
    call.interrupt();
    plugin.wait_until_asked();
    for left in [60, 30] {
        sleep(Duration::from_millis(1500));
        plugin.say(Event::Detaching, &detaching(left, 60));
    }
    plugin.end();
    let outcome = call.finish();
    assert_eq!(outcome.status, Some(0), "{outcome:?}");
}

#[test]
fn a_plugin_that_does_not_end_is_killed() {
    for plugin in [Fake::new(), Fake::stubborn()] {
        let call = running(&plugin, 0);
        call.interrupt();
        plugin.wait_until_asked();
        let begin = Instant::now();
        let outcome = call.finish();
        assert_eq!(outcome.status, Some(1), "{outcome:?}");
        assert!(outcome.errors.contains("the plugin did not end within 2.0 s and was killed"), "{outcome:?}");
        let took = begin.elapsed();
        assert!(took > Duration::from_millis(1900) && took < Duration::from_millis(4000), "{took:?}");
    }
}

#[test]
fn the_second_interrupt_ends_it_at_once() {
    let plugin = Fake::stubborn();
    let call = running(&plugin, 1000);
    call.interrupt();
    plugin.wait_until_asked();
    let begin = Instant::now();
    call.interrupt();
    let outcome = call.finish();
    assert_eq!(outcome.status, Some(1), "{outcome:?}");
    assert!(outcome.errors.contains("ended at once by the second Ctrl-C"), "{outcome:?}");
    assert!(begin.elapsed() < Duration::from_secs(2), "{:?}", begin.elapsed());
}

/// A reader that does not read keeps neither signals nor the end waiting.
#[test]
fn a_reader_that_is_stuck() {
    let mut plugin = Fake::new();
    let (reader, writer) = std::io::pipe().unwrap();
    let call = Call::start(watch(&plugin).stdout(writer));
    plugin.wait_until_running();
    // More than a pipe holds, which is 64 KiB.
    plugin.send_rows(10_000);
    sleep(Duration::from_millis(300));
    call.interrupt();
    plugin.wait_until_asked();
    call.interrupt();
    let outcome = call.finish();
    assert_eq!(outcome.status, Some(1), "{outcome:?}");
    assert!(outcome.errors.contains("ended at once by the second Ctrl-C"), "{outcome:?}");
    drop(reader);
    plugin.end();
}
