import { getFieldDisplayName, reduceField, type DataFrame } from '@grafana/data';

import { lookOfColumn } from '../fields/looks';

import { BUNDLED, panelOf } from './bundled';
import { drawn, rowsOf, type Panel, type Row } from './panelPipeline';

const dashboard = BUNDLED['capture-health.json'];
const panel = (title: string) => panelOf(dashboard, title);

const STREAM = { matched: 0, thinned: 0, lost_ring: 0, lost_queue: 0, delivered: 0 };
const ETH0 = { interface: 'eth0', direction: 'in', hook: 'tcx', own: 0, streams: 2, flow_overflow: 0, ...STREAM };
const ETH0_OUT = { ...ETH0, direction: 'out', streams: 0 };

/** Two moments of two streams on one hook, and a hook without any. */
const ROWS: Row[] = [
  { ...ETH0, time: 1, seen: 50, channel: 'packets/1f', filter: '', matched: 50, lost_ring: 1, ring_used: 60 },
  { ...ETH0, time: 1, seen: 50, channel: 'packets/2a', filter: 'udp', matched: 7, ring_used: 60 },
  { ...ETH0_OUT, time: 1, seen: 5, channel: null, filter: null, ring_used: 60 },
  {
    ...ETH0,
    time: 2,
    seen: 90,
    channel: 'packets/1f',
    filter: '',
    matched: 90,
    thinned: 30,
    lost_ring: 2,
    ring_used: 20,
  },
  { ...ETH0, time: 2, seen: 90, channel: 'packets/2a', filter: 'udp', matched: 9, lost_queue: 4, ring_used: 20 },
  { ...ETH0_OUT, time: 2, seen: 6, channel: null, filter: null, ring_used: 20 },
];

/** What a stat or gauge shows: each field that it takes, reduced. */
function figures({ options }: Panel, frames: DataFrame[]): Record<string, unknown> {
  const { fields = '', calcs = [] } = options.reduceOptions ?? {};
  const [, pattern = ''] = /^\/(.*)\/$/.exec(fields) ?? [];
  const [calc = ''] = calcs;
  return Object.fromEntries(
    frames.flatMap((frame) =>
      frame.fields
        .map((field) => ({ field, name: getFieldDisplayName(field, frame) }))
        .filter(({ name }) => new RegExp(pattern).test(name))
        .map(({ field, name }) => [name, reduceField({ field, reducers: [calc] })[calc] as unknown])
    )
  );
}

it.each([
  ['Seen', { 'seen (lastNotNull)': 96 }],
  ['Left out to keep to limits', { 'thinned (lastNotNull)': 30 }],
  ['Lost in the time range', { 'In the ring': 1, 'In the queue': 4 }],
  ['Ring used at most', { 'ring_used (max)': 60 }],
])('counts what there is once: %s', async (title, shown) => {
  expect(figures(panel(title), await drawn(panel(title), ROWS))).toEqual(shown);
});

describe('Lost in the time range', () => {
  const stream = { ...ETH0, channel: 'packets/1f', filter: '' };
  const lost = async (...counters: number[]) => {
    const rows = counters.map((lost_ring, time) => ({ ...stream, time, lost_ring }));
    return figures(panel('Lost in the time range'), await drawn(panel('Lost in the time range'), rows));
  };

  it('leaves out what was lost before', async () => {
    expect(await lost(7, 7, 7)).toEqual({ 'In the ring': 0, 'In the queue': 0 });
    expect(await lost(7, 7, 9)).toEqual({ 'In the ring': 2, 'In the queue': 0 });
  });

  it('goes on where counters begin anew, which is no loss', async () => {
    expect(await lost(7, 7, 0, 0)).toEqual({ 'In the ring': 0, 'In the queue': 0 });
    expect(await lost(7, 8, 0, 0, 3)).toEqual({ 'In the ring': 4, 'In the queue': 0 });
  });

  it('says that it is of the time range', () => {
    expect(panel('Lost in the time range').description).toMatch(/in the time range/);
  });
});

it('draws a line for each interface', async () => {
  const [frame] = await drawn(panel('Ring used, by interface'), [
    ...ROWS,
    { ...ETH0, interface: 'lo', time: 2, channel: null, ring_used: 3 },
  ]);
  expect(frame?.fields.map(({ type, values }) => [type, values])).toEqual([
    ['time', [1, 2]],
    ['number', [60, 20]],
    ['number', [null, 3]],
  ]);
});

it('lists each hook once', async () => {
  const [frame] = await drawn(panel('Hooks'), ROWS);
  expect(rowsOf(frame)).toMatchObject([
    { Interface: 'eth0', Direction: 'in', Hook: 'tcx', Seen: 90, Streams: 2, 'Ring used at most': 60 },
    { Interface: 'eth0', Direction: 'out', Hook: 'tcx', Seen: 6, Streams: 0 },
  ]);
});

it('lists each hook in the state that it is in now, and why', async () => {
  const refused = { ...ETH0, hook: null, state: 'refused', reason: 'not supported there', seen: 0 };
  const [frame] = await drawn(panel('Hooks'), [
    { ...refused, time: 1 },
    { ...refused, interface: 'eth3', time: 1 },
    { ...ETH0, time: 2, seen: 1, state: 'attached', reason: null },
    { ...refused, interface: 'eth3', time: 2 },
  ]);
  expect(rowsOf(frame)).toMatchObject([
    { Interface: 'eth0', Hook: 'tcx', State: 'attached', Reason: null, Seen: 1 },
    { Interface: 'eth3', Hook: null, State: 'refused', Reason: 'not supported there', Seen: 0 },
  ]);
});

it('shows states in the colours that they have in every table', () => {
  const { properties = [] } =
    panel('Hooks').fieldConfig.overrides.find(({ matcher }) => matcher.options === 'State') ?? {};
  const { mappings, color, custom } = lookOfColumn('state');
  expect(Object.fromEntries(properties.map(({ id, value }) => [id, value]))).toEqual({
    mappings,
    color,
    'custom.cellOptions': custom?.cellOptions,
  });
});

it('lists each stream with its newest counters', async () => {
  const [frame] = await drawn(panel('Streams'), ROWS);
  const at = { Interface: 'eth0', Direction: 'in' };
  expect(rowsOf(frame)).toEqual([
    {
      ...at,
      Stream: 'packets/1f',
      Filter: '',
      Matched: 90,
      'Left out': 30,
      'Lost in the ring': 2,
      'Lost in the queue': 0,
      Delivered: 0,
    },
    {
      ...at,
      Stream: 'packets/2a',
      Filter: 'udp',
      Matched: 9,
      'Left out': 0,
      'Lost in the ring': 0,
      'Lost in the queue': 4,
      Delivered: 0,
    },
  ]);
});

it('has one stream for all of it', () => {
  const asked = dashboard.panels.flatMap(({ targets }) => targets).filter(({ kind }) => kind === 'capture');
  expect(asked).toHaveLength(7);
  expect(new Set(asked.map((query) => JSON.stringify(query))).size).toBe(1);
});
