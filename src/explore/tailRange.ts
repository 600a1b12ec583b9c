import { dateTime, type TimeRange } from '@grafana/data';

import { reachesNow } from '../streaming/bounds';

/**
 * The range of a live tail: as long as the one that Explore has, and until now. Who looked at what is past and presses
 * "Live" wants what comes. `now` is in ms.
 */
export function tailRange(range: TimeRange, now = Date.now()): TimeRange {
  if (reachesNow(range, now)) {
    return range;
  }
  const length = range.to.valueOf() - range.from.valueOf();
  const seconds = Math.max(Math.round(length / 1_000), 1);
  return { from: dateTime(now - length), to: dateTime(now), raw: { from: `now-${seconds}s`, to: 'now' } };
}
