//! Aligned text.

use std::fmt;

/// Where a column's cells begin or end together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// Words.
    Left,
    /// Numbers.
    Right,
}

/// Rows of cells, printed with two spaces between columns.
#[derive(Clone, Debug)]
pub struct Text {
    columns: Vec<Align>,
    rows: Vec<Vec<String>>,
}

impl Text {
    /// A heading.
    #[must_use]
    pub fn new(heading: &[(&str, Align)]) -> Self {
        let names = heading.iter().map(|(name, _)| (*name).to_owned()).collect();
        Self { columns: heading.iter().map(|(_, align)| *align).collect(), rows: vec![names] }
    }

    /// Adds a row; a cell without a column is not printed.
    pub fn row(&mut self, cells: impl Into<Vec<String>>) {
        self.rows.push(cells.into());
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = |column: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(column));
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
        };
        for row in &self.rows {
            let mut line = String::new();
            for (number, (cell, align)) in row.iter().zip(&self.columns).enumerate() {
                let (width, gap) = (width(number), if number == 0 { "" } else { "  " });
                line.push_str(&match align {
                    Align::Left => format!("{gap}{cell:<width$}"),
                    Align::Right => format!("{gap}{cell:>width$}"),
                });
            }
            writeln!(f, "{}", line.trim_end())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
