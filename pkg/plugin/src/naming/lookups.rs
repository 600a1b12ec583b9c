//! Names that the DNS has for addresses, asked for when somebody looks at packets of them: slowly, one address once, and never where
//! somebody waits for it.

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    fs,
    io::{self, Read as _},
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket},
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    time::{Duration, Instant},
};

use futures::future::select_all;
use rustix::rand::{GetRandomFlags, getrandom};
use tokio::{
    sync::mpsc::{self, Receiver, Sender, error::TrySendError},
    time::{MissedTickBehavior, interval, sleep_until},
};
use tracing::warn;
use xdplive_names::{
    Aging,
    dns::{
        self,
        reverse::{self, Named},
    },
};

/// Where the servers are named (resolv.conf(5)).
const FILE: &str = "/etc/resolv.conf";
/// Bytes of it at most.
const MOST_BYTES: u64 = 64 * 1024;
/// Servers that are asked, as the C library has it.
const MOST_SERVERS: usize = 3;
/// The port on which they are asked.
const PORT: u16 = 53;
/// Addresses of which something is known at most.
const MOST_KNOWN: usize = 16_384;
/// Addresses that wait at most.
const MOST_WAITING: usize = 1024;
/// Questions that have no answer yet at most.
const MOST_ASKED: usize = 32;
/// Time between two questions.
const PACE: Duration = Duration::from_millis(100);
/// For how long an answer may come, of each server.
const PATIENCE: Duration = Duration::from_secs(2);
/// For how long a name is good at least and at most.
const GOOD: (Duration, Duration) = (Duration::from_secs(600), Duration::from_secs(86_400));
/// For how long it is known that there is no name.
const NO_NAME: Duration = Duration::from_secs(3600);
/// For how long an address is not asked for again of which no server has told anything.
const NO_ANSWER: Duration = Duration::from_secs(300);

/// Knows names of addresses that the DNS has, or finds them out. Copies share what they know.
#[derive(Clone)]
pub struct Lookups(Arc<Shared>);

struct Shared {
    state: Mutex<State>,
    queue: Sender<IpAddr>,
    servers: Vec<SocketAddr>,
    /// The ports of this machine that questions come from.
    ports: BTreeSet<u16>,
}

struct State {
    /// Names of addresses; `None` of those of which it is known that there is none.
    known: Aging<Option<Arc<str>>>,
    /// Addresses that wait, and those that are asked for.
    waiting: HashSet<IpAddr>,
    counts: LookupCounts,
    /// What asks, until it does.
    asker: Option<Asker>,
}

/// What became of the questions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LookupCounts {
    /// Addresses that have a name.
    pub named: u64,
    /// Addresses that have none.
    pub without: u64,
    /// Addresses of which no server has told anything.
    pub failed: u64,
    /// Of these, the last ones in a row.
    pub failed_in_a_row: u64,
    /// Times that an address was not asked for, because too many others waited.
    pub left_out: u64,
    /// Messages that came and were no answers.
    pub refused: u64,
}

/// What asks: a socket for each server.
struct Asker {
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

impl Lookups {
    /// By the servers that this machine's programs ask. To be called while files can still be read; nothing is sent yet.
    ///
    /// # Errors
    /// Where there is no socket to be had.
    pub fn open() -> io::Result<Self> {
        let mut text = String::new();
        // Without such a file it is this machine that is asked.
        if let Ok(file) = fs::File::open(FILE) {
            file.take(MOST_BYTES).read_to_string(&mut text)?;
        }
        Self::of(servers_in(&text))
    }

    /// By these servers.
    fn of(servers: Vec<SocketAddr>) -> io::Result<Self> {
        let sockets: Vec<UdpSocket> = servers.iter().map(socket_for).collect::<io::Result<_>>()?;
        let ports =
            sockets.iter().map(|socket| Ok(socket.local_addr()?.port())).collect::<io::Result<_>>()?;
        let (sender, queue) = mpsc::channel(MOST_WAITING);
        let state = State {
            known: Aging::new(MOST_KNOWN),
            waiting: HashSet::new(),
            counts: LookupCounts::default(),
            asker: Some(Asker { sockets, queue }),
        };
        Ok(Self(Arc::new(Shared { state: Mutex::new(state), queue: sender, servers, ports })))
    }

    /// The ports of this machine that questions come from, by UDP.
    #[must_use]
    pub fn ports(&self) -> &BTreeSet<u16> {
        &self.0.ports
    }

    /// The servers that are asked.
    #[must_use]
    pub fn servers(&self) -> &[SocketAddr] {
        &self.0.servers
    }

    /// What became of the questions so far.
    #[must_use]
    pub fn counts(&self) -> LookupCounts {
        self.0.lock().counts
    }

    /// The name of an address, as far as it is known now. It is asked for where nothing is known, and known a moment later.
    #[must_use]
    pub fn name(&self, address: &IpAddr, now: Instant) -> Option<Arc<str>> {
        let mut state = self.0.lock();
        if let Some(known) = state.known.get(address, now) {
            return known.clone();
        }
        if can_be_asked_for(address) && !state.waiting.contains(address) {
            match self.0.queue.try_send(*address) {
                Ok(()) => {
                    state.waiting.insert(*address);
                    self.begin(&mut state);
                }
                Err(TrySendError::Full(_)) => state.counts.left_out += 1,
                Err(TrySendError::Closed(_)) => {}
            }
        }
        None
    }

    /// Has the task begin that asks, with the first address.
    fn begin(&self, state: &mut State) {
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        if let Some(asker) = state.asker.take() {
            // It ends with the last who knows of it.
            let shared = Arc::downgrade(&self.0);
            runtime.spawn(asker.run(self.0.servers.clone(), shared));
        }
    }
}

impl std::fmt::Debug for Lookups {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Lookups").field("servers", &self.0.servers).finish_non_exhaustive()
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing that holds the lock can panic half-way through a change.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps what was found out of an address.
    fn found(&self, address: IpAddr, named: Named) {
        let now = Instant::now();
        let mut state = self.lock();
        let State { known, waiting, counts, .. } = &mut *state;
        waiting.remove(&address);
        counts.failed_in_a_row = if named == Named::Unknown { counts.failed_in_a_row + 1 } else { 0 };
        let (name, lives) = match named {
            Named::As(name, seconds) => {
                counts.named += 1;
                (Some(name), Duration::from_secs(seconds.into()).clamp(GOOD.0, GOOD.1))
            }
            Named::Not => {
                counts.without += 1;
                (None, NO_NAME)
            }
            Named::Unknown => {
                counts.failed += 1;
                (None, NO_ANSWER)
            }
        };
        known.insert(address, name, lives, now);
    }
}

impl Asker {
    /// Asks, until nobody has `shared` any more.
    async fn run(self, servers: Vec<SocketAddr>, shared: Weak<Shared>) {
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
                    ask(&sockets, &servers, &shared, &mut asked, address, 0).await;
                }
                _ = came => {
                    let Some(shared) = shared.upgrade() else { return };
                    receive(&sockets, &shared, &mut asked);
                }
                () = over => {
                    let now = Instant::now();
                    let late: Vec<u16> =
                        asked.iter().filter(|(_, one)| one.until <= now).map(|(id, _)| *id).collect();
                    for id in late {
                        let Some(Question { address, server, .. }) = asked.remove(&id) else { continue };
                        // The next one may know.
                        ask(&sockets, &servers, &shared, &mut asked, address, server + 1).await;
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
    shared: &Weak<Shared>,
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
    if let Some(shared) = shared.upgrade() {
        shared.found(address, Named::Unknown);
    }
}

/// Takes the answers that have come.
fn receive(sockets: &[tokio::net::UdpSocket], shared: &Shared, asked: &mut BTreeMap<u16, Question>) {
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
                    shared.found(address, named);
                }
                _ => shared.lock().counts.refused += 1,
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

/// The servers in the text of such a file; this machine's own where it names none. One with the name of an interface in its address
/// is left out.
fn servers_in(text: &str) -> Vec<SocketAddr> {
    let named = text.lines().filter_map(|line| {
        let mut words = line.split_ascii_whitespace();
        (words.next() == Some("nameserver")).then(|| words.next()?.parse::<IpAddr>().ok())?
    });
    let servers: Vec<SocketAddr> = named.take(MOST_SERVERS).map(|address| (address, PORT).into()).collect();
    if servers.is_empty() { vec![(Ipv4Addr::LOCALHOST, PORT).into()] } else { servers }
}

/// Whether the DNS can have a name for an address: not for one that every network has for itself.
fn can_be_asked_for(address: &IpAddr) -> bool {
    let is_of_a_link = match address {
        IpAddr::V4(address) => address.is_link_local(),
        IpAddr::V6(address) => address.is_unicast_link_local(),
    };
    dns::is_of_a_host(address) && !is_of_a_link
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_are_those_of_the_file() {
        let of = |text: &str| servers_in(text).iter().map(ToString::to_string).collect::<Vec<_>>();
        let text = "# nameserver 192.0.2.9\nsearch example\nnameserver 192.0.2.1\nnameserver 2001:db8::1 # two\n\
                    nameserver fe80::1%eth0\nnameserver none\nnameserver 192.0.2.2\nnameserver 192.0.2.3\n";
        assert_eq!(of(text), ["192.0.2.1:53", "[2001:db8::1]:53", "192.0.2.2:53"]);
        assert_eq!(of("options edns0\n"), ["127.0.0.1:53"]);
    }

    /// A server that answers as `answer` says; returns its socket's address. It ends with the test's process.
    fn server(answer: impl Fn(&[u8]) -> Option<Vec<u8>> + Send + 'static) -> (SocketAddr, Arc<Mutex<u32>>) {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        let address = socket.local_addr().unwrap();
        let asked = Arc::new(Mutex::new(0));
        let count = Arc::clone(&asked);
        std::thread::spawn(move || {
            let mut bytes = [0; 512];
            while let Ok((length, from)) = socket.recv_from(&mut bytes) {
                *count.lock().unwrap() += 1;
                if let Some(answer) = answer(&bytes[..length]) {
                    let _ = socket.send_to(&answer, from);
                }
            }
        });
        (address, asked)
    }

    /// The answer "a.example" to a question.
    fn named(question: &[u8]) -> Vec<u8> {
        let mut answer = question.to_vec();
        answer[2..8].copy_from_slice(&[0x81, 0x80, 0, 1, 0, 1]);
        answer.extend(b"\xc0\x0c\0\x0c\0\x01\0\0\0\x3c\0\x0b\x01a\x07example\0");
        answer
    }

    async fn eventually(condition: impl Fn() -> bool) {
        for _ in 0..2000 {
            if condition() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("it never comes");
    }

    #[tokio::test]
    async fn an_address_is_asked_for_once() {
        let (address, asked) = server(|question| Some(named(question)));
        let lookups = Lookups::of(vec![address]).unwrap();
        let host = IpAddr::from([192, 0, 2, 1]);
        assert_eq!(lookups.name(&host, Instant::now()), None, "nobody waits");
        for _ in 0..100 {
            let _ = lookups.name(&host, Instant::now());
        }
        eventually(|| lookups.name(&host, Instant::now()).is_some()).await;
        assert_eq!(lookups.name(&host, Instant::now()).as_deref(), Some("a.example"));
        // Addresses that nobody else can know of are not asked for.
        for address in ["127.0.0.1", "169.254.1.1", "fe80::1", "224.0.0.1", "0.0.0.0", "255.255.255.255"] {
            assert_eq!(lookups.name(&address.parse().unwrap(), Instant::now()), None);
        }
        tokio::time::sleep(3 * PACE).await;
        assert_eq!(*asked.lock().unwrap(), 1);
        assert_eq!(lookups.counts(), LookupCounts { named: 1, ..LookupCounts::default() });
        // Its time is at least ten minutes, and then it is asked for again.
        assert!(lookups.name(&host, Instant::now() + GOOD.0 - Duration::from_secs(10)).is_some());
        assert!(lookups.name(&host, Instant::now() + GOOD.0).is_none());
        eventually(|| *asked.lock().unwrap() == 2).await;
    }

    #[tokio::test]
    async fn that_there_is_no_name_is_remembered() {
        let (address, asked) = server(|question| {
            let mut answer = question.to_vec();
            answer[2..4].copy_from_slice(&[0x81, 0x83]);
            Some(answer)
        });
        let lookups = Lookups::of(vec![address]).unwrap();
        let host = IpAddr::from([192, 0, 2, 1]);
        let _ = lookups.name(&host, Instant::now());
        eventually(|| lookups.counts().without == 1).await;
        for _ in 0..10 {
            assert_eq!(lookups.name(&host, Instant::now() + NO_NAME - Duration::from_secs(10)), None);
        }
        tokio::time::sleep(3 * PACE).await;
        assert_eq!(*asked.lock().unwrap(), 1);
    }

    #[tokio::test]
    async fn where_one_server_is_silent_the_next_is_asked() {
        let (silent, heard) = server(|_| None);
        // Its answers are to other questions.
        let (address, _) = server(|question| {
            let mut answer = named(question);
            answer[14] ^= 1;
            Some(answer)
        });
        let (right, _) = server(|question| Some(named(question)));
        let lookups = Lookups::of(vec![silent, address, right]).unwrap();
        assert_eq!(lookups.ports().len(), 3);
        let host = IpAddr::from([192, 0, 2, 10]);
        let _ = lookups.name(&host, Instant::now());
        eventually(|| lookups.name(&host, Instant::now()).is_some()).await;
        assert_eq!(*heard.lock().unwrap(), 1);
        assert_eq!(lookups.counts(), LookupCounts { named: 1, refused: 1, ..LookupCounts::default() });
        // Where none knows, that is remembered, too.
        let lookups = Lookups::of(vec![silent]).unwrap();
        let _ = lookups.name(&host, Instant::now());
        eventually(|| lookups.counts().failed == 1).await;
        assert_eq!(lookups.counts().failed_in_a_row, 1);
        assert_eq!(lookups.name(&host, Instant::now()), None);
        tokio::time::sleep(3 * PACE).await;
        assert_eq!(*heard.lock().unwrap(), 2);
    }

    #[tokio::test]
    async fn questions_keep_to_their_pace_and_what_is_too_much_is_left_out() {
        let (address, asked) = server(|question| Some(named(question)));
        let lookups = Lookups::of(vec![address]).unwrap();
        let many = (0..2000_u32).map(|number| IpAddr::from((0xc612_0000 | number).to_be_bytes()));
        for host in many {
            let _ = lookups.name(&host, Instant::now());
        }
        tokio::time::sleep(Duration::from_millis(1050)).await;
        let asked = *asked.lock().unwrap();
        assert!((5..=12).contains(&asked), "{asked} in a second");
        assert_eq!(lookups.counts().left_out, 2000 - MOST_WAITING as u64);
    }
}
