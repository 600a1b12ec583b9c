//! A stream's accounts at its end.

use tonic::metadata::MetadataMap;
use xdplive_protocol::accounts::ACCOUNTS;

use crate::cli::Kind;

/// What the plugin counted for a stream: seen, unmatched, thinned, lost, delivered.
pub(super) type Counts = [u64; ACCOUNTS.len()];

/// What became of one stream.
#[derive(Debug, Default)]
pub(super) struct Accounts {
    /// What the plugin counted, once the stream has come to a good end.
    pub(super) counts: Option<Counts>,
    /// Rows that were printed, or packets that are in the file.
    pub(super) printed: u64,
    /// Why it came to a bad one.
    pub(super) failure: Option<String>,
}

impl Accounts {
    /// `stream=0 seen=… unmatched=… thinned=… lost=… delivered=…`; nothing where the plugin could not say.
    /// Packets that came after --count was reached are left out to keep to it, as those beyond a budget are. Those that a file
    /// did not take are lost.
    pub(super) fn line(&self, number: usize, kind: Kind) -> Option<String> {
        let [seen, unmatched, thinned, lost, delivered] = self.counts?;
        let surplus = if kind == Kind::Packets { delivered.saturating_sub(self.printed) } else { 0 };
        let (left_out, not_taken) = if self.failure.is_some() { (0, surplus) } else { (surplus, 0) };
        let (thinned, lost, delivered) = (thinned + left_out, lost + not_taken, delivered - surplus);
        Some(format!(
            "stream={number} seen={seen} unmatched={unmatched} thinned={thinned} lost={lost} delivered={delivered}"
        ))
    }
}

/// The accounts in a stream's trailers.
pub(super) fn read(trailers: &MetadataMap) -> Option<Counts> {
    let mut counts = Counts::default();
    for (name, count) in ACCOUNTS.into_iter().zip(&mut counts) {
        *count = trailers.get(name)?.to_str().ok()?.parse().ok()?;
    }
    Some(counts)
}
