//! Something for each byte.

/// An entry for each value of a byte.
pub(super) struct Table<T>([T; 256]);

impl<T: Copy> Table<T> {
    /// Of these entries.
    pub(super) const fn new(entries: [T; 256]) -> Self {
        Self(entries)
    }

    /// The entry of `byte`.
    #[inline(always)]
    pub(super) fn get(&self, byte: u8) -> &T {
        // There are as many entries as bytes; the compiler knows it, too.
        let Self([first, ..]) = self;
        self.0.get(usize::from(byte)).unwrap_or(first)
    }
}

/// A [`Table`] that is made by the compiler: `of` is called with each byte. It must be `const`, which closures cannot be.
macro_rules! table {
    ($of:path, $filler:expr) => {
        const {
            let mut entries = [$filler; 256];
            let mut rest = entries.as_mut_slice();
            let mut byte = 0;
            while let Some((entry, others)) = rest.split_first_mut() {
                *entry = $of(byte);
                byte = byte.wrapping_add(1);
                rest = others;
            }
            $crate::columns::text::table::Table::new(entries)
        }
    };
}

pub(super) use table;
