//! What sockets tell, for queries that ask for it: how well connections are, and whose packets are.

use std::{sync::Arc, time::Duration};

use serde_json::{Value, json};
use tokio::time::sleep;
use tracing::warn;
use xdplive_source::Qualities;

use super::Plugin;
use crate::{
    asked::Asked,
    attribution::Attribution,
    query::{Query, Since},
};

/// How long sockets are asked for a query that nobody subscribes to.
const HELD: Duration = Duration::from_secs(10);

impl Plugin {
    /// How well connections are, from now on; `None` where a query does not ask for it.
    pub(super) async fn quality(&self, asked: &Asked) -> Option<Qualities> {
        let query = &asked.query;
        if !query.asks_for_quality() {
            return None;
        }
        if !asked.masks.are_none() {
            return Some(Qualities::default());
        }
        let connections = self.source.connections().await;
        let begun = connections
            .and_then(|connections| Qualities::begin(connections, query.since != Some(Since::Start)));
        let said = |error: &_| warn!("sockets cannot be asked how well their connections are: {error}");
        Some(begun.inspect_err(said).unwrap_or_default())
    }

    /// Whose packets are; `None` where a query does not ask for it, or it is not to be had.
    pub(super) async fn attribution(&self, asked: &Asked) -> Option<Attribution> {
        // By parts of addresses, nobody's sockets can be found.
        if !asked.query.shows_processes() || !asked.masks.are_none() {
            return None;
        }
        let processes = self.source.processes().await;
        let said = |error: &_| warn!("whose packets are cannot be told: {error}");
        processes.inspect_err(said).ok().map(Attribution::new)
    }

    /// What a panel is told about the columns of a query that are about processes; and has sockets looked at until its stream
    /// begins.
    pub(super) async fn notice_of_processes(&self, query: &Query) -> Option<Value> {
        if !query.shows_processes() {
            return None;
        }
        match self.source.processes().await {
            Ok(processes) => {
                let is_whole = processes.is_whole();
                hold(processes);
                (!is_whole).then(|| json!({ "severity": "info", "text": PROCESSES_OF_PART }))
            }
            Err(error) => {
                let text = format!("Whose packets are cannot be told: {error}");
                Some(json!({ "severity": "warning", "text": text }))
            }
        }
    }

    /// What a panel is told about the columns of a query that are about it; and has sockets asked until its stream begins.
    pub(super) async fn notice_of_quality(&self, query: &Query) -> Option<Value> {
        if !query.asks_for_quality() {
            return None;
        }
        match self.source.connections().await {
            Ok(connections) => {
                let is_whole = connections.is_whole();
                hold(connections);
                (!is_whole).then(|| json!({ "severity": "info", "text": PART_ONLY }))
            }
            Err(error) => {
                let text = format!("Sockets cannot be asked how well their connections are: {error}");
                Some(json!({ "severity": "warning", "text": text }))
            }
        }
    }
}

/// Keeps something from being taken away before a stream begins.
fn hold<T: Send + Sync + ?Sized + 'static>(held: Arc<T>) {
    tokio::spawn(async move {
        sleep(HELD).await;
        drop(held);
    });
}

/// What a container is told of processes.
const PROCESSES_OF_PART: &str = "Of processes, those of this container are known.";

/// What a container is told of connections.
const PART_ONLY: &str =
    "Of connections, those of this container's own sockets are known, and others are estimated.";
