//! What is counted for those who ask again and never subscribe.

use std::time::{Duration, Instant};

use futures::StreamExt as _;
use tokio::{
    task::JoinHandle,
    time::{MissedTickBehavior, interval},
};
use tracing::warn;
use xdplive_capture::{
    clock,
    source::{Request, SourceError},
};

use super::{Plugin, stream::Messages};
use crate::asked::Asked;

/// Takes a stream's messages, which nobody wants, so that what they are made of is counted and kept. Ends the stream
/// when it is dropped.
#[derive(Debug)]
pub struct Driver {
    task: JoinHandle<()>,
    /// What it counts.
    request: Request,
}

impl Drop for Driver {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Time between two looks at whether a lease is over, at most.
const LOOK: Duration = Duration::from_secs(10);

impl Plugin {
    /// Has what is asked counted for a while from now on, or longer where it is counted already. Returns since when,
    /// milliseconds since 1970.
    ///
    /// # Errors
    /// As [`xdplive_capture::source::Source::subscribe`].
    pub(super) async fn stand(&self, asked: &Asked) -> Result<i64, SourceError> {
        let (label, now) = (&asked.request.label, Instant::now());
        if let Some(since) = self.standing.renew(label, now) {
            return Ok(since);
        }
        let (plugin, of) = (self.clone(), label.clone());
        let messages = self.messages(asked.clone()).await?;
        let task = tokio::spawn(async move { plugin.drive(messages, &of).await });
        let (since, driver) = (clock::milliseconds(), Driver { task, request: asked.request.clone() });
        // What ends, ends when it is dropped.
        drop(self.standing.begin(label.clone(), since, driver, now));
        Ok(since)
    }

    /// Ends the least recent standing query, so that another filter has room. Returns whether there was one, when
    /// nothing is counted for it any more.
    pub(super) async fn give_way(&self) -> bool {
        let Some(mut driver) = self.standing.give_way() else { return false };
        driver.task.abort();
        // It was cancelled, or had ended before.
        let _ = (&mut driver.task).await;
        self.recorder.ended(&driver.request).await;
        true
    }

    async fn drive(&self, mut messages: Messages, label: &xdplive_capture::source::Label) {
        let mut looks = interval(LOOK);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                message = messages.next() => match message {
                    Some(Ok(_)) => {}
                    Some(Err(status)) => {
                        if status.code() != tonic::Code::Ok {
                            warn!("a standing query has ended: {}", status.message());
                        }
                        break;
                    }
                    None => break,
                },
                _ = looks.tick() => {}
            }
            if self.standing.is_over(label, Instant::now()) {
                break;
            }
        }
    }
}
