//! The loader process: serves one asker until that goes away. Maps are served by the first thread; programs and links,
//! which take a while, by a second one.

use std::{
    collections::{BTreeMap, HashMap},
    io,
    os::fd::AsFd,
    sync::Arc,
    thread,
};

use aya::maps::MapData;
use xdplive_packet::accounting::INTERFACES;

use super::{
    channel::Channel,
    error::from_attach,
    instrument::Running,
    link::InterfaceLink,
    maps,
    policy::Policy,
    programs::Programs,
    protocol::{
        Attached, HookName, Instrument, LinkAnswer, LinkId, LinkRequest, LoaderError, MOST_DEAD, MapAnswer,
        MapRequest,
    },
};

/// Links at most: two for each interface.
const MAX_LINKS: usize = 2 * INTERFACES;

/// Answers requests, as far as `policy` allows, until the other end of `maps` is closed, which is how the plugin's end is noticed: it
/// works whatever the two processes' user ids, unlike a parent-death signal. All links end with this process.
///
/// # Errors
/// Where the channel breaks, or there is no second thread.
pub fn serve(maps: &Channel, links: Channel, policy: Policy) -> io::Result<()> {
    let programs = Arc::new(Programs::new(policy));
    let shared = Arc::clone(&programs);
    thread::Builder::new().name("xdplive-links".to_owned()).spawn(move || {
        // Where this connection breaks, so does the other.
        let _ = serve_links(&links, &shared);
    })?;
    serve_maps(maps, &programs)
}

fn serve_maps(channel: &Channel, programs: &Programs) -> io::Result<()> {
    while let Some((request, _)) = channel.receive::<MapRequest>()? {
        let created = match request {
            MapRequest::Open { ring_bytes } => match programs.open(ring_bytes) {
                Ok(maps) => {
                    channel.send(&MapAnswer::Maps, &maps)?;
                    continue;
                }
                Err(error) => Err(error),
            },
            MapRequest::KernelTime { hook: HookName(hook) } => {
                let answer = match programs.kernel_time(hook) {
                    Ok((total, runs)) => MapAnswer::KernelTime { total, runs },
                    Err(error) => MapAnswer::Failed(error),
                };
                channel.send(&answer, &[])?;
                continue;
            }
            MapRequest::Tables => maps::tables().map(|map| vec![map]),
            MapRequest::Cells => maps::cells().map(|map| vec![map]),
            MapRequest::Beside => maps::beside().map(Vec::from),
            MapRequest::FlowTables { entries } => {
                programs.policy.check_flows(entries).and_then(|()| maps::flow_tables(entries)).map(Vec::from)
            }
        };
        // Sent, and let go of: they are the asker's.
        match created {
            Ok(maps) => send_maps(channel, &maps)?,
            Err(error) => channel.send(&MapAnswer::Failed(error), &[])?,
        }
    }
    Ok(())
}

fn send_maps(channel: &Channel, maps: &[MapData]) -> io::Result<()> {
    let fds: Vec<_> = maps.iter().map(|map| map.fd().as_fd()).collect();
    channel.send(&MapAnswer::Maps, &fds)
}

fn serve_links(channel: &Channel, programs: &Programs) -> io::Result<()> {
    let mut links = Links::default();
    while let Some((request, _)) = channel.receive::<LinkRequest>()? {
        let begins = match &request {
            LinkRequest::Begin { instrument } => Some(*instrument),
            _ => None,
        };
        let answer = links.handle(request, programs).unwrap_or_else(LinkAnswer::Failed);
        // What has begun is sent with its maps.
        let running = begins.and_then(|instrument| links.instruments.get(&instrument));
        match running.map(Running::maps).transpose() {
            Ok(maps) => channel.send(&answer, &maps.unwrap_or_default())?,
            Err(error) => channel.send(&LinkAnswer::Failed(error), &[])?,
        }
    }
    Ok(())
}

#[derive(Default)]
struct Links {
    links: HashMap<LinkId, InterfaceLink>,
    last: LinkId,
    instruments: BTreeMap<Instrument, Running>,
}

impl Links {
    fn handle(&mut self, request: LinkRequest, programs: &Programs) -> Result<LinkAnswer, LoaderError> {
        match request {
            LinkRequest::Load { hook: HookName(hook) } => {
                programs.load(hook)?;
                Ok(LinkAnswer::Done)
            }
            LinkRequest::Attach { hook: HookName(hook), index } => {
                if self.links.len() >= MAX_LINKS {
                    return Err(LoaderError::BadRequest(format!("more than {MAX_LINKS} links at a time")));
                }
                programs.policy.check_interface(index)?;
                let link = InterfaceLink::attach(programs.load(hook)?, hook, index).map_err(from_attach)?;
                self.last += 1;
                let attached = Attached { link: self.last, program: link.info.program };
                self.links.insert(self.last, link);
                Ok(LinkAnswer::Attached(attached))
            }
            LinkRequest::Detach { link } => {
                self.links.remove(&link);
                Ok(LinkAnswer::Done)
            }
            LinkRequest::Check => {
                let dead = self.links.iter().filter(|(_, link)| link.is_dead()).map(|(id, _)| *id);
                Ok(LinkAnswer::Checked { dead: dead.take(MOST_DEAD).collect() })
            }
            LinkRequest::Begin { instrument } => {
                let running = match self.instruments.remove(&instrument) {
                    Some(running) => running,
                    None => Running::start(instrument, &programs.policy)?,
                };
                let is_whole = running.is_whole;
                self.instruments.insert(instrument, running);
                Ok(LinkAnswer::Begun { is_whole })
            }
            LinkRequest::Walk { instrument } => {
                self.instruments.get(&instrument).map_or(Ok(()), Running::walk)?;
                Ok(LinkAnswer::Done)
            }
            LinkRequest::LookAt { instrument, interfaces } => {
                if let Some(running) = self.instruments.get_mut(&instrument) {
                    running.look_at(&interfaces, &programs.policy)?;
                }
                Ok(LinkAnswer::Done)
            }
            LinkRequest::Finish { instrument } => {
                self.instruments.remove(&instrument);
                Ok(LinkAnswer::Done)
            }
        }
    }
}
