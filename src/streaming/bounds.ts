import { dateTime, type TimeRange } from '@grafana/data';

import { ROWS_KEPT, type XdpQuery } from '../query/model';

import type { CanonicalQuery } from './canonicalQuery';
import type { Bounds } from './rowLog';

/** Rows of rates that a panel holds at most: eight hours of ten groups and all others, once a second, and half as much again. */
const RATE_ROWS = 500_000;

/** Rows that a panel holds of those that come while its reader has it stand still. */
export const HELD_WHILE_PAUSED = 50_000;

/** Rows that a panel holds at most, whatever came while it stood still. */
const MOST_ROWS = ROWS_KEPT.max + HELD_WHILE_PAUSED;

/** Milliseconds by which the server's clock may be ahead of the page's. */
const AHEAD = 10 * 60_000;

/** Whether a range has a place for packets that are still to come: it moves with the clock, or ends later than `now`, ms. */
export function reachesNow({ raw, to }: TimeRange, now = Date.now()): boolean {
  return raw.to === 'now' || to.valueOf() > now;
}

/**
 * The range that the back end is asked for: one that reaches now goes on beyond the page's own "now", which may be long
 * past, and beyond its clock, which may be slow. A range that is past stays as it is.
 */
export function upToNow(range: TimeRange, now = Date.now()): TimeRange {
  const to = Math.max(range.to.valueOf(), now) + AHEAD;
  return reachesNow(range, now) ? { ...range, to: dateTime(to) } : range;
}

/**
 * How many rows, and how old, a panel holds: its own limit, or for rates as many as its time range has, and the length
 * of a range that moves with the clock. Of flows the last message alone counts.
 */
export function boundsOf(query: XdpQuery, asked: CanonicalQuery, range: TimeRange): Bounds {
  if (asked.kind === 'flows') {
    return { maxLength: 0, maxAge: 0 };
  }
  const maxAge = movesAlong(range) ? range.to.valueOf() - range.from.valueOf() : undefined;
  return {
    maxLength: asked.kind === 'rates' || asked.isGrouped ? rowsOfRates(asked, maxAge) : rowsKept(query),
    maxAge,
  };
}

/** What a panel that shows so many rows holds while it stands still, so that nothing is lost of what comes. */
export function boundsWhilePaused({ maxLength }: Bounds, shown: number): Bounds {
  return { maxLength: Math.max(maxLength, shown + HELD_WHILE_PAUSED), maxAge: undefined };
}

/** What it holds when it goes on: what it showed, and the rows that came in so many milliseconds. */
export function boundsAfterPause(before: Bounds, shown: number, came: { rows: number; length: number }): Bounds {
  const wanted = Math.min(shown + Math.min(came.rows, HELD_WHILE_PAUSED), MOST_ROWS);
  return {
    maxLength: Math.max(before.maxLength, wanted),
    maxAge: before.maxAge === undefined ? undefined : before.maxAge + came.length,
  };
}

/**
 * Whether the beginning of a range moves with the clock. That of "This day so far" (`now/d`) stays where it is, as does a
 * date, which scenes hand over as text as well: such a range grows while the panel is open.
 */
export function movesAlong({ raw: { from } }: TimeRange): boolean {
  return typeof from === 'string' && from.startsWith('now') && !from.includes('/');
}

/** A row for each interval, or for each group in it: the largest and all others together. */
function rowsOfRates({ interval, top, isGrouped }: CanonicalQuery, length: number | undefined): number {
  const rows = length === undefined ? RATE_ROWS : (Math.ceil(length / interval) + 1) * (isGrouped ? top + 1 : 1);
  return Math.min(rows, RATE_ROWS);
}

/** A dashboard's JSON may hold anything: what is no whole number counts as missing, the rest is brought into range. */
function rowsKept({ rowsKept }: XdpQuery): number {
  if (typeof rowsKept !== 'number' || !Number.isInteger(rowsKept)) {
    return ROWS_KEPT.default;
  }
  return Math.min(Math.max(rowsKept, ROWS_KEPT.min), ROWS_KEPT.max);
}
