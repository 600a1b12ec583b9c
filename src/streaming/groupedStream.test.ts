import { LoadingState, type DataFrame } from '@grafana/data';

import type { XdpQuery } from '../query/model';
import { firstProtocolRows, protocolFrame, protocolRows } from '../testing/groupedRates';
import { SharedLive } from '../testing/sharedLive';
import { StreamingPanel } from '../testing/streamingPanel';

const CHANNEL = 'ds/uid-1/rates/1f';

function openPanel(history: DataFrame | DataFrame[], live = new SharedLive(), query: Partial<XdpQuery> = {}) {
  const frames = [history].flat();
  const targets = frames.map(({ refId = 'A' }): XdpQuery => ({ refId, kind: 'rates', groupBy: 'protocol', ...query }));
  return { live, panel: new StreamingPanel(live, { state: LoadingState.Done, data: frames }, targets) };
}

it('goes on from the series of the answer with the rows of the stream', () => {
  const { live, panel } = openPanel(protocolFrame([1_000, 2_000], { UDP: [null, 8], TCP: [1, 2], other: [0, 0] }));
  const answered = [
    ['time', 1_000, 2_000],
    ['UDP', null, 8],
    ['TCP', 1, 2],
    ['other', 0, 0],
  ];
  expect(panel.series()).toEqual(answered);
  live.send(
    CHANNEL,
    protocolRows([
      [3_000, 'TCP', 3],
      [3_000, 'ARP', 5],
      [3_000, 'other', 0],
    ])
  );
  expect(panel.series()).toEqual([
    ['time', 1_000, 2_000, 3_000],
    ['UDP', null, 8, null],
    ['TCP', 1, 2, 3],
    ['ARP', null, null, 5],
    ['other', 0, 0, 0],
  ]);
  expect(panel.frames[0]?.fields.slice(1).map(({ name, labels, config }) => [name, labels, config.unit])).toEqual([
    ['bits', { protocol: 'UDP' }, 'bps'],
    ['bits', { protocol: 'TCP' }, 'bps'],
    ['bits', { protocol: 'ARP' }, 'bps'],
    ['bits', { protocol: 'other' }, 'bps'],
  ]);
  expect(new Set(panel.states)).toEqual(new Set([LoadingState.Streaming]));
});

it('begins without a history, before and after the first message names the columns', () => {
  const { live, panel } = openPanel(protocolFrame([], {}));
  expect(panel.series()).toEqual([['time']]);
  live.send(CHANNEL, firstProtocolRows([[1_000, 'TCP', 3]]));
  live.send(CHANNEL, protocolRows([[2_000, 'TCP', 4]]));
  expect(panel.series()).toEqual([
    ['time', 1_000, 2_000],
    ['TCP', 3, 4],
  ]);
  expect(panel.frames[0]?.fields[1]?.config.unit).toBe('bps');
});

it('goes on where the back end runs the stream again', () => {
  const { live, panel } = openPanel(protocolFrame([1_000], { TCP: [1] }));
  live.send(CHANNEL, protocolRows([[2_000, 'TCP', 2]]));
  live.send(CHANNEL, firstProtocolRows([[5_000, 'TCP', 5]]));
  expect(panel.series()).toEqual([
    ['time', 1_000, 2_000, 5_000],
    ['TCP', 1, 2, 5],
  ]);
});

it('keeps every group in its place while it is in the window, and drops it with its last row', () => {
  const { live, panel } = openPanel(protocolFrame([], {}));
  live.send(
    CHANNEL,
    protocolRows([
      [0, 'ARP', 1],
      [0, 'TCP', 1],
    ])
  );
  live.send(
    CHANNEL,
    protocolRows([
      [1_000, 'UDP', 1],
      [1_000, 'TCP', 1],
    ])
  );
  const groups = () => panel.series().map(([legend]) => legend);
  expect(groups()).toEqual(['time', 'ARP', 'TCP', 'UDP']);
  // Five minutes later the first rows are too old.
  live.send(CHANNEL, protocolRows([[300_600, 'UDP', 1]]));
  expect(groups()).toEqual(['time', 'TCP', 'UDP']);
});

it('shows the same to a second panel, with a history or without one', () => {
  const { live } = openPanel(protocolFrame([1_000], { TCP: [1], UDP: [1] }));
  live.send(CHANNEL, protocolRows([[2_000, 'UDP', 2]]));
  const expected = [
    ['time', 1_000, 2_000],
    ['TCP', 1, null],
    ['UDP', 1, 2],
  ];
  const { panel: second } = openPanel(protocolFrame([1_000, 2_000], { TCP: [1, null], UDP: [1, 2] }), live);
  expect(second.series()).toEqual(expected);
  const { panel: third } = openPanel(protocolFrame([], {}), live);
  expect(third.series()).toEqual(expected);
});

it('tells two queries of one panel apart', () => {
  const live = new SharedLive();
  const frames = [
    protocolFrame([1_000], { TCP: [1] }, { refId: 'A', channel: 'rates/1f' }),
    protocolFrame([1_000], { TCP: [7] }, { refId: 'B', channel: 'rates/2e' }),
  ];
  const panel = new StreamingPanel(live, { state: LoadingState.Done, data: frames }, [
    { refId: 'A', kind: 'rates', groupBy: 'protocol', direction: 'in' },
    { refId: 'B', kind: 'rates', groupBy: 'protocol', direction: 'out' },
  ]);
  live.send(CHANNEL, protocolRows([[2_000, 'TCP', 2]]));
  expect(panel.series('A')).toEqual([
    ['time', 1_000, 2_000],
    ['TCP · in', 1, 2],
  ]);
  expect(panel.series('B')).toEqual([
    ['time', 1_000],
    ['TCP · out', 7],
  ]);
  // Panels that share the stream have names of their own.
  const { panel: other } = openPanel(protocolFrame([], {}), live);
  expect(other.series()[1]).toEqual(['TCP', 1, 2]);
});

it('leaves the stream as it is where it fails', () => {
  const { live, panel } = openPanel(protocolFrame([1_000], { TCP: [1] }));
  live.fail(CHANNEL, 'transport closed');
  expect(panel.states.at(-1)).toBe(LoadingState.Error);
  expect(panel.series()).toEqual([
    ['time', 1_000],
    ['TCP', 1],
  ]);
});
