//! A kernel in memory: what maps hold, and programs that go by them. They let all rows pass.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard},
};

use xdplive_packet::{
    Event, Hook,
    accounting::{InForce, Limit, hook_cell, slot_cell},
    classify::classify,
    event::{Direction, RecordKind},
    headers::Headers,
};

use super::*;
use crate::{clock::monotonic, reader::fake::FakeRing};

/// The kernel. Copies are the same one.
#[derive(Clone)]
pub struct FakeKernel(Arc<Mutex<State>>);

/// What it holds.
pub struct State {
    in_force: Box<InForce>,
    /// By number.
    pub configurations: BTreeMap<u32, Configuration>,
    /// By number.
    pub tables: BTreeMap<u32, Box<Tables>>,
    /// Tables that were put into it, ever.
    pub tables_put: u32,
    /// Cells by map.
    pub cells: Vec<Vec<SlotCounters>>,
    /// Budgets that were emptied.
    pub emptied: Vec<u32>,
    /// Programs that have looked up what they go by, and have not counted yet.
    running: Vec<Run>,
    /// What the kernel refuses.
    pub refuses: Refuses,
    /// Where rows go.
    ring: Option<FakeRing>,
}

/// What the kernel refuses.
#[derive(Clone, Copy, Debug, Default)]
pub struct Refuses {
    /// [`Maps::configure`].
    pub configure: bool,
    /// [`Maps::settle`].
    pub settle: bool,
    /// [`Maps::put_tables`].
    pub tables: bool,
    /// [`Maps::add_cells`].
    pub cells: bool,
    /// [`Maps::read`] and [`Maps::read_map`].
    pub read: bool,
}

/// A packet at an interface.
#[derive(Clone, Copy, Debug)]
pub struct Packet {
    /// The interface's index.
    pub index: u32,
    /// Its way.
    pub direction: Direction,
    /// Its length, which is all that filters can go by.
    pub length: u32,
}

/// A program that has looked up its configuration.
#[derive(Clone, Copy)]
struct Run {
    configuration: u32,
    packet: Packet,
}

impl Default for FakeKernel {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(State {
            in_force: bytemuck::zeroed_box(),
            configurations: BTreeMap::new(),
            tables: BTreeMap::new(),
            tables_put: 0,
            cells: Vec::new(),
            emptied: Vec::new(),
            running: Vec::new(),
            refuses: Refuses::default(),
            ring: None,
        })))
    }
}

impl FakeKernel {
    /// What it holds now.
    pub fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    /// Has programs write rows to this ring.
    pub fn set_ring(&self, ring: FakeRing) {
        self.lock().ring = Some(ring);
    }

    /// Whether no interface is watched.
    pub fn is_idle(&self) -> bool {
        self.lock().in_force.places.iter().all(|place| *place == 0)
    }

    /// A packet comes, and a program looks up what its interface goes by. It counts with the next
    /// [`Self::run`], or when it is waited for. Returns whether anything is in force there.
    pub fn begin(&self, packet: Packet) -> bool {
        let mut state = self.lock();
        let found = state.in_force.configuration(packet.index);
        state.running.extend(found.map(|configuration| Run { configuration, packet }));
        found.is_some()
    }

    /// Every program that has begun comes to its end. Returns the generations and the slots of what was counted.
    pub fn run(&self) -> Vec<(u32, u64)> {
        self.lock().run()
    }
}

impl State {
    fn run(&mut self) -> Vec<(u32, u64)> {
        std::mem::take(&mut self.running).into_iter().map(|run| self.count(run)).collect()
    }

    /// As the programs do it, and with no mercy for what is not there.
    fn count(&mut self, Run { configuration, packet }: Run) -> (u32, u64) {
        let Configuration { live, cells, tables, generation, limits, .. } =
            self.configurations[&configuration];
        let Packet { direction, length, .. } = packet;
        let headers = Headers::zeroed();
        let slots = match live[direction as usize] {
            [0, 0] => 0,
            live => classify(&self.tables[&tables], &headers, length, live).slots,
        };
        let seen = self.cell(hook_cell(cells, direction));
        // The first number of a hook's cell.
        seen.matched += 1;
        for slot in (0..64).filter(|slot| slots & 1 << slot != 0) {
            let counters = self.cell(slot_cell(cells, slot, direction));
            counters.matched += 1;
            counters.segments += 1;
            counters.bytes += u64::from(length);
        }
        let has_rows = |slot: &usize| slots & 1 << slot != 0 && limits[*slot] != Limit::NONE;
        let rows = (0..64).filter(has_rows).fold(0, |rows, slot| rows | 1 << slot);
        if let Some(ring) = self.ring.as_ref().filter(|_| rows != 0) {
            let hook = if direction == Direction::In { Hook::TcxIngress } else { Hook::TcxEgress };
            let (time, kind, hook) = (monotonic(), RecordKind::Event as u8, hook as u8);
            let event =
                Event { time, generation, slots: rows, frame_length: length, kind, hook, ..Event::zeroed() };
            ring.push(bytemuck::bytes_of(&event));
        }
        (generation, slots)
    }

    fn cell(&mut self, number: u32) -> &mut SlotCounters {
        &mut self.cells[(number / CELLS) as usize][(number % CELLS) as usize]
    }
}

fn refused() -> io::Error {
    io::ErrorKind::ResourceBusy.into()
}

fn ask(is_refused: bool) -> Result<(), AskError> {
    let (action, reason) = ("making a map".to_owned(), "no memory".to_owned());
    if is_refused { Err(LoaderError::Failed { action, reason }.into()) } else { Ok(()) }
}

impl Maps for FakeKernel {
    fn configure(&mut self, number: u32, configuration: &Configuration) -> io::Result<()> {
        let mut state = self.lock();
        if state.refuses.configure {
            return Err(refused());
        }
        state.configurations.insert(number, *configuration);
        Ok(())
    }

    fn place(&mut self, place: usize, value: u64) {
        self.lock().in_force.places[place] = value;
    }

    fn settle(&mut self) -> io::Result<()> {
        let mut state = self.lock();
        if state.refuses.settle {
            return Err(refused());
        }
        state.run();
        Ok(())
    }

    fn put_tables(&mut self, number: u32, tables: &Tables) -> Result<(), AskError> {
        let mut state = self.lock();
        ask(state.refuses.tables)?;
        state.tables_put += 1;
        let mut copy: Box<Tables> = bytemuck::zeroed_box();
        bytemuck::bytes_of_mut(&mut *copy).copy_from_slice(bytemuck::bytes_of(tables));
        assert!(state.tables.insert(number, copy).is_none(), "tables {number} are in use");
        Ok(())
    }

    fn drop_tables(&mut self, number: u32) {
        assert!(self.lock().tables.remove(&number).is_some(), "there are no tables {number}");
    }

    fn add_cells(&mut self, map: u32) -> Result<(), AskError> {
        let mut state = self.lock();
        ask(state.refuses.cells)?;
        assert_eq!(state.cells.len(), map as usize);
        state.cells.push(vec![SlotCounters::default(); CELLS as usize]);
        Ok(())
    }

    fn read_map(&mut self, map: u32) -> io::Result<Vec<SlotCounters>> {
        let state = self.lock();
        if state.refuses.read { Err(refused()) } else { Ok(state.cells[map as usize].clone()) }
    }

    fn read(&mut self, first: u32, cells: &mut [SlotCounters]) -> io::Result<()> {
        let mut state = self.lock();
        if state.refuses.read {
            return Err(refused());
        }
        (first..).zip(cells).for_each(|(number, cell)| *cell = *state.cell(number));
        Ok(())
    }

    fn empty_budget(&mut self, number: u32) -> io::Result<()> {
        self.lock().emptied.push(number);
        Ok(())
    }
}
