import { StreamingFrameAction, type StreamingFrameOptions, type TimeRange } from '@grafana/data';

import { ROWS_KEPT, type XdpQuery } from '../query/model';

/** Only a range that ends now has a place for packets that are still to come. */
export function endsNow(range: TimeRange): boolean {
  return range.raw.to === 'now';
}

/** How many rows, and how old, a panel holds: its own limit and the length of a range that moves with the clock. */
export function rowBuffer(query: XdpQuery, range: TimeRange): Partial<StreamingFrameOptions> {
  return {
    action: StreamingFrameAction.Append,
    maxLength: rowsKept(query),
    // A range with a fixed beginning grows while the panel is open, so its rows never become too old.
    ...(typeof range.raw.from === 'string' && { maxDelta: range.to.valueOf() - range.from.valueOf() }),
  };
}

/** A dashboard's JSON may hold anything: what is no whole number counts as missing, the rest is brought into range. */
function rowsKept({ rowsKept }: XdpQuery): number {
  if (rowsKept === undefined || !Number.isInteger(rowsKept)) {
    return ROWS_KEPT.default;
  }
  return Math.min(Math.max(rowsKept, ROWS_KEPT.min), ROWS_KEPT.max);
}
