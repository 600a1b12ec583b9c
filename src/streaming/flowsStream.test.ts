import { createDataFrame, FieldType, LoadingState, type DataFrameJSON } from '@grafana/data';

import { firstTick, tick } from '../testing/captureMessages';
import { SharedLive } from '../testing/sharedLive';
import { StreamingPanel } from '../testing/streamingPanel';

const CHANNEL = 'ds/uid-1/flows/1f';
const CAPTURE = 'ds/uid-1/capture/2e';
const QUIET = 'info: No packets in the last interval (2,000 ms).';

/** Conversations by their source, and when they were seen last. */
type Flow = [source: string, lastSeen: number];

beforeEach(() => {
  jest.useFakeTimers();
});

afterEach(() => {
  jest.useRealTimers();
});

function openPanel(flows: Flow[], { live = new SharedLive(), since = 'interval', custom = {} } = {}) {
  const data = { kind: 'flows', interfaces: ['eth0'], interval: 2_000, since };
  const frame = createDataFrame({
    refId: 'A',
    meta: { custom: { channel: 'flows/1f', data, ...custom } },
    fields: [
      { name: 'source_ip', type: FieldType.string, values: flows.map(([source]) => source) },
      { name: 'last_seen', type: FieldType.time, values: flows.map(([, lastSeen]) => lastSeen) },
    ],
  });
  const panel = new StreamingPanel(live, { state: LoadingState.Done, data: [frame] }, [{ refId: 'A', kind: 'flows' }]);
  return { live, panel };
}

function message(...flows: Flow[]): DataFrameJSON {
  return { data: { values: [flows.map(([source]) => source), flows.map(([, lastSeen]) => lastSeen)] } };
}

const sources = (panel: StreamingPanel) => panel.frames[0]?.fields[0]?.values;

it('shows the table of the last message, whatever its length and the age of its rows', () => {
  const { live, panel } = openPanel([['a', 1]]);
  expect(sources(panel)).toEqual(['a']);
  live.send(CHANNEL, message(['b', 9_000_000], ['c', 2], ['a', 1]));
  expect(sources(panel)).toEqual(['b', 'c', 'a']);
  live.send(CHANNEL, message(['d', 3]));
  expect(sources(panel)).toEqual(['d']);
  expect(panel.frames).toHaveLength(1);
});

it('takes as many rows as can be asked for', () => {
  const { live, panel } = openPanel([]);
  const many = Array.from({ length: 100 }, (_, row): Flow => [`192.0.2.${row}`, row]);
  live.send(CHANNEL, message(...many));
  live.send(CHANNEL, message(...many));
  expect(sources(panel)).toHaveLength(100);
});

it('is emptied, with a reason, when no message comes any more, and filled by the next', () => {
  const { live, panel } = openPanel([['a', 1]]);
  live.send(CHANNEL, message(['b', 2]));
  jest.advanceTimersByTime(5_999);
  expect(sources(panel)).toEqual(['b']);
  expect(panel.notices()).toEqual([]);
  jest.advanceTimersByTime(1);
  expect(sources(panel)).toEqual([]);
  expect(panel.frames[0]?.length).toBe(0);
  expect(panel.notices()).toEqual([QUIET]);
  expect(panel.states.at(-1)).toBe(LoadingState.Streaming);
  live.send(CHANNEL, message(['c', 3]));
  expect(sources(panel)).toEqual(['c']);
  expect(panel.notices()).toEqual([]);
});

it('is emptied where no message comes after the answer', () => {
  const { panel } = openPanel([['a', 1]]);
  jest.advanceTimersByTime(6_000);
  expect(sources(panel)).toEqual([]);
});

it('waits anew after each message', () => {
  const { live, panel } = openPanel([]);
  [1, 2, 3].forEach((time) => {
    live.send(CHANNEL, message(['a', time]));
    jest.advanceTimersByTime(5_000);
    expect(sources(panel)).toEqual(['a']);
  });
});

it('is never emptied where it shows all since the stream began', () => {
  const { panel } = openPanel([['a', 1]], { since: 'start' });
  jest.advanceTimersByTime(600_000);
  expect(sources(panel)).toEqual(['a']);
  expect(panel.notices()).toEqual([]);
});

it('shows an error as long as it lasts', () => {
  const { live, panel } = openPanel([['a', 1]]);
  live.fail(CHANNEL, 'transport closed');
  jest.advanceTimersByTime(60_000);
  expect(panel.states.at(-1)).toBe(LoadingState.Error);
});

it('does not show again, when it is refreshed, what was emptied', () => {
  const { live } = openPanel([]);
  live.send(CHANNEL, message(['old', 1]));
  const { panel } = openPanel([], { live });
  expect(sources(panel)).toEqual([]);
  expect(panel.notices()).toEqual([QUIET]);
  live.send(CHANNEL, message(['new', 2]));
  expect(sources(panel)).toEqual(['new']);
});

it('waits for nothing when the panel has gone', () => {
  const { panel } = openPanel([['a', 1]]);
  panel.leave();
  expect(jest.getTimerCount()).toBe(0);
});

it('says what is known of the capture, and of an interface that is not there', () => {
  const custom = {
    capture: { channel: 'capture/2e', data: { kind: 'capture', interfaces: ['eth0'] } },
    hooks: [{ interface: 'eth0', direction: 'in', hook: 'tcx', reason: '' }],
  };
  const { live, panel } = openPanel([], { custom });
  live.send(CAPTURE, firstTick(1_000, [{}]));
  expect(panel.notices()).toEqual(['info: No packets on eth0 yet: attached in by tcx, 0 seen.']);
  live.send(CHANNEL, message(['a', 1]));
  live.send(CAPTURE, tick(2_000, [{ seen: 7 }]));
  expect(panel.notices()).toEqual([]);
  jest.advanceTimersByTime(6_000);
  expect(panel.notices()).toEqual([QUIET]);
  live.send(CAPTURE, tick(3_000, [{ seen: 7, hook: null }]));
  expect(panel.notices()).toEqual(['info: Nothing is attached to eth0: it is not there yet, or cannot be watched.']);
});
