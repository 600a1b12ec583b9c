import { ttlFrame } from '../testing/frames';

import { ServerClock } from './serverClock';

const NOON = Date.UTC(2026, 0, 1, 12);

/** What is told where an answer that took so long names a time so many ms from its middle. */
function told(ahead: number, roundTrip = 100, custom: object = { host: 'web1' }) {
  const clock = new ServerClock();
  clock.ask(NOON);
  const now = NOON + roundTrip / 2 + ahead;
  clock.read({ data: [ttlFrame('A', [], { custom: { ...custom, now } })] }, NOON + roundTrip);
  return clock.notices.map(({ severity, text }) => `${severity}: ${text}`);
}

it.each([0, 1_900, -1_900])('tells nothing of clocks that are %d ms apart', (ahead) => {
  expect(told(ahead)).toEqual([]);
});

it('tells how far they are apart, what comes of it, and what to do', () => {
  expect(told(-90_000)).toEqual([
    'warning: The clock of web1 is 90 seconds behind the clock of this browser, so its rows are too early in the time range. Synchronize both clocks with NTP.',
  ]);
  expect(told(600_000)).toEqual([
    'warning: The clock of web1 is 10 minutes ahead of the clock of this browser, so its newest rows are later than the time range. Synchronize both clocks with NTP, or choose a time range that ends later, such as now+10m.',
  ]);
  expect(told(2_500, 100, {})).toEqual([expect.stringContaining('The clock of the server is 3 seconds ahead')]);
});

it('tells nothing that may as well come from a slow answer', () => {
  expect(told(6_000, 10_000)).toEqual([]);
  expect(told(8_000, 10_000)).toHaveLength(1);
});

it.each([{ custom: { now: 'noon' } }, { custom: undefined }, undefined])(
  'leaves an answer that does not say: %j',
  (meta) => {
    const clock = new ServerClock();
    clock.ask(NOON);
    clock.read({ data: [ttlFrame('A', [], meta), 'no frame'] }, NOON);
    expect(clock.notices).toEqual([]);
  }
);
