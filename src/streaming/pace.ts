import { audit, defer, finalize, of, tap, timer, type MonoTypeOperatorFunction } from 'rxjs';

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

/** Milliseconds in which no other panel is due: those that are drawn in one task make it as long as all of them. */
const TURN = 30;

/** The panels of this page that follow a stream, and when each is due, ms of the page's clock. */
const following = new Map<Shown, number>();

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

/** The first moment from `wanted` on in which none of those is due. */
export function turnFrom(wanted: number, due: readonly number[]): number {
  const later = [...due].sort((a, b) => a - b);
  return later.reduce((turn, other) => (Math.abs(other - turn) < TURN ? other + TURN : turn), wanted);
}

function rootOfWork(cells: number): number {
  return Math.sqrt(1 + cells / CELLS);
}

/**
 * A panel draws itself anew for each emission, whatever it holds. On a page that shows much each panel is drawn less often,
 * and in a turn of its own. Nothing is lost: an emission holds the rows of those that were passed over. `shown` is what
 * the panel has drawn last whenever it is asked for.
 */
export function paced<T>(shown: Shown, random: () => number = Math.random): MonoTypeOperatorFunction<T> {
  return (source) =>
    defer(() => {
      let drawnAt = -Infinity;
      const turn = () => {
        const others = [...following].filter(([other]) => other !== shown);
        const pause = pauseBetween(shown.cells, [shown.cells, ...others.map(([{ cells }]) => cells)]);
        if (pause === 0) {
          return of(undefined);
        }
        const now = performance.now();
        const due = others.map(([, at]) => at).filter((at) => at > now - TURN);
        const at = turnFrom(Math.max(now, drawnAt + pause * (0.75 + random() / 2)), due);
        following.set(shown, at);
        return at > now ? timer(at - now) : of(undefined);
      };
      following.set(shown, -Infinity);
      return source.pipe(
        audit(turn),
        tap(() => {
          drawnAt = performance.now();
        }),
        finalize(() => {
          following.delete(shown);
        })
      );
    });
}
