//! Packets that this machine's kernel drops, for as long as somebody asks.
//!
//! A kernel program reports each of them, with the beginning of its bytes. A thread reads the reports ten times a second, and hands
//! each to those who ask for it. They are few, next to the packets that pass, so that filters and budgets are applied here; and for
//! those that are many, reports without room are counted by reason in the kernel.

mod hub;
mod reasons;
mod taker;

use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio::task::spawn_blocking;
use xdplive_source::{DropFeed, DropQueue, Host, Request, SourceError};

use self::{hub::Hub, taker::Taker};
use crate::{instruments::Instruments, interface::Watch};

/// Gives those who ask what they ask for.
#[derive(Clone)]
pub struct DropServer {
    host: Host,
    instruments: Instruments,
    watch: Watch,
    current: Arc<Mutex<Weak<Hub>>>,
}

impl DropServer {
    /// For the packets that `host` drops at the interfaces that `watch` follows.
    #[must_use]
    pub fn new(host: Host, instruments: Instruments, watch: Watch) -> Self {
        Self { host, instruments, watch, current: Arc::default() }
    }

    /// What reads the reports, which come from now on, if they did not before. It takes the kernel some 0.2 s.
    ///
    /// # Errors
    /// [`SourceError::Unavailable`].
    pub async fn hub(&self) -> Result<Arc<Hub>, SourceError> {
        let server = self.clone();
        spawn_blocking(move || {
            let mut current = server.current.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(known) = current.upgrade() {
                return Ok(known);
            }
            let hub = Hub::start(server.host.clone(), &server.instruments, server.watch.clone())?;
            *current = Arc::downgrade(&hub);
            Ok(hub)
        })
        .await
        .map_err(|_| SourceError::Gone)?
    }

    /// The dropped packets that `request` asks for, with at most `rows` that wait to be taken.
    ///
    /// # Errors
    /// See [`Self::hub`].
    pub async fn feed(&self, request: &Request, rows: usize) -> Result<DropFeed, SourceError> {
        let hub = self.hub().await?;
        let queue = Arc::new(DropQueue::new(rows));
        let taker = hub.add(Taker::new(request, Arc::clone(&queue)));
        // It lives on until the last has been read.
        let end = move || hub.finish(taker);
        Ok(DropFeed::new(queue, Box::new(end)))
    }
}
