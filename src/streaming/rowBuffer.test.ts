import { dateTime, type TimeRange } from '@grafana/data';

import { canonicalQuery } from './canonicalQuery';
import { reachesNow, rowBuffer } from './rowBuffer';

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

describe('rowBuffer', () => {
  const packets = canonicalQuery({ kind: 'packets' });
  const lastFiveMinutes = range('now-5m', 'now');

  it('appends and keeps what is no older than the range', () => {
    expect(rowBuffer({ refId: 'A' }, packets, lastFiveMinutes)).toMatchObject({
      action: 'append',
      maxDelta: FIVE_MINUTES_MS,
    });
  });

  it('drops nothing by age where the range has a fixed beginning', () => {
    const { from, to } = lastFiveMinutes;
    expect(rowBuffer({ refId: 'A' }, packets, { from, to, raw: { from, to: 'now' } })).not.toHaveProperty('maxDelta');
  });

  it.each([
    ['the number the query names', 250, 250],
    ['the default where it names none', undefined, 1_000],
    ['the default where it names no whole number', 2.5, 1_000],
    ['at least one row', 0, 1],
    ['at most the maximum', 1_000_000, 50_000],
  ])('keeps %s', (_, rowsKept, expected) => {
    expect(rowBuffer({ refId: 'A', rowsKept }, packets, lastFiveMinutes).maxLength).toBe(expected);
  });

  describe('for rates', () => {
    const length = (query: object, range = lastFiveMinutes) =>
      rowBuffer({ refId: 'A', rowsKept: 7 }, canonicalQuery({ kind: 'rates', ...query }), range).maxLength;

    it.each([
      [{ interval: 1_000 }, 301],
      [{ interval: 100 }, 3_001],
      [{ interval: 7_000 }, 44],
      [{}, 301],
      [{ interval: 1_000, groupBy: 'source', top: 10 }, 3_311],
      [{ interval: 1_000, groupBy: 'source', top: 10, columns: ['time', 'group'] }, 3_311],
      [{ interval: 100, groupBy: 'source', top: 100 }, 50_000],
      [{ interval: null, top: 'many' }, 301],
    ])('of %j keeps %d rows of five minutes', (query, expected) => {
      expect(length(query)).toBe(expected);
    });

    it('keeps as many as a browser can take where the range grows', () => {
      const { from, to } = lastFiveMinutes;
      expect(length({ interval: 60_000 }, { from, to, raw: { from, to: 'now' } })).toBe(50_000);
    });
  });

  it('holds the last message of flows, whatever the age of what it tells', () => {
    expect(rowBuffer({ refId: 'A' }, canonicalQuery({ kind: 'flows' }), lastFiveMinutes)).toEqual({
      action: 'replace',
      maxLength: 1_000,
    });
  });
});
