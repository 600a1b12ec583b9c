import { defer, EMPTY, finalize, throttle, timer, type MonoTypeOperatorFunction } from 'rxjs';

/** Streams beside which each other one adds to the pause of all. */
const FREELY = 4;
/** Milliseconds that each of them adds. */
const EACH = 60;
/** Milliseconds between two drawings of one panel at most. */
const MOST = 2_000;

/** Streams that the panels of this page follow. */
let following = 0;

/** Milliseconds between two drawings of a panel, on a page that follows so many streams. */
export function pauseBetween(streams: number): number {
  return Math.min(Math.max(streams - FREELY, 0) * EACH, MOST);
}

/**
 * A panel draws itself anew for each emission, whatever it holds, and a page has one thread for all its panels. On a page
 * with many streams each of them is drawn less often, and not at the same moment as the others. Nothing is lost: an
 * emission holds the rows of those that were passed over.
 */
export function paced<T>(random: () => number = Math.random): MonoTypeOperatorFunction<T> {
  const pause = () => {
    const length = pauseBetween(following);
    return length === 0 ? EMPTY : timer(length * (0.75 + random() / 2));
  };
  return (source) =>
    defer(() => {
      following += 1;
      return source.pipe(
        throttle(pause, { leading: true, trailing: true }),
        finalize(() => {
          following -= 1;
        })
      );
    });
}
