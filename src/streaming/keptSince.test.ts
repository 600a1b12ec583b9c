import { dateTime, LoadingState, type RawTimeRange } from '@grafana/data';

import { ttlFrame, ttlMessage } from '../testing/frames';
import { SharedLive } from '../testing/sharedLive';
import { StreamingPanel } from '../testing/streamingPanel';

import { emptyPart, keptSince } from './keptSince';

const NOW = Date.UTC(2026, 0, 1, 12);
const MINUTE = 60_000;

function rangeOf(raw: RawTimeRange, length: number) {
  return { from: dateTime(NOW - length), to: dateTime(NOW), raw };
}

const lastHour = rangeOf({ from: 'now-1h', to: 'now' }, 60 * MINUTE);

it('is since something is kept, or since the answer where nothing was', () => {
  const since = (custom: object) => keptSince(ttlFrame('A', [], { custom }));
  expect(since({ kept_from: 7, now: 9, data: { kind: 'rates' } })).toBe(7);
  expect(since({ now: 9, data: { kind: 'packets' } })).toBe(9);
  expect(since({ now: 9, data: { kind: 'flows' } })).toBeUndefined();
  expect(since({ data: { kind: 'packets' } })).toBeUndefined();
});

it.each([
  [34 * MINUTE, 0, 34 * MINUTE],
  [34 * MINUTE, 33 * MINUTE, MINUTE],
  [34 * MINUTE, 34 * MINUTE - 31_000, 40_000],
  [34 * MINUTE, 34 * MINUTE - 5_000, undefined],
  [-MINUTE, 0, undefined],
])('kept from %d ms after the beginning, after %d ms leaves %j ms empty', (begin, passed, length) => {
  const since = lastHour.from.valueOf() + begin;
  expect(emptyPart(since, lastHour, NOW + passed)).toEqual(length && { until: since, length });
});

it('stays where the range does not move along', () => {
  const today = rangeOf({ from: 'now/d', to: 'now' }, 12 * 60 * MINUTE);
  const since = today.from.valueOf() + 60 * MINUTE;
  expect(emptyPart(since, today, NOW + 120 * MINUTE)).toEqual({ until: since, length: 60 * MINUTE });
});

it('is told in a panel while it lasts', () => {
  jest.useFakeTimers({ now: NOW });
  const live = new SharedLive();
  const custom = { channel: 'packets/1f', data: { kind: 'packets' }, now: NOW, kept_from: NOW - 3 * MINUTE };
  const answer = { state: LoadingState.Done, data: [ttlFrame('A', [[NOW - 3 * MINUTE, 64]], { custom })] };
  const panel = new StreamingPanel(live, answer, [{ refId: 'A' }]);
  expect(panel.notices()).toEqual([
    'info: Nothing is kept from before 11:57:00: the first 2 minutes of the time range are empty.',
  ]);
  jest.advanceTimersByTime(2 * MINUTE);
  live.send('ds/uid-1/packets/1f', ttlMessage([[NOW + 2 * MINUTE, 1]]));
  expect(panel.notices()).toEqual([]);
  jest.useRealTimers();
});
