import type { DataFrame, TimeRange } from '@grafana/data';

import { movesAlong } from './bounds';
import type { Empty } from './streamNotices';

/** Milliseconds that may be missing without a word: what is kept begins with an interval or a packet. */
const HARDLY = 5_000;
/** Milliseconds in steps of which less than two minutes are told, so that no panel is drawn anew each second for new words. */
const STEP = 10_000;

/**
 * From when on something is there, by an answer that a stream goes on with, ms since 1970: since something is kept, or since
 * the answer, where nothing was. Undefined: the back end does not say, as of conversations, of which the last are all.
 */
export function keptSince({ meta }: DataFrame): number | undefined {
  const { kept_from: from, now, data } = (meta?.custom ?? {}) as Record<string, unknown>;
  const { kind } = (data ?? {}) as { kind?: unknown };
  const since = from ?? now;
  return typeof since === 'number' && kind !== 'flows' ? since : undefined;
}

/** The part of a time range, at `now`, that is empty because nothing is kept from before `since`. */
export function emptyPart(since: number | undefined, range: TimeRange, now: number): Empty | undefined {
  const begin = movesAlong(range) ? now - (range.to.valueOf() - range.from.valueOf()) : range.from.valueOf();
  const length = (since ?? -Infinity) - begin;
  return since === undefined || length <= HARDLY
    ? undefined
    : { until: since, length: length < 12 * STEP ? Math.ceil(length / STEP) * STEP : length };
}
