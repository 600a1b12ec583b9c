//! Whether an agent's name is its own.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

/// How long the other one has to be silent before its name is free. It says that it is there every ten seconds.
const SILENT: Duration = Duration::from_secs(29);

/// Whose the name is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// This one's.
    Own,
    /// Another one's, which was there before.
    Taken,
}

/// Whether another agent has the same name, and when it was last heard.
#[derive(Debug, Default)]
pub(super) struct Name(Mutex<Option<Instant>>);

impl Name {
    /// Another one that was there before was heard at `now`. Returns whether that is news.
    pub(super) fn take(&self, now: Instant) -> bool {
        let is_news = self.standing(now) == Standing::Own;
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(now);
        is_news
    }

    /// The other one has gone.
    pub(super) fn free(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Whose it is at `now`.
    pub(super) fn standing(&self, now: Instant) -> Standing {
        let heard = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match heard {
            Some(heard) if now.duration_since(heard) < SILENT => Standing::Taken,
            _ => Standing::Own,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_free_again_after_silence() {
        let (name, begin) = (Name::default(), Instant::now());
        assert_eq!(name.standing(begin), Standing::Own);
        assert!(name.take(begin));
        assert!(!name.take(begin + Duration::from_secs(10)), "no news");
        assert_eq!(name.standing(begin + Duration::from_secs(38)), Standing::Taken);
        assert_eq!(name.standing(begin + Duration::from_secs(39)), Standing::Own);
        assert!(name.take(begin + Duration::from_secs(50)));
        name.free();
        assert_eq!(name.standing(begin + Duration::from_secs(51)), Standing::Own);
    }
}
