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
/// The beginning of a connection, in which it becomes as fast as it will be.
const RAMP: Duration = Duration::from_millis(200);

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

    /// Has traffic go over a new connection for `time`, and something before; returns bits, or answers, a second. Both ends
    /// are on the first processor, and so is the calling thread from now on.
    ///
    /// # Errors
    /// The system's.
    pub fn measure(&self, traffic: Traffic, time: Duration) -> io::Result<f64> {
        processors::sender();
        let near = TcpStream::connect(self.far.listener.local_addr()?)?;
        let (far, _) = self.far.listener.accept()?;
        thread::scope(|scope| {
            let named = || thread::Builder::new().name(PROCESS.to_owned());
            match traffic {
                Traffic::Bulk => {
                    let taker = named().spawn_scoped(scope, move || take(far))?;
                    let rate = send(near, time);
                    taker.join().map_err(|_| io::ErrorKind::Other)??;
                    rate
                }
                Traffic::Questions => {
                    near.set_nodelay(true)?;
                    far.set_nodelay(true)?;
                    let answering = named().spawn_scoped(scope, move || answer(far))?;
                    let rate = ask(near, time);
                    answering.join().map_err(|_| io::ErrorKind::Other)??;
                    rate
                }
            }
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

/// Sends as much as it can; returns bits a second.
fn send(mut stream: TcpStream, time: Duration) -> io::Result<f64> {
    let block = vec![b'x'; BLOCK];
    let start = Instant::now();
    while start.elapsed() < RAMP {
        stream.write_all(&block)?;
    }
    let (begun, mut blocks) = (Instant::now(), 0_u64);
    while begun.elapsed() < time {
        stream.write_all(&block)?;
        blocks += 1;
    }
    Ok((8 * blocks * BLOCK as u64) as f64 / begun.elapsed().as_secs_f64())
}

fn take(mut stream: TcpStream) -> io::Result<()> {
    let mut block = vec![0; BLOCK];
    while stream.read(&mut block)? > 0 {}
    Ok(())
}

/// Asks one question after the other; returns answers a second.
fn ask(mut stream: TcpStream, time: Duration) -> io::Result<f64> {
    let mut bytes = [b'x'; QUESTION];
    let (start, mut begun, mut answers) = (Instant::now(), Instant::now(), 0_u64);
    loop {
        stream.write_all(&bytes)?;
        stream.read_exact(&mut bytes)?;
        answers += 1;
        if start.elapsed() < RAMP {
            (begun, answers) = (Instant::now(), 0);
        } else if begun.elapsed() >= time {
            return Ok(answers as f64 / begun.elapsed().as_secs_f64());
        }
    }
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
