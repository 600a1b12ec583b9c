//! What one trial at one rate brought.

use std::time::Duration;

use super::{RowsError, offer::Offered};

/// Of what is sent, this much may still be on its way when the last packet has been sent: the plugin hands rows on
/// every 100 ms. More is a queue that grows, and would overflow if the trial were longer.
const BACKLOG: Duration = Duration::from_millis(250);
/// One part in this many lost is no accident.
const HOPELESS: u64 = 20;
/// A sender that does not come up to this part of the rate asked for is at its limit.
const REACHED: f64 = 0.97;

/// What the packets of a trial came to.
#[derive(Clone, Copy, Debug)]
pub struct Trial {
    /// Packets a second that were asked for.
    pub rate: f64,
    /// What was sent.
    pub offered: Offered,
    /// What became of it.
    pub accounts: Accounts,
    /// Rows that had arrived when the last packet had been sent.
    pub arrived: u64,
    /// Rows a second that arrived while packets were sent, but for the beginning.
    pub arriving: f64,
    /// Processor time of what is measured: plugin and loader, or the bare reader.
    pub reader: Duration,
    /// Processor time of the client that takes the plugin's messages; none with the bare reader.
    pub client: Duration,
}

/// What became of packets, by the count of whoever is measured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Accounts {
    /// Packets that the program saw.
    pub seen: u64,
    /// Those that nobody wanted.
    pub unmatched: u64,
    /// Those left out for a budget.
    pub thinned: u64,
    /// Those without room in ring or queue.
    pub lost: u64,
    /// Those that became rows.
    pub delivered: u64,
}

impl Accounts {
    /// Fails where they do not add up to what should have been seen, or `delivered` is not what came.
    ///
    /// # Errors
    /// [`RowsError::Accounts`].
    pub const fn check(self, sent: u64, rows: u64) -> Result<(), RowsError> {
        let Self { seen, unmatched, thinned, lost, delivered } = self;
        if seen == unmatched + thinned + lost + delivered && seen == sent && delivered == rows {
            return Ok(());
        }
        Err(RowsError::Accounts { accounts: self, sent, rows })
    }
}

impl Trial {
    /// Packets a second that were really offered.
    #[must_use]
    pub fn offered_rate(&self) -> f64 {
        self.accounts.seen as f64 / self.offered.time.as_secs_f64()
    }

    /// Whether nothing was lost, and would not have been later.
    #[must_use]
    pub fn is_carried(&self) -> bool {
        let waiting = self.accounts.seen.saturating_sub(self.arrived) as f64;
        self.accounts.lost == 0 && waiting <= self.offered_rate() * BACKLOG.as_secs_f64()
    }

    /// Whether so much was lost that another try at the same rate is of no use.
    #[must_use]
    pub const fn is_hopeless(&self) -> bool {
        self.accounts.lost > self.accounts.seen / HOPELESS
    }

    /// Whether the sender could not send as much as it was asked for.
    #[must_use]
    pub fn is_senders_limit(&self) -> bool {
        self.offered_rate() < REACHED * self.rate
    }

    /// Processor time of what is measured, ns a row.
    #[must_use]
    pub fn reader_per_row(&self) -> f64 {
        self.reader.as_nanos() as f64 / self.accounts.delivered as f64
    }

    /// Processor time of whoever sends, ns a packet.
    #[must_use]
    pub fn sender_per_packet(&self) -> f64 {
        self.offered.cpu.as_nanos() as f64 / self.accounts.seen as f64
    }

    /// Processor time of the client, ns a row.
    #[must_use]
    pub fn client_per_row(&self) -> f64 {
        self.client.as_nanos() as f64 / self.accounts.delivered as f64
    }
}

#[cfg(test)]
mod tests;
