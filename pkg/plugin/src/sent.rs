//! What streams have sent last, for panels that open later.
//!
//! A query has one stream, and what is kept is kept by its channel: a panel is shown what others with the same query
//! have seen. Packets are kept whole, so that a panel whose columns nobody has had open is shown what was seen in others.

use std::{
    collections::VecDeque,
    hash::{BuildHasher as _, RandomState},
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    time::Instant,
};

use xdplive_source::{Batch, DropRows, Label};

use crate::columns::{flows::FlowRow, interfaces::InterfaceRow, rates::CountRow};

/// Queries of one kind whose rows are kept at most.
const QUERIES: usize = 64;

/// Rows of one message or the other.
pub trait Piece: Clone + Send + 'static {
    /// How many.
    fn rows(&self) -> usize;

    /// The newest of them, at most so many; none where they belong together.
    fn newest(&self, most: usize) -> Self;
}

impl Piece for Batch {
    fn rows(&self) -> usize {
        self.len()
    }

    fn newest(&self, most: usize) -> Self {
        let mut newest = self.clone();
        newest.take_oldest(self.len().saturating_sub(most));
        newest.compact()
    }
}

impl Piece for DropRows {
    fn rows(&self) -> usize {
        self.len()
    }

    fn newest(&self, most: usize) -> Self {
        Self::newest(self, most)
    }
}

/// Rows of one moment, which belong together.
impl<R: Send + Sync + 'static> Piece for Arc<[R]> {
    fn rows(&self) -> usize {
        self.len()
    }

    fn newest(&self, most: usize) -> Self {
        if self.len() > most { Self::from([]) } else { Self::clone(self) }
    }
}

/// How much is kept.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Rows of one query.
    pub of_one: usize,
    /// Rows of all queries; beyond that the query that has been without new ones for longest gives way.
    pub of_all: usize,
    /// Messages of one query.
    pub pieces: usize,
}

/// What the streams of one kind have sent.
#[derive(Debug)]
pub struct Sent<P>(Arc<Mutex<Queries<P>>>);

impl<P> Clone for Sent<P> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

#[derive(Debug)]
struct Queries<P> {
    queries: Vec<Kept<P>>,
    bounds: Bounds,
}

#[derive(Debug)]
struct Kept<P> {
    label: Arc<Label>,
    /// What queries have in common whose rows are the same but for their columns.
    whole: Arc<Label>,
    pieces: VecDeque<P>,
    rows: usize,
    /// When something was added last.
    touched: Instant,
    /// The stream that adds, as long as it lives.
    writer: Weak<Run>,
    /// How many rows it has added.
    of_writer: u64,
}

/// Takes down what one stream sends.
#[derive(Debug)]
pub struct Keeper<P> {
    sent: Sent<P>,
    label: Arc<Label>,
    whole: Arc<Label>,
    run: Arc<Run>,
    /// Rows that it was given so far.
    rows: u64,
}

/// One run of a stream, by a name that no other has.
#[derive(Debug)]
struct Run(String);

impl Run {
    fn new() -> Arc<Self> {
        // Seeded at random.
        Arc::new(Self(format!("{:016x}", RandomState::new().hash_one(()))))
    }
}

/// Where rows stand in a run of their stream, by which a page joins what it was answered and what was streamed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The run's name.
    pub run: String,
    /// The number of the first row, counted from 0 when the run began; negative for rows of earlier runs.
    pub first: i64,
}

/// Rows that are kept.
#[derive(Clone, Debug)]
pub struct Past<P> {
    /// In the order in which they were sent.
    pub pieces: Vec<P>,
    /// Where they stand; none where the stream that sent them does not run any more, or is that of a query with other
    /// columns.
    pub place: Option<Place>,
}

/// The last message of a stream.
#[derive(Clone, Debug)]
pub struct Last<P> {
    /// Its rows.
    pub piece: P,
    /// When it was sent.
    pub at: Instant,
    /// Whether the stream still runs.
    pub runs: bool,
}

impl<P: Piece> Sent<P> {
    /// Nothing yet.
    #[must_use]
    pub fn new(bounds: Bounds) -> Self {
        Self(Arc::new(Mutex::new(Queries { queries: Vec::new(), bounds })))
    }

    /// For a stream of the query `label`.
    #[must_use]
    pub fn keeper(&self, label: &Arc<Label>) -> Keeper<P> {
        self.keeper_of_whole(label, label)
    }

    /// For a stream of the query `label` whose rows are, but for their columns, those of all queries `whole`.
    #[must_use]
    pub fn keeper_of_whole(&self, label: &Arc<Label>, whole: &Arc<Label>) -> Keeper<P> {
        let (label, whole) = (Arc::clone(label), Arc::clone(whole));
        Keeper { sent: self.clone(), label, whole, run: Run::new(), rows: 0 }
    }

    /// What is kept of a query, the oldest first.
    #[must_use]
    pub fn of(&self, label: &Label) -> Vec<P> {
        self.of_whole(label, label).pieces
    }

    /// What is kept of a query while its stream runs, which goes on where this ends; else of that query `whole` whose
    /// stream has sent something last.
    #[must_use]
    pub fn of_whole(&self, label: &Label, whole: &Label) -> Past<P> {
        let queries = self.lock();
        let running = queries.queries.iter().find(|kept| *kept.label == *label && kept.runs());
        let alike =
            || queries.queries.iter().filter(|kept| *kept.whole == *whole).max_by_key(|kept| kept.touched);
        let pieces = |kept: &Kept<P>| kept.pieces.iter().cloned().collect();
        match running {
            Some(kept) => Past { pieces: pieces(kept), place: kept.place() },
            None => Past { pieces: alike().map(pieces).unwrap_or_default(), place: None },
        }
    }

    /// What is kept of all queries of one owner, the oldest of each first.
    #[must_use]
    pub fn of_owner(&self, owner: &str) -> Vec<P> {
        let queries = self.lock();
        let own = queries.queries.iter().filter(|kept| kept.label.owner == owner);
        own.flat_map(|kept| kept.pieces.iter().cloned()).collect()
    }

    /// The last message of a query's stream.
    #[must_use]
    pub fn last(&self, label: &Label) -> Option<Last<P>> {
        let queries = self.lock();
        let kept = queries.queries.iter().find(|kept| *kept.label == *label)?;
        let piece = kept.pieces.back()?.clone();
        Some(Last { piece, at: kept.touched, runs: kept.runs() })
    }

    /// Whether a query's stream runs, and has sent something.
    #[must_use]
    pub fn runs(&self, label: &Label) -> bool {
        self.last(label).is_some_and(|last| last.runs)
    }

    fn lock(&self) -> MutexGuard<'_, Queries<P>> {
        // Nothing that holds the lock can panic half-way through a change.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<P: Piece> Keeper<P> {
    /// Keeps these; the oldest come first. Of two streams of one query, which send the same, the first is listened to.
    /// Returns where they stand in this run of the stream.
    pub fn keep(&mut self, pieces: &[P]) -> Place {
        self.sent.lock().keep((&self.label, &self.whole), pieces, &self.run, Instant::now());
        let first = i64::try_from(self.rows).unwrap_or(i64::MAX);
        self.rows += rows_of(pieces);
        Place { run: self.run.0.clone(), first }
    }
}

impl<P: Piece> Queries<P> {
    fn keep(
        &mut self,
        (label, whole): (&Arc<Label>, &Arc<Label>),
        pieces: &[P],
        writer: &Arc<Run>,
        now: Instant,
    ) {
        let mut kept = match self.queries.iter().position(|kept| kept.label == *label) {
            Some(position) => self.queries.swap_remove(position),
            None => Kept {
                label: Arc::clone(label),
                whole: Arc::clone(whole),
                pieces: VecDeque::new(),
                rows: 0,
                touched: now,
                writer: Weak::new(),
                of_writer: 0,
            },
        };
        let other = kept.writer.upgrade();
        if other.is_none() {
            (kept.writer, kept.of_writer) = (Arc::downgrade(writer), 0);
        }
        if other.is_none_or(|other| Arc::ptr_eq(&other, writer)) {
            kept.touched = now;
            kept.of_writer += rows_of(pieces);
            pieces.iter().for_each(|piece| kept.add(piece, self.bounds));
        }
        let room = self.bounds.of_all.saturating_sub(kept.rows);
        while self.queries.len() >= QUERIES || self.queries.iter().map(|kept| kept.rows).sum::<usize>() > room
        {
            let oldest =
                self.queries.iter().enumerate().min_by_key(|(_, kept)| kept.touched).map(|(index, _)| index);
            let Some(oldest) = oldest else { break };
            self.queries.swap_remove(oldest);
        }
        self.queries.push(kept);
    }
}

impl<P: Piece> Kept<P> {
    fn runs(&self) -> bool {
        self.writer.strong_count() > 0
    }

    /// Where its rows stand, while the stream that adds runs.
    fn place(&self) -> Option<Place> {
        let Run(run) = &*self.writer.upgrade()?;
        let before = i64::try_from(self.rows).unwrap_or(i64::MAX);
        let first = i64::try_from(self.of_writer).unwrap_or(i64::MAX) - before;
        Some(Place { run: run.clone(), first })
    }

    fn add(&mut self, piece: &P, Bounds { of_one, pieces, .. }: Bounds) {
        self.rows += piece.rows();
        self.pieces.push_back(piece.clone());
        while (self.rows > of_one || self.pieces.len() > pieces)
            && let Some(oldest) = self.pieces.pop_front()
        {
            self.rows -= oldest.rows();
            // A part of it may stay.
            let rest = oldest.newest(of_one.saturating_sub(self.rows));
            if rest.rows() > 0 && self.pieces.len() < pieces {
                self.rows += rest.rows();
                self.pieces.push_front(rest);
            }
        }
    }
}

fn rows_of<P: Piece>(pieces: &[P]) -> u64 {
    pieces.iter().map(|piece| piece.rows() as u64).sum()
}

/// What streams of all kinds have sent, as far as it is not counted second by second elsewhere.
#[derive(Clone, Debug)]
pub struct AllSent {
    /// Of packets within a budget.
    pub packets: Sent<Batch>,
    /// Of grouped rates, by interval.
    pub groups: Sent<Arc<[CountRow]>>,
    /// Of conversations: the last table.
    pub flows: Sent<Arc<[FlowRow]>>,
    /// Of dropped packets within a budget.
    pub drops: Sent<DropRows>,
    /// Of interfaces, by interval.
    pub interfaces: Sent<Arc<[InterfaceRow]>>,
}

/// Rows of one query of grouped rates, of some 100 bytes: an hour of ten groups and all others at one a second.
pub const GROUP_ROWS: usize = 40_000;
/// And of all such queries.
const ALL_GROUP_ROWS: usize = 5 * GROUP_ROWS;
/// Rows of one query of interfaces, of some 200 bytes: an hour of ten interfaces at one a second.
pub const INTERFACE_ROWS: usize = 36_000;
/// And of all such queries.
const ALL_INTERFACE_ROWS: usize = 3 * INTERFACE_ROWS;

impl AllSent {
    /// With at most so many rows of one query of packets, or of dropped ones, and ten times as many of all.
    #[must_use]
    pub fn new(packets: usize) -> Self {
        Self {
            packets: Sent::new(Bounds { of_one: packets, of_all: 10 * packets, pieces: usize::MAX }),
            groups: Sent::new(Bounds { of_one: GROUP_ROWS, of_all: ALL_GROUP_ROWS, pieces: usize::MAX }),
            flows: Sent::new(Bounds { of_one: usize::MAX, of_all: usize::MAX, pieces: 1 }),
            drops: Sent::new(Bounds { of_one: packets, of_all: 10 * packets, pieces: usize::MAX }),
            interfaces: Sent::new(Bounds {
                of_one: INTERFACE_ROWS,
                of_all: ALL_INTERFACE_ROWS,
                pieces: usize::MAX,
            }),
        }
    }
}

#[cfg(test)]
mod tests;
