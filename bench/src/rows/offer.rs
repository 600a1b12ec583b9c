//! Packets at a given rate.

use std::{
    os::fd::AsFd as _,
    thread,
    time::{Duration, Instant},
};

use rustix::time::{ClockId, clock_gettime};

use super::{RowsError, network::Network, processors};
use crate::{
    bpf::{
        BpfError,
        programs::{Feeder, Generator, Target},
        syscall::program,
    },
    packets::Packets,
};

/// Frames that the kernel makes at a time: what a driver takes from its card at once.
const BATCH: u32 = 64;
/// Time between two batches of packets.
const TICK: Duration = Duration::from_millis(1);
/// Ticks' worth of packets that may be sent at once after the sender was held up.
const WAVE: f64 = 4.0;
/// Number of the loopback interface, in every namespace; it is down, and receives nothing.
const LOOPBACK: u32 = 1;

/// Where packets come from.
pub enum Source {
    /// Real frames over the veth pair.
    Network(Generator),
    /// The program is run on packets where it is, without the network's cost: for more packets than one processor
    /// can send and receive.
    Straight {
        /// Gives packets to the target.
        feeder: Feeder,
        /// The program.
        target: Target,
    },
}

/// What was offered.
#[derive(Clone, Copy, Debug)]
pub struct Offered {
    /// Packets sent.
    pub packets: u64,
    /// Time it took.
    pub time: Duration,
    /// Processor time it took, the receiving kernel's part among it.
    pub cpu: Duration,
}

impl Source {
    /// Sends `packets` out of the interface number `index`.
    ///
    /// # Errors
    /// The kernel's.
    pub fn network(packets: &Packets, index: u32) -> Result<Self, BpfError> {
        Generator::new(packets, index, LOOPBACK).map(Self::Network)
    }

    /// Feeds `packets` to the program of the next trial, as if they came in by the receiving end of `network`.
    ///
    /// # Errors
    /// The kernel's.
    pub fn straight(packets: &Packets, network: &Network) -> Result<Self, BpfError> {
        let target = Target::new()?;
        // The sending end receives nothing.
        let feeder = Feeder::new(packets, &target)?.attach(network.sender)?.at(network.receiver_index);
        Ok(Self::Straight { feeder, target })
    }

    /// Names the program that is meant, which is attached to the network's receiving end by now.
    ///
    /// # Errors
    /// The kernel's.
    pub fn aim(&self, network: &Network) -> Result<(), RowsError> {
        if let Self::Straight { target, .. } = self {
            target.aim(program(network.program()?)?.as_fd())?;
        }
        Ok(())
    }

    /// Packets that the program should have seen, of those `offered` while the network's count went from `before` to
    /// `after`.
    #[must_use]
    pub const fn should_be_seen(&self, offered: Offered, before: u64, after: u64) -> u64 {
        match self {
            Self::Network(_) => after - before,
            Self::Straight { .. } => offered.packets,
        }
    }

    /// Offers `rate` packets a second for `time`, on the first processor. As many as it can where that is too much.
    ///
    /// # Errors
    /// The kernel's.
    pub fn offer(&self, rate: f64, time: Duration) -> Result<Offered, BpfError> {
        processors::sender();
        let cpu = processor_time();
        let start = Instant::now();
        let mut packets = 0;
        loop {
            let elapsed = start.elapsed();
            if elapsed >= time {
                break;
            }
            let due = (rate * (elapsed + TICK).as_secs_f64()) as u64;
            // A sender that was held up for a while does not send all of it in one wave.
            let most = (WAVE * rate * TICK.as_secs_f64()) as u64 + 1;
            let count = due.saturating_sub(packets).min(most);
            if count > 0 {
                self.send(u32::try_from(count).unwrap_or(u32::MAX))?;
                packets += count;
            }
            thread::sleep((elapsed + TICK).saturating_sub(start.elapsed()));
        }
        Ok(Offered { packets, time: start.elapsed(), cpu: processor_time().saturating_sub(cpu) })
    }

    fn send(&self, count: u32) -> Result<(), BpfError> {
        match self {
            Self::Network(generator) => generator.send(count, BATCH),
            Self::Straight { feeder, .. } => feeder.run(count).map(|_| ()),
        }
    }
}

/// Processor time of the calling thread so far.
#[must_use]
pub fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or_default())
}
