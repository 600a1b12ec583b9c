//! Interfaces chosen by patterns and by what they are, on a machine that is a container with containers of its own.

use std::collections::BTreeMap;

use xdplive_corpus::named;
use xdplive_lab::{
    namespace::Namespace,
    send::Sender,
    watch::{Outcome, Watch},
};

/// A container: `eth0` leads out of it, `veth1` to a container inside, and `a` and `b` lead nowhere else.
struct Machine {
    itself: Namespace,
    outside: Namespace,
    inside: Namespace,
}

impl Machine {
    fn new() -> Self {
        let machine =
            Self { itself: Namespace::with_pair(), outside: Namespace::new(), inside: Namespace::new() };
        machine.add_end("eth0", "wire", &machine.outside);
        machine.itself.ip(&["address", "add", "192.0.2.1/24", "dev", "eth0"]);
        machine.add_end("veth1", "inner1", &machine.inside);
        machine
    }

    /// Adds a pair with one end elsewhere.
    fn add_end(&self, here: &str, there: &str, elsewhere: &Namespace) {
        self.itself.add_pair(here, there);
        self.itself.give(elsewhere, there);
        elsewhere.silence(there);
        elsewhere.ip(&["link", "set", "dev", there, "up"]);
    }

    /// One packet comes out of `eth0`, two out of `veth1`, and four go from `b` to `a`.
    fn send(&self) {
        let ends = [(&self.outside, "wire", 1), (&self.inside, "inner1", 2), (&self.itself, "b", 4)];
        for (namespace, interface, packets) in ends {
            let sender = Sender::new(namespace, interface);
            (0..packets).for_each(|_| sender.send(&named::ssdp().bytes()));
        }
    }
}

/// How many rows are of each interface and direction.
fn rows(outcome: &Outcome) -> BTreeMap<String, usize> {
    let mut rows = BTreeMap::new();
    for row in &outcome.rows {
        let place = ["interface", "direction"].map(|column| row[column].as_str().unwrap()).join(" ");
        *rows.entry(place).or_default() += 1;
    }
    rows
}

#[test]
fn a_set_has_those_that_fit_and_no_others() {
    let machine = Machine::new();
    for (set, attachments, expected) in [
        (&["uplinks"][..], 2, &[("eth0 in", 1)][..]),
        (&["!uplinks", "!lo"], 6, &[("a in", 4), ("b out", 4), ("veth1 in", 2)]),
        (&["veth*", "eth?"], 4, &[("eth0 in", 1), ("veth1 in", 2)]),
        (&["any", "!b", "!lo"], 6, &[("a in", 4), ("eth0 in", 1), ("veth1 in", 2)]),
        (&["uplinks", "a"], 4, &[("a in", 4), ("eth0 in", 1)]),
    ] {
        let options: Vec<&str> = set.iter().flat_map(|entry| ["--interface", entry]).collect();
        let watch = Watch::attached(&machine.itself, attachments, &options);
        machine.send();
        let expected: BTreeMap<_, _> =
            expected.iter().map(|(place, rows)| ((*place).to_owned(), *rows)).collect();
        let count = expected.values().sum();
        watch.wait_for_rows(count);
        let outcome = watch.stop();
        outcome.assert_well();
        assert_eq!(rows(&outcome), expected, "{set:?}");
        assert_eq!(outcome.accounts(0)["seen"], count as u64, "{set:?}");
    }
    assert_eq!(machine.itself.attached_tcx(), 0);
}

#[test]
fn what_comes_later_and_fits_is_watched_from_then_on() {
    let machine = Machine::new();
    let watch = Watch::attached(&machine.itself, 2, &["--interface", "veth*"]);
    machine.send();
    machine.add_end("veth2", "inner2", &machine.inside);
    machine.add_end("eth2", "wire2", &machine.outside);
    watch.wait_for_attachments(4);
    Sender::new(&machine.inside, "inner2").send(&named::ssdp().bytes());
    Sender::new(&machine.outside, "wire2").send(&named::ssdp().bytes());
    watch.wait_for_rows(3);
    let outcome = watch.stop();
    outcome.assert_well();
    let expected = [("veth1 in".to_owned(), 2), ("veth2 in".to_owned(), 1)];
    assert_eq!(rows(&outcome), expected.into());
}

#[test]
fn that_nothing_fits_is_reported() {
    let machine = Machine::new();
    let outcome = Watch::start(&machine.itself, &["--interface", "ppp*", "--duration", "1"]).finish();
    outcome.assert_well();
    let expected = "warning: stream=0: No interface that may be watched fits ppp*. Packets are shown as soon as there is one.";
    assert!(outcome.errors.iter().any(|line| line == expected), "{:#?}", outcome.errors);
    let refused = Watch::start(&machine.itself, &["--interface", "any", "--interface", "a"]).finish();
    refused.assert_failed(
        2,
        &["\"any\" is all interfaces, so that only entries with ! in front can stand beside it"],
    );
}
