import { Subject, type Subscription } from 'rxjs';

import { paced, pauseBetween, turnFrom } from './pace';

beforeEach(() => {
  jest.useFakeTimers();
});

afterEach(() => {
  jest.useRealTimers();
});

/** Panels side by side that show so many cells each, and what the first one draws. */
function follow(panels: number, cells = 0) {
  const source = new Subject<number>();
  const drawn: number[] = [];
  const others = Array.from({ length: panels - 1 }, () => new Subject<number>().pipe(paced({ cells })).subscribe());
  const first = source.pipe(paced({ cells }, () => 0.5)).subscribe((value) => drawn.push(value));
  const end = () => {
    [first, ...others].forEach((subscription: Subscription) => {
      subscription.unsubscribe();
    });
  };
  return { source, drawn, others, end };
}

const alike = (panels: number, cells: number) => pauseBetween(cells, Array<number>(panels).fill(cells));
const each = (values: number[]) => values.slice(1).map((value, index) => value - (values[index] ?? 0));

/** A table of 50,000 packets with 12 columns. */
const LARGE = 600_000;

it.each([
  [1, 0, 0],
  [4, 0, 0],
  [5, 0, 108],
  [8, 0, 360],
  [9, 0, 433],
  [20, 0, 1_152],
  [20, 12_000, 1_271],
  [1, LARGE, 182],
  [6, LARGE, 2_060],
  [100, LARGE, 5_000],
])('of %d panels with %d cells each pauses for %d ms', (panels, cells, pause) => {
  expect(Math.round(alike(panels, cells))).toBe(pause);
});

it('draws less often the more panels there are, with no step', () => {
  const steps = each(Array.from({ length: 80 }, (_, index) => alike(index + 1, 0)));
  expect(Math.min(...steps)).toBe(0);
  expect(Math.max(...steps)).toBeLessThan(120);
});

it.each([1, 8, 9, 20])('of %d panels draws less often the more they show, with no step', (panels) => {
  const steps = each(Array.from({ length: 100 }, (_, index) => alike(panels, index * 1_000)));
  expect(Math.min(...steps)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...steps)).toBeLessThan(0.6 * panels);
});

it('makes whoever shows much wait longest, and others longer than without it', () => {
  const page = [...Array<number>(7).fill(1_000), LARGE];
  const [small, large] = [pauseBetween(1_000, page), pauseBetween(LARGE, page)];
  expect(large).toBeGreaterThan(2 * small);
  expect(small).toBeGreaterThan(alike(8, 1_000));
  expect(small).toBeLessThan(alike(8, LARGE / 8));
});

it.each([
  [1_000, [], 1_000],
  [1_000, [900, 1_200], 1_000],
  [1_000, [970, 1_030], 1_000],
  [1_000, [971], 1_001],
  [1_000, [1_040, 1_010], 1_070],
  [1_000, [1_010, 1_080], 1_040],
])('has a turn at %d or later where others are due at %j: at %d', (wanted, due, turn) => {
  expect(turnFrom(wanted, due)).toBe(turn);
});

it('draws one panel at a time where there are many', () => {
  const drawn: number[] = [];
  const source = new Subject<number>();
  const panels = Array.from({ length: 40 }, () =>
    source.pipe(paced({ cells: 0 }, () => 0.5)).subscribe(() => drawn.push(performance.now()))
  );
  source.next(1);
  source.next(2);
  // The first panel alone has drawn what was passed over for the others.
  expect(drawn).toHaveLength(1);
  jest.advanceTimersByTime(5_000);
  expect(drawn).toHaveLength(41);
  expect(Math.min(...each(drawn))).toBeGreaterThanOrEqual(30);
  panels.forEach((panel) => {
    panel.unsubscribe();
  });
});

it('counts what is shown now', () => {
  const shown = { cells: 0 };
  const source = new Subject<number>();
  const drawn: number[] = [];
  const subscription = source.pipe(paced(shown, () => 0.5)).subscribe((value) => {
    drawn.push(value);
    shown.cells = LARGE;
  });
  source.next(1);
  source.next(2);
  expect(drawn).toEqual([1]);
  jest.advanceTimersByTime(183);
  expect(drawn).toEqual([1, 2]);
  subscription.unsubscribe();
});

it('draws everything at once where there are few', () => {
  const { source, drawn, end } = follow(4);
  [1, 2, 3].forEach((value) => {
    source.next(value);
  });
  expect(drawn).toEqual([1, 2, 3]);
  end();
});

it('draws the first at once, and the last when its time has come, where there are many', () => {
  const { source, drawn, end } = follow(20);
  [1, 2, 3].forEach((value) => {
    source.next(value);
  });
  expect(drawn).toEqual([1]);
  jest.advanceTimersByTime(1_151);
  expect(drawn).toEqual([1]);
  jest.advanceTimersByTime(1);
  expect(drawn).toEqual([1, 3]);
  source.next(4);
  jest.advanceTimersByTime(1_152);
  expect(drawn).toEqual([1, 3, 4]);
  end();
});

it('draws freely again when others have gone', () => {
  const { source, drawn, others, end } = follow(5);
  source.next(1);
  others[0]?.unsubscribe();
  jest.advanceTimersByTime(108);
  source.next(2);
  source.next(3);
  expect(drawn).toEqual([1, 2, 3]);
  end();
});

it('passes on what is left when a stream ends', () => {
  const { source, drawn, end } = follow(20);
  source.next(1);
  source.next(2);
  source.complete();
  jest.advanceTimersByTime(1_152);
  expect(drawn).toEqual([1, 2]);
  end();
});

// A quarter more than the longest pause; where there are so many that each has a turn of its own, that many turns.
it.each([
  [100, 6_300],
  [400, 12_100],
])('draws each of %d panels within %d ms', (panels, within) => {
  const source = new Subject<number>();
  const drawn = Array.from({ length: panels }, () => [] as number[]);
  const all = drawn.map((times) => source.pipe(paced({ cells: 0 })).subscribe(() => times.push(performance.now())));
  for (let ms = 0; ms < 60_000; ms += 100) {
    source.next(ms);
    jest.advanceTimersByTime(100);
  }
  const pauses = drawn.flatMap(each);
  expect(pauses.length).toBeGreaterThanOrEqual(3 * panels);
  expect(Math.max(...pauses)).toBeLessThanOrEqual(within);
  all.forEach((panel) => {
    panel.unsubscribe();
  });
});
