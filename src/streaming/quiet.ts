/** Intervals without a message, and ms besides, after which none is late: then there was nothing to tell. */
const LATE_INTERVALS = 2.5;
const LATE_MS = 1_000;

/**
 * Milliseconds without a message after which the last one is of long ago. What shows the last interval gets none while
 * there are no packets, and must not go on showing those of before.
 */
export function quietAfter(interval: number): number {
  return LATE_INTERVALS * interval + LATE_MS;
}
