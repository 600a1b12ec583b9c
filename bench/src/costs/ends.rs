//! Two network namespaces with a veth pair between them, and what is sent over it. They are there for as long as this process.

use std::{
    io::{self, Read as _, Write as _},
    net::{TcpListener, TcpStream, UdpSocket},
    sync::mpsc::channel,
    thread,
    time::{Duration, Instant},
};

use rustix::thread::gettid;

use super::{CostsError, Traffic};
use crate::rows::{
    network::{NetworkError, be_alone, ip, without_ipv6},
    offer::processor_time,
    processors,
};

/// The name of the threads that make sockets, and of this process.
pub const PROCESS: &str = "xdplive-bench";
/// The end that is watched, and its address.
const HERE: (&str, &str) = ("bn0", "192.0.2.1");
/// The other end.
const THERE: &str = "bn1";
/// Its address.
pub const FAR: &str = "192.0.2.2";
/// A port on which nobody listens.
const CLOSED: u16 = 9;
/// Bytes of a write, and of a read.
const BLOCK: usize = 128 << 10;
/// Bytes of a question, and of an answer.
const QUESTION: usize = 64;

/// What went over a connection.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Carried {
    /// Bits, or answers.
    pub amount: f64,
    /// Time it took.
    pub time: Duration,
    /// Processor time of both ends, what the kernel did there among it.
    pub processor: Duration,
}

impl Carried {
    /// What there was in a second.
    #[must_use]
    pub fn per_second(&self) -> f64 {
        self.amount / self.time.as_secs_f64()
    }

    /// What there is in a second of a processor that does nothing else.
    #[must_use]
    pub fn per_processor_second(&self) -> f64 {
        self.amount / self.processor.as_secs_f64()
    }
}

/// The ends.
pub struct Ends {
    /// Name of the interface that is watched.
    pub interface: &'static str,
    far: Far,
}

/// Sockets of the other namespace, which keep it.
struct Far {
    listener: TcpListener,
    datagrams: UdpSocket,
}

impl Ends {
    /// Moves the calling thread, and those that it starts from now on, into one of the two.
    ///
    /// # Errors
    /// [`CostsError::Network`], [`CostsError::Connection`], [`CostsError::Thread`].
    pub fn enter() -> Result<Self, CostsError> {
        be_alone()?;
        let (interface, address) = HERE;
        ip(&["link", "add", "name", interface, "type", "veth", "peer", "name", THERE])?;
        let far = thread::scope(|scope| {
            let (tell, told) = channel();
            let (moved, is_moved) = channel::<()>();
            let far = scope.spawn(move || {
                be_alone()?;
                // Where nobody hears it, the other side has failed and says so.
                let _ = tell.send(gettid());
                is_moved.recv().map_err(|_| CostsError::Thread)?;
                address_of(THERE, FAR)?;
                let listener = TcpListener::bind((FAR, 0)).map_err(CostsError::Connection)?;
                let datagrams = UdpSocket::bind((FAR, 0)).map_err(CostsError::Connection)?;
                Ok::<_, CostsError>(Far { listener, datagrams })
            });
            if let Ok(thread) = told.recv() {
                let thread = thread.as_raw_nonzero().to_string();
                ip(&["link", "set", "dev", THERE, "netns", &thread])?;
                let _ = moved.send(());
            }
            far.join().map_err(|_| CostsError::Thread)?
        })?;
        address_of(interface, address)?;
        Ok(Self { interface, far })
    }

    /// Has traffic go over a new connection for `time`. Both ends are on the first processor, and so is the calling thread from now
    /// on.
    ///
    /// # Errors
    /// The system's.
    pub fn carry(&self, traffic: Traffic, time: Duration) -> io::Result<Carried> {
        processors::sender();
        let near = TcpStream::connect(self.far.listener.local_addr()?)?;
        let (far, _) = self.far.listener.accept()?;
        near.set_nodelay(true)?;
        far.set_nodelay(true)?;
        let (start, before) = (Instant::now(), processor_time());
        thread::scope(|scope| {
            let thread = thread::Builder::new().name(PROCESS.to_owned());
            let other = thread.spawn_scoped(scope, move || {
                let before = processor_time();
                match traffic {
                    Traffic::Bulk => take(far)?,
                    Traffic::Questions => answer(far)?,
                }
                Ok::<_, io::Error>(processor_time().saturating_sub(before))
            })?;
            let amount = match traffic {
                Traffic::Bulk => 8.0 * send(near, start + time)? as f64,
                Traffic::Questions => ask(near, start + time)? as f64,
            };
            let other = other.join().map_err(|_| io::ErrorKind::Other)??;
            let own = processor_time().saturating_sub(before);
            Ok(Carried { amount, time: start.elapsed(), processor: own + other })
        })
    }

    /// Has the kernel drop a datagram at the end that is watched: nobody listens there.
    ///
    /// # Errors
    /// The system's.
    pub fn send_to_nobody(&self) -> io::Result<()> {
        self.far.datagrams.send_to(b"x", (HERE.1, CLOSED)).map(|_| ())
    }
}

/// Gives an interface of the calling thread's namespace an address.
fn address_of(interface: &str, address: &str) -> Result<(), NetworkError> {
    without_ipv6(interface)?;
    ip(&["addr", "add", &format!("{address}/24"), "dev", interface])?;
    ip(&["link", "set", "dev", interface, "up"]).map(|_| ())
}

/// Sends as much as it can until `end`; returns bytes.
fn send(mut stream: TcpStream, end: Instant) -> io::Result<u64> {
    let block = vec![b'x'; BLOCK];
    let mut bytes = 0;
    while Instant::now() < end {
        stream.write_all(&block)?;
        bytes += BLOCK as u64;
    }
    Ok(bytes)
}

fn take(mut stream: TcpStream) -> io::Result<()> {
    let mut block = vec![0; BLOCK];
    while stream.read(&mut block)? > 0 {}
    Ok(())
}

/// Asks one question after the other until `end`; returns how many were answered.
fn ask(mut stream: TcpStream, end: Instant) -> io::Result<u64> {
    let mut bytes = [b'x'; QUESTION];
    let mut answers = 0;
    while Instant::now() < end {
        stream.write_all(&bytes)?;
        stream.read_exact(&mut bytes)?;
        answers += 1;
    }
    Ok(answers)
}

fn answer(mut stream: TcpStream) -> io::Result<()> {
    let mut bytes = [0; QUESTION];
    loop {
        match stream.read_exact(&mut bytes) {
            Ok(()) => stream.write_all(&bytes)?,
            // The end of it.
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(()),
            Err(error) => return Err(error),
        }
    }
}
