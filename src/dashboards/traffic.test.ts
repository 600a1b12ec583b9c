import { getFieldDisplayName } from '@grafana/data';

import { BUNDLED, panelOf } from './bundled';
import { drawn, rowsOf, type Panel, type Row } from './panelPipeline';
import { sampleRows } from './samples';

const dashboard = BUNDLED['traffic.json'];
const panel = (title: string) => panelOf(dashboard, title);
const samples = (each: Panel) => each.targets.slice(0, 1).flatMap(sampleRows);

async function legends(title: string): Promise<string[]> {
  const frames = await drawn(panel(title), samples(panel(title)));
  return frames.flatMap((frame) => frame.fields.slice(1).map((field) => getFieldDisplayName(field, frame)));
}

it.each([
  ['In, by protocol', 'in'],
  ['Out, by protocol', 'out'],
])('shows bits by protocol: %s', async (title, direction) => {
  expect(panel(title).targets).toMatchObject([{ kind: 'rates', groupBy: 'protocol', measure: 'bits', direction }]);
  expect(await legends(title)).toEqual(['TCP', 'UDP', 'ICMP', 'none', 'other']);
});

it('shows received packets above zero and sent ones below it', async () => {
  const each = panel('Packets per second');
  expect(await legends(each.title)).toEqual(['in', 'out']);
  expect(each.targets.map(({ refId, direction }) => [refId, direction])).toEqual([
    ['in', 'in'],
    ['out', 'out'],
  ]);
  const mirrored = each.fieldConfig.overrides.filter(({ properties }) =>
    properties.some(({ id, value }) => id === 'custom.transform' && value === 'negative-Y')
  );
  expect(mirrored.map(({ matcher }) => matcher)).toEqual([{ id: 'byFrameRefID', options: 'out' }]);
});

it('counts beginnings and resets of TCP connections, under names that say so', () => {
  const { targets, fieldConfig } = panel('TCP connections begun and reset');
  expect(targets.map(({ refId, kind, groupBy, filter }) => [refId, kind, groupBy, filter])).toEqual([
    ['begun', 'rates', undefined, 'tcp[tcpflags] & (tcp-syn|tcp-ack) = tcp-syn'],
    ['reset', 'rates', undefined, 'tcp[tcpflags] & tcp-rst != 0'],
  ]);
  const names = fieldConfig.overrides.map(({ matcher, properties }) => [
    matcher,
    properties.find(({ id }) => id === 'displayName')?.value,
  ]);
  expect(names).toEqual([
    [{ id: 'byFrameRefID', options: 'begun' }, 'begun'],
    [{ id: 'byFrameRefID', options: 'reset' }, 'reset'],
  ]);
});

it('lists conversations with the one that began in front', async () => {
  const each = panel('Top conversations');
  const [frame] = await drawn(each, samples(each));
  expect(Object.keys(rowsOf(frame)[0] ?? {}).slice(0, 4)).toEqual([
    'Source',
    'Source port',
    'Destination',
    'Destination port',
  ]);
});

describe('Capture health', () => {
  const each = panel('Capture health');
  const row = { interface: 'eth0', direction: 'in', hook: 'tcx', own: 0, lost_ring: 0, lost_queue: 0, ring_used: 0 };
  const [first, second] = [{ channel: 'packets/1f' }, { channel: 'packets/2a' }];
  const shown = async (...rows: Row[]) => rowsOf((await drawn(each, rows))[0]);

  it('shows what was lost in the time range by all streams, by interface and direction', async () => {
    const out = { ...row, direction: 'out', ring_used: 1 };
    expect(
      await shown(
        { ...row, ...first, time: 1, seen: 5, lost_ring: 1, ring_used: 60 },
        { ...row, ...second, time: 1, seen: 5, lost_ring: 0, ring_used: 60 },
        { ...out, time: 1, seen: 3 },
        { ...row, ...first, time: 2, seen: 9, lost_ring: 2, ring_used: 40 },
        { ...row, ...second, time: 2, seen: 9, lost_ring: 4, ring_used: 40 },
        { ...out, time: 2, seen: 4 }
      )
    ).toMatchObject([
      { Interface: 'eth0', Direction: 'in', Hook: 'tcx', Seen: 9, 'Lost: no room in ring': 5, 'Ring used at most': 60 },
      { Interface: 'eth0', Direction: 'out', Hook: 'tcx', Seen: 4, 'Lost: no room in ring': 0, 'Ring used at most': 1 },
    ]);
  });

  it('has forgotten what was lost before, and takes counters that begin anew for no loss', async () => {
    const old = { ...row, ...first, seen: 1, lost_ring: 7, lost_queue: 3, flow_overflow: 5 };
    const anew = { ...old, lost_ring: 0, lost_queue: 0, flow_overflow: 0 };
    const none = { 'Lost: no room in ring': 0, 'Lost: not taken in time': 0, 'No room for flow': 0 };
    expect(await shown({ ...old, time: 1 }, { ...old, time: 2 })).toMatchObject([none]);
    expect(await shown({ ...old, time: 1 }, { ...anew, time: 2 }, { ...anew, time: 3 })).toMatchObject([none]);
  });

  it('has one row for each interface and direction, with the hook that is in force now', async () => {
    const before = { ...row, channel: null, hook: null, seen: 0, time: 1 };
    const both = [before, { ...before, direction: 'out' }];
    const found = await shown(
      ...both,
      { ...row, ...first, time: 2, seen: 3 },
      { ...row, ...second, time: 2, seen: 3, direction: 'out' },
      { ...row, ...first, time: 3, seen: 5 },
      // Its stream has gone.
      { ...row, channel: null, time: 3, seen: 6, direction: 'out' }
    );
    expect(found.map(({ Direction, Hook, Seen }) => [Direction, Hook, Seen])).toEqual([
      ['in', 'tcx', 5],
      ['out', 'tcx', 6],
    ]);
  });

  it('keeps rows in their place when streams end', async () => {
    const out = { ...row, direction: 'out', hook: 'tcx' };
    const found = await shown(
      { ...row, ...first, time: 1, seen: 1 },
      { ...out, ...second, time: 1, seen: 1 },
      { ...row, ...first, time: 2, seen: 2 },
      { ...out, channel: null, time: 2, seen: 2 }
    );
    expect(found.map(({ Direction, Seen }) => [Direction, Seen])).toEqual([
      ['in', 2],
      ['out', 2],
    ]);
  });
});

it('leaves colours of groups to the data source, which has one for each', () => {
  const grouped = dashboard.panels.filter(({ targets }) => targets.some(({ groupBy }) => groupBy !== undefined));
  expect(grouped.map(({ title, fieldConfig }) => [title, fieldConfig.overrides])).toEqual([
    ['In, by protocol', []],
    ['Out, by protocol', []],
    ['Unicast, multicast, broadcast', []],
    ['Top talkers', []],
    ['VLANs', []],
  ]);
});
