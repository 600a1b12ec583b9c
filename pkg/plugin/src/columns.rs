//! The columns of rows: names, types, and how each is read from a row.
//!
//! A column's value is written down once, in [`Column::write`], whatever it is written to: JSON of a stream or
//! Arrow of an answer ([`Cells`]).

use serde::Serialize;
use thiserror::Error;

/// Grafana's type of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ColumnType {
    /// Milliseconds since 1970.
    Time,
    /// Text.
    String,
    /// A whole number of at most 32 bits.
    Number,
    /// A whole number of at most 64 bits.
    #[serde(rename = "number")]
    Count,
    /// A number with a fraction.
    #[serde(rename = "number")]
    Decimal,
    /// True or false.
    Boolean,
}

/// Where cells are written to, one after the other.
pub trait Cells {
    /// The field does not exist in this row.
    fn null(&mut self);
    /// Milliseconds since 1970.
    fn time(&mut self, milliseconds: i64);
    /// A number.
    fn number(&mut self, number: u32);
    /// A large number.
    fn count(&mut self, count: u64);
    /// A number with a fraction.
    fn decimal(&mut self, number: f64);
    /// A truth value.
    fn boolean(&mut self, value: bool);
    /// Any text.
    fn text(&mut self, text: &str);
    /// Text without quotes, backslashes and control characters, which needs no escaping, as `write` appends it.
    fn plain(&mut self, write: impl FnOnce(&mut String));
    /// An address: of IPv6 where `version` is 6, else IPv4's in the first four bytes.
    fn address(&mut self, version: u8, address: &[u8; 16]) {
        self.plain(|text| text::address(version, address, text));
    }
    /// An Ethernet address.
    fn mac(&mut self, address: [u8; 6]) {
        self.plain(|text| text::mac(address, text));
    }
    /// Text that is ready to be copied.
    fn word<const N: usize>(&mut self, word: &text::Word<N>) {
        self.text(word.text());
    }
}

/// A column of one kind of rows.
pub trait Column: Copy + Eq + 'static {
    /// Rows of its kind.
    type Rows: ?Sized;

    /// All columns, in the order in which they are shown when none is asked for.
    const ALL: &'static [Self];

    /// Columns that are shown only where they are asked for by name.
    const BESIDES: &'static [Self];

    /// Its name in queries and frames.
    fn name(self) -> &'static str;

    /// Its type.
    fn kind(self) -> ColumnType;

    /// Whether there are rows without it.
    fn nullable(self) -> bool;

    /// What it means, in a few words.
    fn description(self) -> &'static str;

    /// Bytes that a cell takes in JSON, at most but for odd names.
    fn width(self) -> usize;

    /// Grafana's name of its unit; none for a plain number, a text or a time.
    fn unit(self) -> Option<&'static str> {
        None
    }

    /// How many rows there are.
    fn count(rows: &Self::Rows) -> usize;

    /// Writes this column's cells of all rows.
    fn write<C: Cells>(self, rows: &Self::Rows, cells: &mut C);

    /// The column with this name.
    ///
    /// # Errors
    /// [`UnknownColumn`], with the names there are.
    fn find(name: &str) -> Result<Self, UnknownColumn> {
        let there_are = || Self::ALL.iter().chain(Self::BESIDES);
        let found = there_are().copied().find(|column| column.name() == name);
        found.ok_or_else(|| UnknownColumn {
            given: name.to_owned(),
            there_are: there_are().map(|column| column.name()).collect::<Vec<_>>().join(", "),
        })
    }
}

/// A name that is no column.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("there is no column \"{given}\"; there are {there_are}")]
pub struct UnknownColumn {
    /// The name.
    pub given: String,
    /// The names there are.
    pub there_are: String,
}

/// Makes an enumeration of columns, each with its name, type, whether it can be null, width and description, and
/// the part of [`Column`] that follows from these; `rows` and the two functions complete it. Those with a `+` are shown
/// only where they are asked for.
macro_rules! columns {
    (
        $(#[$meta:meta])* $name:ident of $rows:ty, counted by $count:expr, written by $write:ident;
        $($variant:ident $text:literal $kind:ident $nullable:literal $width:literal $description:literal
            $(in $unit:literal)?;)*
        $(+ $besides:ident $besides_text:literal $besides_kind:ident $besides_nullable:literal $besides_width:literal
            $besides_description:literal $(in $besides_unit:literal)?;)*
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name {
            $(#[doc = $description] $variant,)*
            $(#[doc = $besides_description] $besides,)*
        }

        impl $crate::columns::Column for $name {
            type Rows = $rows;

            const ALL: &'static [Self] = &[$(Self::$variant,)*];
            const BESIDES: &'static [Self] = &[$(Self::$besides,)*];

            fn name(self) -> &'static str {
                match self { $(Self::$variant => $text,)* $(Self::$besides => $besides_text,)* }
            }

            fn kind(self) -> $crate::columns::ColumnType {
                match self {
                    $(Self::$variant => $crate::columns::ColumnType::$kind,)*
                    $(Self::$besides => $crate::columns::ColumnType::$besides_kind,)*
                }
            }

            fn nullable(self) -> bool {
                match self { $(Self::$variant => $nullable,)* $(Self::$besides => $besides_nullable,)* }
            }

            fn description(self) -> &'static str {
                match self { $(Self::$variant => $description,)* $(Self::$besides => $besides_description,)* }
            }

            fn width(self) -> usize {
                match self { $(Self::$variant => $width,)* $(Self::$besides => $besides_width,)* }
            }

            fn unit(self) -> Option<&'static str> {
                match self {
                    $(Self::$variant => None$(.or(Some($unit)))?,)*
                    $(Self::$besides => None$(.or(Some($besides_unit)))?,)*
                }
            }

            fn count(rows: &$rows) -> usize {
                ($count)(rows)
            }

            fn write<C: $crate::columns::Cells>(self, rows: &$rows, cells: &mut C) {
                self.$write(rows, cells);
            }
        }
    };
}

/// A number to its hundredths: more digits say no more.
fn rounded(number: f64) -> f64 {
    (number * 100.0).round() / 100.0
}

#[inline(always)]
fn number<C: Cells>(value: Option<impl Into<u32>>, cells: &mut C) {
    match value {
        Some(value) => cells.number(value.into()),
        None => cells.null(),
    }
}

fn optional<C: Cells>(text: Option<&str>, cells: &mut C) {
    match text {
        Some(text) => cells.text(text),
        None => cells.null(),
    }
}

pub mod capture;
pub mod drops;
pub mod flows;
pub mod graph;
pub mod interfaces;
pub mod packets;
pub mod rates;
pub(crate) mod text;

#[cfg(test)]
mod tests;
