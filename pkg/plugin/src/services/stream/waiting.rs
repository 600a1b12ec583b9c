//! A stream that may not run yet. It stays open and does nothing: upon an error Grafana would run it again at once, for
//! as long as somebody looks.

use std::{
    hash::{BuildHasher as _, RandomState},
    time::Duration,
};

use futures::{StreamExt as _, stream};
use tokio::time::sleep;
use xdplive_source::Tally;

use super::{Messages, end};
use crate::{asked::Asked, quota::OverQuota, services::Plugin};

/// The first pause, and the longest one.
const PAUSES: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(60)];

/// The time until a stream is tried again: 1 s, and twice as long each time, 60 s at most. Up to a quarter is added, so
/// that those who were refused together do not come together.
#[derive(Debug)]
struct Pauses {
    next: Duration,
    /// Seeded at random.
    dice: RandomState,
}

impl Pauses {
    fn new() -> Self {
        let [first, _] = PAUSES;
        Self { next: first, dice: RandomState::new() }
    }
}

impl Iterator for Pauses {
    type Item = Duration;

    fn next(&mut self) -> Option<Duration> {
        let [_, longest] = PAUSES;
        let pause = self.next;
        self.next = (2 * pause).min(longest);
        let share = (self.dice.hash_one(pause) % 256) as u32;
        Some(pause + pause / 4 * share / 256)
    }
}

impl Plugin {
    /// The messages of a stream that is refused because of `over`, once it is not any more.
    pub(super) fn messages_when_admitted(&self, asked: Asked, over: &OverQuota) -> Messages {
        let waiting = self.admission.refusals.wait(&asked.request.label.owner, over);
        let plugin = self.clone();
        let messages = async move {
            for pause in Pauses::new() {
                tokio::select! {
                    () = sleep(pause) => {}
                    () = plugin.shutdown.begun() => break,
                }
                if let Ok(admitted) = plugin.admission.stream(&asked) {
                    drop(waiting);
                    return plugin
                        .admitted_messages(asked, admitted)
                        .await
                        .unwrap_or_else(|status| Box::pin(stream::iter([Err(status)])));
                }
            }
            Box::pin(stream::iter([Err(end(Tally::default()))]))
        };
        Box::pin(stream::once(messages).flatten())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_differ() {
        let seconds = [1, 2, 4, 8, 16, 32, 60, 60, 60];
        for (pause, expected) in Pauses::new().zip(seconds.map(Duration::from_secs)) {
            assert!(pause >= expected && pause < expected + expected / 4, "{pause:?} for {expected:?}");
        }
        let firsts: std::collections::BTreeSet<_> = (0..64).filter_map(|_| Pauses::new().next()).collect();
        assert!(firsts.len() > 16, "{firsts:?}");
    }
}
