//! The task that asks the DNS: at a pace, one server after the other.

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket},
    sync::Weak,
    time::{Duration, Instant},
};

use futures::future::select_all;
use rustix::rand::{GetRandomFlags, getrandom};
use tokio::{
    sync::mpsc::Receiver,
    time::{MissedTickBehavior, interval, sleep_until},
};
use tracing::warn;
use xdplive_names::dns::reverse::{self, Named};

use super::found::Found;

/// Questions that have no answer yet at most.
const MOST_ASKED: usize = 32;
/// Time between two questions.
pub(super) const PACE: Duration = Duration::from_millis(100);
/// For how long an answer may come, of each server.
const PATIENCE: Duration = Duration::from_secs(2);

/// What asks: a socket for each server.
pub(super) struct Asker {
    sockets: Vec<UdpSocket>,
    queue: Receiver<IpAddr>,
}

/// A question without an answer yet.
#[derive(Clone, Copy)]
struct Question {
    address: IpAddr,
    /// Which of the servers is asked.
    server: usize,
    until: Instant,
}

impl Asker {
    /// By a socket for each of these servers, about what comes from `queue`.
    ///
    /// # Errors
    /// Where there is no socket to be had.
    pub(super) fn new(servers: &[SocketAddr], queue: Receiver<IpAddr>) -> io::Result<Self> {
        let sockets = servers.iter().map(socket_for).collect::<io::Result<_>>()?;
        Ok(Self { sockets, queue })
    }

    /// The ports of this machine that questions come from.
    ///
    /// # Errors
    /// The system's.
    pub(super) fn ports(&self) -> io::Result<BTreeSet<u16>> {
        self.sockets.iter().map(|socket| Ok(socket.local_addr()?.port())).collect()
    }

    /// Asks, until nobody has `found` any more.
    pub(super) async fn run(self, servers: Vec<SocketAddr>, found: Weak<Found>) {
        let Self { sockets, mut queue } = self;
        let sockets: io::Result<Vec<_>> = sockets.into_iter().map(tokio::net::UdpSocket::from_std).collect();
        let sockets = match sockets {
            Ok(sockets) => sockets,
            Err(error) => return warn!("the DNS cannot be asked for names: {error}"),
        };
        let mut asked: BTreeMap<u16, Question> = BTreeMap::new();
        let mut pace = interval(PACE);
        pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let first = asked.values().map(|question| question.until).min();
            let over = async {
                match first {
                    Some(first) => sleep_until(first.into()).await,
                    None => std::future::pending().await,
                }
            };
            let next = async {
                pace.tick().await;
                queue.recv().await
            };
            let came = select_all(sockets.iter().map(|socket| Box::pin(socket.readable())));
            tokio::select! {
                address = next, if asked.len() < MOST_ASKED => {
                    let Some(address) = address else { return };
                    ask(&sockets, &servers, &found, &mut asked, address, 0).await;
                }
                _ = came => {
                    let Some(found) = found.upgrade() else { return };
                    receive(&sockets, &found, &mut asked);
                }
                () = over => {
                    let now = Instant::now();
                    let late: Vec<u16> =
                        asked.iter().filter(|(_, one)| one.until <= now).map(|(id, _)| *id).collect();
                    for id in late {
                        let Some(Question { address, server, .. }) = asked.remove(&id) else { continue };
                        // The next one may know.
                        ask(&sockets, &servers, &found, &mut asked, address, server + 1).await;
                    }
                }
            }
        }
    }
}

/// Asks a server for the name of an address, or a later one where it cannot be reached. Where there is none, nobody has told
/// anything.
async fn ask(
    sockets: &[tokio::net::UdpSocket],
    servers: &[SocketAddr],
    found: &Weak<Found>,
    asked: &mut BTreeMap<u16, Question>,
    address: IpAddr,
    first: usize,
) {
    for (server, (socket, to)) in sockets.iter().zip(servers).enumerate().skip(first) {
        let Some(id) = number(asked) else { break };
        // It takes no answers but from there. Before there was a way to it, it could not.
        let sent = match socket.connect(to).await {
            Ok(()) => socket.send(&reverse::question(&address, id)).await,
            Err(error) => Err(error),
        };
        if sent.is_ok() {
            asked.insert(id, Question { address, server, until: Instant::now() + PATIENCE });
            return;
        }
    }
    if let Some(found) = found.upgrade() {
        found.add(address, Named::Unknown);
    }
}

/// Takes the answers that have come.
fn receive(sockets: &[tokio::net::UdpSocket], found: &Found, asked: &mut BTreeMap<u16, Question>) {
    let mut bytes = vec![0; 4096];
    for (server, socket) in sockets.iter().enumerate() {
        // As many as there can be; an error is about one of them, and the question's time will be over.
        for _ in 0..=MOST_ASKED {
            let length = match socket.try_recv(&mut bytes) {
                Ok(length) => length,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(_) => continue,
            };
            let message = bytes.get(..length).unwrap_or_default();
            let id = message.first_chunk().map(|id| u16::from_be_bytes(*id));
            let question = id.and_then(|id| Some((id, *asked.get(&id)?)));
            let named = match question {
                Some((id, one)) if one.server == server => reverse::named(message, &one.address, id).ok(),
                _ => None,
            };
            match (question, named) {
                (Some((id, Question { address, .. })), Some(named)) => {
                    asked.remove(&id);
                    found.add(address, named);
                }
                _ => found.lock().counts.refused += 1,
            }
        }
    }
}

/// A number that no other question has, and nobody can guess.
fn number(asked: &BTreeMap<u16, Question>) -> Option<u16> {
    for _ in 0..64 {
        let mut bytes = [0; 2];
        getrandom(&mut bytes, GetRandomFlags::empty()).ok()?;
        let id = u16::from_ne_bytes(bytes);
        if !asked.contains_key(&id) {
            return Some(id);
        }
    }
    None
}

/// A socket by which a server can be asked, as soon as there is a way to it.
fn socket_for(server: &SocketAddr) -> io::Result<UdpSocket> {
    let any: IpAddr =
        if server.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
    let socket = UdpSocket::bind((any, 0))?;
    socket.set_nonblocking(true)?;
    Ok(socket)
}
