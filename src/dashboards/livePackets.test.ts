import { FieldType, reduceField } from '@grafana/data';

import { lookOfGroup } from '../fields/looks';

import { BUNDLED, panelOf } from './bundled';
import { drawn, rowsOf, type Panel, type Row } from './panelPipeline';

const dashboard = BUNDLED['live-packets.json'];

const tcp = { protocol: 'TCP', source_ip: '192.0.2.1', destination_ip: '192.0.2.2', frame_length: 60, ttl: 64 };
const ssdp = { protocol: 'UDP', source_ip: '192.0.2.9', destination_ip: '239.255.255.250', frame_length: 143, ttl: 1 };
const arp = { protocol: null, source_ip: '192.0.2.9', destination_ip: '192.0.2.2', frame_length: 42 };
const lldp = { ethertype: '0x88cc', frame_length: 200 };
const icmp = { protocol: 'ICMP', source_ip: '192.0.2.2', destination_ip: '192.0.2.1', frame_length: 98, ttl: 57 };

/** Packets one after the other. */
const passing = (...packets: Row[]) => packets.map((packet, index) => ({ time: 1_000 + index, ...packet }));

const panel = (title: string, type?: string) => panelOf(dashboard, title, type);

it('lets a reader choose the packets', () => {
  expect(dashboard.templating.list).toContainEqual(
    expect.objectContaining({ name: 'filter', type: 'textbox', query: '', label: 'Filter' })
  );
});

it('has one stream behind all panels', () => {
  const streams = dashboard.panels
    .flatMap(({ targets }) => targets)
    .map((query) => JSON.stringify({ ...query, refId: undefined, rowsKept: undefined }));
  expect(new Set(streams).size).toBe(1);
  expect(streams[0]).toContain('"interfaces":["$interface"]');
  expect(streams[0]).toContain('"filter":"$filter"');
});

it('counts packets and says when it holds no more', async () => {
  const stat = panel('Packets', 'stat');
  expect(await reduced(stat, passing(tcp, arp, lldp))).toEqual([3]);
  const [{ rowsKept } = { rowsKept: undefined }] = stat.targets;
  expect(stat.fieldConfig.defaults.mappings).toMatchObject([{ type: 'range', options: { from: rowsKept, to: null } }]);
});

it('draws the TTL of each packet over time', async () => {
  const [frame] = await drawn(panel('TTL'), passing(tcp, ssdp, arp));
  expect(rowsOf(frame)).toEqual([
    { time: 1_000, ttl: 64 },
    { time: 1_001, ttl: 1 },
    { time: 1_002, ttl: null },
  ]);
});

it('lists destinations by packets', async () => {
  const [frame] = await drawn(panel('Destinations'), passing(ssdp, tcp, arp, lldp));
  expect(rowsOf(frame)).toEqual([
    { Destination: '192.0.2.2', Packets: 2, Bytes: 102 },
    { Destination: '239.255.255.250', Packets: 1, Bytes: 143 },
    { Destination: null, Packets: 1, Bytes: 200 },
  ]);
});

it('lists sources by packets', async () => {
  const [frame] = await drawn(panel('Sources'), passing(tcp, ssdp, arp));
  expect(rowsOf(frame)).toEqual([
    { Source: '192.0.2.9', Packets: 2, Bytes: 185 },
    { Source: '192.0.2.1', Packets: 1, Bytes: 60 },
  ]);
});

describe('TCP / UDP / other', () => {
  const classes = async (...packets: Row[]) => {
    const distribution = panel('TCP / UDP / other');
    const refIds = (await drawn(distribution, passing(...packets))).map(({ refId }) => refId);
    return [refIds, await reduced(distribution, passing(...packets))];
  };

  it('counts everything that is neither TCP nor UDP as other', async () => {
    expect(await classes(tcp, tcp, ssdp, arp, lldp, icmp)).toEqual([
      ['TCP', 'UDP', 'other'],
      [2, 1, 3],
    ]);
  });

  it('has the colours that protocols have everywhere', () => {
    const colors = panel('TCP / UDP / other').fieldConfig.overrides.map(({ matcher, properties }) => [
      matcher.options,
      properties.find(({ id }) => id === 'color')?.value,
    ]);
    expect(colors).toEqual(['TCP', 'UDP', 'other'].map((group) => [group, lookOfGroup('protocol', group).color]));
  });

  it('shows a class without packets as none', async () => {
    expect(await classes(ssdp)).toEqual([
      ['TCP', 'UDP', 'other'],
      [0, 1, 0],
    ]);
  });
});

it('shows the newest packet on top, also among packets of one millisecond', async () => {
  const [frame] = await drawn(panel('Packets', 'table'), [
    { ...tcp, time: 1_000, ttl: 1 },
    { ...tcp, time: 1_001, ttl: 2 },
    { ...tcp, time: 1_001, ttl: 3 },
  ]);
  expect(rowsOf(frame).map(({ Time, TTL }) => [Time, TTL])).toEqual([
    [1_001, 3],
    [1_001, 2],
    [1_000, 1],
  ]);
  expect(Object.keys(rowsOf(frame)[0] ?? {})[0]).toBe('Time');
  expect(frame?.fields).toHaveLength(panel('Packets', 'table').targets[0]?.columns?.length ?? 0);
});

/** What a stat or bar gauge makes of the one number field of each frame. */
async function reduced(each: Panel, packets: Row[]): Promise<unknown[]> {
  const calculations = each.options.reduceOptions?.calcs ?? [];
  const frames = await drawn(each, packets);
  return frames.flatMap(({ fields }) =>
    fields
      .filter(({ type }) => type === FieldType.number)
      .map((field) => reduceField({ field, reducers: calculations })[calculations[0] ?? ''] as unknown)
  );
}
