//! The thread that empties the ring and hands rows to the streams.
//!
//! It sleeps until the flush interval is over or the ring is a quarter full; no packet wakes it by itself. What
//! it reads is put in the order of the kernel's times, holding back what is younger than [`HOLD`], because another CPU
//! may still come up with something older. Whose a row is, its generation and slots say: the engine has given a
//! [`Route`] for each generation before the first packet of it.

mod dispatch;
mod ring;

use std::{
    io,
    os::fd::OwnedFd,
    sync::{
        Arc,
        mpsc::{Receiver, Sender, TryRecvError, channel},
    },
    thread,
    time::{Duration, Instant},
};

use rustix::event::{EventfdFlags, PollFd, PollFlags, Timespec, eventfd, poll};
use thiserror::Error;
use xdplive_source::{FLUSH_INTERVAL, Host, Queue, StreamId};

use self::dispatch::Dispatch;
pub use self::{
    dispatch::{Finish, Route, Taker},
    ring::{KernelRing, Ring},
};
use crate::clock;

/// How long a packet may take from its time stamp to the ring.
const HOLD: Duration = Duration::from_millis(2);
/// Events taken from the ring before rows are handed on.
const TURN: usize = 1 << 16;

/// The reader thread has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the reader has ended")]
pub struct ReaderGone;

/// The reader thread's other end.
pub struct Reader {
    commands: Sender<Command>,
    /// Written to after a command, so that the thread looks.
    wake: Arc<OwnedFd>,
}

enum Command {
    Ring(Box<dyn Ring>),
    Stream { stream: StreamId, queue: Arc<Queue>, limit: Option<u32>, header_bytes: bool },
    Begin(Vec<(u32, Route)>),
    End(Vec<u32>),
    Finish(Vec<Finish>),
}

impl Reader {
    /// Starts the thread for rows of `host`, which lets at most so many rows wait for all streams together. It ends when this is dropped.
    ///
    /// # Errors
    /// Where the process has no file descriptors or threads left.
    pub fn start(host: Host, most_waiting: usize) -> io::Result<Self> {
        let wake = Arc::new(eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?);
        let (commands, receiver) = channel();
        let thread = Thread {
            commands: receiver,
            wake: Arc::clone(&wake),
            ring: None,
            dispatch: Dispatch::new(host, most_waiting),
        };
        thread::Builder::new().name("ring-reader".to_owned()).spawn(move || thread.run())?;
        Ok(Self { commands, wake })
    }

    /// Reads this ring from now on.
    ///
    /// # Errors
    /// [`ReaderGone`]; so below.
    pub fn set_ring(&self, ring: Box<dyn Ring>) -> Result<(), ReaderGone> {
        self.send(Command::Ring(ring))
    }

    /// Starts a stream, which gets nothing yet, with at most `limit` rows a second where a route says that it is to be
    /// kept to that, and with the bytes of their headers or without.
    ///
    /// # Errors
    /// See [`Self::set_ring`].
    pub fn add_stream(
        &self,
        stream: StreamId,
        queue: Arc<Queue>,
        limit: Option<u32>,
        header_bytes: bool,
    ) -> Result<(), ReaderGone> {
        self.send(Command::Stream { stream, queue, limit, header_bytes })
    }

    /// Says whose the rows of generations are. To be called before the kernel programs begin them.
    ///
    /// # Errors
    /// See [`Self::set_ring`].
    pub fn begin(&self, routes: Vec<(u32, Route)>) -> Result<(), ReaderGone> {
        self.send(Command::Begin(routes))
    }

    /// Says that no more rows of these generations come into the ring.
    ///
    /// # Errors
    /// See [`Self::set_ring`].
    pub fn end(&self, generations: Vec<u32>) -> Result<(), ReaderGone> {
        self.send(Command::End(generations))
    }

    /// Ends streams whose last generation has ended: their last rows are handed on, and then their queues are closed
    /// with what was counted.
    ///
    /// # Errors
    /// See [`Self::set_ring`].
    pub fn finish(&self, streams: Vec<Finish>) -> Result<(), ReaderGone> {
        self.send(Command::Finish(streams))
    }

    fn send(&self, command: Command) -> Result<(), ReaderGone> {
        self.commands.send(command).map_err(|_| ReaderGone)?;
        // A full counter means that the thread has been told already.
        let _ = rustix::io::write(&*self.wake, &1_u64.to_ne_bytes());
        Ok(())
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        // The thread notices that nobody can send any more.
        let (unconnected, _) = channel();
        self.commands = unconnected;
        let _ = rustix::io::write(&*self.wake, &1_u64.to_ne_bytes());
    }
}

struct Thread {
    commands: Receiver<Command>,
    wake: Arc<OwnedFd>,
    ring: Option<Box<dyn Ring>>,
    dispatch: Dispatch,
}

impl Thread {
    fn run(mut self) {
        let mut full = false;
        loop {
            self.wait(full);
            // Before the commands: what comes to be packets after a command was given is younger than that, and
            // is not handed on before the command was carried out.
            let horizon = clock::monotonic().saturating_sub(HOLD.as_nanos() as u64);
            if !self.obey() {
                return;
            }
            full = self.drain();
            self.dispatch.release(horizon, clock::wall_clock());
            if !full {
                self.dispatch.forget(Instant::now());
            }
        }
    }

    /// Sleeps until there is something to do; not at all where the ring has more.
    fn wait(&self, full: bool) {
        let timeout = if full {
            Some(Duration::ZERO)
        } else if self.dispatch.is_idle() || self.ring.is_none() {
            None
        } else {
            Some(FLUSH_INTERVAL)
        };
        let timeout = timeout.map(|time| Timespec { tv_sec: 0, tv_nsec: time.subsec_nanos().into() });
        let mut fds = vec![PollFd::new(&*self.wake, PollFlags::IN)];
        let ring = self.ring.as_ref().and_then(|ring| ring.wakes());
        fds.extend(ring.map(|ring| PollFd::from_borrowed_fd(ring, PollFlags::IN)));
        // Interrupted or not: looking costs little.
        let _ = poll(&mut fds, timeout.as_ref());
        let mut counter = [0; 8];
        let _ = rustix::io::read(&*self.wake, &mut counter);
    }

    /// Carries out commands; `false` when nobody can send any more.
    fn obey(&mut self) -> bool {
        loop {
            match self.commands.try_recv() {
                Ok(command) => self.carry_out(command),
                Err(TryRecvError::Empty) => return true,
                Err(TryRecvError::Disconnected) => return false,
            }
        }
    }

    fn carry_out(&mut self, command: Command) {
        match command {
            Command::Ring(ring) => self.ring = Some(ring),
            Command::Stream { stream, queue, limit, header_bytes } => {
                self.dispatch.add_stream(stream, queue, limit, header_bytes);
            }
            Command::Begin(routes) => self.dispatch.begin(routes),
            Command::End(generations) => self.dispatch.end(generations, Instant::now()),
            Command::Finish(streams) => self.finish(streams),
        }
    }

    /// Hands on every last row of some streams, and closes them.
    fn finish(&mut self, streams: Vec<Finish>) {
        // What the streams may have is in the ring now, but for a moment it can be behind a record of another
        // CPU that is reserved and not yet written.
        thread::sleep(HOLD);
        // However fast others fill the ring: what was in it is out after so many turns.
        let turns = self.ring.as_ref().map_or(0, |ring| ring.capacity() / TURN);
        for _ in 0..=turns {
            if !self.drain() {
                break;
            }
        }
        self.dispatch.finish(streams, clock::wall_clock());
    }

    /// Reads the ring for a turn; `true` where it has more.
    fn drain(&mut self) -> bool {
        let Some(ring) = &mut self.ring else { return false };
        ring.read(TURN, &mut |item| self.dispatch.add(item)) == TURN
    }
}

#[cfg(test)]
pub mod fake;
#[cfg(test)]
mod tests;
