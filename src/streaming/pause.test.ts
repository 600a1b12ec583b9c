import { LoadingState, type DataFrame } from '@grafana/data';

import type { XdpQuery } from '../query/model';
import { channelMeta, ttlFrame, ttlMessage } from '../testing/frames';
import { protocolFrame, protocolRows } from '../testing/groupedRates';
import { SharedLive } from '../testing/sharedLive';
import { StreamingPanel } from '../testing/streamingPanel';

const CHANNEL = 'ds/uid-1/packets/1f';
const PAUSED_AT = Date.UTC(2026, 0, 1, 12, 0, 5);

beforeEach(() => {
  jest.useFakeTimers({ now: PAUSED_AT });
});

afterEach(() => {
  jest.useRealTimers();
});

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index);

function answerOf(from: number, to: number, refId = 'A'): DataFrame {
  const custom = { channel: 'packets/1f', data: { kind: 'packets' }, run: 'a', first: from };
  return ttlFrame(
    refId,
    range(from, to).map((number) => [1_000, number]),
    { custom }
  );
}

/** Rows with these numbers, `time` ms since 1970. */
function messageOf(from: number, to: number, time = 1_000) {
  const numbers = range(from, to);
  return { run: 'a', first: from, data: { values: [numbers.map(() => time), numbers] } };
}

function open(live = new SharedLive(), query: Partial<XdpQuery> = {}, data = [answerOf(0, 3)]) {
  return new StreamingPanel(live, { state: LoadingState.Done, data }, [{ refId: 'A', ...query }, { refId: 'B' }]);
}

it('stands still, tells what came once a second, and goes on with all of it, each row once', () => {
  const live = new SharedLive();
  const panel = open(live, { rowsKept: 5 });
  live.send(CHANNEL, messageOf(3, 5));
  panel.pause.toggle();
  expect(panel.ttls('A')).toEqual(range(0, 5));
  expect(panel.notices()).toEqual(['warning: Paused at 12:00:05. 0 rows came since. To go on, use the same link.']);
  const emissions = panel.states.length;
  live.send(CHANNEL, messageOf(5, 600));
  live.send(CHANNEL, messageOf(590, 1_000));
  jest.advanceTimersByTime(999);
  expect(panel.states).toHaveLength(emissions);
  jest.advanceTimersByTime(1);
  expect(panel.states).toHaveLength(emissions + 1);
  expect(panel.ttls('A')).toEqual(range(0, 5));
  expect(panel.notices()).toEqual(['warning: Paused at 12:00:05. 995 rows came since. To go on, use the same link.']);
  expect(panel.pause.newRows).toBe(995);
  jest.advanceTimersByTime(10_000);
  expect(panel.states).toHaveLength(emissions + 1);

  panel.pause.toggle();
  expect(panel.ttls('A')).toEqual(range(0, 1_000));
  expect(panel.notices()).toEqual([]);
  live.send(CHANNEL, messageOf(1_000, 1_002));
  expect(panel.ttls('A')).toEqual(range(2, 1_002));
  expect(panel.notices()).toEqual([
    'info: Only the newest 1,000 rows are shown (Rows kept, and what came while the panel was paused). 2 earlier rows were left out since the panel opened.',
  ]);
});

it('shows what came also where it is older than the time range meanwhile', () => {
  const live = new SharedLive();
  const panel = open(live);
  const begin = 10_000;
  live.send(CHANNEL, messageOf(3, 4, begin));
  panel.pause.toggle();
  jest.advanceTimersByTime(9 * 60_000);
  live.send(CHANNEL, messageOf(4, 5, begin + 1_000));
  live.send(CHANNEL, messageOf(5, 6, begin + 9 * 60_000));
  panel.pause.toggle();
  expect(panel.ttls('A')).toEqual(range(0, 6));
  live.send(CHANNEL, messageOf(6, 7, begin + 14 * 60_000));
  expect(panel.ttls('A')).toEqual(range(3, 7));
});

it('holds 50,000 rows of what comes, and tells how many it does not', () => {
  const live = new SharedLive();
  const panel = open(live, { rowsKept: 3 });
  panel.pause.toggle();
  for (let first = 3; first < 60_003; first += 1_000) {
    live.send(CHANNEL, messageOf(first, first + 1_000));
  }
  jest.advanceTimersByTime(1_000);
  expect(panel.notices()).toEqual([
    'warning: Paused at 12:00:05. 60,000 rows came since. Only the newest 50,000 of them are held. To go on, use the same link.',
  ]);
  panel.pause.toggle();
  expect(panel.ttls('A')).toEqual(range(10_000, 60_003));
  expect(panel.notices()).toEqual([
    'info: Only the newest 50,003 rows are shown (Rows kept, and what came while the panel was paused). 10,000 earlier rows were left out since the panel opened.',
  ]);
});

it('does not grow without end by one pause after the other', () => {
  const live = new SharedLive();
  const panel = open(live, { rowsKept: 50_000 });
  range(0, 3).forEach((round) => {
    panel.pause.toggle();
    live.send(CHANNEL, messageOf(3 + round * 40_000, 3 + (round + 1) * 40_000));
    panel.pause.toggle();
  });
  expect(panel.ttls('A')).toEqual(range(20_003, 120_003));
});

it('leaves other panels of the stream alone', () => {
  const live = new SharedLive();
  const [paused, other] = [open(live, { rowsKept: 4 }), open(live, { rowsKept: 4 })];
  paused.pause.toggle();
  live.send(CHANNEL, messageOf(3, 10));
  expect(paused.ttls('A')).toEqual([0, 1, 2]);
  expect(other.ttls('A')).toEqual([6, 7, 8, 9]);
  expect(other.notices().join()).not.toContain('Paused');
});

it('has all queries of the panel stand still', () => {
  const live = new SharedLive();
  const second = { ...answerOf(0, 1, 'B'), meta: channelMeta('packets/2e') };
  const panel = open(live, {}, [answerOf(0, 3), second]);
  panel.pause.toggle();
  live.send(CHANNEL, messageOf(3, 5));
  live.send('ds/uid-1/packets/2e', ttlMessage([[2_000, 9]]));
  expect([panel.ttls('A'), panel.ttls('B')]).toEqual([[0, 1, 2], [0]]);
  expect(panel.pause.newRows).toBe(3);
  panel.pause.toggle();
  expect([panel.ttls('A'), panel.ttls('B')]).toEqual([range(0, 5), [0, 9]]);
});

it('tells that the connection is cut meanwhile', () => {
  const live = new SharedLive();
  const panel = open(live);
  panel.pause.toggle();
  live.cut(CHANNEL);
  jest.advanceTimersByTime(4_000);
  expect(panel.notices()).toEqual([
    'warning: Paused at 12:00:05. 0 rows came since. To go on, use the same link. The connection to Grafana Live is cut since 12:00:05: rows that come meanwhile are fetched when it is back.',
  ]);
});

it('draws a graph once and no more, so that its axis stands still', () => {
  const live = new SharedLive();
  const channel = 'ds/uid-1/rates/1f';
  const panel = open(live, { kind: 'rates', groupBy: 'protocol' }, [protocolFrame([1_000], { TCP: [5] })]);
  panel.pause.toggle();
  const emissions = panel.states.length;
  live.send(channel, protocolRows([[2_000, 'TCP', 7]]));
  jest.advanceTimersByTime(5_000);
  expect(panel.states).toHaveLength(emissions);
  expect(panel.notices()).toEqual(['warning: Paused at 12:00:05. To see what came since, use the same link.']);
  panel.pause.toggle();
  expect(panel.series()).toEqual([
    ['time', 1_000, 2_000],
    ['TCP', 5, 7],
  ]);
});

it('is not possible where nothing streams, or does not any more', () => {
  const panel = open();
  expect(panel.pause.isPossible).toBe(true);
  panel.leave();
  expect(panel.pause.isPossible).toBe(false);
});
