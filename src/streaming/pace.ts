import { defer, EMPTY, finalize, throttle, timer, type MonoTypeOperatorFunction } from 'rxjs';

/** What one panel has drawn last, in cells: rows by columns, or points by series. */
export interface Shown {
  cells: number;
}

/** Cells that take as long to draw as a panel without any: with 12 columns some 10,000 rows. */
const CELLS = 125_000;
/** Milliseconds between two drawings for each empty panel on the page. One takes about a quarter of that to draw. */
const EACH = 60;
/** Milliseconds of these up to which nothing waits: a page with four small panels is drawn freely. */
const FREE = 240;
/** Milliseconds between two drawings of one panel at most. */
const MOST = 5_000;

/** The panels of this page that follow a stream. */
const following = new Set<Shown>();

/**
 * Milliseconds between two drawings of a panel that shows `own` cells, on a page whose panels, itself among them, show
 * `all`. A page has one thread, of which drawing is to take a part, about a quarter: of all ways to divide that part, this
 * one makes the sum of the pauses least. So a large panel makes others wait less than itself.
 */
export function pauseBetween(own: number, all: Iterable<number>): number {
  let sum = 0;
  for (const cells of all) {
    sum += rootOfWork(cells);
  }
  const due = EACH * rootOfWork(own) * sum;
  // From nothing to all of it without a step.
  return Math.min(Math.max(due - FREE ** 2 / due, 0), MOST);
}

function rootOfWork(cells: number): number {
  return Math.sqrt(1 + cells / CELLS);
}

/**
 * A panel draws itself anew for each emission, whatever it holds. On a page that shows much each panel is drawn less often,
 * and not at the same moment as the others. Nothing is lost: an emission holds the rows of those that were passed over.
 * `shown` is what the panel has drawn last whenever it is asked for.
 */
export function paced<T>(shown: Shown, random: () => number = Math.random): MonoTypeOperatorFunction<T> {
  const pause = () => {
    const all = [...following].map(({ cells }) => cells);
    const length = pauseBetween(shown.cells, all);
    return length === 0 ? EMPTY : timer(length * (0.75 + random() / 2));
  };
  return (source) =>
    defer(() => {
      following.add(shown);
      return source.pipe(
        throttle(pause, { leading: true, trailing: true }),
        finalize(() => {
          following.delete(shown);
        })
      );
    });
}
