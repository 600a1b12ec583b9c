//! The loader process: serves one asker until that goes away.

use std::{collections::BTreeMap, io, os::fd::AsFd};

use super::{
    channel::Channel,
    flows::FlowBanks,
    programs::{self, Capture},
    protocol::{Answer, CaptureId, HookName, LoaderError, Request},
};

/// Captures at most: one for each interface being watched.
const MAX_CAPTURES: usize = 256;

/// Answers requests until the other end of `channel` is closed, which is how the plugin's end is noticed: it
/// works whatever the two processes' user ids, unlike a parent-death signal. All links end with this process.
///
/// # Errors
/// Where the channel breaks.
pub fn serve(channel: &Channel) -> io::Result<()> {
    let mut captures = BTreeMap::new();
    while let Some((request, _)) = channel.receive::<Request>()? {
        match handle(&mut captures, request) {
            Ok(Reply::Plain(answer)) => channel.send(&answer, &[])?,
            Ok(Reply::Maps(capture)) => send_maps(channel, &captures, capture)?,
            Ok(Reply::Flows { capture, entries }) => send_flows(channel, &captures, capture, entries)?,
            Err(error) => channel.send(&Answer::Failed(error), &[])?,
        }
    }
    Ok(())
}

enum Reply {
    Plain(Answer),
    Maps(CaptureId),
    Flows { capture: CaptureId, entries: u32 },
}

fn handle(captures: &mut BTreeMap<CaptureId, Capture>, request: Request) -> Result<Reply, LoaderError> {
    let answer = match request {
        Request::Open { capture, ring_bytes } => {
            if captures.len() >= MAX_CAPTURES {
                return Err(LoaderError::BadRequest(format!(
                    "more than {MAX_CAPTURES} interfaces at a time"
                )));
            }
            captures.insert(capture, Capture::open(ring_bytes)?);
            return Ok(Reply::Maps(capture));
        }
        Request::OpenFlows { capture, entries } => return Ok(Reply::Flows { capture, entries }),
        Request::Attach { capture, hook: HookName(hook), index } => {
            Answer::Attached(find(captures, capture)?.attach(hook, index)?)
        }
        Request::Detach { capture, hook: HookName(hook) } => {
            find(captures, capture)?.detach(hook);
            Answer::Done
        }
        Request::Close { capture } => {
            captures.remove(&capture);
            Answer::Done
        }
        Request::KernelTime { capture, hook: HookName(hook) } => {
            let (total, runs) = find(captures, capture)?.kernel_time(hook)?;
            Answer::KernelTime { total, runs }
        }
        Request::Probe => {
            let found = programs::probe();
            Answer::Probed(found.into_iter().map(|(hook, error)| (HookName(hook), error)).collect())
        }
    };
    Ok(Reply::Plain(answer))
}

fn find(
    captures: &mut BTreeMap<CaptureId, Capture>,
    capture: CaptureId,
) -> Result<&mut Capture, LoaderError> {
    captures.get_mut(&capture).ok_or_else(|| LoaderError::BadRequest(format!("capture {capture}")))
}

fn send_maps(
    channel: &Channel,
    captures: &BTreeMap<CaptureId, Capture>,
    capture: CaptureId,
) -> io::Result<()> {
    let maps = captures.get(&capture).map(Capture::maps);
    match maps {
        Some(Ok(maps)) => channel.send(&Answer::Opened, &maps.map(|map| map.fd().as_fd())),
        Some(Err(error)) => channel.send(&Answer::Failed(error), &[]),
        None => channel.send(&Answer::Failed(LoaderError::BadRequest(format!("capture {capture}"))), &[]),
    }
}

/// Creates the tables of flows, and lets go of them: they are the asker's.
fn send_flows(
    channel: &Channel,
    captures: &BTreeMap<CaptureId, Capture>,
    capture: CaptureId,
    entries: u32,
) -> io::Result<()> {
    let Some(capture) = captures.get(&capture) else {
        return channel.send(&Answer::Failed(LoaderError::BadRequest(format!("capture {capture}"))), &[]);
    };
    let opened = FlowBanks::create(entries).and_then(|banks| Ok((capture.flow_maps()?, banks)));
    match opened {
        Ok((outer, banks)) => {
            let maps = outer.into_iter().chain(&banks.beside).chain(&banks.tables);
            let fds: Vec<_> = maps.map(|map| map.fd().as_fd()).collect();
            channel.send(&Answer::FlowsOpened, &fds)
        }
        Err(error) => channel.send(&Answer::Failed(error), &[]),
    }
}
