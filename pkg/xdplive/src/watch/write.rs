//! `--write`: the packets as a pcapng file instead of rows.

use std::{
    fs::File,
    io::{self, Write},
    path::Path,
};

use grafana_plugin_sdk::pluginv2::{CallResourceRequest, CallResourceResponse, PluginContext};
use serde_json::{Value, json};
use tokio::sync::oneshot;
use tonic::{Status, Streaming};

use super::{
    accounts::{self, Accounts},
    query,
    stop::Stop,
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

/// Writes the file until it is time to stop, and then what was captured before. Returns the accounts.
pub(super) async fn write(
    plugin: &Plugin,
    context: &PluginContext,
    options: &Watch,
    path: &Path,
    mut stop: Stop,
    tell_running: oneshot::Sender<()>,
) -> Result<Vec<Accounts>, Failure> {
    let request = CallResourceRequest {
        plugin_context: Some(context.clone()),
        path: "pcapng".to_owned(),
        method: "POST".to_owned(),
        url: "pcapng".to_owned(),
        body: query(options).to_string().into(),
        ..CallResourceRequest::default()
    };
    let from_status = |status: Status| Failure::Machine(format!("the plugin failed: {}", status.message()));
    let mut pieces = plugin.resource().call_resource(request).await.map_err(from_status)?.into_inner();
    let first = pieces.message().await.map_err(from_status)?.unwrap_or_default();
    if first.code != 200 {
        return Err(Failure::from_status(first.code, message(&first)));
    }
    // Not before: a query that is refused must not cost an older file.
    let mut out = Out::create(path)?;
    // Nobody waits for it where the plugin has ended already.
    let _ = tell_running.send(());
    stop.start_clock();

    let mut piece = Some(first);
    let mut ending = false;
    while let Some(CallResourceResponse { body, .. }) = piece {
        if !out.write(&body)? && !ending {
            // Whoever reads us has enough.
            plugin.ask_to_end().await;
            ending = true;
        }
        piece = loop {
            tokio::select! {
                piece = pieces.message() => break piece.map_err(from_status)?,
                () = stop.wait(), if !ending => {
                    plugin.ask_to_end().await;
                    ending = true;
                }
            }
        };
    }
    let accounts = finish(pieces).await;
    if !ending {
        plugin.ask_to_end().await;
    }
    Ok(vec![accounts])
}

/// The accounts of a file that has come to its end.
async fn finish(mut pieces: Streaming<CallResourceResponse>) -> Accounts {
    let trailers = pieces.trailers().await.ok().flatten();
    let counts = trailers.as_ref().and_then(accounts::read);
    let failure = counts.is_none().then(|| "the plugin did not say what it counted".to_owned());
    // All that was delivered is in the file.
    Accounts { counts, printed: counts.map_or(0, |[.., delivered]| delivered), failure }
}

/// What the plugin says of a refusal.
fn message(answer: &CallResourceResponse) -> String {
    let said: Option<Value> = serde_json::from_slice(&answer.body).ok();
    let said = said.as_ref().and_then(|said| said.get("message")).and_then(Value::as_str);
    said.map_or_else(|| format!("the plugin answered with status {}", answer.code), str::to_owned)
}

/// The file, or standard output.
struct Out {
    out: Box<dyn Write>,
    name: String,
}

impl Out {
    /// Creates the file, in place of one that is there; `-` stands for standard output.
    fn create(path: &Path) -> Result<Self, Failure> {
        let name = path.display().to_string();
        let out: Box<dyn Write> = if name == "-" {
            Box::new(io::stdout())
        } else {
            let file = File::create(path)
                .map_err(|error| Failure::Machine(format!("cannot write {name}: {error}")))?;
            Box::new(file)
        };
        Ok(Self { out, name })
    }

    /// Writes a piece; `false` where nobody reads any more.
    fn write(&mut self, piece: &[u8]) -> Result<bool, Failure> {
        match self.out.write_all(piece).and_then(|()| self.out.flush()) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(false),
            Err(error) => Err(Failure::Machine(format!("cannot write {}: {error}", self.name))),
        }
    }
}
