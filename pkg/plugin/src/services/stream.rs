//! Channels: who may subscribe, and the stream behind each.

use std::{pin::Pin, time::Duration};

use futures::stream;
use grafana_plugin_sdk::pluginv2::{
    PublishStreamRequest, PublishStreamResponse, RunStreamRequest, StreamPacket, SubscribeStreamRequest,
    SubscribeStreamResponse, publish_stream_response, stream_server::Stream, subscribe_stream_response,
};
use tokio::time::{Instant, sleep_until};
use tonic::{Code, Request, Response, Status, async_trait, metadata::MetadataMap};
use tracing::warn;
use xdplive_capture::{
    reader::FLUSH_INTERVAL,
    source::{Subscription, Tally},
};

use super::Plugin;
use crate::{
    asked::{self, Asked, ChannelRefusal},
    frame::json::{self, Encoder},
    shutdown::Shutdown,
};

type Packets = Pin<Box<dyn futures::Stream<Item = Result<StreamPacket, Status>> + Send>>;

#[async_trait]
impl Stream for Plugin {
    type RunStreamStream = Packets;

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
            Ok(asked) => (Granted, json::schema(&asked.query.columns)),
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
    async fn run_stream(&self, request: Request<RunStreamRequest>) -> Result<Response<Packets>, Status> {
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
        let running = Running::new(subscription, &asked, self.shutdown.clone());
        Ok(Response::new(Box::pin(stream::unfold(running, Running::next))))
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

/// A stream that is being sent.
struct Running {
    subscription: Subscription,
    encoder: Encoder,
    /// Time between two messages: a panel draws itself anew for each. None for a stream without a budget,
    /// which sends as soon as the last message is taken.
    pace: Option<Duration>,
    next_message: Instant,
    shutdown: Shutdown,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Running,
    /// The process ends: what was captured is still sent.
    Ending,
    Ended,
}

impl Running {
    fn new(subscription: Subscription, asked: &Asked, shutdown: Shutdown) -> Self {
        Self {
            subscription,
            encoder: Encoder::new(asked.query.columns.clone()),
            pace: asked.query.limit.map(|_| FLUSH_INTERVAL),
            next_message: Instant::now(),
            shutdown,
            state: State::Running,
        }
    }

    async fn next(mut self) -> Option<(Result<StreamPacket, Status>, Self)> {
        if self.state == State::Ended {
            return None;
        }
        if self.pace.is_some() && self.state == State::Running {
            tokio::select! {
                () = sleep_until(self.next_message) => {}
                () = self.shutdown.begun() => self.end(),
            }
        }
        let most = self.encoder.most_rows();
        let batches = loop {
            if self.state == State::Ending {
                break self.subscription.next(most).await;
            }
            tokio::select! {
                batches = self.subscription.next(most) => break batches,
                () = self.shutdown.begun() => self.end(),
            }
        };
        let Some(batches) = batches else {
            let status = self.last_words();
            self.state = State::Ended;
            return Some((Err(status), self));
        };
        let data = self.encoder.message(&batches);
        if let Some(pace) = self.pace {
            self.next_message = Instant::now() + pace;
        }
        Some((Ok(StreamPacket { data }), self))
    }

    fn end(&mut self) {
        self.subscription.end();
        self.state = State::Ending;
    }

    /// How the stream ends. Where that was asked for: well, with the stream's accounts beside the status,
    /// which Grafana ignores and `xdplive watch` prints. Otherwise with an error, upon which Grafana runs the
    /// stream again.
    fn last_words(&self) -> Status {
        if self.state == State::Running {
            return Status::unavailable("the capture has ended");
        }
        Status::with_metadata(Code::Ok, "", accounts(self.subscription.tally()))
    }
}

/// Names of the accounts in a stream's trailers, in the order in which they are printed.
pub const ACCOUNTS: [&str; 5] =
    ["xdplive-seen", "xdplive-unmatched", "xdplive-thinned", "xdplive-lost", "xdplive-delivered"];

fn accounts(tally: Tally) -> MetadataMap {
    let Tally { seen, unmatched, thinned, lost, delivered } = tally;
    let mut metadata = MetadataMap::new();
    for (name, count) in ACCOUNTS.into_iter().zip([seen, unmatched, thinned, lost, delivered]) {
        metadata.insert(name, count.into());
    }
    metadata
}
