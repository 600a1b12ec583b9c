import { getFieldDisplayName, reduceField } from '@grafana/data';

import { BUNDLED, panelOf } from './bundled';
import { drawn, rowsOf, type Row } from './panelPipeline';
import { sampleRows } from './samples';

const dashboard = BUNDLED['overview.json'];
const panel = (title: string) => panelOf(dashboard, title);

async function legends(title: string): Promise<string[]> {
  const frames = await drawn(panel(title), panel(title).queries.slice(0, 1).flatMap(sampleRows));
  return frames.flatMap((frame) => frame.fields.slice(1).map((field) => getFieldDisplayName(field, frame)));
}

it('begins with the last hour', () => {
  expect(dashboard.time.from).toBe('now-1h');
});

it('adds up what was counted in each interval', async () => {
  const each = panel('In this time range');
  const frames = await drawn(each, [
    { time: 1, segments: 2, bytes: 300 },
    { time: 2, segments: 1, bytes: 60 },
  ]);
  const [calculation = ''] = each.options.reduceOptions?.calcs ?? [];
  const shown = frames.map((frame) =>
    frame.fields.map((field) => [
      getFieldDisplayName(field, frame),
      reduceField({ field, reducers: [calculation] })[calculation] as unknown,
    ])
  );
  // In the test both directions have the same rows.
  expect(shown).toEqual([
    [
      ['Received', 360],
      ['Packets received', 3],
    ],
    [
      ['Sent', 360],
      ['Packets sent', 3],
    ],
  ]);
  expect(each.queries.map(({ refId, direction }) => [refId, direction])).toEqual([
    ['in', 'in'],
    ['out', 'out'],
  ]);
});

it.each([
  ['Bits per second', 'bits'],
  ['Packets per second', 'packets'],
])('shows what is received above zero and what is sent below it: %s', async (title, measure) => {
  const each = panel(title);
  expect(await legends(title)).toEqual(['in', 'out']);
  expect(each.queries.map((query) => [query.refId, query.direction, query.measure, query.groupBy])).toEqual([
    ['in', 'in', measure, undefined],
    ['out', 'out', measure, undefined],
  ]);
  const mirrored = each.fieldConfig.overrides.filter(({ properties }) =>
    properties.some(({ id, value }) => id === 'custom.transform' && value === 'negative-Y')
  );
  expect(mirrored.map(({ matcher }) => matcher)).toEqual([{ id: 'byFrameRefID', options: 'out' }]);
});

it('has percent of the speed of each link, in each direction', async () => {
  expect(panel('Utilisation').queries).toMatchObject([
    { kind: 'rates', measure: 'utilisation', groupBy: 'interface', direction: 'in' },
    { kind: 'rates', measure: 'utilisation', groupBy: 'interface', direction: 'out' },
  ]);
  expect(await legends('Utilisation')).toEqual(['eth0 · in', 'lo · in', 'eth0 · out', 'lo · out']);
});

it.each([
  ['Top talkers in, by source', 'in', 'source'],
  ['Top talkers out, by destination', 'out', 'destination'],
])('has talkers of each direction apart: %s', (title, direction, groupBy) => {
  expect(panel(title).queries).toMatchObject([{ kind: 'rates', measure: 'bits', direction, groupBy }]);
});

it.each([
  ['Top ports asked, by destination port', 'destination_port', '($filter) and dst portrange 1-32767'],
  ['Top services, by source port', 'source_port', '($filter) and src portrange 1-32767'],
])('has ports of services, and none that clients are given: %s', (title, groupBy, filter) => {
  const each = panel(title);
  expect(each.queries).toMatchObject([{ kind: 'rates', measure: 'bits', groupBy, filter }]);
  const https = each.fieldConfig.overrides.find(({ matcher }) => matcher.options === '443');
  expect(https?.properties).toEqual([{ id: 'displayName', value: '443 https' }]);
});

it('counts what begins, resets, refuses and cannot be reached, under names that say so', () => {
  const { queries, fieldConfig } = panel('Connections begun, reset and failed');
  expect(queries.map(({ refId, kind, groupBy, filter }) => [refId, kind, groupBy, filter])).toEqual([
    ['begun', 'rates', undefined, '($filter) and tcpflags & (syn|ack) = syn'],
    ['reset', 'rates', undefined, '($filter) and tcpflags & rst != 0'],
    ['refused', 'rates', undefined, '($filter) and tcpflags & (rst|ack) = (rst|ack)'],
    [
      'unreachable',
      'rates',
      undefined,
      '($filter) and (icmp[icmptype] = icmp-unreach or icmp6[icmp6type] = icmp6-destinationunreach)',
    ],
  ]);
  const names = fieldConfig.overrides.map(({ matcher, properties }) => [
    matcher,
    properties.find(({ id }) => id === 'displayName')?.value,
  ]);
  expect(names).toEqual([
    [{ id: 'byFrameRefID', options: 'begun' }, 'begun (SYN)'],
    [{ id: 'byFrameRefID', options: 'reset' }, 'reset (RST)'],
    [{ id: 'byFrameRefID', options: 'refused' }, 'refused (RST, ACK)'],
    [{ id: 'byFrameRefID', options: 'unreachable' }, 'unreachable (ICMP)'],
  ]);
});

it('lists hosts by when they first sent something, the newest on top', async () => {
  const [frame] = await drawn(panel('Hosts first seen'), [
    { time: 10, group: '192.0.2.1', packets: 1, bytes: 60 },
    { time: 10, group: null, packets: 9, bytes: 600 },
    { time: 20, group: '192.0.2.1', packets: 2, bytes: 120 },
    { time: 20, group: '2001:db8::1', packets: 1, bytes: 90 },
    { time: 30, group: '192.0.2.9', packets: 1, bytes: 70 },
    { time: 30, group: '2001:db8::1', packets: 1, bytes: 90 },
    { time: 30, group: 'other', packets: 100, bytes: 7_000 },
  ]);
  expect(rowsOf(frame)).toEqual([
    { Host: '192.0.2.9', 'First seen': 30, 'Packets sent': 1, 'Bytes sent': 70 },
    { Host: '2001:db8::1', 'First seen': 20, 'Packets sent': 2, 'Bytes sent': 180 },
    { Host: '192.0.2.1', 'First seen': 10, 'Packets sent': 3, 'Bytes sent': 180 },
  ]);
});

describe('Lost', () => {
  const row = { interface: 'eth0', direction: 'in', channel: 'packets/1f', lost_ring: 0, lost_queue: 0 };
  const lost = async (...rows: Row[]) => rowsOf((await drawn(panel('Lost'), rows))[0]);

  it('has what all streams have lost in the time range, and what has no room once', async () => {
    const other = { ...row, channel: 'packets/2a' };
    expect(
      await lost(
        { ...row, time: 1, lost_ring: 7, flow_overflow: 5 },
        { ...other, time: 1, lost_queue: 1, flow_overflow: 5 },
        { ...row, time: 2, lost_ring: 9, flow_overflow: 8 },
        { ...other, time: 2, lost_queue: 5, lost_ring: 1, flow_overflow: 8 }
      )
    ).toEqual([{ 'No room in the ring': 3, 'Not taken in time': 4, 'Not arrived': 0, 'No room for flow': 3 }]);
  });

  it('takes counters that begin anew for no loss', async () => {
    const old = { ...row, lost_ring: 7, lost_queue: 3, flow_overflow: 5 };
    const anew = { ...row, flow_overflow: 0 };
    expect(await lost({ ...old, time: 1 }, { ...anew, time: 2 }, { ...anew, time: 3 })).toEqual([
      { 'No room in the ring': 0, 'Not taken in time': 0, 'Not arrived': 0, 'No room for flow': 0 },
    ]);
  });
});

it('leaves colours of groups to the data source, which has one for each', () => {
  const colored = dashboard.panels.filter(
    ({ queries, fieldConfig }) =>
      queries.some(({ groupBy }) => groupBy !== undefined) &&
      fieldConfig.overrides.some(({ properties }) => properties.some(({ id }) => id === 'color'))
  );
  expect(colored).toEqual([]);
});
