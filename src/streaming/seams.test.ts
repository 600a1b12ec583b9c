import { createDataFrame, FieldType, LiveChannelConnectionState, LoadingState, type DataFrame } from '@grafana/data';

import type { StreamMessage } from '../streaming/channelStore';
import { ttlFrame } from '../testing/frames';
import { protocolFrame, protocolRows } from '../testing/groupedRates';
import { SharedLive } from '../testing/sharedLive';
import { StreamingPanel } from '../testing/streamingPanel';

/** Where an answer and a stream meet: before, after, and around a connection that was cut. */
const CHANNEL = 'ds/uid-1/packets/1f';

/** Rows with these numbers, which are their TTLs; all in one millisecond, so that only their numbers tell them apart. */
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index);

function answerOf(from: number, to: number, run = 'a'): DataFrame {
  const custom = { channel: 'packets/1f', data: { kind: 'packets' }, run, first: from };
  return ttlFrame(
    'A',
    range(from, to).map((number) => [1_000, number]),
    { custom }
  );
}

function messageOf(from: number, to: number, run = 'a'): StreamMessage {
  const numbers = range(from, to);
  return { run, first: from, data: { values: [numbers.map(() => 1_000), numbers] } };
}

const SCHEMA = {
  schema: {
    fields: [
      { name: 'time', type: FieldType.time },
      { name: 'ttl', type: FieldType.number },
    ],
  },
};

/** A panel whose back end still has `kept` when it is asked again. */
function open(history: DataFrame, kept?: () => DataFrame | undefined, rowsKept?: number, live = new SharedLive()) {
  const askAgain = jest.fn(() => Promise.resolve(kept?.()));
  const answer = { state: LoadingState.Done, data: [history] };
  const panel = new StreamingPanel(live, answer, [{ refId: 'A', rowsKept }], undefined, askAgain);
  return { live, panel, askAgain };
}

const settled = () =>
  new Promise((resolve) => {
    process.nextTick(resolve);
  });

it('joins what was answered and what is streamed, each row once', () => {
  const { live, panel, askAgain } = open(answerOf(0, 10));
  live.send(CHANNEL, messageOf(7, 12));
  live.send(CHANNEL, messageOf(12, 14));
  expect(panel.ttls('A')).toEqual(range(0, 14));
  expect(askAgain).not.toHaveBeenCalled();
});

it('does not show again the message that Grafana repeats to who comes late', () => {
  const live = new SharedLive();
  live.send(CHANNEL, { ...SCHEMA, ...messageOf(0, 5) });
  live.send(CHANNEL, messageOf(5, 8));
  const panel = new StreamingPanel(live, { data: [answerOf(6, 8)] }, [{ refId: 'A' }]);
  expect(panel.ttls('A')).toEqual([6, 7]);
  live.send(CHANNEL, messageOf(8, 9));
  expect(panel.ttls('A')).toEqual([6, 7, 8]);
});

it('asks for what came between the answer and the stream', async () => {
  const { live, panel, askAgain } = open(answerOf(0, 10), () => answerOf(5, 18));
  live.send(CHANNEL, messageOf(15, 16));
  await settled();
  expect(askAgain).toHaveBeenCalledTimes(1);
  expect(panel.ttls('A')).toEqual(range(0, 18));
  live.send(CHANNEL, messageOf(16, 20));
  expect(panel.ttls('A')).toEqual(range(0, 20));
  expect(panel.notices()).toEqual([]);
});

it('asks for what came while the connection was cut, and reports what is no longer kept', async () => {
  const { live, panel } = open(answerOf(0, 10), () => answerOf(25, 32));
  live.send(CHANNEL, messageOf(10, 12));
  live.cut(CHANNEL);
  live.reconnect(CHANNEL);
  live.send(CHANNEL, messageOf(30, 31));
  await settled();
  expect(panel.ttls('A')).toEqual([...range(0, 12), ...range(25, 32)]);
  expect(panel.notices()).toEqual([
    'warning: 13 rows came while the connection was cut or the browser too slow, and are no longer kept.',
  ]);
});

it('has what came while the connection was cut also where nothing comes afterwards', async () => {
  const { live, panel, askAgain } = open(answerOf(0, 10), () => answerOf(5, 15));
  live.send(CHANNEL, messageOf(10, 12));
  live.cut(CHANNEL);
  expect(askAgain).not.toHaveBeenCalled();
  live.reconnect(CHANNEL);
  await settled();
  expect(panel.ttls('A')).toEqual(range(0, 15));
  expect(panel.notices()).toEqual([]);
});

it('asks for nothing where the last message alone counts', () => {
  const data = { kind: 'flows', interval: 1_000 };
  const { live, askAgain } = open(ttlFrame('A', [[1, 1]], { custom: { channel: 'packets/1f', data } }));
  live.cut(CHANNEL);
  live.reconnect(CHANNEL);
  expect(askAgain).not.toHaveBeenCalled();
});

it('has what a stream sent that ran already, before it was connected', async () => {
  const live = new SharedLive(LiveChannelConnectionState.Pending);
  const { panel, askAgain } = open(answerOf(0, 10), () => answerOf(0, 12), undefined, live);
  expect(askAgain).not.toHaveBeenCalled();
  live.reconnect(CHANNEL);
  await settled();
  expect(panel.ttls('A')).toEqual(range(0, 12));
});

it('asks for nothing of a stream that has only begun', async () => {
  const live = new SharedLive(LiveChannelConnectionState.Pending);
  const history = ttlFrame('A', [[1, 1]], { custom: { channel: 'packets/1f', data: { kind: 'packets' } } });
  const { askAgain } = open(history, undefined, undefined, live);
  live.reconnect(CHANNEL);
  await settled();
  expect(askAgain).not.toHaveBeenCalled();
});

it('goes on where the stream is run again, and has what was sent before it listened', async () => {
  const { live, panel } = open(answerOf(0, 10), () => answerOf(-10, 6, 'b'));
  live.send(CHANNEL, { ...SCHEMA, ...messageOf(4, 6, 'b') });
  await settled();
  expect(panel.ttls('A')).toEqual([...range(0, 10), ...range(0, 6)]);
  expect(panel.notices()[0]).toMatch(/^warning: The stream began anew once/);
});

it('survives a back end that cannot be asked', async () => {
  const { live, panel } = open(answerOf(0, 2), () => {
    throw new Error('gone');
  });
  live.send(CHANNEL, messageOf(5, 6));
  await settled();
  expect(panel.ttls('A')).toEqual([0, 1, 5]);
});

it('tells a connection that is cut for more than a moment, and no more when it is back', () => {
  jest.useFakeTimers({ now: Date.UTC(2026, 0, 1, 12, 0, 3) });
  const { live, panel } = open(answerOf(0, 2));
  live.cut(CHANNEL);
  jest.advanceTimersByTime(2_999);
  expect(panel.notices()).toEqual([]);
  jest.advanceTimersByTime(1);
  expect(panel.notices()).toEqual([
    'warning: The connection to Grafana Live is cut since 12:00:03: rows that come meanwhile are fetched when it is back.',
  ]);
  live.reconnect(CHANNEL);
  expect(panel.notices()).toEqual([]);
  panel.leave();
  expect(jest.getTimerCount()).toBe(0);
  jest.useRealTimers();
});

it('tells a stream that Grafana shuts down', () => {
  const { live, panel } = open(answerOf(0, 2));
  live.end(CHANNEL);
  expect(panel.notices()[0]).toMatch(/^warning: Grafana has closed this stream at .*: no more rows come\. Refresh/);
  expect(panel.ttls('A')).toEqual([0, 1]);
});

it('counts the rows that it has no room for', () => {
  const { live, panel } = open(answerOf(0, 10), undefined, 4);
  const cut = (rows: number) => [
    `info: Only the newest 4 rows are shown (Rows kept). ${rows} earlier rows were left out since the panel opened.`,
  ];
  expect([panel.ttls('A'), panel.notices()]).toEqual([range(6, 10), cut(6)]);
  live.send(CHANNEL, messageOf(10, 13));
  expect([panel.ttls('A'), panel.notices()]).toEqual([range(9, 13), cut(9)]);
  live.send(CHANNEL, messageOf(13, 3_000));
  expect([panel.ttls('A'), panel.notices()]).toEqual([
    range(2_996, 3_000),
    ['info: Only the newest 4 rows are shown (Rows kept). 2,996 earlier rows were left out since the panel opened.'],
  ]);
});

it('asks for the seconds of rates that are missing', async () => {
  const live = new SharedLive();
  const kept = protocolFrame([1_000, 2_000, 3_000, 4_000, 5_000, 6_000, 7_000], { TCP: [1, 2, 3, 4, 5, 6, 7] });
  const askAgain = () => Promise.resolve(kept);
  const history = protocolFrame([1_000, 2_000], { TCP: [1, 2] });
  const panel = new StreamingPanel(live, { data: [history] }, [{ refId: 'A', kind: 'rates' }], undefined, askAgain);
  live.send('ds/uid-1/rates/1f', protocolRows([[6_500, 'TCP', 9]]));
  await settled();
  expect(panel.series()).toEqual([
    ['time', 1_000, 2_000, 3_000, 4_000, 5_000, 6_000, 6_500],
    ['TCP', 1, 2, 3, 4, 5, 6, 9],
  ]);
});

it('draws tens of thousands of groups at once', () => {
  const rows = 3_600 * 10;
  const times = Array.from({ length: rows }, (_, row) => Math.floor(row / 10) * 1_000);
  const history = createDataFrame({
    refId: 'A',
    meta: { custom: { channel: 'rates/1f', data: { kind: 'rates', groupBy: 'source', columns: ['time'] } } },
    fields: [],
  });
  const live = new SharedLive();
  const custom = { channel: 'rates/1f', data: { kind: 'rates', groupBy: 'source', measure: 'bits', top: 10 } };
  const panel = new StreamingPanel(
    live,
    { data: [{ ...history, meta: { custom } }] },
    [{ refId: 'A', kind: 'rates' }],
    { from: 'now/d', to: 'now' }
  );
  const message = {
    schema: {
      fields: [
        { name: 'time', type: FieldType.time },
        { name: 'group', type: FieldType.string },
        { name: 'bits', type: FieldType.number },
      ],
    },
    data: { values: [times, times.map((_, row) => `10.${row >> 8}.${row & 255}`), times.map(() => 1)] },
  };
  live.send('ds/uid-1/rates/1f', message);
  const [frame] = panel.frames;
  expect(frame?.length).toBe(3_600);
  // Twice ten groups, all others, and the time: nothing of a length for each group there ever was.
  expect(frame?.fields).toHaveLength(22);
  const sum = (frame?.fields ?? []).slice(1).flatMap(({ values }) => values as Array<number | null>);
  expect(sum.reduce<number>((total, value) => total + (value ?? 0), 0)).toBe(rows);
});
