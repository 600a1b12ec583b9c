//! Packets that carry others: the programs find the same inside as the host does, and count what goes to the wire.

use xdplive_corpus::{Sample, generate, hostile};
use xdplive_packet::{
    Event, Hook, Layers, LinkType, Tunnel, Wire,
    accounting::Configuration,
    event::RecordKind,
    headers::Headers,
    parse::tunnel::{descend, may_carry},
    parse_into,
};

use crate::kernel::{HOOKS, Kernel, SHORTEST, everything, expected, takes};

/// Slot 0 takes packets as they are on the wire, slot 1 the innermost ones.
const OUTER: u64 = 1;
const INNER: u64 = 2;

fn both(link: LinkType) -> Configuration {
    Configuration { live: [[OUTER | INNER, 0]; 2], inner: [INNER, 0], tunnels: 1, ..everything(link) }
}

/// What should be reported of a frame, but for its time.
fn reported(hook: Hook, link: LinkType, mut frame: &[u8]) -> Vec<(Event, Option<Tunnel>)> {
    let outer = expected(hook, link, frame);
    let (mut headers, mut layers) = (Headers::EMPTY, Layers::EMPTY);
    parse_into(&mut frame, &Wire::new(link), &mut headers, &mut layers);
    let inside = may_carry(&headers, &layers).then(|| descend(&mut frame, &headers, &layers));
    match inside.filter(|inside| inside.is_tunnelled()) {
        None => vec![(Event { slots: OUTER | INNER, ..outer }, None)],
        Some(inside) => {
            let kind = RecordKind::Tunnel as u8;
            let inner = Event { slots: INNER, kind, headers: inside.headers, ..outer };
            vec![(Event { slots: OUTER, ..outer }, None), (inner, Some(inside.tunnel))]
        }
    }
}

/// Holds the programs to the host on these frames. Returns how many carried another packet.
fn compare(samples: impl Fn() -> Box<dyn Iterator<Item = Sample>>) -> usize {
    let mut kernel = Kernel::load(1 << 16);
    let mut carried = 0;
    for link in [LinkType::Ethernet, LinkType::RawIp] {
        kernel.configure(both(link));
        for sample in samples().filter(|sample| sample.bytes.len() >= SHORTEST) {
            for hook in HOOKS.into_iter().filter(|hook| takes(*hook, &sample.bytes)) {
                kernel.pass(hook, &sample.bytes);
                let mut found = kernel.take_all();
                found.iter_mut().for_each(|(event, _)| event.time = 0);
                let expected = reported(hook, link, &sample.bytes);
                carried += usize::from(expected.len() == 2);
                assert_eq!(found, expected, "{hook:?} {link:?}: {sample}");
            }
        }
    }
    carried
}

#[test]
fn the_corpus_gives_identical_insides() {
    let carried = compare(|| Box::new(generate(20_261_130, 6000)));
    println!("{carried} packets carried another");
    assert!(carried > 2000, "{carried}");
}

#[test]
fn damaged_frames_give_identical_insides() {
    let carried = compare(|| Box::new(hostile(20_261_130, 60_000)));
    println!("{carried} packets carried another");
    assert!(carried > 5000, "{carried}");
}
