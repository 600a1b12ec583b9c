//! The thread that reads what the kernel reports of dropped packets, and its maps.

use std::{
    collections::{BTreeMap, HashMap},
    io,
    os::fd::OwnedFd,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    thread,
    time::Duration,
};

use aya::maps::{Array, HashMap as KernelHash, Map, MapData, MapError, RingBuf};
use bytemuck::Zeroable as _;
use tracing::warn;
use xdplive_filter::Environment;
use xdplive_loader::protocol::Instrument;
use xdplive_packet::{
    Event,
    dropped::{Dropped, MOST_NAME, Place, Way},
    event::Direction,
};
use xdplive_source::{DropSite, Host, Interface, Interfaces, SourceError, WallClock};

use super::{
    reasons::Reasons,
    taker::{Report, Taker},
};
use crate::{
    clock,
    instruments::{Held, Instruments},
    interface::Watch,
};

/// Time between two looks.
const LOOK: Duration = Duration::from_millis(100);
/// Reports that are read in one look at most: as many as the ring has room for, and more.
const MOST_READ: usize = 1 << 15;

/// Functions that make a packet to look something up by, and drop it: questions for routes, as `ip route get` asks them, and as we do
/// to find the default route; trials of kernel programs; and queues that are made, as when XDP is attached to a veth pair (the function
/// has had each of these names).
const NEVER_ON_THEIR_WAY: [&str; 6] = [
    "inet_rtm_getroute",
    "inet6_rtm_getroute",
    "bpf_prog_test_run_skb",
    "netif_napi_add",
    "netif_napi_add_weight",
    "netif_napi_add_weight_locked",
];

/// Names one who asks.
pub(super) type TakerId = u64;

/// What is read from, and who is told of it. The thread ends with the last who has it.
pub struct Hub {
    state: Mutex<State>,
    watch: Watch,
    /// Behind the maps, so that they go first.
    _held: Arc<Held>,
}

struct State {
    host: Host,
    maps: Maps,
    reasons: Reasons,
    /// Names of functions by address; none where the kernel does not tell.
    locations: HashMap<u64, Option<Arc<str>>>,
    /// What had been lost when it was looked at last.
    lost: HashMap<[u32; 3], u64>,
    lost_elsewhere: u64,
    takers: BTreeMap<TakerId, Asking>,
    last: TakerId,
}

struct Asking {
    taker: Taker,
    /// Packets that were dropped before are not its.
    since: u64,
    is_ending: bool,
}

/// The kernel program's maps.
struct Maps {
    dropped: RingBuf<MapData>,
    lost: KernelHash<MapData, [u32; 3], u64>,
    lost_elsewhere: Array<MapData, u64>,
    locations: KernelHash<MapData, u64, [u8; MOST_NAME]>,
}

impl Maps {
    fn new(maps: Vec<OwnedFd>) -> Result<Self, SourceError> {
        let wrong =
            || SourceError::Unavailable("the loader has sent other maps of dropped packets".to_owned());
        let [dropped, lost, lost_elsewhere, locations] =
            <[OwnedFd; 4]>::try_from(maps).map_err(|_| wrong())?;
        let map = |map: OwnedFd| Map::from_map_data(MapData::from_fd(map)?);
        let open = || -> Result<Self, MapError> {
            Ok(Self {
                dropped: RingBuf::try_from(map(dropped)?)?,
                lost: KernelHash::try_from(map(lost)?)?,
                lost_elsewhere: Array::try_from(map(lost_elsewhere)?)?,
                locations: KernelHash::try_from(map(locations)?)?,
            })
        };
        open().map_err(|error| SourceError::Unavailable(format!("what is told of dropped packets: {error}")))
    }

    /// Takes at most so many reports out.
    fn read(&mut self, most: usize) -> Vec<Dropped> {
        let mut read = Vec::new();
        while read.len() < most
            && let Some(item) = self.dropped.next()
        {
            read.extend(bytemuck::try_pod_read_unaligned::<Dropped>(&item).ok());
        }
        read
    }
}

impl Hub {
    /// Begins to look, after a packet of the loader's own has been seen as it is.
    ///
    /// # Errors
    /// [`SourceError::Unavailable`].
    pub(super) fn start(
        host: Host,
        instruments: &Instruments,
        watch: Watch,
    ) -> Result<Arc<Self>, SourceError> {
        let reasons = Reasons::running().map_err(|error| SourceError::Unavailable(error.to_string()))?;
        let held = instruments.hold(Instrument::Drops)?;
        let mut maps = Maps::new(held.take_maps())?;
        if !maps.read(MOST_READ).iter().any(Dropped::is_sample) {
            return Err(SourceError::Unavailable(NOT_AS_IT_IS.to_owned()));
        }
        let state = State {
            host,
            maps,
            reasons,
            locations: HashMap::new(),
            lost: HashMap::new(),
            lost_elsewhere: 0,
            takers: BTreeMap::new(),
            last: 0,
        };
        let hub = Arc::new(Self { state: Mutex::new(state), watch, _held: held });
        let watched = Arc::downgrade(&hub);
        let thread = thread::Builder::new().name("drops".to_owned()).spawn(move || follow(&watched));
        thread.map_err(|error: io::Error| SourceError::Unavailable(error.to_string()))?;
        Ok(hub)
    }

    /// Adds one who asks, for the packets that are dropped from now on.
    pub(super) fn add(&self, taker: Taker) -> TakerId {
        let mut state = self.lock();
        state.last += 1;
        let id = state.last;
        state.takers.insert(id, Asking { taker, since: clock::monotonic(), is_ending: false });
        id
    }

    /// Has the queue of one who asks closed, when all has been read that was dropped until now.
    pub(super) fn finish(self: Arc<Self>, id: TakerId) {
        {
            let mut state = self.lock();
            if let Some(asking) = state.takers.get_mut(&id) {
                asking.is_ending = true;
            }
        }
        // The thread has nobody to look for where this is the last.
        self.look();
    }

    /// Reads what has come, and hands it on.
    fn look(&self) {
        let interfaces = self.watch.now();
        let mut state = self.lock();
        let state = &mut *state;
        let mut dropped = state.maps.read(MOST_READ);
        let (at, wall) = (clock::now(), clock::wall_clock());
        dropped.sort_by_key(|dropped| dropped.time);
        let mut environments: HashMap<u32, Arc<Environment>> = HashMap::new();
        for one in dropped.iter().filter(|one| !one.is_sample()) {
            let interface = interface(&interfaces, one.place.interface);
            let location = state.location(one.location);
            if location.as_deref().is_some_and(|name| NEVER_ON_THEIR_WAY.contains(&name)) {
                continue;
            }
            let site = state.site(one.place, interface, location);
            let environment = environments.entry(one.place.interface).or_insert_with(|| {
                let broadcasts = interface.map(Interface::broadcasts).unwrap_or_default();
                Arc::new(Environment { broadcasts })
            });
            let report = report(one, wall, site, interface, Arc::clone(environment));
            for asking in state.takers.values_mut().filter(|asking| asking.since <= one.time) {
                asking.taker.take(&report);
            }
        }
        state.tell_lost(&interfaces);
        for asking in state.takers.values_mut() {
            asking.taker.flush(at);
        }
        state.takers.retain(|_, asking| {
            if asking.is_ending {
                asking.taker.close();
            }
            !asking.is_ending
        });
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing that holds the lock can panic half-way through a change.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Where and why a packet was dropped.
    fn site(&mut self, place: Place, interface: Option<&Interface>, location: Option<Arc<str>>) -> DropSite {
        let direction = if place.way == Way::In as u32 {
            Some(Direction::In)
        } else if place.way == Way::Out as u32 {
            Some(Direction::Out)
        } else {
            None
        };
        DropSite {
            host: self.host.clone(),
            interface: interface.map(|one| one.name.as_str().into()),
            direction,
            reason: self.reasons.name(place.reason),
            location,
        }
    }

    /// The name of the function in which an address is.
    fn location(&mut self, address: u64) -> Option<Arc<str>> {
        let maps = &self.maps;
        let known = self.locations.entry(address).or_insert_with(|| {
            let name = maps.locations.get(&address, 0).ok()?;
            let name: Vec<u8> = name.iter().copied().take_while(|byte| !matches!(byte, 0 | b'+')).collect();
            // Where the kernel has no name it prints the address.
            let name =
                String::from_utf8(name).ok().filter(|name| !name.is_empty() && !name.starts_with("0x"))?;
            Some(Arc::from(name))
        });
        known.clone()
    }

    /// Tells of the packets that had no room since this was done last.
    fn tell_lost(&mut self, interfaces: &Interfaces) {
        let entries: Vec<([u32; 3], u64)> = self.maps.lost.iter().filter_map(Result::ok).collect();
        for (key, count) in entries {
            let before = self.lost.insert(key, count).unwrap_or(0);
            let [reason, index, way] = key;
            let interface = interface(interfaces, index);
            let site = self.site(Place { reason, interface: index, way }, interface, None);
            if count > before {
                let uplink = interface.is_some_and(|one| one.uplink);
                self.takers.values_mut().for_each(|one| one.taker.lose(&site, uplink, count - before));
            }
        }
        let elsewhere = self.maps.lost_elsewhere.get(&0, 0).unwrap_or(0);
        if elsewhere > self.lost_elsewhere {
            let more = elsewhere - self.lost_elsewhere;
            warn!(
                "{more} dropped packets are counted nowhere: they are of more than 4096 combinations of reason and interface"
            );
            self.lost_elsewhere = elsewhere;
        }
    }
}

/// The interface with a number; none of an interface that has gone, and none of number 0.
fn interface(interfaces: &Interfaces, index: u32) -> Option<&Interface> {
    interfaces.iter().find(|one| one.index == index)
}

fn report(
    dropped: &Dropped,
    wall: WallClock,
    site: DropSite,
    interface: Option<&Interface>,
    environment: Arc<Environment>,
) -> Report {
    let (headers, layers) = dropped.read();
    Report {
        event: Event {
            time: u64::try_from(wall.nanoseconds(dropped.time)).unwrap_or(0),
            frame_length: dropped.length,
            headers,
            ..Event::zeroed()
        },
        layers,
        bytes: dropped.captured().to_vec(),
        site,
        uplink: interface.is_some_and(|one| one.uplink),
        environment,
    }
}

/// Looks until nobody asks any more.
fn follow(hub: &Weak<Hub>) {
    loop {
        thread::sleep(LOOK);
        let Some(hub) = hub.upgrade() else { return };
        hub.look();
    }
}

/// Why nothing is told.
const NOT_AS_IT_IS: &str = "on this kernel, packets that are dropped are not seen as they are: one that was made to try it did not come \
    back as it was";
