//! Names of interfaces in cells: there are few, and they are in many rows.

use std::sync::Arc;

use xdplive_source::{Batch, Names};

use crate::columns::{Cells, text::Word};

/// Interfaces whose names are ready at the same time: packets of several come in turn.
const READY: usize = 16;

/// Names that were written last.
#[derive(Default)]
pub(super) struct Interfaces {
    /// By the last bits of the interface's number.
    ready: [Option<(u16, Word<24>)>; READY],
}

impl Interfaces {
    /// Writes the names of the rows' interfaces.
    pub(super) fn write<C: Cells>(mut self, batches: &[Batch], cells: &mut C) {
        let mut known: Option<&Arc<Names>> = None;
        for batch in batches {
            if known.is_none_or(|known| !Arc::ptr_eq(known, &batch.names)) {
                // A number may be another interface's there.
                self.ready = Default::default();
                known = Some(&batch.names);
            }
            for row in batch.rows() {
                let number = row.origin.interface;
                let Some(place) = self.ready.get_mut(usize::from(number) % READY) else { continue };
                match place {
                    Some((ready, word)) if *ready == number => cells.word(word),
                    _ => {
                        let name = batch.names.interface(row.origin);
                        *place = Word::new(name.as_bytes()).map(|word| (number, word));
                        cells.text(name);
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
