import { dateTime, type TimeRange } from '@grafana/data';

import { canonicalQuery } from './canonicalQuery';
import { reachesNow, boundsOf } from './bounds';

const FIVE_MINUTES_MS = 300_000;

function range(from: string, to: string): TimeRange {
  const end = dateTime('2026-01-01T12:00:00Z');
  const beginning = dateTime(end.valueOf() - FIVE_MINUTES_MS);
  return { from: beginning, to: end, raw: { from, to } };
}

describe('reachesNow', () => {
  it.each([
    ['now-5m', 'now', true],
    ['now/d', 'now', true],
    ['now-10m', 'now-5m', false],
    ['now-1d/d', 'now-1d/d', false],
  ])('%s to %s: %s', (from, to, expected) => {
    expect(reachesNow(range(from, to))).toBe(expected);
  });

  it.each([
    [-1, true],
    [0, false],
  ])('tells a range that ends later from one that is past: %s ms after its end', (after, expected) => {
    const { from, to } = range('', '');
    expect(reachesNow({ from, to, raw: { from, to } }, to.valueOf() + after)).toBe(expected);
    expect(reachesNow(range('now/d', 'now/d'), to.valueOf() + after)).toBe(expected);
  });
});

describe('boundsOf', () => {
  const packets = canonicalQuery({ kind: 'packets' });
  const lastFiveMinutes = range('now-5m', 'now');

  it('keeps what is no older than the range', () => {
    expect(boundsOf({ refId: 'A' }, packets, lastFiveMinutes).maxAge).toBe(FIVE_MINUTES_MS);
  });

  it.each([['2026-01-01T11:55:00Z'], ['now/d'], ['now-1d/d'], [dateTime('2026-01-01T11:55:00Z')]])(
    'drops nothing by age, and no rates, where the range begins at %s',
    (from) => {
      const fixed = { ...lastFiveMinutes, raw: { from, to: 'now' } };
      expect(boundsOf({ refId: 'A' }, packets, fixed).maxAge).toBeUndefined();
      expect(boundsOf({ refId: 'A' }, canonicalQuery({ kind: 'rates' }), fixed).maxLength).toBe(500_000);
    }
  );

  it.each([
    ['the number the query names', 250, 250],
    ['the default where it names none', undefined, 1_000],
    ['the default where it names no whole number', 2.5, 1_000],
    ['at least one row', 0, 1],
    ['at most the maximum', 1_000_000, 50_000],
  ])('keeps %s', (_, rowsKept, expected) => {
    expect(boundsOf({ refId: 'A', rowsKept }, packets, lastFiveMinutes).maxLength).toBe(expected);
  });

  describe('for rates', () => {
    const length = (query: object, range = lastFiveMinutes) =>
      boundsOf({ refId: 'A', rowsKept: 7 }, canonicalQuery({ kind: 'rates', ...query }), range).maxLength;

    it.each([
      [{ interval: 1_000 }, 301],
      [{ interval: 100 }, 3_001],
      [{ interval: 7_000 }, 44],
      [{}, 301],
      [{ interval: 1_000, groupBy: 'source', top: 10 }, 3_311],
      [{ interval: 1_000, groupBy: 'source', top: 10, columns: ['time', 'group'] }, 3_311],
      [{ interval: 100, groupBy: 'source', top: 100 }, 303_101],
      [{ interval: null, top: 'many' }, 301],
    ])('of %j keeps %d rows of five minutes', (query, expected) => {
      expect(length(query)).toBe(expected);
    });
  });

  it('holds eight hours of ten groups, and no more than a browser can take', () => {
    const { to } = lastFiveMinutes;
    const of = (hours: number) => {
      const long = { to, from: dateTime(to.valueOf() - hours * 3_600_000), raw: { from: `now-${hours}h`, to: 'now' } };
      return boundsOf({ refId: 'A' }, canonicalQuery({ kind: 'rates', groupBy: 'source', top: 10 }), long).maxLength;
    };
    expect([of(8), of(24)]).toEqual([316_811, 500_000]);
  });

  it('holds no rows of flows, whose last message alone counts', () => {
    expect(boundsOf({ refId: 'A' }, canonicalQuery({ kind: 'flows' }), lastFiveMinutes).maxLength).toBe(0);
  });
});
