//! Who runs where.
//!
//! The first processor sends, and by that it is the one on which the kernel receives and the product's program runs.
//! All others are for whoever takes the packets: the bare reader, or the plugin and its client. Neither side takes
//! time from the other, as if a card's interrupts had a processor of their own; otherwise the sender could not send
//! twice of what the plugin can carry.

use rustix::thread::{CpuSet, sched_setaffinity};

/// The processor that sends.
const SENDING: usize = 0;

/// For the calling thread and those, and the processes, that it starts from now on: any processor but the first.
pub fn readers() {
    allow((0..CpuSet::MAX_CPU).filter(|processor| *processor != SENDING));
}

/// For the calling thread: the first processor.
pub fn sender() {
    allow([SENDING].into_iter());
}

fn allow(processors: impl Iterator<Item = usize>) {
    let mut set = CpuSet::new();
    for processor in processors {
        set.set(processor);
    }
    // Where that is not allowed, figures are only less steady.
    let _ = sched_setaffinity(None, &set);
}
