//! The thread that has programs loaded, attached and detached. The kernel takes some 14 ms for a link, one after the
//! other, so this goes on beside everything else, and what is urgent goes first.

use std::{
    collections::{BTreeMap, VecDeque},
    io,
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        mpsc::{Receiver, RecvTimeoutError, Sender, channel},
    },
    thread,
    time::{Duration, Instant},
};

use tracing::{info, warn};
use xdplive_loader::{
    AskError, LinkLoader,
    protocol::{Attached, LinkId, LoaderError},
};
use xdplive_packet::{Hook, event::Direction};
use xdplive_protocol::event::{self, Event};
use xdplive_source::InterfaceNumber;

use crate::{hook::Attempt, instruments};

/// How long the end of everything may take, besides [`FOR_A_LINK`].
const FOR_THE_END: Duration = Duration::from_secs(2);
/// How long the end may take for each link that is attached.
const FOR_A_LINK: Duration = Duration::from_millis(20);
/// Time between two words on how far the end is.
const PROGRESS: Duration = Duration::from_millis(250);

/// Who has programs loaded and attached. A fake stands in for the loader in tests.
pub trait Links: Send {
    /// Loads the program for `hook`, where that has not been done.
    ///
    /// # Errors
    /// Any [`AskError`]; so below.
    fn load(&self, hook: Hook) -> Result<(), AskError>;

    /// Attaches the program for `hook` to the interface number `index`.
    ///
    /// # Errors
    /// See [`Self::load`].
    fn attach(&self, hook: Hook, index: u32) -> Result<Attached, AskError>;

    /// Closes a link.
    ///
    /// # Errors
    /// See [`Self::load`].
    fn detach(&self, link: LinkId) -> Result<(), AskError>;

    /// Links by which nothing of ours is attached any more.
    ///
    /// # Errors
    /// See [`Self::load`].
    fn check(&self) -> Result<Vec<LinkId>, AskError>;
}

impl Links for instruments::Links {
    fn load(&self, hook: Hook) -> Result<(), AskError> {
        loader(self).load(hook)
    }

    fn attach(&self, hook: Hook, index: u32) -> Result<Attached, AskError> {
        loader(self).attach(hook, index)
    }

    fn detach(&self, link: LinkId) -> Result<(), AskError> {
        loader(self).detach(link)
    }

    fn check(&self) -> Result<Vec<LinkId>, AskError> {
        loader(self).check()
    }
}

fn loader(links: &instruments::Links) -> MutexGuard<'_, LinkLoader> {
    links.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Job {
    /// Attach a program to one direction of an interface.
    Attach(AttachJob),
    /// Close a link.
    Detach(LinkId),
    /// Load a program.
    Load(Hook),
    /// Look whether all links are in force.
    Check,
}

/// See [`Job::Attach`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttachJob {
    /// Whose.
    pub interface: InterfaceNumber,
    /// Which way.
    pub direction: Direction,
    /// Names the attempt.
    pub attempt: u64,
    /// The interface's index.
    pub index: u32,
    /// A link to be closed before.
    pub replaces: Option<LinkId>,
    /// The hooks to try, one after the other.
    pub hooks: Vec<Attempt>,
}

/// What became of a job.
#[derive(Debug)]
pub enum Outcome {
    /// Of [`Job::Attach`].
    Attach {
        /// The job.
        job: AttachJob,
        /// The hooks that were refused before, and why.
        refused: Vec<(Hook, LoaderError)>,
        /// What is attached; none where all were refused, or there is no hook to try.
        attached: Option<(Attempt, LinkId)>,
    },
    /// Of [`Job::Load`].
    Load {
        /// The hook.
        hook: Hook,
        /// Why not.
        error: Option<LoaderError>,
    },
    /// Of [`Job::Check`].
    Checked {
        /// Links by which nothing of ours is attached any more.
        dead: Vec<LinkId>,
    },
    /// The loader answers no more: the process has to end.
    Lost(AskError),
}

/// How urgent a job is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Urgency {
    /// Somebody waits for it.
    Now,
    /// One of many.
    Soon,
    /// When there is nothing else to do.
    Later,
}

/// The thread's other end.
pub struct Attacher {
    jobs: Arc<Jobs>,
    ended: Receiver<()>,
}

#[derive(Default)]
struct Jobs {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    /// By [`Urgency`].
    waiting: [VecDeque<Job>; 3],
    is_over: bool,
    /// Links that are open.
    open: usize,
}

impl Jobs {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next job; none at the end.
    fn next(&self) -> Option<Job> {
        let mut state = self.lock();
        loop {
            if state.is_over {
                return None;
            }
            if let Some(job) = state.waiting.iter_mut().find_map(VecDeque::pop_front) {
                return Some(job);
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Takes those of these links that wait to be closed.
    fn take_closing(&self, links: &[LinkId]) -> Vec<LinkId> {
        let mut taken = Vec::new();
        for waiting in &mut self.lock().waiting {
            waiting.retain(|job| match job {
                Job::Detach(link) if links.contains(link) => {
                    taken.push(*link);
                    false
                }
                _ => true,
            });
        }
        taken
    }
}

impl Attacher {
    /// Starts the thread, which hands what became of jobs to `tell`.
    ///
    /// # Errors
    /// Where there is no thread to be had.
    pub fn start(links: impl Links + 'static, tell: impl Fn(Outcome) + Send + 'static) -> io::Result<Self> {
        let jobs = Arc::new(Jobs::default());
        let (end, ended) = channel();
        let worker = Worker { jobs: Arc::clone(&jobs), links, tell, open: BTreeMap::new() };
        thread::Builder::new().name("attacher".to_owned()).spawn(move || worker.run(&end))?;
        Ok(Self { jobs, ended })
    }

    /// Has a job done.
    pub fn order(&self, job: Job, urgency: Urgency) {
        let mut state = self.jobs.lock();
        if let Some(waiting) = state.waiting.get_mut(urgency as usize) {
            waiting.push_back(job);
        }
        drop(state);
        self.jobs.changed.notify_one();
    }

    /// Has the jobs that wait and are such done before all others, in their order.
    pub fn hasten(&self, is_such: impl Fn(&Job) -> bool) {
        let mut state = self.jobs.lock();
        let [now, soon, later] = &mut state.waiting;
        for waiting in [soon, later] {
            while let Some(place) = waiting.iter().position(&is_such) {
                now.extend(waiting.remove(place));
            }
        }
    }

    /// Drops all jobs, closes all links, one after the other, and says meanwhile how far that is. Returns whether it
    /// came to its end in time: 2 s and 20 ms for each link.
    pub fn finish(self) -> bool {
        self.finish_within(FOR_THE_END, FOR_A_LINK)
    }

    /// The same in so much time, and so much more for each link.
    fn finish_within(self, end: Duration, link: Duration) -> bool {
        let mut state = self.jobs.lock();
        state.is_over = true;
        state.waiting.iter_mut().for_each(VecDeque::clear);
        let open = u32::try_from(state.open).unwrap_or(u32::MAX);
        drop(state);
        self.jobs.changed.notify_one();
        // The thread's end closes the channel.
        let patience = end.saturating_add(link.saturating_mul(open));
        !matches!(self.ended.recv_timeout(patience), Err(RecvTimeoutError::Timeout))
    }
}

struct Worker<L, T> {
    jobs: Arc<Jobs>,
    links: L,
    tell: T,
    /// Where each link is: the interface's index and the way.
    open: BTreeMap<LinkId, (u32, Direction)>,
}

impl<L: Links, T: Fn(Outcome)> Worker<L, T> {
    fn run(mut self, _end: &Sender<()>) {
        while let Some(job) = self.jobs.next() {
            if let Err(error) = self.carry_out(job) {
                (self.tell)(Outcome::Lost(error));
                return;
            }
            self.jobs.lock().open = self.open.len();
        }
        self.close_all();
    }

    /// Fails where the loader answers no more.
    fn carry_out(&mut self, job: Job) -> Result<(), AskError> {
        match job {
            Job::Attach(job) => self.attach(job),
            Job::Detach(link) => self.detach(link),
            Job::Load(hook) => {
                let error = refusal(self.links.load(hook))?.err();
                (self.tell)(Outcome::Load { hook, error });
                Ok(())
            }
            Job::Check => {
                // Where it is refused, it is asked again some time later.
                let dead = refusal(self.links.check())?.unwrap_or_default();
                (self.tell)(Outcome::Checked { dead });
                Ok(())
            }
        }
    }

    fn attach(&mut self, job: AttachJob) -> Result<(), AskError> {
        if let Some(link) = job.replaces {
            self.detach(link)?;
        }
        // A link that nobody needed any more may still wait to be closed, and the kernel has a program once at a hook.
        let here = (job.index, job.direction);
        let links: Vec<LinkId> =
            self.open.iter().filter(|(_, place)| **place == here).map(|(link, _)| *link).collect();
        for link in self.jobs.take_closing(&links) {
            self.detach(link)?;
        }
        let mut refused = Vec::new();
        let mut attached = None;
        for attempt in &job.hooks {
            match refusal(self.links.attach(attempt.hook, job.index))? {
                Ok(Attached { link, .. }) => {
                    self.open.insert(link, here);
                    attached = Some((attempt.clone(), link));
                    break;
                }
                Err(error) => refused.push((attempt.hook, error)),
            }
        }
        (self.tell)(Outcome::Attach { job, refused, attached });
        Ok(())
    }

    fn detach(&mut self, link: LinkId) -> Result<(), AskError> {
        if self.open.remove(&link).is_some()
            && let Err(error) = refusal(self.links.detach(link))?
        {
            warn!("a link could not be closed: {error}");
        }
        Ok(())
    }

    fn close_all(&mut self) {
        let all = u32::try_from(self.open.len()).unwrap_or(u32::MAX);
        let mut told = Instant::now();
        while let Some((link, _)) = self.open.pop_first() {
            if self.links.detach(link).is_err_and(|error| error.is_final()) {
                return;
            }
            if told.elapsed() >= PROGRESS {
                told = Instant::now();
                let left = u32::try_from(self.open.len()).unwrap_or(u32::MAX);
                info!(event = Event::Detaching.name(), "{}", event::detaching(left, all));
            }
        }
    }
}

/// The loader's refusal apart from its end.
fn refusal<T>(answer: Result<T, AskError>) -> Result<Result<T, LoaderError>, AskError> {
    match answer {
        Ok(done) => Ok(Ok(done)),
        Err(AskError::Loader(error)) => Ok(Err(error)),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
pub mod fake;
#[cfg(test)]
mod tests;
