import { getFieldDisplayName, reduceField, type DataFrame } from '@grafana/data';

import { lookOfColumn } from '../fields/looks';

import { BUNDLED, panelOf } from './bundled';
import { drawn, rowsOf, type Panel, type Row } from './panelPipeline';

const dashboard = BUNDLED['capture-health.json'];
const panel = (title: string) => panelOf(dashboard, title);

const STREAM = { matched: 0, thinned: 0, lost_ring: 0, lost_queue: 0, lost_network: 0, delivered: 0 };
const ETH0 = {
  host: 'web1',
  interface: 'eth0',
  direction: 'in',
  hook: 'tcx',
  own: 0,
  streams: 2,
  flow_overflow: 0,
  ...STREAM,
};
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
  ['Seen', { Seen: 96 }],
  ['Left out', { 'Left out': 30 }],
  ['Lost', { 'No room in the ring': 1, 'Not taken in time': 4, 'Not arrived': 0, 'No room for flow': 0 }],
  ['Ring used', { 'Ring used': 60 }],
])('counts what there is once: %s', async (title, shown) => {
  expect(figures(panel(title), await drawn(panel(title), ROWS))).toEqual(shown);
});

describe('Lost', () => {
  const stream = { ...ETH0, channel: 'packets/1f', filter: '' };
  const lost = async (...counters: number[]) => {
    const rows = counters.map((lost_ring, time) => ({ ...stream, time, lost_ring }));
    return figures(panel('Lost'), await drawn(panel('Lost'), rows))['No room in the ring'];
  };

  it('leaves out what was lost before', async () => {
    expect(await lost(7, 7, 7)).toBe(0);
    expect(await lost(7, 7, 9)).toBe(2);
  });

  it('goes on where counters begin anew, which is no loss', async () => {
    expect(await lost(7, 7, 0, 0)).toBe(0);
    expect(await lost(7, 8, 0, 0, 3)).toBe(4);
  });

  it('says that it is of the time range', () => {
    expect(panel('Lost').description).toMatch(/in the time range/);
  });
});

describe('Left out and lost, over time', () => {
  const title = 'Left out and lost, over time';
  const [first, second] = [{ channel: 'packets/1f' }, { channel: 'packets/2a' }];

  it('has rows per second, of all streams together, from counters that only go up', async () => {
    expect(panel(title).queries).toMatchObject([{ interval: 2_000 }]);
    const [frame] = await drawn(panel(title), [
      { ...ETH0, ...first, time: 2_000, thinned: 100, lost_queue: 9 },
      { ...ETH0, ...second, time: 2_000, thinned: 0 },
      { ...ETH0, ...first, time: 4_000, thinned: 140, lost_queue: 9 },
      { ...ETH0, ...second, time: 4_000, thinned: 10, lost_ring: 4 },
      { ...ETH0, ...first, time: 6_000, thinned: 140, lost_queue: 10 },
      { ...ETH0, ...second, time: 6_000, thinned: 10, lost_ring: 4 },
    ]);
    const shown = ['left out to keep to limits', 'lost: no room in the ring', 'lost: not taken in time'];
    expect(rowsOf(frame).map((row) => ['Time', ...shown].map((name) => row[name]))).toEqual([
      [2_000, 0, 0, 0],
      [4_000, 25, 2, 0],
      [6_000, 0, 0, 0.5],
    ]);
  });

  it('takes counters that begin anew, or end, for no loss', async () => {
    const [frame] = await drawn(panel(title), [
      { ...ETH0, ...first, time: 2_000, thinned: 100, lost_ring: 7 },
      { ...ETH0, ...first, time: 4_000 },
      { ...ETH0, channel: null, time: 6_000 },
    ]);
    expect(rowsOf(frame).flatMap(({ Time, ...missed }) => [Time, ...Object.values(missed)])).toEqual([
      ...[2_000, 0, 0, 0, 0],
      ...[4_000, 0, 0, 0, 0],
      ...[6_000, 0, 0, 0, 0],
    ]);
  });
});

it('draws how full the one ring was', async () => {
  const [frame] = await drawn(panel('Ring used, over time'), [
    ...ROWS,
    { ...ETH0, interface: 'lo', time: 2, channel: null, ring_used: 20 },
  ]);
  expect(rowsOf(frame)).toEqual([
    { Time: 1, ring: 60 },
    { Time: 2, ring: 20 },
  ]);
});

it('lists each hook once', async () => {
  const [frame] = await drawn(panel('Hooks'), ROWS);
  expect(rowsOf(frame)).toMatchObject([
    { Interface: 'eth0', Direction: 'in', Hook: 'tcx', Seen: 90, Streams: 2 },
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
  expect(Object.fromEntries(properties.map(({ id, value }) => [id, value]))).toMatchObject({
    mappings,
    color,
    'custom.cellOptions': custom?.cellOptions,
  });
});

it('lists each stream with its newest counters', async () => {
  const [frame] = await drawn(panel('Streams'), ROWS);
  const at = { Machine: 'web1', Interface: 'eth0', Direction: 'in' };
  expect(rowsOf(frame)).toEqual([
    {
      ...at,
      Stream: 'packets/1f',
      Filter: '',
      Matched: 90,
      'Left out': 30,
      'Lost: no room in the ring': 2,
      'Lost: not taken in time': 0,
      'Lost: between machines': 0,
      Delivered: 0,
    },
    {
      ...at,
      Stream: 'packets/2a',
      Filter: 'udp',
      Matched: 9,
      'Left out': 0,
      'Lost: no room in the ring': 0,
      'Lost: not taken in time': 4,
      'Lost: between machines': 0,
      Delivered: 0,
    },
  ]);
});

it('asks for all counters once', () => {
  const asking = dashboard.panels.filter(({ targets }) => targets.some(({ kind }) => kind === 'capture'));
  const sharing = dashboard.panels.filter(({ targets }) => targets.some(({ panelId }) => panelId === asking[0]?.id));
  expect(asking).toHaveLength(1);
  expect(sharing).toHaveLength(7);
});
