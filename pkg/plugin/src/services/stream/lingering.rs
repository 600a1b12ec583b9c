//! Streams without a panel, for a while. Their last one has gone: a browser whose connection was cut comes back for them, and has
//! every row that came meanwhile. Or there never was one, and what is asked for is counted in case it is asked for again.

use std::{
    collections::VecDeque,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
    time::Duration,
};

use futures::{Stream, StreamExt as _};
use tokio::{
    runtime::Handle,
    sync::{oneshot, watch},
    task::JoinHandle,
    time::{Instant, sleep_until},
};
use tonic::Status;
use xdplive_source::Request;

use super::{Messages, message::Message};
use crate::{asked::Asked, shutdown::Shutdown};

/// Streams that linger at a time at most, and as many that nobody has looked at; beyond that the one that has done so for longest
/// ends.
const MOST: usize = 16;

/// Longest time for which streams linger whose last panel has gone.
const LONGEST: Duration = Duration::from_secs(60);

/// Time for which something is counted for who asked and has no stream, after it was asked for. Panels are refreshed every
/// minute, and more often.
pub(in crate::services) const UNSEEN: Duration = Duration::from_secs(120);

/// What lingers, and for how long.
#[derive(Clone)]
pub struct Lingering {
    entries: Arc<Mutex<VecDeque<Entry>>>,
    time: Duration,
    shutdown: Shutdown,
}

/// What a stream is of: what is asked of the source, and whether own traffic is left out of it.
type Subject = (Request, bool);

/// A stream without a panel.
struct Entry {
    subject: Subject,
    /// Whoever sends here gets the messages; when it is dropped, the stream ends.
    take: oneshot::Sender<oneshot::Sender<Left>>,
    /// When it ends.
    until: watch::Sender<Instant>,
    /// Since when it is counted for who has no stream, ms since 1970; `None` where a panel was the first.
    since: Option<i64>,
    task: JoinHandle<()>,
}

/// A stream that goes on where it is.
struct Left {
    messages: Messages,
    /// A message that names its columns and has no rows.
    schema: Vec<u8>,
}

impl Lingering {
    /// Streams linger for `time`, 60 s at most; not at all where it is zero.
    #[must_use]
    pub fn new(time: Duration, shutdown: Shutdown) -> Self {
        Self { entries: Arc::default(), time: time.min(LONGEST), shutdown }
    }

    /// The messages of a stream, which lingers when they are dropped before they end. `schema` is a message that names its
    /// columns and has no rows.
    pub(super) fn keep(&self, asked: &Asked, messages: Messages, schema: Vec<u8>) -> Messages {
        self.held(subject(asked), Left { messages, schema }, false)
    }

    /// The stream of what is asked, if it lingers: it goes on, and names its columns anew.
    pub(super) async fn take(&self, asked: &Asked) -> Option<Messages> {
        let subject = subject(asked);
        let entry = {
            let mut entries = self.lock();
            let place = entries.iter().position(|entry| entry.subject == subject)?;
            entries.remove(place)?
        };
        let (give, given) = oneshot::channel();
        // It has ended meanwhile where it takes nothing, or nothing comes.
        entry.take.send(give).ok()?;
        let left = given.await.ok()?;
        Some(self.held(subject, left, true))
    }

    /// Whether nothing goes on without a panel, as the administrator has it.
    pub(in crate::services) const fn is_off(&self) -> bool {
        self.time.is_zero()
    }

    /// Has the stream of what is asked go on for [`UNSEEN`] from now on, if it lingers. Returns since when it is counted for who
    /// has no stream (ms since 1970), if it is.
    pub(super) fn renew(&self, asked: &Asked) -> Option<Option<i64>> {
        let subject = subject(asked);
        let entries = self.lock();
        let entry = entries.iter().find(|entry| entry.subject == subject && !entry.take.is_closed())?;
        let end = Instant::now() + UNSEEN;
        entry.until.send_if_modified(|until| {
            let is_later = end > *until;
            *until = end.max(*until);
            is_later
        });
        Some(entry.since)
    }

    /// Has the messages of a stream taken for [`UNSEEN`], which nobody wants, so that what they are made of is counted and kept
    /// since `since`, ms since 1970. `schema` is as with [`Self::keep`].
    pub(super) fn take_unseen(&self, asked: &Asked, messages: Messages, schema: Vec<u8>, since: i64) {
        let left = Left { messages, schema };
        self.linger(subject(asked), left, UNSEEN, Some(since), &Handle::current());
    }

    /// Ends all of them, which may be in the way of what is asked. Returns whether there were any, when nothing is captured
    /// for them any more.
    pub(in crate::services) async fn end_all(&self) -> bool {
        let entries = std::mem::take(&mut *self.lock());
        let mut any = false;
        for Entry { take, task, .. } in entries {
            any |= !take.is_closed();
            drop(take);
            // It ends by itself at once.
            let _ = task.await;
        }
        any
    }

    fn held(&self, subject: Subject, left: Left, names_columns: bool) -> Messages {
        let (lingering, runtime) = (self.clone(), Handle::current());
        Box::pin(Held { left: Some(left), names_columns, subject, lingering, runtime })
    }

    fn linger(&self, subject: Subject, left: Left, time: Duration, since: Option<i64>, runtime: &Handle) {
        let (take, taken) = oneshot::channel();
        let (until, end) = watch::channel(Instant::now() + time);
        let task = runtime.spawn(drive(left, taken, end, self.shutdown.clone()));
        let mut entries = self.lock();
        // What ended by itself can no longer be taken.
        entries.retain(|entry| !entry.take.is_closed());
        let alike = |entry: &Entry| entry.since.is_some() == since.is_some();
        if entries.iter().filter(|entry| alike(entry)).count() >= MOST
            && let Some(oldest) = entries.iter().position(alike)
        {
            entries.remove(oldest);
        }
        entries.push_back(Entry { subject, take, until, since, task });
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Entry>> {
        // Nothing that holds the lock can panic half-way through a change.
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn subject(asked: &Asked) -> Subject {
    (asked.request.clone(), asked.hides_own)
}

/// Takes the messages of a stream that nobody wants, so that their rows are kept, until it is time or somebody takes them.
async fn drive(
    mut left: Left,
    mut taken: oneshot::Receiver<oneshot::Sender<Left>>,
    mut end: watch::Receiver<Instant>,
    shutdown: Shutdown,
) {
    loop {
        let until = *end.borrow_and_update();
        tokio::select! {
            biased;
            give = &mut taken => {
                if let Ok(give) = give {
                    // Whoever asked may have gone.
                    let _ = give.send(left);
                }
                return;
            }
            () = shutdown.begun() => return,
            () = sleep_until(until) => return,
            // Without anybody who could, it is not put off any more.
            Ok(()) = end.changed() => {}
            message = left.messages.next() => if !matches!(message, Some(Ok(_))) { return },
        }
    }
}

/// The messages of a stream as a panel gets them; it lingers when they are dropped before they end.
struct Held {
    left: Option<Left>,
    /// Whether the next message is the first that somebody gets.
    names_columns: bool,
    subject: Subject,
    lingering: Lingering,
    runtime: Handle,
}

impl Stream for Held {
    type Item = Result<Message, Status>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let held = &mut *self;
        let Some(left) = &mut held.left else { return Poll::Ready(None) };
        match left.messages.as_mut().poll_next(context) {
            Poll::Ready(Some(Ok(message))) => {
                let names_columns = std::mem::take(&mut held.names_columns);
                let message = if names_columns { named(message, &left.schema) } else { message };
                Poll::Ready(Some(Ok(message)))
            }
            Poll::Ready(ended) => {
                held.left = None;
                Poll::Ready(ended)
            }
            Poll::Pending => Poll::Pending,
        }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let Self { left, subject, lingering, runtime, .. } = self;
        if let Some(left) = left.take()
            && !lingering.time.is_zero()
            && lingering.shutdown.cause().is_none()
        {
            lingering.linger(subject.clone(), left, lingering.time, None, runtime);
        }
    }
}

/// A message with the names of its columns before everything else, as the first message of a stream has them.
fn named(message: Message, schema: &[u8]) -> Message {
    match (schema.strip_suffix(b"}"), message.data.strip_prefix(b"{")) {
        // It was the first one all along.
        _ if message.data.starts_with(b"{\"schema\"") => message,
        (Some(schema), Some(rest)) => Message { data: [schema, b",", rest].concat(), ..message },
        _ => message,
    }
}
