//! One sample of one case, and whether it measured what it says.

use std::{
    collections::BTreeMap,
    os::fd::{AsFd as _, BorrowedFd, OwnedFd},
};

use aya::maps::{MapData, RingBuf};
use thiserror::Error;

use super::cases::{Case, Fate, Runs, Way};
use crate::{
    bpf::{
        BpfError,
        product::{Bank, Counted, Product, rules},
        programs::{Feeder, PASS, Target},
        syscall::test_run,
    },
    packets::{COUNT, Kind, Packets},
    report::statistics::{least, median},
};

/// Passes in a sample, of which the fastest counts: nothing makes a program faster than it is.
const PASSES: usize = 3;
/// Packets in a pass, all of the set several times: as many as the ring has room for.
const PACKETS: usize = 4 * COUNT;
/// Packets of a sample with a system call for each.
const SINGLE: usize = 4096;
/// Of a thousand packets, how many at least have to be thinned or lost where that is the case: a budget lets a few
/// pass, and an empty ring has room for a few.
const NEARLY_ALL: u64 = 990;

/// Something else was measured than is said.
#[derive(Debug, Error)]
#[error("{case} is not what was measured: of {packets} packets, {what}")]
pub struct Unexpected {
    /// What should have been measured.
    pub case: String,
    /// How many packets there were.
    pub packets: u64,
    /// What was.
    pub what: String,
}

/// Programs, packets and rules, ready to be measured.
pub struct Sampler {
    stub: OwnedFd,
    /// With a ring that is not full, and with one that is.
    products: [Running; 2],
    packets: BTreeMap<Kind, (Packets, Feeder)>,
    target: Target,
    /// Rules by the number of the case.
    banks: Vec<Option<Bank>>,
}

struct Running {
    product: Product,
    ring: RingBuf<MapData>,
}

impl Running {
    fn new(mut product: Product) -> Result<Self, BpfError> {
        Ok(Self { ring: product.take_ring()?, product })
    }
}

impl Sampler {
    /// Makes everything ready. `small` has a ring that is full at once.
    ///
    /// # Errors
    /// Any [`BpfError`].
    pub fn new(stub: OwnedFd, product: Product, small: Product, cases: &[Case]) -> Result<Self, BpfError> {
        let target = Target::new()?;
        let mut packets = BTreeMap::new();
        for (seed, kind) in (1..).zip(Kind::ALL) {
            let set = Packets::new(kind, seed);
            let feeder = Feeder::new(&set, &target)?;
            packets.insert(kind, (set, feeder));
        }
        let bank = |case: &Case| match &case.runs {
            Runs::Stub => Ok(None),
            Runs::Product { wanted, .. } => Bank::new(&*rules(wanted)?).map(Some),
        };
        let banks = cases.iter().map(bank).collect::<Result<_, BpfError>>()?;
        let products = [Running::new(product)?, Running::new(small)?];
        Ok(Self { stub, products, packets, target, banks })
    }

    /// The stub.
    #[must_use]
    pub fn stub(&self) -> BorrowedFd<'_> {
        self.stub.as_fd()
    }

    /// One sample of the case with this number, ns a packet.
    ///
    /// # Errors
    /// Any [`super::KernelError`].
    pub fn sample(&mut self, number: usize, case: &Case) -> Result<f64, super::KernelError> {
        let Some((packets, feeder)) = self.packets.get(&case.packets) else { return Ok(f64::NAN) };
        let Runs::Product { fate, .. } = &case.runs else {
            let measured = measure(case, self.stub.as_fd(), packets, feeder, &self.target, || 0)?;
            return Ok(measured.nanoseconds);
        };
        let [usual, small] = &mut self.products;
        let Running { product, ring } = if *fate == Fate::Lost { small } else { usual };
        if let Some(Some(bank)) = self.banks.get(number) {
            product.enforce(bank)?;
        }
        let before = product.counted()?;
        let drain = || if *fate == Fate::Lost { 0 } else { empty(ring) };
        let measured = measure(case, product.program()?, packets, feeder, &self.target, drain)?;
        let counted = product.counted()?.since(before);
        check(*fate, measured.packets, measured.events, counted).map_err(|what| Unexpected {
            case: case.name.clone(),
            packets: measured.packets,
            what,
        })?;
        Ok(measured.nanoseconds)
    }
}

struct Measured {
    nanoseconds: f64,
    packets: u64,
    events: u64,
}

/// Runs `program` on the packets in the case's way, calling `drain` between batches, which returns how many events
/// there were.
fn measure(
    case: &Case,
    program: BorrowedFd<'_>,
    packets: &Packets,
    feeder: &Feeder,
    target: &Target,
    mut drain: impl FnMut() -> u64,
) -> Result<Measured, super::KernelError> {
    if case.way == Way::Varied {
        target.aim(program)?;
    }
    let mut samples = Vec::new();
    let (mut run, mut events) = (0, 0);
    let frames = packets.frames().iter();
    let (frames, count) = match case.way {
        // The feeder writes the packet.
        Way::Varied | Way::Repeated => (frames.take(PASSES), PACKETS),
        Way::Single => (frames.take(SINGLE), 1),
    };
    for frame in frames {
        let turn = match case.way {
            Way::Varied => feeder.run(count as u32)?,
            Way::Repeated | Way::Single => test_run(program, frame, count as u32)?,
        };
        if turn.result != PASS {
            let what = format!("the program answered {}", turn.result);
            return Err(Unexpected { case: case.name.clone(), packets: run, what }.into());
        }
        run += count as u64;
        samples.push(turn.duration.as_nanos() as f64);
        events += drain();
    }
    // With a system call for each packet, every sample is another packet's.
    let nanoseconds = if case.way == Way::Single { median(&samples) } else { least(&samples) };
    Ok(Measured { nanoseconds, packets: run, events })
}

/// Empties a ring; returns how many events were in it.
fn empty(ring: &mut RingBuf<MapData>) -> u64 {
    let mut events = 0;
    while ring.next().is_some() {
        events += 1;
    }
    events
}

/// Whether the counters tell of what is said to be measured; otherwise, what they tell.
fn check(fate: Fate, packets: u64, events: u64, counted: Counted) -> Result<(), String> {
    let Counted { seen, matched, thinned, lost } = counted;
    let nearly_all = |count: u64| count * 1000 >= packets * NEARLY_ALL;
    let holds = seen == packets
        && match fate {
            Fate::Unwanted => matched == 0 && events == 0,
            Fate::Sent(slots) => matched == slots * packets && events == packets && thinned + lost == 0,
            Fate::Thinned => matched == packets && nearly_all(thinned) && thinned + events == packets,
            Fate::Lost => matched == packets && nearly_all(lost),
        };
    if holds { Ok(()) } else { Err(format!("{counted:?} and {events} events in the ring")) }
}

#[cfg(test)]
mod tests;
