//! One interface being watched: its maps, its programs, the streams that are part of it.

use std::{collections::BTreeMap, sync::Arc, time::Instant};

use aya::maps::MapError;
use tracing::{error, info, warn};
use xdplive_filter::{Environment, Term};
use xdplive_packet::{Hook, event::Direction};

use super::{
    flows::Overflow,
    maps::{self, Counts},
    slots::{Key, NoSlot, Slots},
};
use crate::{
    hook::{HookChoice, KernelSupport, foreign_program, plan},
    interface::Interface,
    loader::{AskError, Loader, protocol::LoaderError},
    reader::{RingNumber, StreamId},
    ring_fill::RingFill,
    source::{self, InForce, Request},
};

/// The reader is woken when the ring is filled by one part in this many.
const WAKE_PART: u32 = 4;

/// A watched interface. It lives on while the interface is away.
pub struct Capture {
    /// The interface's name.
    pub name: Arc<str>,
    /// Number of the ring, and name of the capture with the loader.
    pub number: RingNumber,
    maps: maps::Control,
    attachments: BTreeMap<u32, Attachment>,
    /// Streams in the generation in force.
    members: BTreeMap<StreamId, Membership>,
    /// Streams that are to be in the next generation.
    wanted: BTreeMap<StreamId, Membership>,
    /// The slots of the next generation.
    slots: Slots,
    /// What has been counted in the generations that have ended, by [`Direction`].
    pub passed: [Passed; Direction::ALL.len()],
    /// How full the ring is.
    pub fill: Arc<RingFill>,
    /// What its table of flows has had no room for.
    pub flow_overflow: Arc<Overflow>,
    /// Since when there has been no stream.
    pub idle_since: Instant,
    /// Since when there has been no interface of this name, as far as that has been noticed.
    pub absent_since: Option<Instant>,
    /// Bytes of a packet that streams may have where its headers end before that, from the next generation on.
    pub header_bytes: u32,
}

/// What remains of generations and streams that have ended.
#[derive(Clone, Copy, Debug, Default)]
pub struct Passed {
    /// Packets seen in earlier generations.
    pub seen: u64,
    /// Those of them that were own traffic.
    pub own: u64,
    /// What streams that have ended had counted.
    pub streams: source::Counts,
}

/// What a stream is part of.
#[derive(Clone, Debug)]
pub struct Membership {
    /// Its slot; none for a stream that only has packets counted.
    pub slot: Option<u32>,
    /// The ways it wants.
    pub directions: Vec<Direction>,
}

/// A program that is attached.
struct Attachment {
    hook: Hook,
    /// The interface's number: another one means that this attachment is gone.
    index: u32,
    reason: String,
    /// See [`InForce`].
    expected: bool,
    /// Who asked for this hook.
    owner: String,
}

/// Why a hook is not in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AttachError {
    /// Another owner's choice is in force.
    Conflict {
        /// The hook in force.
        in_force: Hook,
        /// Who asked for it.
        owner: String,
    },
    /// The kernel has no hook for this direction.
    NoHook,
    /// The loader could not attach any of the hooks tried; this is the last one.
    Refused {
        /// The hook.
        hook: Hook,
        /// The reason.
        error: LoaderError,
    },
    /// The loader has ended.
    Gone,
}

impl Capture {
    /// Creates the maps. Returns the ring to be read.
    ///
    /// # Errors
    /// What the loader says.
    pub fn open(
        loader: &Loader,
        number: RingNumber,
        interface: &str,
        link: xdplive_packet::LinkType,
        ring_bytes: u32,
    ) -> Result<(Self, aya::maps::RingBuf<aya::maps::MapData>), AskError> {
        let (maps, ring) = maps::open(loader.open(number.into(), ring_bytes)?, link, ring_bytes / WAKE_PART)?;
        let fill = RingFill::new(&ring, ring_bytes).map_err(MapError::IoError)?;
        let capture = Self {
            name: Arc::from(interface),
            number,
            maps,
            attachments: BTreeMap::new(),
            members: BTreeMap::new(),
            wanted: BTreeMap::new(),
            slots: Slots::default(),
            passed: Default::default(),
            fill: Arc::new(fill),
            flow_overflow: Arc::default(),
            idle_since: Instant::now(),
            absent_since: None,
            header_bytes: 0,
        };
        Ok((capture, ring))
    }

    /// The generation that comes next.
    #[must_use]
    pub fn next_generation(&self) -> u32 {
        self.maps.generation().wrapping_add(1)
    }

    /// Whether no stream is part of it, or is to be.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.members.is_empty() && self.wanted.is_empty()
    }

    /// Keeps a place for a stream of `request`, which will come soon.
    ///
    /// # Errors
    /// Any [`NoSlot`].
    pub fn reserve(&mut self, request: &Request, interface: &Interface) -> Result<(), NoSlot> {
        let Some(key) = Key::of(request) else { return Ok(()) };
        self.slots.reserve(key, &environment(interface), Instant::now())
    }

    /// Makes a stream a member from the next generation on. Returns the slot; a stream without rows has none.
    ///
    /// # Errors
    /// Any [`NoSlot`].
    pub fn join(
        &mut self,
        stream: StreamId,
        request: &Request,
        interface: &Interface,
    ) -> Result<Option<u32>, NoSlot> {
        let slot = match Key::of(request) {
            Some(key) => Some(self.take_slot(stream, key, interface)?),
            None => None,
        };
        self.wanted.insert(stream, Membership { slot, directions: request.directions.clone() });
        Ok(slot)
    }

    fn take_slot(&mut self, stream: StreamId, key: Key, interface: &Interface) -> Result<u32, NoSlot> {
        let joined = self.slots.join(stream, key, &environment(interface), Instant::now())?;
        if joined.is_new
            && let Err(error) = self.maps.empty_budget(joined.slot)
        {
            // It begins with what another stream has left of its budget.
            warn!("interface {}: slot {}: {error}", self.name, joined.slot);
        }
        Ok(joined.slot)
    }

    /// Takes a stream out of the next generation.
    pub fn leave(&mut self, stream: StreamId) {
        self.wanted.remove(&stream);
        self.slots.leave(stream, Instant::now());
    }

    /// Begins the next generation. Returns what was counted in the one that ends, and the streams that were
    /// part of it.
    ///
    /// # Errors
    /// Where the kernel refuses; the generation in force goes on.
    pub fn begin_generation(
        &mut self,
        link: xdplive_packet::LinkType,
    ) -> Result<(Counts, BTreeMap<StreamId, Membership>), MapError> {
        let (slots, name, header_bytes) = (&self.slots, &self.name, self.header_bytes);
        let counts = self.maps.next_generation(link, |configuration, tables| {
            configuration.header_bytes = header_bytes;
            match slots.build(configuration, tables) {
                Ok(true) => {}
                Ok(false) => warn!(
                    "interface {name}: own traffic is not told apart from other traffic any more, for want of room \
                     beside the filters in use"
                ),
                Err(error) => {
                    // Every slot was tried when it was taken.
                    error!("interface {name}: nothing is captured any more: {error}");
                    configuration.live = Default::default();
                }
            }
        })?;
        for (passed, counted) in self.passed.iter_mut().zip(&counts) {
            passed.seen += counted.seen;
            passed.own += counted.own;
        }
        if self.wanted.is_empty() {
            self.idle_since = Instant::now();
        }
        Ok((counts, std::mem::replace(&mut self.members, self.wanted.clone())))
    }

    /// Sets what own traffic is from the next generation on. Returns whether there has to be one.
    pub fn set_own(&mut self, own: &Arc<[Term]>) -> bool {
        self.slots.set_own(own)
    }

    /// What has been counted so far in the generation in force, and the streams that are part of it.
    ///
    /// # Errors
    /// The kernel's.
    pub fn so_far(&self) -> Result<(Counts, &BTreeMap<StreamId, Membership>), MapError> {
        Ok((self.maps.so_far()?, &self.members))
    }

    /// The layout of frames that the programs expect.
    #[must_use]
    pub fn link(&self) -> xdplive_packet::LinkType {
        self.maps.link()
    }

    /// Whether the program for `direction` is attached to the interface as it is now.
    #[must_use]
    pub fn is_attached(&self, direction: Direction) -> bool {
        self.hook(direction).is_some()
    }

    /// The hook at which the program for `direction` is attached.
    #[must_use]
    pub fn hook(&self, direction: Direction) -> Option<Hook> {
        self.attachments.get(&(direction as u32)).map(|attachment| attachment.hook)
    }

    /// What is in force.
    pub fn in_force(&self) -> impl Iterator<Item = InForce> {
        self.attachments.values().map(|attachment| InForce {
            interface: self.name.to_string(),
            hook: attachment.hook,
            reason: attachment.reason.clone(),
            expected: attachment.expected,
        })
    }

    /// Forgets attachments that went with an earlier interface of this name.
    pub fn forget_stale(&mut self, loader: &Loader, index: Option<u32>) {
        let number = self.number.into();
        self.attachments.retain(|_, attachment| {
            let stays = Some(attachment.index) == index;
            if !stays {
                info!(interface = &*self.name, "interface {} went away, waiting for it", self.name);
                // The kernel has detached it already; this frees the loader's side.
                let _ = loader.detach(number, attachment.hook);
            }
            stays
        });
    }

    /// Attaches what `choice` asks for on one direction, unless that or something as good is in force.
    ///
    /// # Errors
    /// Any [`AttachError`].
    pub fn attach(
        &mut self,
        loader: &Loader,
        interface: &Interface,
        direction: Direction,
        choice: HookChoice,
        owner: &str,
        kernel: KernelSupport,
    ) -> Result<(), AttachError> {
        if let Some(attachment) = self.attachments.get(&(direction as u32)) {
            if fits(attachment.hook, direction, choice) {
                return Ok(());
            }
            if !self.is_idle() {
                return Err(AttachError::Conflict {
                    in_force: attachment.hook,
                    owner: attachment.owner.clone(),
                });
            }
            // Nobody needs it any more: it yields at once.
            let _ = loader.detach(self.number.into(), attachment.hook);
            self.attachments.remove(&(direction as u32));
        }
        let mut refused = Vec::new();
        let mut last = AttachError::NoHook;
        for attempt in plan(choice, direction, interface, kernel) {
            match loader.attach(self.number.into(), attempt.hook, interface.index) {
                Ok(_attached) => {
                    let reason = reason(&attempt.reason, &refused);
                    announce(&self.name, attempt.hook, choice, &reason);
                    let attachment = Attachment {
                        hook: attempt.hook,
                        index: interface.index,
                        reason,
                        expected: attempt.expected && refused.is_empty(),
                        owner: owner.to_owned(),
                    };
                    self.attachments.insert(direction as u32, attachment);
                    return Ok(());
                }
                Err(AskError::Loader(error)) => {
                    refused.push(format!("{} refused: {}", attempt.hook.name(), explain(&error, interface)));
                    last = AttachError::Refused { hook: attempt.hook, error };
                }
                Err(_) => return Err(AttachError::Gone),
            }
        }
        Err(last)
    }
}

/// What a filter may depend on.
fn environment(interface: &Interface) -> Environment {
    Environment { broadcasts: interface.broadcasts() }
}

/// Whether `hook` does for somebody who asks for `choice`.
fn fits(hook: Hook, direction: Direction, choice: HookChoice) -> bool {
    direction == Direction::Out || choice.hook().is_none_or(|wanted| wanted == hook)
}

/// Why a hook is in force: the plan's reason and what was refused before.
fn reason(planned: &str, refused: &[String]) -> String {
    let mut parts: Vec<&str> = refused.iter().map(String::as_str).collect();
    if !planned.is_empty() {
        parts.push(planned);
    }
    parts.join("; ")
}

/// A loader's error with what is known of the interface.
#[must_use]
pub fn explain(error: &LoaderError, interface: &Interface) -> String {
    match (error, interface.xdp_program) {
        (LoaderError::Busy, Some(id)) => foreign_program(id),
        _ => error.to_string(),
    }
}

/// `watch` and whoever reads the log look for these words.
fn announce(interface: &str, hook: Hook, choice: HookChoice, reason: &str) {
    let direction = hook.direction().name();
    info!(event = "attached", "attached {interface} {direction} by {}", hook.name());
    if choice == HookChoice::Auto && !reason.is_empty() {
        info!(event = "hook", "{interface} {direction}: {}, because {reason}", hook.name());
    }
}
