//! The pool of counters: which cells belong to which generation, and what they held when they were given to it.

use xdplive_packet::accounting::{CELL_MAPS, CELLS, SLOTS, SlotCounters, cells};

/// Slots that a range has room for: the smallest number here that is enough.
const SIZES: [u32; 5] = [1, 4, 16, 32, SLOTS as u32];

/// Cells of one generation. To be given back to the pool.
#[derive(Debug, PartialEq, Eq)]
pub struct Range {
    /// The first cell.
    pub first: u32,
    /// The place in [`SIZES`].
    size: usize,
    /// What the cells held at the beginning.
    before: Vec<SlotCounters>,
}

impl Range {
    /// How many cells there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.before.len()
    }

    /// What the cells held at the beginning.
    #[must_use]
    pub fn held(&self) -> &[SlotCounters] {
        &self.before
    }

    /// What was counted, where the cells hold `now`.
    pub fn counted<'a>(&'a self, now: &'a [SlotCounters]) -> impl Iterator<Item = SlotCounters> + 'a {
        now.iter().zip(&self.before).map(|(now, before)| now.since(before))
    }
}

/// Which cells are free.
#[derive(Debug, Default)]
pub struct Pool {
    /// Maps that there are.
    maps: u32,
    /// The first cell of the last map that was never given away, counted from the map's first.
    next: u32,
    /// First cells of ranges that were given back, by [`SIZES`], and what they hold: nobody changes them.
    free: [Vec<(u32, Vec<SlotCounters>)>; SIZES.len()],
}

/// Why there are no cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoCells {
    /// The pool needs one more map, which is to be added first.
    NeedMap {
        /// The map's number.
        map: u32,
    },
    /// The pool cannot grow any more.
    Full,
}

impl Pool {
    /// Notes that the map that was asked for is there.
    pub fn add_map(&mut self) {
        self.maps += 1;
        self.next = 0;
    }

    /// The number of maps.
    #[must_use]
    pub const fn maps(&self) -> u32 {
        self.maps
    }

    /// Cells for a generation whose slots are all below `slots`.
    ///
    /// # Errors
    /// Any [`NoCells`].
    pub fn take(&mut self, slots: u32) -> Result<Range, NoCells> {
        let fits = |size: &usize| SIZES.get(*size).is_some_and(|size| *size >= slots);
        let size = (0..SIZES.len()).find(fits).unwrap_or(SIZES.len() - 1);
        // One that is too large does as well, where there is one: what is given back is never cut.
        for (larger, free) in self.free.iter_mut().enumerate().skip(size) {
            if let Some((first, before)) = free.pop() {
                return Ok(Range { first, size: larger, before });
            }
        }
        let count = cells(SIZES.get(size).copied().unwrap_or(SLOTS as u32));
        if self.maps == 0 || self.next + count > CELLS {
            let map = self.maps;
            return Err(if map < CELL_MAPS { NoCells::NeedMap { map } } else { NoCells::Full });
        }
        let first = (self.maps - 1) * CELLS + self.next;
        self.next += count;
        Ok(Range { first, size, before: vec![SlotCounters::default(); count as usize] })
    }

    /// Takes cells back, which hold `now` and are not counted into any more.
    pub fn give_back(&mut self, range: Range, now: &[SlotCounters]) {
        let Range { first, size, mut before } = range;
        before.iter_mut().zip(now).for_each(|(before, now)| *before = *now);
        if let Some(free) = self.free.get_mut(size) {
            free.push((first, before));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pool() -> Pool {
        let mut pool = Pool::default();
        assert_eq!(pool.take(1), Err(NoCells::NeedMap { map: 0 }));
        pool.add_map();
        pool
    }

    #[test]
    fn ranges_do_not_overlap_and_none_crosses_a_map() {
        let mut pool = pool();
        let mut taken: Vec<(u32, u32)> = Vec::new();
        for slots in [1, 64, 3, 17, 2].into_iter().cycle().take(400) {
            let range = match pool.take(slots) {
                Ok(range) => range,
                Err(NoCells::NeedMap { map }) => {
                    assert_eq!(map, pool.maps());
                    pool.add_map();
                    pool.take(slots).unwrap()
                }
                Err(NoCells::Full) => panic!("full"),
            };
            let (first, last) = (range.first, range.first + range.len() as u32 - 1);
            assert!(range.len() as u32 >= cells(slots));
            assert_eq!(first / CELLS, last / CELLS);
            assert!(taken.iter().all(|(from, to)| last < *from || first > *to), "{first}..={last}");
            taken.push((first, last));
        }
    }

    #[test]
    fn what_was_counted_before_is_nobody_elses() {
        let mut pool = pool();
        let range = pool.take(1).unwrap();
        let (first, count) = (range.first, range.len());
        let now = vec![SlotCounters { matched: 7, ..SlotCounters::default() }; count];
        assert!(range.counted(&now).all(|one| one.matched == 7));
        pool.give_back(range, &now);
        let again = pool.take(1).unwrap();
        assert_eq!(again.first, first);
        let later = vec![SlotCounters { matched: 9, ..SlotCounters::default() }; count];
        assert!(again.counted(&later).all(|one| one.matched == 2));
    }

    #[test]
    fn it_grows_to_its_bound() {
        let mut pool = Pool::default();
        for _ in 0..CELL_MAPS {
            pool.add_map();
        }
        while pool.take(64).is_ok() {}
        assert_eq!(pool.take(64), Err(NoCells::Full));
    }
}
