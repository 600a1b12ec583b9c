//! The most rows a second that a query may ask for, and who says so.

use std::fmt;

/// Ceiling of `limit` where the administrator does not say.
pub(super) const DEFAULT_CEILING: u32 = 10_000;
/// Rows a second of a query that does not say.
const DEFAULT_LIMIT: u32 = 1000;

/// The most rows a second that a query may ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LimitCeiling {
    /// This many, as the server's administrator has it.
    Rows(u32),
    /// This many, as the data source has it.
    OfDataSource(u32),
    /// Any number, or no limit at all.
    None,
}

impl LimitCeiling {
    /// The most that may be asked for; `None` where there is no bound.
    #[must_use]
    pub const fn most(self) -> Option<u32> {
        match self {
            Self::Rows(most) | Self::OfDataSource(most) => Some(most),
            Self::None => None,
        }
    }

    /// This ceiling of a data source's under the administrator's: the lower one is in force.
    #[must_use]
    pub fn under(self, administrators: Self) -> Self {
        match self.most() {
            Some(rows) if administrators.most().is_none_or(|most| rows < most) => self,
            _ => administrators,
        }
    }

    /// The ceiling of a query that has no rows to be limited: what was saved with it, when there was another ceiling or it
    /// was of another kind, does no harm.
    #[must_use]
    pub fn without_rows(self) -> Self {
        match self.most() {
            Some(most) if most < DEFAULT_CEILING => Self::Rows(DEFAULT_CEILING),
            _ => self,
        }
    }

    /// Rows a second of a query that does not say.
    #[must_use]
    pub fn default_limit(self) -> Option<u32> {
        Some(DEFAULT_LIMIT.min(self.most().unwrap_or(DEFAULT_LIMIT)))
    }
}

/// What `limit` takes.
impl fmt::Display for LimitCeiling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rows(most) => write!(f, "it takes a whole number of rows a second from 1 to {most}"),
            Self::OfDataSource(most) => write!(
                f,
                "it takes a whole number of rows a second from 1 to {most}, the ceiling (maxLimit) in the data source's \
                 settings"
            ),
            Self::None => f.write_str("it takes a whole number of rows a second, 1 or more, or null for all"),
        }
    }
}
