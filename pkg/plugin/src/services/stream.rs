//! Channels: who may subscribe, and the stream behind each.

mod accounts;
mod packets;
mod rates;

use std::{pin::Pin, sync::Arc, time::Duration};

use futures::stream;
use grafana_plugin_sdk::pluginv2::{
    PublishStreamRequest, PublishStreamResponse, RunStreamRequest, StreamPacket, SubscribeStreamRequest,
    SubscribeStreamResponse, publish_stream_response, stream_server::Stream, subscribe_stream_response,
};
use tonic::{Code, Request, Response, Status, async_trait, metadata::MetadataMap};
use tracing::warn;
use xdplive_capture::source::Tally;

use self::{accounts::Accounts, packets::Packets, rates::Rates};
use super::Plugin;
use crate::{
    asked::{self, Asked, ChannelRefusal},
    frame::json,
    query::Columns,
};

type Messages = Pin<Box<dyn futures::Stream<Item = Result<StreamPacket, Status>> + Send>>;

#[async_trait]
impl Stream for Plugin {
    type RunStreamStream = Messages;

    /// Called for every subscriber. The answer brings the columns only: rows in it would be appended again at
    /// every reconnection.
    async fn subscribe_stream(
        &self,
        request: Request<SubscribeStreamRequest>,
    ) -> Result<Response<SubscribeStreamResponse>, Status> {
        use subscribe_stream_response::Status::{NotFound, Ok as Granted, PermissionDenied};

        let request = request.into_inner();
        let (status, data) = match self.channel(request.plugin_context.as_ref(), &request.path, &request.data)
        {
            Ok(asked) => (
                Granted,
                match &asked.query.columns {
                    Columns::Packets(columns) => json::schema(columns),
                    Columns::Counts(columns) => json::schema(columns),
                    Columns::Series(columns) => json::schema(columns),
                    Columns::Capture(columns) => json::schema(columns),
                },
            ),
            Err(refusal) => {
                // Grafana tells the browser no more than the status.
                warn!("subscription refused: {refusal}");
                let unknown = matches!(refusal, ChannelRefusal::Unknown(_));
                (if unknown { NotFound } else { PermissionDenied }, Vec::new())
            }
        };
        Ok(Response::new(SubscribeStreamResponse { status: status.into(), data }))
    }

    /// Called once for a channel, and again after every failure. It runs until Grafana cancels it, waiting
    /// where there is nothing to send.
    async fn run_stream(&self, request: Request<RunStreamRequest>) -> Result<Response<Messages>, Status> {
        let request = request.into_inner();
        let asked = self.channel(request.plugin_context.as_ref(), &request.path, &request.data).map_err(
            |refusal| match &refusal {
                ChannelRefusal::Unknown(_) => Status::not_found(refusal.to_string()),
                ChannelRefusal::Forged(_) => Status::permission_denied(refusal.to_string()),
                ChannelRefusal::Refused(inner) if inner.status() == 403 => {
                    Status::permission_denied(refusal.to_string())
                }
                ChannelRefusal::Refused(_) => Status::failed_precondition(refusal.to_string()),
            },
        )?;
        let subscription = self
            .source
            .subscribe(&asked.request)
            .await
            .map_err(|error| Status::unavailable(error.to_string()))?;
        let (shutdown, source) = (self.shutdown.clone(), Arc::clone(&self.source));
        let interval = Duration::from_millis(asked.query.interval);
        let messages: Messages = match asked.query.columns.clone() {
            Columns::Packets(columns) => {
                let packets = Packets::new(subscription, columns, asked.query.limit, shutdown);
                Box::pin(stream::unfold(packets, Packets::next))
            }
            Columns::Counts(columns) => {
                let rates = Rates::new(subscription, source, columns, interval, shutdown);
                Box::pin(stream::unfold(rates, Rates::next))
            }
            Columns::Series(columns) => {
                let rates = Rates::new(subscription, source, columns, interval, shutdown);
                Box::pin(stream::unfold(rates, Rates::next))
            }
            Columns::Capture(columns) => {
                let accounts = Accounts::new(subscription, source, asked, columns, shutdown);
                Box::pin(stream::unfold(accounts, Accounts::next))
            }
        };
        Ok(Response::new(messages))
    }

    /// Nobody but the kernel has anything to say here.
    async fn publish_stream(
        &self,
        _request: Request<PublishStreamRequest>,
    ) -> Result<Response<PublishStreamResponse>, Status> {
        Ok(Response::new(PublishStreamResponse {
            status: publish_stream_response::Status::PermissionDenied.into(),
            data: Vec::new(),
        }))
    }
}

impl Plugin {
    fn channel(
        &self,
        context: Option<&grafana_plugin_sdk::pluginv2::PluginContext>,
        path: &str,
        data: &[u8],
    ) -> Result<Asked, ChannelRefusal> {
        asked::read_channel(context, path, data, &*self.source, &self.server)
    }
}

/// Where a stream is in its life.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Running,
    /// The process ends: what there is is still sent.
    Ending,
    Ended,
}

/// How a stream ends well, which is asked for: with its accounts beside the status, which Grafana ignores and
/// `xdplive watch` prints.
fn end(tally: Tally) -> Status {
    Status::with_metadata(Code::Ok, "", trailers(tally))
}

/// How a stream ends otherwise: with an error, upon which Grafana runs it again.
fn ended_by_itself() -> Status {
    Status::unavailable("the capture has ended")
}

/// Names of the accounts in a stream's trailers, in the order in which they are printed.
pub const ACCOUNTS: [&str; 5] =
    ["xdplive-seen", "xdplive-unmatched", "xdplive-thinned", "xdplive-lost", "xdplive-delivered"];

fn trailers(tally: Tally) -> MetadataMap {
    let Tally { seen, unmatched, thinned, lost, delivered } = tally;
    let mut metadata = MetadataMap::new();
    for (name, count) in ACCOUNTS.into_iter().zip([seen, unmatched, thinned, lost, delivered]) {
        metadata.insert(name, count.into());
    }
    metadata
}
