import { StreamingFrameAction, type StreamingFrameOptions, type TimeRange } from '@grafana/data';

import { ROWS_KEPT, type XdpQuery } from '../query/model';

import type { CanonicalQuery } from './canonicalQuery';

/** More rows than any message of flows has. */
const FLOW_ROWS = 1_000;

/** Whether a range has a place for packets that are still to come: it moves with the clock, or ends later than `now`, ms. */
export function reachesNow({ raw, to }: TimeRange, now = Date.now()): boolean {
  return raw.to === 'now' || to.valueOf() > now;
}

/**
 * How many rows, and how old, a panel holds: its own limit, or for rates as many as its time range has, and the length
 * of a range that moves with the clock. Of flows the last message alone counts.
 */
export function rowBuffer(query: XdpQuery, asked: CanonicalQuery, range: TimeRange): Partial<StreamingFrameOptions> {
  if (asked.kind === 'flows') {
    return { action: StreamingFrameAction.Replace, maxLength: FLOW_ROWS };
  }
  // A range with a fixed beginning grows while the panel is open, so its rows never become too old.
  const length = typeof range.raw.from === 'string' ? range.to.valueOf() - range.from.valueOf() : undefined;
  return {
    action: StreamingFrameAction.Append,
    maxLength: asked.kind === 'rates' ? rowsOfRates(asked, length) : rowsKept(query),
    ...(length !== undefined && { maxDelta: length }),
  };
}

/** A row for each interval, or for each group in it: the largest and all others together. */
function rowsOfRates({ interval, top, isGrouped }: CanonicalQuery, length: number | undefined): number {
  const rows = length === undefined ? ROWS_KEPT.max : (Math.ceil(length / interval) + 1) * (isGrouped ? top + 1 : 1);
  return Math.min(rows, ROWS_KEPT.max);
}

/** A dashboard's JSON may hold anything: what is no whole number counts as missing, the rest is brought into range. */
function rowsKept({ rowsKept }: XdpQuery): number {
  if (rowsKept === undefined || !Number.isInteger(rowsKept)) {
    return ROWS_KEPT.default;
  }
  return Math.min(Math.max(rowsKept, ROWS_KEPT.min), ROWS_KEPT.max);
}
