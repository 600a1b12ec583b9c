//! `--write`: the packets as a pcapng file instead of rows.

mod blocks;
mod out;

use std::path::Path;

use grafana_plugin_sdk::pluginv2::{CallResourceRequest, CallResourceResponse};
use serde_json::{Value, json};
use tokio::sync::oneshot;
use tonic::{Status, Streaming};

use self::out::Out;
use super::{
    accounts::{self, Accounts},
    query,
    session::Session,
};
use crate::{
    cli::{Kind, Watch},
    exit::Failure,
    host::Plugin,
};

/// What a file cannot be had of.
pub(super) fn check(options: &Watch) -> Result<(), Failure> {
    if options.query != Kind::Packets {
        return Err(Failure::Call("--write takes packets; leave --query out".to_owned()));
    }
    if options.filter.len() > 1 {
        return Err(Failure::Call(
            "--write takes one --filter, because a file does not say which of several a packet is for; join them \
             with or, as in --filter '(tcp port 80) or (udp port 53)'"
                .to_owned(),
        ));
    }
    Ok(())
}

/// The resource's query: that of a stream, with what ends the file.
fn query(options: &Watch) -> Value {
    let mut query = query::queries(options).into_iter().next().unwrap_or_else(|| json!({}));
    if let Some(keys) = query.as_object_mut() {
        // Columns are for rows.
        keys.remove("columns");
        // The time is kept here, as it is for rows.
        keys.extend([
            ("count".to_owned(), json!(options.count)),
            ("seconds".to_owned(), Value::Null),
            ("bytes".to_owned(), Value::Null),
        ]);
    }
    query
}

/// Writes the file until it is time to stop, and then what was captured before. Returns the accounts, also where the file
/// takes no more packets; none where it was time to stop before anything was captured.
///
/// # Errors
/// Where the plugin refuses or fails, or there can be no file.
pub(super) async fn write(
    mut session: Session<'_>,
    path: &Path,
    tell_running: oneshot::Sender<()>,
) -> Result<Vec<Accounts>, Failure> {
    let request = CallResourceRequest {
        plugin_context: Some(session.context.clone()),
        path: "pcapng".to_owned(),
        method: "POST".to_owned(),
        url: "pcapng".to_owned(),
        body: query(session.options).to_string().into(),
        ..CallResourceRequest::default()
    };
    let start = start(session.plugin, request);
    let Some(started) = session.unless_stopped(start).await else { return Ok(Vec::new()) };
    let (first, mut pieces) = started?;
    // Not before: a query that is refused must not cost an older file.
    let (mut out, created) = session.write(Out::new(path), Out::create).await?;
    created?;
    // Nobody waits for it where the plugin has ended already.
    let _ = tell_running.send(());
    session.stop.start_clock();

    let mut piece = Some(first);
    let mut is_read = true;
    // Why the file takes no more, and the packets in it then.
    let (mut failure, mut packets) = (None, 0);
    while let Some(CallResourceResponse { body, .. }) = piece {
        if is_read {
            let of_piece = blocks::packets(&body);
            let (back, written) = session.write(out, move |out| out.write(&body)).await?;
            out = back;
            match written {
                Ok(true) => packets += of_piece,
                Ok(false) => is_read = false,
                Err(Failure::Machine(reason)) => (is_read, failure) = (false, Some(reason)),
                Err(other) => return Err(other),
            }
            if !is_read {
                session.ask_to_end().await;
            }
        }
        piece = session.meanwhile(pieces.message()).await.map_err(from_status)?;
    }
    let mut accounts = session.meanwhile(finish(pieces)).await;
    let (_, closed) = session.write(out, Out::close).await?;
    match failure {
        None => _ = closed?,
        Some(_) => (accounts.failure, accounts.printed) = (failure, packets),
    }
    Ok(vec![accounts])
}

/// Asks for the file. Returns its first piece, and where the others come. When this returns, packets are being
/// captured.
async fn start(
    plugin: &Plugin,
    request: CallResourceRequest,
) -> Result<(CallResourceResponse, Streaming<CallResourceResponse>), Failure> {
    let mut pieces = plugin.resource().call_resource(request).await.map_err(from_status)?.into_inner();
    let first = pieces.message().await.map_err(from_status)?.unwrap_or_default();
    if first.code != 200 {
        return Err(Failure::from_status(first.code, message(&first)));
    }
    Ok((first, pieces))
}

fn from_status(status: Status) -> Failure {
    Failure::Machine(format!("the plugin failed: {}", status.message()))
}

/// The accounts of a file that has come to its end.
async fn finish(mut pieces: Streaming<CallResourceResponse>) -> Accounts {
    let trailers = pieces.trailers().await.ok().flatten();
    let counts = trailers.as_ref().and_then(accounts::read);
    let failure = counts.is_none().then(|| "the plugin did not report what it counted".to_owned());
    // All that was delivered is in the file.
    Accounts { counts, printed: counts.map_or(0, |[.., delivered]| delivered), failure }
}

/// What the plugin says of a refusal.
fn message(answer: &CallResourceResponse) -> String {
    let said: Option<Value> = serde_json::from_slice(&answer.body).ok();
    let said = said.as_ref().and_then(|said| said.get("message")).and_then(Value::as_str);
    said.map_or_else(|| format!("the plugin answered with status {}", answer.code), str::to_owned)
}
