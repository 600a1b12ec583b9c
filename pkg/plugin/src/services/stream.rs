//! Channels: who may subscribe, and the stream behind each.

mod accounts;
mod drops;
mod flows;
mod groups;
mod intake;
mod interfaces;
pub(super) mod lingering;
mod message;
mod packets;
mod rates;
mod tables;
mod waiting;

use std::{pin::Pin, sync::Arc, time::Duration};

use futures::{StreamExt as _, TryStreamExt as _, stream};
use grafana_plugin_sdk::pluginv2::{
    PublishStreamRequest, PublishStreamResponse, RunStreamRequest, StreamPacket, SubscribeStreamRequest,
    SubscribeStreamResponse, publish_stream_response, stream_server::Stream, subscribe_stream_response,
};
use tonic::{Code, Request, Response, Status, async_trait, metadata::MetadataMap};
use xdplive_protocol::accounts::ACCOUNTS;
use xdplive_source::{Counting, SourceError, Tally};

use self::{
    accounts::Accounts,
    drops::{Drops, Reasons},
    flows::Flows,
    groups::Groups,
    intake::Intake,
    interfaces::Interfaces,
    message::Message,
    packets::Packets,
    rates::Rates,
    tables::{Tables, Tabulate},
};
use super::{Plugin, admission::Admitted, since_start::SinceStart};
use crate::{
    asked::{self, Asked, ChannelRefusal, Refusal},
    audit::{self, Audited},
    columns::{
        Column, capture::CaptureColumn, interfaces::InterfaceColumn, packets::PacketColumn, rates::CountRow,
    },
    frame::json::{self, Encoder},
    query::{Columns, Kind},
    sent::Sent,
    shutdown::Cause,
};

/// Messages of a stream, and the status with which it ends.
pub(super) type Messages = Pin<Box<dyn futures::Stream<Item = Result<Message, Status>> + Send>>;

#[async_trait]
impl Stream for Plugin {
    type RunStreamStream = Pin<Box<dyn futures::Stream<Item = Result<StreamPacket, Status>> + Send>>;

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
            Ok(asked) => {
                self.audit.subscribed(&asked);
                (Granted, schema_of(&asked.query.columns))
            }
            Err(refusal) => {
                // Grafana tells the browser no more than the status.
                let owner = asked::owner(request.plugin_context.as_ref());
                self.admission.refusals.count(&owner, &format_args!("subscription refused: {refusal}"));
                let unknown = matches!(refusal, ChannelRefusal::Unknown(_));
                (if unknown { NotFound } else { PermissionDenied }, Vec::new())
            }
        };
        Ok(Response::new(SubscribeStreamResponse { status: status.into(), data }))
    }

    /// Called once for a channel, and again after every failure. It runs until Grafana cancels it, waiting
    /// where there is nothing to send.
    async fn run_stream(
        &self,
        request: Request<RunStreamRequest>,
    ) -> Result<Response<Self::RunStreamStream>, Status> {
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
        let messages = match self.admission.stream(&asked) {
            Ok(admitted) => self.admitted_messages(asked, admitted).await?,
            Err(over) => self.messages_when_admitted(asked, &over),
        };
        let shutdown = self.shutdown.clone();
        let ended = move |status| at_the_end(status, shutdown.cause());
        Ok(Response::new(Box::pin(messages.map_ok(StreamPacket::from).map_err(ended))))
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

/// The streams of each kind.
impl Plugin {
    /// The messages of a query's stream, which has what it was let in with for as long as it is there.
    async fn admitted_messages(&self, asked: Asked, admitted: Admitted) -> Result<Messages, Status> {
        let messages = match self.lingering.take(&asked).await {
            Some(messages) => messages,
            None => {
                let messages = self.new_messages(asked.clone()).await;
                messages.map_err(|error| Status::unavailable(error.to_string()))?
            }
        };
        let audited = self.audit.begin(audit::Sent::Stream, &asked, &self.source);
        Ok(logged(having(messages, admitted), audited))
    }

    /// The messages of a stream that begins. It lingers where what it sends is kept.
    async fn new_messages(&self, asked: Asked) -> Result<Messages, SourceError> {
        let is_kept = match asked.query.kind {
            Kind::Packets | Kind::Drops => asked.query.limit.is_some(),
            Kind::Rates | Kind::Flows | Kind::Interfaces => true,
            Kind::Capture => false,
        };
        let messages = self.messages(asked.clone()).await?;
        let schema = || schema_of(&asked.query.columns);
        Ok(if is_kept { self.lingering.keep(&asked, messages, schema()) } else { messages })
    }

    /// Has what is asked counted for a while, for who has no stream. Returns since when, ms since 1970; `None` where it is counted
    /// for a panel, or was until lately, and where the administrator has nothing go on without one.
    ///
    /// # Errors
    /// As [`xdplive_source::Source::subscribe`], and beyond a quota.
    pub(super) async fn count_unseen(&self, asked: &Asked) -> Result<Option<i64>, Refusal> {
        if let Some(since) = self.lingering.renew(asked) {
            return Ok(since);
        }
        if self.admission.runs(&asked.request.label) || self.lingering.is_off() {
            return Ok(None);
        }
        let admitted = self.admission.stream(asked).map_err(|over| self.refused(asked, over))?;
        let since = self.source.now().milliseconds();
        let messages = having(self.messages(asked.clone()).await?, admitted);
        self.lingering.take_unseen(asked, messages, schema_of(&asked.query.columns), since);
        Ok(Some(since))
    }

    /// The messages of a query's stream.
    pub(super) async fn messages(&self, asked: Asked) -> Result<Messages, SourceError> {
        let is_of_flows = asked.query.is_of_flows();
        if asked.query.kind == Kind::Drops {
            return self.drops(asked).await;
        }
        match asked.query.columns.clone() {
            Columns::Packets(columns) => self.packets(&asked, columns).await,
            Columns::Counts(columns) if is_of_flows => {
                self.tables(
                    &asked,
                    &self.sent.groups,
                    Groups::of_each(&asked.query, self.source.clone(), self.naming_that_learns(&asked).await)
                        .with(self.attribution(&asked).await),
                    columns,
                )
                .await
            }
            Columns::Series(columns) if is_of_flows => {
                self.tables(
                    &asked,
                    &self.sent.groups,
                    Groups::steady(&asked.query, self.source.clone(), self.naming_that_learns(&asked).await)
                        .with(self.attribution(&asked).await),
                    columns,
                )
                .await
            }
            Columns::Counts(columns) => self.rates(&asked, columns).await,
            Columns::Series(columns) => self.rates(&asked, columns).await,
            Columns::Flows(columns) => {
                let naming = self.naming_that_learns(&asked).await;
                let quality = self.quality(&asked).await;
                let flows = Flows::new(&asked.query, SinceStart::of(self, &asked), naming, quality)
                    .with(self.attribution(&asked).await);
                self.tables(&asked, &self.sent.flows, flows, columns).await
            }
            Columns::Capture(columns) => self.accounts(asked, columns).await,
            Columns::Interfaces(columns) => self.interfaces(asked, columns).await,
            Columns::Drops(_) => self.drops(asked).await,
        }
    }

    async fn packets(&self, asked: &Asked, columns: Vec<PacketColumn>) -> Result<Messages, SourceError> {
        // At once, so that one generation does for both.
        let (subscription, recorded) =
            tokio::join!(self.source.subscribe(&asked.request), self.recorder.hold(&asked.request));
        let subscription = subscription?;
        // Rows without a budget are too many to be worth the time.
        let limit = asked.query.limit;
        let keeper =
            limit.map(|_| self.sent.packets.keeper_of_whole(&asked.request.label, &asked.label_of_whole()));
        let encoder = Encoder::new(columns);
        let naming = self.naming_that_learns(asked).await;
        let packets = Packets::new(
            (subscription, naming, asked.masks),
            keeper,
            recorded,
            encoder,
            limit,
            self.shutdown.clone(),
        )
        .with(self.attribution(asked).await);
        Ok(Box::pin(stream::unfold(packets, Packets::next)))
    }

    async fn rates<C>(&self, asked: &Asked, columns: Vec<C>) -> Result<Messages, SourceError>
    where
        C: Column<Rows = [CountRow]> + Send,
    {
        let counting = Counting::begin(Arc::clone(&self.source), &asked.request);
        // At once, so that one generation does for both.
        let (counting, recorded) = tokio::join!(counting, self.recorder.hold(&asked.request));
        let counting = counting?;
        let interval = Duration::from_millis(asked.query.interval);
        let encoder = Encoder::new(columns);
        let rates = Rates::new(
            (Arc::clone(&self.source), asked.clone()),
            counting,
            recorded,
            encoder,
            interval,
            self.shutdown.clone(),
        );
        Ok(Box::pin(stream::unfold(rates, Rates::next)))
    }

    async fn accounts(&self, asked: Asked, columns: Vec<CaptureColumn>) -> Result<Messages, SourceError> {
        let subscription = self.source.subscribe(&asked.request).await?;
        let (source, shutdown) = (Arc::clone(&self.source), self.shutdown.clone());
        let encoder = Encoder::new(columns);
        let accounts = Accounts::new(subscription, source, asked, encoder, shutdown);
        Ok(Box::pin(stream::unfold(accounts, Accounts::next)))
    }

    async fn drops(&self, asked: Asked) -> Result<Messages, SourceError> {
        let feed = self.source.drops(&asked.request).await?;
        let naming = self.naming_that_learns(&asked).await;
        let (label, shutdown) = (Arc::clone(&asked.request.label), self.shutdown.clone());
        let (columns, masks) = (asked.query.columns.clone(), asked.masks);
        let groups = self.sent.groups.keeper(&label);
        let counted = (feed, asked, Arc::clone(&self.source));
        Ok(match columns {
            Columns::Drops(columns) => {
                let keeper = self.sent.drops.keeper(&label);
                let drops = Drops::new((counted.0, masks, naming), keeper, Encoder::new(columns), shutdown);
                Box::pin(stream::unfold(drops, Drops::next))
            }
            Columns::Series(columns) => {
                let reasons = Reasons::new(counted, groups, Encoder::new(columns), shutdown);
                Box::pin(stream::unfold(reasons, Reasons::next))
            }
            Columns::Counts(columns) => {
                let reasons = Reasons::new(counted, groups, Encoder::new(columns), shutdown);
                Box::pin(stream::unfold(reasons, Reasons::next))
            }
            _ => return Err(SourceError::Unavailable("these are no columns of dropped packets".to_owned())),
        })
    }

    async fn interfaces(&self, asked: Asked, columns: Vec<InterfaceColumn>) -> Result<Messages, SourceError> {
        let keeper = self.sent.interfaces.keeper(&asked.request.label);
        let (source, encoder) = (Arc::clone(&self.source), Encoder::new(columns));
        let interfaces = Interfaces::begin(source, asked, keeper, encoder, self.shutdown.clone()).await?;
        Ok(Box::pin(stream::unfold(interfaces, Interfaces::next)))
    }

    /// What `table` makes of the flows that are asked for.
    async fn tables<T, C>(
        &self,
        asked: &Asked,
        sent: &Sent<Arc<[T::Row]>>,
        table: T,
        columns: Vec<C>,
    ) -> Result<Messages, SourceError>
    where
        T: Tabulate<Row: Send + Sync + 'static> + Send + 'static,
        C: Column<Rows = [T::Row]> + Send,
    {
        let intake =
            Intake::begin(asked, Arc::clone(&self.source), &self.shortfalls, self.shutdown.clone()).await?;
        let keeper = sent.keeper(&asked.request.label);
        let tables = Tables::new(intake, keeper, table, Encoder::new(columns));
        Ok(Box::pin(stream::unfold(tables, Tables::next)))
    }

    fn channel(
        &self,
        context: Option<&grafana_plugin_sdk::pluginv2::PluginContext>,
        path: &str,
        data: &[u8],
    ) -> Result<Asked, ChannelRefusal> {
        asked::read_channel(context, path, data, &self.source.interfaces(), &self.server)
    }
}

/// Messages that have what their stream was let in with for as long as they are there.
fn having(messages: Messages, admitted: Admitted) -> Messages {
    Box::pin(messages.inspect(move |_| {
        let _has = &admitted;
    }))
}

/// Messages whose number and end are logged, where there is a log of them.
fn logged(messages: Messages, audited: Option<Audited>) -> Messages {
    let Some(mut audited) = audited else { return messages };
    Box::pin(messages.inspect(move |message| match message {
        Ok(message) => audited.sent_rows(message.rows, message.data.len()),
        Err(status) if status.code() == Code::Ok => audited.ends(audit::ASKED_TO_END),
        Err(status) => audited.ends(status.message().to_owned()),
    }))
}

/// A message that names the columns of a stream, without rows.
fn schema_of(columns: &Columns) -> Vec<u8> {
    match columns {
        Columns::Packets(columns) => json::schema(columns),
        Columns::Counts(columns) => json::schema(columns),
        Columns::Series(columns) => json::schema(columns),
        Columns::Flows(columns) => json::schema(columns),
        Columns::Capture(columns) => json::schema(columns),
        Columns::Interfaces(columns) => json::schema(columns),
        Columns::Drops(columns) => json::schema(columns),
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
pub(super) fn end(tally: Tally) -> Status {
    Status::with_metadata(Code::Ok, "", trailers(tally))
}

/// The status with which Grafana runs a stream again where the process ends by a signal: of one that ends well it takes
/// every panel for finished, although another process is about to start.
fn at_the_end(status: Status, cause: Option<Cause>) -> Status {
    if status.code() == Code::Ok && cause == Some(Cause::Signal) {
        let text = "the plugin process was asked to end by a signal";
        return Status::with_metadata(Code::Unavailable, text, status.metadata().clone());
    }
    status
}

/// How a stream ends otherwise: with an error, upon which Grafana runs it again.
fn ended_by_itself() -> Status {
    Status::unavailable("the capture has ended")
}

fn trailers(tally: Tally) -> MetadataMap {
    let Tally { seen, unmatched, thinned, lost, delivered } = tally;
    let mut metadata = MetadataMap::new();
    for (name, count) in ACCOUNTS.into_iter().zip([seen, unmatched, thinned, lost, delivered]) {
        metadata.insert(name, count.into());
    }
    metadata
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_that_a_signal_ends_is_run_again_and_keeps_its_accounts() {
        let tally = Tally { seen: 7, ..Tally::default() };
        for (cause, code) in
            [(None, Code::Ok), (Some(Cause::Asked), Code::Ok), (Some(Cause::Signal), Code::Unavailable)]
        {
            let status = at_the_end(end(tally), cause);
            assert_eq!(status.code(), code, "{cause:?}");
            assert_eq!(status.metadata().get("xdplive-seen").unwrap(), "7");
        }
        let status = at_the_end(Status::not_found("gone"), Some(Cause::Signal));
        assert_eq!((status.code(), status.message()), (Code::NotFound, "gone"));
    }
}
