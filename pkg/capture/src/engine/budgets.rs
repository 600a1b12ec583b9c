//! Which budget of the kernel programs is whose.
//!
//! A stream of several interfaces has one budget, which their slots share: so its limit holds for all of them together.

use xdplive_packet::accounting::BUDGETS;

use super::slot_key::Key;

/// The budgets in use.
#[derive(Debug, Default)]
pub struct Budgets {
    used: Vec<Used>,
    /// The number after the one that was given last: a number that is free again is used last, so that no packet that
    /// is still on its way takes from a stranger's.
    next: u32,
}

#[derive(Debug)]
struct Used {
    key: Key,
    number: u32,
    uses: usize,
}

/// A budget, and whether it is new.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taken {
    /// Its number.
    pub number: u32,
    /// Nobody else uses it: it is to begin anew.
    pub is_new: bool,
}

impl Budgets {
    /// The budget for `key`. `None` where all are in use.
    pub fn take(&mut self, key: &Key) -> Option<Taken> {
        if let Some(used) = self.used.iter_mut().find(|used| used.key == *key) {
            used.uses += 1;
            return Some(Taken { number: used.number, is_new: false });
        }
        let most = BUDGETS as u32;
        let is_free = |number: &u32| self.used.iter().all(|used| used.number != *number);
        let number = (0..most).map(|step| (self.next + step) % most).find(is_free)?;
        self.next = (number + 1) % most;
        self.used.push(Used { key: key.clone(), number, uses: 1 });
        Some(Taken { number, is_new: true })
    }

    /// Takes back one use.
    pub fn release(&mut self, number: u32) {
        let Some(position) = self.used.iter().position(|used| used.number == number) else { return };
        if let Some(used) = self.used.get_mut(position) {
            used.uses -= 1;
            if used.uses == 0 {
                self.used.swap_remove(position);
            }
        }
    }
}
