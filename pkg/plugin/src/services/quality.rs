//! How well connections are, for queries that have a column about it.

use std::{sync::Arc, time::Duration};

use serde_json::{Value, json};
use tokio::time::sleep;
use tracing::warn;
use xdplive_source::Qualities;

use super::Plugin;
use crate::query::{Query, Since};

/// How long sockets are asked for a query that nobody subscribes to.
const HELD: Duration = Duration::from_secs(10);

impl Plugin {
    /// How well connections are, from now on; `None` where a query does not ask for it.
    pub(super) async fn quality(&self, query: &Query) -> Option<Qualities> {
        if !query.asks_for_quality() {
            return None;
        }
        let connections = self.source.connections().await;
        let begun = connections
            .and_then(|connections| Qualities::begin(connections, query.since != Some(Since::Start)));
        let said = |error: &_| warn!("sockets cannot be asked how well their connections are: {error}");
        Some(begun.inspect_err(said).unwrap_or_default())
    }

    /// What a panel is told about the columns of a query that are about it; and has sockets asked until its stream begins.
    pub(super) async fn notice_of_quality(&self, query: &Query) -> Option<Value> {
        if !query.asks_for_quality() {
            return None;
        }
        match self.source.connections().await {
            Ok(connections) => {
                let is_whole = connections.is_whole();
                let held = Arc::clone(&connections);
                tokio::spawn(async move {
                    sleep(HELD).await;
                    drop(held);
                });
                (!is_whole).then(|| json!({ "severity": "info", "text": PART_ONLY }))
            }
            Err(error) => {
                let text = format!("Sockets cannot be asked how well their connections are: {error}");
                Some(json!({ "severity": "warning", "text": text }))
            }
        }
    }
}

/// What a container is told.
const PART_ONLY: &str =
    "Of connections, those of this container's own sockets are known, and others are estimated.";
