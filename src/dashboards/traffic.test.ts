import { getFieldDisplayName } from '@grafana/data';

import { BUNDLED, panelOf } from './bundled';
import { drawn, rowsOf, type Panel } from './panelPipeline';
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

it('shows what the capture lost, by interface and direction', async () => {
  const each = panel('Capture health');
  const row = { interface: 'eth0', direction: 'in', hook: 'tcx', own: 0, lost_queue: 0 };
  const [frame] = await drawn(each, [
    { ...row, time: 1, seen: 5, lost_ring: 1, ring_used: 60 },
    { ...row, time: 1, direction: 'out', seen: 3, lost_ring: 0, ring_used: 1 },
    { ...row, time: 2, seen: 9, lost_ring: 2, ring_used: 40 },
    { ...row, time: 2, seen: 9, lost_ring: 0, ring_used: 40 },
    { ...row, time: 2, direction: 'out', seen: 4, lost_ring: 0, ring_used: 1 },
  ]);
  expect(rowsOf(frame)).toMatchObject([
    { Interface: 'eth0', Direction: 'in', Seen: 9, 'Lost: no room in ring': 2, 'Ring used at most': 60 },
    { Interface: 'eth0', Direction: 'out', Seen: 4, 'Lost: no room in ring': 0, 'Ring used at most': 1 },
  ]);
});
