//! What is counted for those who ask again and never subscribe.

use std::{
    task::Poll,
    time::{Duration, Instant},
};

use futures::{StreamExt as _, stream};
use tokio::{
    task::JoinHandle,
    time::{MissedTickBehavior, interval},
};
use tracing::warn;
use xdplive_source::{InterfaceSet, Label, Request, SourceError};

use super::{Plugin, stream::Messages};
use crate::{
    asked::{Asked, Refusal},
    caller::Caller,
    query::Kind,
    quota::{OverQuota, Permit},
    standing::Asker,
};

/// Takes a stream's messages, which nobody wants, so that what they are made of is counted and kept. Ends the stream
/// when it is dropped.
#[derive(Debug)]
pub struct Driver {
    task: JoinHandle<()>,
    /// What it counts.
    request: Request,
    /// Whether own traffic is left out of it.
    hides_own: bool,
    permit: Permit,
}

impl Driver {
    /// Whether it counts what is asked, as the data source's settings are now.
    fn is_for(&self, asked: &Asked) -> bool {
        self.request == asked.request && self.hides_own == asked.hides_own && !self.task.is_finished()
    }

    /// Whether it holds a slot on an interface of `request`.
    fn is_in_the_way_of(&self, request: &Request) -> bool {
        let shares = match (&self.request.interfaces, &request.interfaces) {
            (InterfaceSet::Named(ours), InterfaceSet::Named(theirs)) => {
                ours.iter().any(|name| theirs.contains(name))
            }
            // Which they are may change.
            _ => true,
        };
        shares && self.request.wanted.is_some()
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Why nothing can be counted for somebody without a panel.
const NO_RECORD: &str = "64 rates are being counted for panels and alert rules, and there is no room to keep another one; \
    close panels";

/// Standing queries that another query ends at most: one that is too large for the room they leave must not end them all.
pub(super) const MOST_GIVING_WAY: usize = 8;

/// Time between two looks at whether a lease is over, at most.
const LOOK: Duration = Duration::from_secs(10);

impl Plugin {
    /// Has what is asked counted for a while from now on, or longer where it is counted already. Returns since when,
    /// milliseconds since 1970.
    ///
    /// # Errors
    /// As [`xdplive_source::Source::subscribe`], where there is no room to keep what is counted, and beyond a
    /// quota.
    pub(super) async fn stand(&self, asked: &Asked, is_rule: bool) -> Result<i64, Refusal> {
        let (label, now) = (&asked.request.label, Instant::now());
        if let Some(since) = self.standing.renew(label, now) {
            return Ok(since);
        }
        let permit = self.with_room(|| self.admission.standing(asked)).await;
        let permit = permit.map_err(|over| self.refused(asked, over))?;
        let (plugin, of) = (self.clone(), label.clone());
        let messages = self.standing_messages(asked).await?;
        let task = tokio::spawn(async move { plugin.drive(messages, &of).await });
        let since = self.source.now().milliseconds();
        let driver = Driver { task, request: asked.request.clone(), hides_own: asked.hides_own, permit };
        let asker = Asker { label: label.clone(), is_rule };
        // What ends, ends when it is dropped.
        drop(self.standing.begin(asker, since, driver, now));
        Ok(since)
    }

    /// The messages of a query's stream; none, for as long as they live, where being recorded is all there is to it.
    async fn standing_messages(&self, asked: &Asked) -> Result<Messages, SourceError> {
        if asked.query.kind != Kind::Rates || asked.query.is_of_flows() {
            return self.messages(asked.clone()).await;
        }
        let hold = self.recorder.hold(&asked.request).await;
        let hold = hold.ok_or_else(|| SourceError::Unavailable(NO_RECORD.to_owned()))?;
        Ok(Box::pin(stream::poll_fn(move |_| {
            let _held = &hold;
            Poll::Pending
        })))
    }

    /// Ends what stands for a query of the same data source and channel, but not for what is asked now: the settings of
    /// the data source have changed. To be called before [`Self::prepare`], which it could be in the way of.
    pub(super) async fn end_outdated(&self, asked: &Asked) {
        if let Some(driver) = self.standing.replace(&asked.request.label, |driver| driver.is_for(asked)) {
            self.end(driver).await;
        }
    }

    /// Ends the least recent standing query that takes the room for what is asked. Returns whether there was one, when
    /// nothing is counted for it any more.
    pub(super) async fn give_way(&self, asked: &Asked) -> bool {
        match self.standing.give_way(|driver| driver.is_in_the_way_of(&asked.request)) {
            Some(driver) => {
                self.end(driver).await;
                true
            }
            None => false,
        }
    }

    /// Promises a query what its stream will take, or lets it be answered for as long as it has the permit.
    ///
    /// # Errors
    /// [`Refusal::Quota`].
    pub(super) async fn promise(&self, asked: &Asked, caller: Caller) -> Result<Option<Permit>, Refusal> {
        let promise = || {
            if caller.comes_again || caller.has_no_stream {
                self.admission.answer(asked).map(Some)
            } else {
                self.admission.promise(asked).map(|()| None)
            }
        };
        self.with_room(promise).await.map_err(|over| self.refused(asked, over))
    }

    /// Has the log told that what is asked is refused.
    pub(super) fn refused(&self, asked: &Asked, over: OverQuota) -> Refusal {
        self.admission.refusals.count(&asked.request.label.owner, &over);
        over.into()
    }

    /// What `take` takes. Beyond a quota, standing queries give way that count against it and are not in use.
    async fn with_room<T>(&self, take: impl Fn() -> Result<T, OverQuota>) -> Result<T, OverQuota> {
        for _ in 0..MOST_GIVING_WAY {
            let over = match take() {
                Err(over) => over,
                taken => return taken,
            };
            let helps = |driver: &Driver| over.is_eased_by(&driver.permit);
            let Some(driver) = self.standing.give_way_unused(helps, Instant::now()) else { return Err(over) };
            self.end(driver).await;
        }
        take()
    }

    async fn end(&self, mut driver: Driver) {
        driver.task.abort();
        // It was cancelled, or had ended before.
        let _ = (&mut driver.task).await;
        self.recorder.ended(&driver.request).await;
    }

    async fn drive(&self, mut messages: Messages, label: &Label) {
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
