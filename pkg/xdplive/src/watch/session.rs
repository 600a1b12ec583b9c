//! A call of `watch` while it runs: the plugin, when to stop, and what may take its time meanwhile.

use std::pin::pin;

use grafana_plugin_sdk::pluginv2::PluginContext;
use tokio::task::spawn_blocking;

use super::{end::End, stop::Stop};
use crate::{cli::Watch, exit::Failure, host::Plugin};

/// What rows and files need while they come.
pub(super) struct Session<'a> {
    /// Where they come from.
    pub(super) plugin: &'a Plugin,
    /// Who asks.
    pub(super) context: PluginContext,
    /// What was called for.
    pub(super) options: &'a Watch,
    /// When to stop.
    pub(super) stop: Stop,
    /// The plugin's end.
    pub(super) end: &'a End,
}

impl Session<'_> {
    /// Asks the plugin to end, once. Streams still bring what was captured before.
    pub(super) async fn ask_to_end(&self) {
        if self.end.begin() {
            self.plugin.ask_to_end().await;
        }
    }

    /// Does `work`, which is given up where it is time to stop.
    pub(super) async fn unless_stopped<T>(&mut self, work: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            done = work => Some(done),
            () = self.stop.wait() => None,
        }
    }

    /// Does `work` to its end. The plugin is asked to end as soon as it is time to stop.
    pub(super) async fn meanwhile<T>(&mut self, work: impl Future<Output = T>) -> T {
        let mut work = pin!(work);
        loop {
            tokio::select! {
                done = &mut work => return done,
                () = self.stop.wait(), if !self.end.has_begun() => self.ask_to_end().await,
            }
        }
    }

    /// Writes to `out` by `work`, which may take as long as whoever reads it likes. See [`Session::meanwhile`].
    ///
    /// # Errors
    /// Where there is no thread for it.
    pub(super) async fn write<W, T>(
        &mut self,
        mut out: W,
        work: impl FnOnce(&mut W) -> T + Send + 'static,
    ) -> Result<(W, T), Failure>
    where
        W: Send + 'static,
        T: Send + 'static,
    {
        let writing = spawn_blocking(move || {
            let written = work(&mut out);
            (out, written)
        });
        self.meanwhile(writing).await.map_err(|error| Failure::Machine(format!("cannot write: {error}")))
    }
}
