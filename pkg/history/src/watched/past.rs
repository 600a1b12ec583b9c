//! Seconds of one interface, or of several together, as the intervals of a query.

use std::{
    collections::{BTreeMap, HashSet, VecDeque},
    ops::RangeInclusive,
    sync::Arc,
    time::Duration,
};

use foldhash::fast::RandomState;
use xdplive_packet::{event::Direction, flow::Sum};
use xdplive_source::{Group, GroupBy, Lap, Moment, Sums, Top};

use super::second::{Asked, Second};
use crate::seconds::SECOND;

/// Seconds of an interface, with its name.
type OfInterface<'a> = (&'a Arc<str>, &'a VecDeque<Second>);

/// What is asked of groups in the past.
#[derive(Clone, Debug)]
pub struct GroupsOf<'a> {
    /// The interfaces, which are added up.
    pub interfaces: &'a [String],
    /// Ways of the packets.
    pub directions: &'a [Direction],
    /// What they are put together by.
    pub by: GroupBy,
    /// Whether own traffic is part of them.
    pub own: bool,
    /// When the seconds end, ms since 1970.
    pub range: RangeInclusive<i64>,
    /// Length of the intervals. Shorter ones than seconds there are none.
    pub interval: Duration,
    /// Groups that are told apart.
    pub top: usize,
    /// Which.
    pub choice: Choice,
    /// How large a group is.
    pub size: fn(&Sum) -> u64,
}

/// Which groups are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// The largest of each interval.
    Each,
    /// Those that are largest over the whole range. Each is there in every interval, also with nothing.
    Range,
}

/// What groups had in one interval.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupInterval {
    /// Its end, ms since 1970.
    pub time: i64,
    /// Its length, as far as something was counted in it.
    pub length: Duration,
    /// The groups, the largest first, and what is in none of them.
    pub top: Top,
}

/// An interval of which the seconds are being added up.
#[derive(Debug, Default)]
struct Bucket {
    at: Moment,
    /// By interface.
    lengths: Vec<Duration>,
    sums: Sums,
    other: Sum,
}

impl Bucket {
    /// Adds a second of the interface with this number among all that are asked for.
    fn hold(&mut self, interface: usize, second: &Second) {
        if second.at.wall >= self.at.wall {
            self.at = second.at;
        }
        if self.lengths.len() <= interface {
            self.lengths.resize(interface + 1, Duration::ZERO);
        }
        if let Some(length) = self.lengths.get_mut(interface) {
            *length += second.length;
        }
    }

    fn length(&self) -> Duration {
        self.lengths.iter().max().copied().unwrap_or_default()
    }
}

/// What was counted of all packets, by the second.
pub(super) fn laps(interfaces: &[OfInterface<'_>], own: bool) -> Vec<Lap> {
    let mut buckets: BTreeMap<i64, (Bucket, [Sum; Direction::ALL.len()])> = BTreeMap::new();
    for (interface, (_, seconds)) in interfaces.iter().enumerate() {
        for second in *seconds {
            let (bucket, sums) = buckets.entry(place(second, SECOND, interfaces.len())).or_default();
            bucket.hold(interface, second);
            sums.iter_mut().zip(second.totals(own)).for_each(|(sum, more)| *sum += more);
        }
    }
    let lap = |(bucket, sums): (Bucket, _)| Lap { at: bucket.at, length: bucket.length(), sums };
    buckets.into_values().map(lap).collect()
}

/// What groups had in each interval.
pub(super) fn groups(interfaces: &[OfInterface<'_>], of: &GroupsOf<'_>) -> Vec<GroupInterval> {
    let asked = Asked { by: of.by, directions: of.directions, own: of.own };
    let seconds = || {
        interfaces.iter().enumerate().flat_map(|(number, (name, seconds))| {
            let within = seconds.iter().filter(|second| of.range.contains(&second.time()));
            within.map(move |second| (number, *name, second))
        })
    };
    let chosen: Option<Vec<Group>> = (of.choice == Choice::Range).then(|| {
        let mut sums = Sums::default();
        for (_, name, second) in seconds() {
            second.read(name, asked, |group, sum| {
                if let Some(group) = group {
                    *sums.entry(group).or_default() += sum;
                }
            });
        }
        Top::of(sums, Sum::default(), of.top, of.size).groups.into_iter().map(|(group, _)| group).collect()
    });
    let is_chosen: Option<HashSet<&Group, RandomState>> =
        chosen.as_ref().map(|chosen| chosen.iter().collect());
    let mut buckets: BTreeMap<i64, Bucket> = BTreeMap::new();
    for (interface, name, second) in seconds() {
        let bucket = buckets.entry(place(second, of.interval, interfaces.len())).or_default();
        bucket.hold(interface, second);
        second.read(name, asked, |group, sum| match group {
            Some(group) if is_chosen.as_ref().is_none_or(|chosen| chosen.contains(&group)) => {
                *bucket.sums.entry(group).or_default() += sum;
            }
            _ => bucket.other += sum,
        });
    }
    let interval = |bucket: Bucket| {
        let (time, length) = (bucket.at.milliseconds(), bucket.length());
        let Bucket { mut sums, other, .. } = bucket;
        let top = match &chosen {
            None => Top::of(sums, other, of.top, of.size),
            Some(chosen) => {
                let groups =
                    chosen.iter().map(|group| (group.clone(), sums.remove(group).unwrap_or_default()));
                Top { groups: groups.collect(), other }
            }
        };
        GroupInterval { time, length, top }
    };
    buckets.into_values().map(interval).collect()
}

/// Where the interval of a second stands among others.
fn place(second: &Second, interval: Duration, interfaces: usize) -> i64 {
    // The seconds of one interface are intervals as they are; those of several end at times of their own.
    if interval <= SECOND && interfaces == 1 {
        return second.time();
    }
    let length = i64::try_from(interval.max(SECOND).as_millis()).unwrap_or(i64::MAX);
    (second.time() - TOLERANCE).div_euclid(length)
}

/// Milliseconds that a second may end late, as with the counts of other records.
const TOLERANCE: i64 = 250;
