import { dateTime } from '@grafana/data';

import { tailRange } from './tailRange';

const from = dateTime('2026-01-01T12:00:00Z');
const to = dateTime('2026-01-01T12:05:00Z');
const LATER = to.valueOf() + 3_600_000;

it.each([
  { from, to },
  { from: 'now-65m', to: 'now-60m' },
])('is as long as one that is past, and until now', (raw) => {
  const range = tailRange({ from, to, raw }, LATER);
  expect([range.from.valueOf(), range.to.valueOf(), range.raw]).toEqual([
    LATER - 300_000,
    LATER,
    { from: 'now-300s', to: 'now' },
  ]);
});

it('is never nothing', () => {
  expect(tailRange({ from: to, to, raw: { from: to, to } }, LATER).raw.from).toBe('now-1s');
});

it('stays where it reaches now', () => {
  const range = { from, to, raw: { from: 'now-5m', to: 'now' } };
  expect(tailRange(range, LATER)).toBe(range);
});
