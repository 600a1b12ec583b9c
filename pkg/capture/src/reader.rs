//! The thread that empties the rings and hands rows to the streams.
//!
//! It sleeps until the flush interval is over or a ring is a quarter full; no packet wakes it by itself. What
//! it reads is put in the order of the kernel's times over all rings, holding back what is younger than
//! [`HOLD`], because another CPU or another ring may still come up with something older.

mod stream;

use std::{
    io,
    os::fd::{AsFd, OwnedFd},
    sync::{
        Arc,
        mpsc::{Receiver, Sender, TryRecvError, channel, sync_channel},
    },
    thread,
    time::Duration,
};

use aya::maps::{MapData, RingBuf};
use rustix::event::{EventfdFlags, PollFd, PollFlags, Timespec, eventfd, poll};
use thiserror::Error;
use xdplive_packet::{
    Event,
    event::{Direction, RecordKind},
};

use self::stream::{Stream, move_bytes};
use crate::{
    clock::{self, WallClock},
    queue::Queue,
    record::Record,
    ring_fill::RingFill,
    source::{HeaderBytes, Names, Origin, Row},
    thin::Thinner,
};

/// Time between two looks at the rings while there are streams; rows are at most so old when they are handed on.
pub const FLUSH_INTERVAL: Duration = Duration::from_millis(100);
/// How long a packet may take from its time stamp to the ring.
const HOLD: Duration = Duration::from_millis(2);
/// Events taken from one ring before the others have their turn.
const TURN: usize = 1 << 16;

/// Events in the largest ring there can be (`MAX_RING_BYTES` of the settings), so that emptying one comes to
/// an end however fast it is filled.
const RING_EVENTS_MAX: usize = crate::settings::MAX_RING_BYTES as usize / size_of::<Event>();

/// Names a stream for as long as the process lives.
pub type StreamId = u64;
/// Names a ring; a freed number is not used again before all others have been.
pub type RingNumber = u16;

/// The reader thread has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the reader has ended")]
pub struct ReaderGone;

/// What a stream wants of one ring.
#[derive(Clone, Debug)]
pub struct Want {
    /// The ring.
    pub ring: RingNumber,
    /// The slots of the kernel programs whose packets are the stream's.
    pub slots: u64,
    /// The first generation of the configuration that the stream is part of.
    pub first: u32,
    /// The first after that that it is not part of any more, once that is known.
    pub end: Option<u32>,
    /// The ways of the packets it wants.
    pub directions: Vec<Direction>,
}

/// The reader thread's other end.
pub struct Reader {
    commands: Sender<Command>,
    /// Written to after a command, so that the thread looks.
    wake: Arc<OwnedFd>,
}

enum Command {
    AddRing { ring: RingNumber, name: Arc<str>, events: Box<RingBuf<MapData>>, fill: Arc<RingFill> },
    RemoveRing { ring: RingNumber },
    AddStream { stream: StreamId, queue: Arc<Queue>, limit: Option<u32>, header_bytes: bool },
    AddWant { stream: StreamId, want: Want },
    EndWant { stream: StreamId, ring: RingNumber, end: u32 },
    RemoveStream { stream: StreamId, done: std::sync::mpsc::SyncSender<()> },
}

impl Reader {
    /// Starts the thread. It ends when this is dropped.
    ///
    /// # Errors
    /// Where the process has no file descriptors or threads left.
    pub fn start() -> io::Result<Self> {
        let wake = Arc::new(eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?);
        let (commands, receiver) = channel();
        let thread = Thread {
            commands: receiver,
            wake: Arc::clone(&wake),
            rings: Vec::new(),
            streams: Vec::new(),
            pending: Vec::new(),
            bytes: HeaderBytes::default(),
            names: Arc::default(),
        };
        thread::Builder::new().name("ring-reader".to_owned()).spawn(move || thread.run())?;
        Ok(Self { commands, wake })
    }

    /// Reads a ring from now on, and looks how full it is each time before.
    ///
    /// # Errors
    /// [`ReaderGone`].
    pub fn add_ring(
        &self,
        ring: RingNumber,
        name: Arc<str>,
        events: RingBuf<MapData>,
        fill: Arc<RingFill>,
    ) -> Result<(), ReaderGone> {
        self.send(Command::AddRing { ring, name, events: Box::new(events), fill })
    }

    /// Reads a ring no more; streams should want nothing of it.
    ///
    /// # Errors
    /// [`ReaderGone`].
    pub fn remove_ring(&self, ring: RingNumber) -> Result<(), ReaderGone> {
        self.send(Command::RemoveRing { ring })
    }

    /// Starts a stream, which wants nothing yet, with at most `limit` rows a second, and with the bytes of their headers
    /// or without.
    ///
    /// # Errors
    /// [`ReaderGone`].
    pub fn add_stream(
        &self,
        stream: StreamId,
        queue: Arc<Queue>,
        limit: Option<u32>,
        header_bytes: bool,
    ) -> Result<(), ReaderGone> {
        self.send(Command::AddStream { stream, queue, limit, header_bytes })
    }

    /// Adds to what a stream wants. To be called before the kernel programs begin the generation.
    ///
    /// # Errors
    /// [`ReaderGone`].
    pub fn add_want(&self, stream: StreamId, want: Want) -> Result<(), ReaderGone> {
        self.send(Command::AddWant { stream, want })
    }

    /// Ends what a stream wants of a ring with the generation before `end`. To be called before the kernel
    /// programs begin that: its packets may be another stream's in the same slot.
    ///
    /// # Errors
    /// [`ReaderGone`].
    pub fn end_want(&self, stream: StreamId, ring: RingNumber, end: u32) -> Result<(), ReaderGone> {
        self.send(Command::EndWant { stream, ring, end })
    }

    /// Ends a stream, whose wants have ended. To be called when no CPU runs a configuration that it is part of;
    /// when it returns, all rows of the stream are in its queue.
    ///
    /// # Errors
    /// [`ReaderGone`].
    pub fn remove_stream(&self, stream: StreamId) -> Result<(), ReaderGone> {
        let (done, finished) = sync_channel(1);
        self.send(Command::RemoveStream { stream, done })?;
        finished.recv().map_err(|_| ReaderGone)
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
    rings: Vec<Ring>,
    streams: Vec<Stream>,
    /// Rows read and not handed on yet.
    pending: Vec<Row>,
    /// The bytes of their headers.
    bytes: HeaderBytes,
    names: Arc<Names>,
}

struct Ring {
    number: RingNumber,
    events: Box<RingBuf<MapData>>,
    fill: Arc<RingFill>,
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
            self.release(horizon);
        }
    }

    /// Sleeps until there is something to do; not at all where a ring has more.
    fn wait(&self, full: bool) {
        let timeout = if full {
            Some(Duration::ZERO)
        } else if self.streams.is_empty() || self.rings.is_empty() {
            None
        } else {
            Some(FLUSH_INTERVAL)
        };
        let timeout = timeout.map(|time| Timespec { tv_sec: 0, tv_nsec: time.subsec_nanos().into() });
        let mut fds = vec![PollFd::new(&*self.wake, PollFlags::IN)];
        fds.extend(
            self.rings.iter().map(|ring| PollFd::from_borrowed_fd(ring.events.as_fd(), PollFlags::IN)),
        );
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
            Command::AddRing { ring, name, events, fill } => {
                self.name(ring, name);
                self.rings.push(Ring { number: ring, events, fill });
            }
            Command::RemoveRing { ring } => {
                self.rings.retain(|one| one.number != ring);
                for stream in &mut self.streams {
                    stream.wants.retain(|want| want.ring != ring);
                }
            }
            Command::AddStream { stream, queue, limit, header_bytes } => {
                let thinner = limit.map(Thinner::new);
                let wants = Vec::new();
                self.streams.push(Stream { id: stream, queue, thinner, header_bytes, wants });
            }
            Command::AddWant { stream, want } => {
                if let Some(stream) = self.streams.iter_mut().find(|one| one.id == stream) {
                    stream.wants.push(want);
                }
            }
            Command::EndWant { stream, ring, end } => {
                let stream = self.streams.iter_mut().find(|one| one.id == stream);
                if let Some(want) = stream.and_then(|stream| {
                    stream.wants.iter_mut().find(|want| want.ring == ring && want.end.is_none())
                }) {
                    want.end = Some(end);
                }
            }
            Command::RemoveStream { stream, done } => {
                self.finish(stream);
                // Whoever asked may have given up waiting.
                let _ = done.send(());
            }
        }
    }

    /// Gives ring `ring` a name. Batches on their way keep the names they have.
    fn name(&mut self, ring: RingNumber, name: Arc<str>) {
        let names = Arc::make_mut(&mut self.names);
        let ring = usize::from(ring);
        if names.interfaces.len() <= ring {
            names.interfaces.resize(ring + 1, Arc::from(""));
        }
        if let Some(place) = names.interfaces.get_mut(ring) {
            *place = name;
        }
    }

    /// Hands on every last row of a stream and forgets it.
    fn finish(&mut self, stream: StreamId) {
        // What the stream may have is in the rings now, but for a moment it can be behind a record of another
        // CPU that is reserved and not yet written.
        thread::sleep(HOLD);
        for _ in 0..=RING_EVENTS_MAX / TURN {
            if !self.drain() {
                break;
            }
        }
        let Some(position) = self.streams.iter().position(|one| one.id == stream) else { return };
        let mut stream = self.streams.swap_remove(position);
        let mut last: Vec<Row> = self.pending.iter().filter(|row| stream.takes(row)).copied().collect();
        last.sort_by_key(|row| row.event.time);
        let bytes =
            if stream.header_bytes { Arc::new(move_bytes(&mut last, &self.bytes)) } else { Arc::default() };
        stream.hand_on(&Arc::new(last), &bytes, &self.names, WallClock::read());
    }

    /// Reads the rings, each for a turn; `true` where one has more.
    fn drain(&mut self) -> bool {
        let mut full = false;
        for ring in &mut self.rings {
            ring.fill.look();
            let origin = Origin { host: 0, interface: ring.number };
            let mut taken = 0;
            while taken < TURN
                && let Some(item) = ring.events.next()
            {
                // Anything else would be a record of programs other than ours.
                if let Some(Record { mut event, captured }) = Record::read(&item) {
                    // To all but those who want the bytes, a packet is one like any other.
                    event.kind = RecordKind::Event as u8;
                    let bytes = captured.map_or(HeaderBytes::NONE, |captured| self.bytes.add(captured));
                    self.pending.push(Row { origin, bytes, event });
                }
                taken += 1;
            }
            full |= taken == TURN;
        }
        full
    }

    /// Hands on what is older than `horizon`, in order.
    fn release(&mut self, horizon: u64) {
        if self.pending.is_empty() {
            return;
        }
        if !self.pending.is_sorted_by_key(|row| row.event.time) {
            self.pending.sort_by_key(|row| row.event.time);
        }
        let ready = self.pending.partition_point(|row| row.event.time <= horizon);
        if ready == 0 {
            return;
        }
        let younger = self.pending.split_off(ready);
        let rows = Arc::new(std::mem::replace(&mut self.pending, younger));
        let bytes = Arc::new(std::mem::take(&mut self.bytes));
        self.bytes = move_bytes(&mut self.pending, &bytes);
        let clock = WallClock::read();
        for stream in &mut self.streams {
            stream.hand_on(&rows, &bytes, &self.names, clock);
        }
    }
}
