//! What was counted and seen before a query was asked.

use std::{ops::RangeInclusive, sync::Arc, time::Duration};

use xdplive_filter::Filter;
use xdplive_history::{
    seconds::SECOND,
    watched::{Choice, GroupInterval, GroupsOf},
};
use xdplive_packet::{event::Direction, flow::Sum};
use xdplive_source::{
    Batch, Decapsulate, DropRows, GroupBy, HookAccounts, InterfaceSet, Interval, Lap, LinkReading, Top,
};

use crate::{
    asked::Asked,
    columns::{
        capture::CaptureRow,
        flows::FlowRow,
        interfaces::InterfaceRow,
        rates::{CountRow, drop_unfinished, intervals},
    },
    groups::{self, Shown},
    link_intervals,
    query::{Columns, Kind, Since},
    sent::{Last, Past, Place},
    services::{Plugin, since_start::SinceStart},
    utilisation::{LinkSpeeds, has_no_other, is_of_busier},
};

/// What there is of a time range.
pub(super) struct Kept<R> {
    /// The rows of the range.
    pub(super) rows: R,
    /// From when on something is kept, whether it is of the range or not, ms since 1970; `None` where nothing is.
    pub(super) from: Option<i64>,
}

/// Rows of accounts that an answer has at most, but for those of one moment; of a longer time there are fewer moments.
const MOST_ACCOUNTS: usize = 10_000;

impl Plugin {
    /// What was counted in a time range, as far as it was.
    pub(super) fn past_counts(&self, asked: &Asked, range: RangeInclusive<i64>) -> Kept<Vec<CountRow>> {
        if asked.query.is_of_flows() || asked.query.kind == Kind::Drops {
            return self.past_groups(asked, &range);
        }
        let laps = self.recorder.past(&asked.request);
        let length = Duration::from_millis(asked.query.interval);
        let of = |directions: &[Direction]| {
            let seconds: Vec<Interval> = laps.iter().map(|lap| lap.of(directions)).collect();
            intervals(&seconds, range.clone(), length)
        };
        let found = if is_of_busier(&asked.query) {
            let [received, sent] = Direction::ALL.map(|direction| of(&[direction]));
            // They have the same ends.
            let busier =
                |(one, other): (Interval, Interval)| if other.bytes > one.bytes { other } else { one };
            received.into_iter().zip(sent).map(busier).collect()
        } else {
            of(&asked.request.directions)
        };
        let host = asked.request.hosts.names(&self.source.hosts());
        let speed = LinkSpeeds::of(&asked.query, &*self.source).of_group(None);
        let row = |interval| CountRow { speed, ..CountRow::of_all(Arc::clone(&host), interval) };
        Kept { rows: found.into_iter().map(row).collect(), from: laps.first().map(Lap::begin) }
    }

    /// The same without an interval that is not over yet.
    pub(super) fn past_counts_of_whole_intervals(
        &self,
        asked: &Asked,
        range: RangeInclusive<i64>,
    ) -> Kept<Vec<CountRow>> {
        let mut kept = self.past_counts(asked, range);
        let interval = Duration::from_millis(asked.query.interval);
        drop_unfinished(&mut kept.rows, interval, self.source.now().milliseconds());
        kept
    }

    /// The groups of a time range: as they were sent while the query's stream runs, and before that as they were counted from
    /// the start, or sent.
    pub(super) fn past_groups(&self, asked: &Asked, range: &RangeInclusive<i64>) -> Kept<Vec<CountRow>> {
        let label = &asked.request.label;
        let Past { pieces, place } = self.sent.groups.of_whole(label, label);
        let sent: Vec<&CountRow> = pieces.iter().flat_map(|rows| rows.iter()).collect();
        let within = |row: &&&CountRow| range.contains(&row.interval.time);
        let Some(counted) = self.groups_from_the_start(asked, range) else {
            let from = sent.first().map(|row| row.interval.begin());
            return Kept { rows: sent.iter().filter(within).copied().cloned().collect(), from };
        };
        // Rows of earlier streams have negative numbers; all are, where no stream runs.
        let before = place.map_or(sent.len(), |place| usize::try_from(-place.first).unwrap_or(0));
        let (earlier, running) = sent.split_at(before.min(sent.len()));
        let begin = running.first().map_or(i64::MAX, |row| row.interval.begin());
        let is_older = |row: &&&CountRow| counted.from.is_none_or(|from| row.interval.time <= from);
        let from = earlier.first().copied().filter(|row| is_older(&row)).map(|row| row.interval.begin());
        let mut rows: Vec<CountRow> =
            earlier.iter().filter(within).filter(is_older).copied().cloned().collect();
        rows.extend(counted.rows.into_iter().filter(|row| row.interval.time <= begin));
        rows.extend(running.iter().filter(within).copied().cloned());
        Kept { rows, from: from.or(counted.from) }
    }

    /// The groups of a time range, as they were counted from the start. `None` where they were not: of interfaces that are not
    /// watched, and where a filter chooses.
    fn groups_from_the_start(
        &self,
        asked: &Asked,
        range: &RangeInclusive<i64>,
    ) -> Option<Kept<Vec<CountRow>>> {
        let InterfaceSet::Named(interfaces) = &asked.request.interfaces else { return None };
        // What is counted of TCP is not kept.
        (asked.query.kind == Kind::Rates && !asked.query.measure.is_of_tcp()).then_some(())?;
        let is_counted =
            *asked.query.filter == Filter::default() && asked.query.decapsulate == Decapsulate::None;
        // They are kept by whole addresses.
        let is_shown = |by: &GroupBy| {
            asked.masks.are_none() || !matches!(by, GroupBy::Source | GroupBy::Destination | GroupBy::HostIp)
        };
        let by = asked.query.group_by.filter(|by| is_counted && is_shown(by))?;
        let is_table = matches!(asked.query.columns, Columns::Counts(_));
        let interval = Duration::from_millis(asked.query.interval);
        let length = i64::try_from(interval.max(SECOND).as_millis()).unwrap_or(i64::MAX);
        // Of so many groups there are as many intervals as have room.
        let most = i64::try_from(MOST_GROUP_ROWS / (asked.query.top + 1)).unwrap_or(i64::MAX);
        let end = (*range.end()).min(self.source.now().milliseconds());
        let begin = (*range.start()).max(end.saturating_sub(most.saturating_mul(length)));
        let of = |directions: &[Direction]| {
            self.recorder.groups(&GroupsOf {
                interfaces,
                directions,
                by,
                own: !asked.hides_own,
                range: begin..=*range.end(),
                interval,
                top: asked.query.top,
                choice: if is_table { Choice::Each } else { Choice::Range },
                size: groups::size(asked.query.measure),
            })
        };
        let intervals = if is_of_busier(&asked.query) {
            let [received, sent] = [of(&[Direction::In])?, of(&[Direction::Out])?];
            // They are made of the same seconds.
            received.into_iter().zip(sent).map(|(one, other)| busier(one, other)).collect()
        } else {
            of(&asked.request.directions)?
        };
        let kept_from = self.recorder.groups_from(interfaces);
        let from = kept_from.map(|from| if begin > *range.start() { from.max(begin) } else { from });
        let host = asked.request.hosts.names(&self.source.hosts());
        let speeds = LinkSpeeds::of(&asked.query, &*self.source);
        let has_other = intervals.iter().any(|interval| interval.top.other.packets > 0);
        let has_other = has_other && !has_no_other(&asked.query);
        let rows = intervals.into_iter().flat_map(|GroupInterval { time, length, top }| {
            if is_table {
                return groups::counts(&host, &top, time, length);
            }
            let shown = Shown { groups: top.groups, other: has_other.then_some(top.other) };
            groups::series(&host, &shown, (time, length), |group| speeds.of_group(group))
        });
        Some(Kept { rows: rows.collect(), from })
    }

    /// The last rows of a time range, and where they stand in their stream, if it runs.
    pub(super) fn past_packets(
        &self,
        asked: &Asked,
        range: &RangeInclusive<i64>,
    ) -> (Kept<Vec<Batch>>, Option<Place>) {
        let Past { pieces, place } =
            self.sent.packets.of_whole(&asked.request.label, &asked.label_of_whole());
        let older: usize =
            pieces.iter().map(|batch| batch.between(i64::MIN, range.start().saturating_sub(1)).len()).sum();
        let oldest = pieces.first().and_then(|batch| Some(batch.time(batch.rows().first()?)));
        let from = oldest.map(|time| time.div_euclid(1_000_000));
        let rows: Vec<Batch> = pieces
            .iter()
            .map(|batch| batch.between(*range.start(), *range.end()))
            .filter(|rows| !rows.is_empty())
            .collect();
        let rows = match self.naming_for(asked) {
            Some(naming) => naming.tell(rows),
            None => rows,
        };
        let first = |Place { run, first }| Place { run, first: first.saturating_add_unsigned(older as u64) };
        (Kept { rows, from }, place.map(first))
    }

    /// The conversations of the last interval, or since the stream began that runs: the one table that is kept, where it
    /// is that of a time range. Of interfaces that are counted from the start, those since then.
    pub(super) fn past_flows(&self, asked: &Asked, range: &RangeInclusive<i64>) -> Arc<[FlowRow]> {
        let last = self.sent.flows.last(&asked.request.label);
        // An interval without packets sends nothing; the next one may be a little late.
        let fresh = Duration::from_millis(asked.query.interval) * 5 / 2 + Duration::from_secs(1);
        let is_current = |last: &Last<_>| match asked.query.since {
            Some(Since::Start) => last.runs,
            _ => last.at.elapsed() < fresh,
        };
        let now = self.source.now().milliseconds();
        let is_of_range = |last: &Last<_>| {
            let age = i64::try_from(last.at.elapsed().as_millis()).unwrap_or(i64::MAX);
            // It holds from when it was sent until the next one is.
            *range.start() <= now && reaches(range, now - age)
        };
        if let Some(last) = last.filter(is_current).filter(is_of_range) {
            return last.piece;
        }
        let is_now = *range.start() <= now && reaches(range, now);
        let since_start = SinceStart::of(self, asked).filter(|_| is_now).and_then(|mut since| since.rows());
        since_start.unwrap_or_else(|| Arc::from([]))
    }

    /// The last dropped packets of a time range.
    pub(super) fn past_drops(&self, asked: &Asked, range: &RangeInclusive<i64>) -> Kept<Vec<DropRows>> {
        let pieces = self.sent.drops.of(&asked.request.label);
        let first = pieces.first().map(DropRows::packets);
        let from = first.and_then(|batch| Some(batch.time(batch.rows().first()?).div_euclid(1_000_000)));
        let within = pieces.iter().map(|rows| rows.between(*range.start(), *range.end()));
        Kept { rows: within.filter(|rows| !rows.is_empty()).collect(), from }
    }

    /// The rows of interfaces of a time range. Where none are kept and it has not ended, what they are like now, as they are `read`:
    /// what they count is not known before an interval is over.
    pub(super) fn past_interfaces(
        &self,
        asked: &Asked,
        range: &RangeInclusive<i64>,
        read: &[LinkReading],
    ) -> Kept<Vec<InterfaceRow>> {
        let pieces = self.sent.interfaces.of(&asked.request.label);
        let from = pieces.iter().find_map(|rows| rows.first()).map(|row| row.time);
        let sent = pieces.iter().flat_map(|rows| rows.iter());
        let mut rows: Vec<InterfaceRow> = sent.filter(|row| range.contains(&row.time)).cloned().collect();
        let now = self.source.now().milliseconds();
        if rows.is_empty() && reaches(range, now) {
            rows.extend(read.iter().map(|reading| link_intervals::row(reading, None, now)));
        }
        Kept { rows, from }
    }

    /// The accounts of a time range, and those of now where it has not ended.
    pub(super) async fn past_accounts(
        &self,
        asked: &Asked,
        range: &RangeInclusive<i64>,
    ) -> Kept<Vec<CaptureRow>> {
        let mut moments = self.recorder.accounts(*range.start(), *range.end());
        let mut last = None;
        let length = i64::try_from(asked.query.interval).unwrap_or(i64::MAX);
        moments.retain(|(time, _)| {
            // A second that is a little short is one all the same.
            let is_due = last.is_none_or(|last| time - last >= length - TOLERANCE);
            if is_due {
                last = Some(*time);
            }
            is_due
        });
        thin(&mut moments);
        let view = asked.view();
        let mut rows: Vec<CaptureRow> =
            moments.iter().flat_map(|(time, accounts)| view.rows(accounts, *time)).collect();
        if reaches(range, self.source.now().milliseconds()) {
            rows.extend(asked.accounts(&*self.source).await);
        }
        Kept { rows, from: self.recorder.accounts_from() }
    }
}

/// Of each interface the direction in which it had more bytes.
fn busier(one: GroupInterval, other: GroupInterval) -> GroupInterval {
    let mut groups = one.top.groups;
    for (group, sum) in other.top.groups {
        match groups.iter_mut().find(|(known, _)| *known == group) {
            Some((_, most)) if sum.bytes > most.bytes => *most = sum,
            Some(_) => {}
            None => groups.push((group, sum)),
        }
    }
    // What is in none is shown nowhere.
    GroupInterval { top: Top { groups, other: Sum::default() }, ..one }
}

/// Rows of groups of the past that an answer has at most: 21 MB.
const MOST_GROUP_ROWS: usize = 200_000;
/// Milliseconds by which a second may be short.
const TOLERANCE: i64 = 50;
/// Milliseconds within which a range that ends now has been asked for.
const NOW: i64 = 5000;

/// Whether a time range is not over at `time`, ms since 1970, as far as the asker's clock can be relied on.
pub(super) fn reaches(range: &RangeInclusive<i64>, time: i64) -> bool {
    *range.end() >= time - NOW
}

/// Leaves moments out where there are too many hooks and streams, from the newest back.
fn thin(moments: &mut Vec<(i64, Arc<[HookAccounts]>)>) {
    let rows: usize =
        moments.iter().flat_map(|(_, accounts)| accounts.iter()).map(|hook| hook.streams.len().max(1)).sum();
    let step = rows.div_ceil(MOST_ACCOUNTS).max(1);
    let mut left = moments.len();
    moments.retain(|_| {
        left -= 1;
        left.is_multiple_of(step)
    });
}
