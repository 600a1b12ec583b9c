mod chosen;
mod model;
mod prepare;
mod streams;

use std::{
    collections::BTreeSet,
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, channel},
    },
};

use futures::executor::block_on;
use tokio::sync::watch;
use xdplive_filter::Filter;
use xdplive_loader::protocol::{LinkId, LoaderError};
use xdplive_packet::accounting::Limit;
use xdplive_source::{Counted, HookChoice, Host, Interface, InterfaceState, LeftOut, Link, Tally, Wanted};

use super::*;
use crate::{
    at_start::AtStart,
    engine::{
        attacher::{
            Attacher,
            fake::{Call, FakeLinks},
        },
        flow_wants::Flows,
        generations::{Fixed, Generations},
        maps::fake::{FakeKernel, Packet},
        opening::{Open, Opener},
    },
    reader::{Reader, fake::FakeRing},
    report::Kernel,
    settings::Settings,
};

/// Longer than anything here takes, unless it never ends.
const FOREVER: Duration = Duration::from_secs(20);

/// A loader whose kernel is in memory.
struct FakeOpener {
    kernel: FakeKernel,
    ring: FakeRing,
    is_ended: Arc<AtomicBool>,
}

impl Opener for FakeOpener {
    fn open(&self, reader: &Reader, _settings: &Settings) -> Result<Open, AskError> {
        reader.set_ring(Box::new(self.ring.clone())).unwrap();
        self.kernel.set_ring(self.ring.clone());
        let fixed = Fixed { wake_bytes: 1024, header_bytes: 0 };
        let generations = Generations::new(Box::new(self.kernel.clone()), fixed);
        Ok(Open { generations, ring_used: Box::new(|| 12.5), flows: None })
    }

    fn kernel_time(&self, _hook: Hook) -> Result<(Duration, u64), AskError> {
        Err(AskError::WrongAnswer)
    }

    fn end(self: Box<Self>, _patience: Duration) -> bool {
        self.is_ended.store(true, Ordering::Relaxed);
        true
    }
}

/// The control thread's state without the thread, and all that it works with.
struct Bench {
    control: Control,
    kernel: FakeKernel,
    /// Hooks that are refused, by index of the interface.
    refused: Arc<Mutex<BTreeSet<(u32, u8)>>>,
    open_links: Arc<Mutex<BTreeSet<LinkId>>>,
    dead_links: Arc<Mutex<BTreeSet<LinkId>>>,
    told: Receiver<Outcome>,
    failed: watch::Receiver<Option<String>>,
    is_ended: Arc<AtomicBool>,
}

fn unsupported() -> LoaderError {
    LoaderError::Unsupported { reason: "the driver cannot".to_owned() }
}

fn interface((name, index): (&str, u32)) -> Interface {
    Interface { physical: true, ..Interface::new(name, index, Link::Ethernet) }
}

fn interfaces<const N: usize>(all: [(&str, u32); N]) -> Arc<Interfaces> {
    Arc::new(all.into_iter().map(interface).collect())
}

impl Bench {
    fn new(interfaces: Arc<Interfaces>) -> Self {
        let (kernel, is_ended) = (FakeKernel::default(), Arc::new(AtomicBool::new(false)));
        let opener =
            FakeOpener { kernel: kernel.clone(), ring: FakeRing::default(), is_ended: Arc::clone(&is_ended) };
        let refused: Arc<Mutex<BTreeSet<(u32, u8)>>> = Arc::default();
        let (calls, _) = channel();
        let (tell, told) = channel();
        let script = {
            let refused = Arc::clone(&refused);
            move |call| match call {
                Call::Attach(hook, index) if refused.lock().unwrap().contains(&(index, hook as u8)) => {
                    Err(unsupported().into())
                }
                _ => Ok(()),
            }
        };
        let links = FakeLinks::new(script, calls);
        let (open_links, dead_links) = (Arc::clone(&links.open), Arc::clone(&links.dead));
        let (tell_failed, failed) = watch::channel(None);
        let parts = Parts {
            host: Host::only("nas"),
            opener: Box::new(opener),
            attacher: Attacher::start(links, move |outcome| _ = tell.send(outcome)).unwrap(),
            reader: Reader::start(Host::only("nas"), usize::MAX).unwrap(),
            kernel: Kernel::from_release("6.12.0"),
            at_start: AtStart::look().unwrap(),
            own_datagrams: Arc::default(),
            settings: Settings { linger: Duration::ZERO, ..Settings::default() },
            failed: tell_failed,
        };
        let control = Control::new(parts, interfaces, Flows::start(Host::only("nas")).unwrap());
        Self { control, kernel, refused, open_links, dead_links, told, failed, is_ended }
    }

    fn refuse(&self, index: u32, hooks: &[Hook]) {
        let mut refused = self.refused.lock().unwrap();
        refused.retain(|(at, _)| *at != index);
        refused.extend(hooks.iter().map(|hook| (index, *hook as u8)));
    }

    fn command(&mut self, command: Command) {
        self.control.carry_out(command);
        self.control.settle();
    }

    /// Carries out a command, and what becomes of attempts.
    fn command_and_attach(&mut self, command: Command) {
        self.command(command);
        while self.control.taps.values().flat_map(|tap| &tap.ways).any(|way| way.is_attaching()) {
            let outcome = self.told.recv_timeout(FOREVER).unwrap();
            self.command(Command::Done(outcome));
        }
    }

    /// Has the links looked at now.
    fn check_links(&mut self) {
        self.control.next_check = Some(Instant::now());
        self.control.tick();
        loop {
            let outcome = self.told.recv_timeout(FOREVER).unwrap();
            let is_last = matches!(outcome, Outcome::Checked { .. });
            self.command(Command::Done(outcome));
            if is_last {
                return;
            }
        }
    }

    fn set_interfaces<const N: usize>(&mut self, all: [(&str, u32); N]) {
        self.command_and_attach(Command::Interfaces(interfaces(all)));
    }

    fn subscribe(&mut self, request: &Request) -> (StreamId, Arc<Queue>) {
        let (queue, (reply, mut answer)) = (Queue::new(1000), oneshot::channel());
        let (request, taken) = (request.clone(), Arc::clone(&queue));
        self.command_and_attach(Command::Subscribe { request, queue: taken, reply });
        (answer.try_recv().unwrap().0, queue)
    }

    /// So many packets of this length.
    fn packets(&self, index: u32, direction: Direction, length: u32, count: usize) {
        for _ in 0..count {
            assert!(self.kernel.begin(Packet { index, direction, length }), "nothing is in force there");
        }
    }

    fn accounts(&mut self) -> Vec<HookAccounts> {
        let (reply, mut answer) = oneshot::channel();
        self.command(Command::Accounts { reply });
        answer.try_recv().unwrap()
    }

    /// The state of each direction that somebody asked for.
    fn states(&mut self) -> Vec<(String, InterfaceState, String)> {
        let one = |one: HookAccounts| {
            let name = format!("{} {}", one.interface, one.direction.name());
            Some((name, one.state?, one.reason))
        };
        self.accounts().into_iter().filter_map(one).collect()
    }

    /// Has everything closed that nobody needs, and fails where anything is left then.
    fn close_all(&mut self) {
        let began = Instant::now();
        // The reader and the attacher take a moment to let go of what has ended.
        while !self.control.taps.is_empty()
            || !self.control.ended.is_empty()
            || !self.open_links.lock().unwrap().is_empty()
        {
            assert!(began.elapsed() < FOREVER, "something is never closed");
            self.control.tick();
            std::thread::yield_now();
        }
        let Control { taps, numbers, streams, ended, dirty, jobs, ending, budgets, .. } = &self.control;
        assert_eq!((taps.len(), numbers.len(), streams.len(), ended.len()), (0, 0, 0, 0));
        assert_eq!((dirty.len(), jobs.len(), ending.len()), (0, 0, 0));
        assert_eq!(format!("{budgets:?}").matches("key").count(), 0, "{budgets:?}");
        assert!(self.kernel.is_idle());
        assert_eq!(self.kernel.lock().tables.len(), 0);
    }

    /// Ends everything.
    fn stop(self) {
        self.control.stop();
        assert!(self.is_ended.load(Ordering::Relaxed));
        assert_eq!(self.open_links.lock().unwrap().len(), 0);
    }
}

fn request(interfaces: InterfaceSet, directions: &[Direction], filter: &str, limit: Limit) -> Request {
    let filter = Arc::new(Filter::parse(filter).unwrap());
    let wanted = Wanted { filter, limit, hides_own: false, header_bytes: false };
    Request {
        directions: directions.to_vec(),
        wanted: Some(wanted),
        ..Request::counting(interfaces, HookChoice::Auto, false)
    }
}

fn named(name: &str) -> InterfaceSet {
    InterfaceSet::Named(vec![name.to_owned()])
}

/// Every row of a stream that has ended: the interface's name and the packet's length.
fn rows(queue: &Queue) -> Vec<(String, u32)> {
    let mut rows = Vec::new();
    while let Some(batches) = block_on(queue.next(1000)) {
        for batch in &batches {
            let row = |row: &xdplive_source::Row| {
                (batch.names.interface(row.origin).to_owned(), row.event.frame_length)
            };
            rows.extend(batch.rows().iter().map(row));
        }
    }
    rows.sort();
    rows
}

fn state(name: &str, state: InterfaceState, reason: &str) -> (String, InterfaceState, String) {
    (name.to_owned(), state, reason.to_owned())
}

/// What was matched for a stream that has ended, or is about to.
fn matched(queue: &Queue) -> Option<u64> {
    while block_on(queue.next(1000)).is_some() {}
    queue.counted().map(|counted| counted.matched)
}
