//! A file is handed out by a task of its own. A reader that takes nothing, such as a browser whose download is paused, would
//! else keep the file's place, and its capture, past every bound: nobody but the task looks at them.

use std::time::Duration;

use futures::{Stream, stream};
use grafana_plugin_sdk::pluginv2::CallResourceResponse;
use tokio::sync::{
    mpsc::{self, error::SendTimeoutError},
    oneshot,
};
use tonic::Status;

use super::pcapng::Download;

/// How long a reader may take nothing until its file ends.
const PATIENCE: Duration = Duration::from_secs(30);

type Piece = Result<CallResourceResponse, Status>;

/// The pieces of a file. One that ends because its reader took nothing ends with an error.
pub(super) fn hand_out(download: Download) -> impl Stream<Item = Piece> + Send {
    let (pieces, taken) = mpsc::channel(1);
    let (broken_off, reason) = oneshot::channel();
    tokio::spawn(async move {
        if let Err(status) = send_all(download, &pieces).await {
            // Where nobody listens any more, nobody wants the reason.
            let _ = broken_off.send(status);
        }
    });
    stream::unfold((taken, Some(reason)), |(mut taken, reason)| async {
        match taken.recv().await {
            Some(piece) => Some((piece, (taken, reason))),
            None => reason?.await.ok().map(|status| (Err(status), (taken, None))),
        }
    })
}

/// Sends piece after piece. Returning drops what is left, which ends the capture and gives its place back.
async fn send_all(mut download: Download, pieces: &mpsc::Sender<Piece>) -> Result<(), Status> {
    loop {
        let next = tokio::select! {
            // Who has gone away waits for no packet.
            () = pieces.closed() => return Ok(()),
            next = download.next() => next,
        };
        let Some((piece, mut rest)) = next else { return Ok(()) };
        match pieces.send_timeout(piece, PATIENCE).await {
            Ok(()) => download = rest,
            Err(SendTimeoutError::Closed(_)) => return Ok(()),
            Err(SendTimeoutError::Timeout(_)) => {
                let reason = format!("its reader took nothing for {} s", PATIENCE.as_secs());
                rest.because(reason.clone());
                return Err(Status::deadline_exceeded(format!("the file was broken off: {reason}")));
            }
        }
    }
}
