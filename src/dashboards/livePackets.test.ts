import { FieldType, getFieldDisplayName, reduceField } from '@grafana/data';

import livePackets from '../../dashboards/live-packets.json';
import pluginJson from '../../plugin.json';
import { PACKET_COLUMNS } from '../testing/packetColumns';

import { drawn, rowsOf, type Dashboard, type Packet, type Panel } from './panelPipeline';

const dashboard = livePackets as unknown as Dashboard;
const COLUMN_NAMES = PACKET_COLUMNS.map(({ name }) => name);

const tcp = { protocol: 'TCP', source_ip: '192.0.2.1', destination_ip: '192.0.2.2', frame_length: 60, ttl: 64 };
const ssdp = { protocol: 'UDP', source_ip: '192.0.2.9', destination_ip: '239.255.255.250', frame_length: 143, ttl: 1 };
const arp = { protocol: null, source_ip: '192.0.2.9', destination_ip: '192.0.2.2', frame_length: 42 };
const lldp = { ethertype: '0x88cc', frame_length: 200 };
const icmp = { protocol: 'ICMP', source_ip: '192.0.2.2', destination_ip: '192.0.2.1', frame_length: 98, ttl: 57 };

/** Packets one after the other. */
const passing = (...packets: Packet[]) => packets.map((packet, index) => ({ time: 1_000 + index, ...packet }));

function panel(title: string, type?: string): Panel {
  const found = dashboard.panels.find((candidate) => candidate.title === title && (!type || candidate.type === type));
  if (found === undefined) {
    throw new Error(`The dashboard has no panel "${title}".`);
  }
  return found;
}

it('is the dashboard that the plugin brings', () => {
  expect(pluginJson.includes).toEqual([
    { type: 'dashboard', name: dashboard.title, path: 'dashboards/live-packets.json' },
  ]);
  expect(dashboard.uid).toBe('xdplive-live-packets');
});

it('streams: its range ends now, and it never refreshes by itself', () => {
  expect(dashboard.time).toEqual({ from: 'now-5m', to: 'now' });
  expect(dashboard.refresh).toBe('');
});

it('lets a reader choose the data source, the interface and the packets', () => {
  expect(dashboard.templating.list).toMatchObject([
    { name: 'datasource', type: 'datasource', query: pluginJson.id },
    { name: 'interface', type: 'query', query: 'interfaces' },
    { name: 'filter', type: 'textbox', query: '', label: 'Filter' },
  ]);
});

it('has one stream behind all panels', () => {
  const streams = dashboard.panels
    .flatMap(({ targets }) => targets)
    .map((query) => JSON.stringify({ ...query, refId: undefined, rowsKept: undefined }));
  expect(new Set(streams).size).toBe(1);
  expect(streams[0]).toContain('"interfaces":["$interface"]');
  expect(streams[0]).toContain('"filter":"$filter"');
});

describe.each(dashboard.panels.map((each) => [each.title, each.type, each] as const))(
  '%s (%s)',
  (_title, _type, each) => {
    it('names only columns of packets', () => {
      const named = namesIn(each);
      expect(named).not.toEqual([]);
      expect(named.filter((name) => !COLUMN_NAMES.includes(name))).toEqual([]);
    });

    it('sets the looks of fields that it draws', async () => {
      const frames = await drawn(each, passing(tcp, ssdp, arp));
      const fields = frames.flatMap((frame) => frame.fields.map((field) => getFieldDisplayName(field)));
      const refIds = frames.map(({ refId }) => refId);
      each.fieldConfig.overrides.forEach(({ matcher }) => {
        expect(matcher.id === 'byFrameRefID' ? refIds : fields).toContain(matcher.options);
      });
    });

    it('stands a time without packets', async () => {
      const frames = await drawn(each, []);
      expect(frames).toHaveLength(each.targets.length);
      expect(
        frames
          .flatMap(rowsOf)
          .flatMap(Object.values)
          .filter((value) => value !== 0)
      ).toEqual([]);
    });
  }
);

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
  const classes = async (...packets: Packet[]) => {
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
async function reduced(each: Panel, packets: Packet[]): Promise<unknown[]> {
  const calculations = each.options.reduceOptions?.calcs ?? [];
  const frames = await drawn(each, packets);
  return frames.flatMap(({ fields }) =>
    fields
      .filter(({ type }) => type === FieldType.number)
      .map((field) => reduceField({ field, reducers: calculations })[calculations[0] ?? ''] as unknown)
  );
}

/** Columns that queries and transformations name. What a transformation makes itself is no column. */
function namesIn({ targets, transformations }: Panel): string[] {
  const made = ['arrival'];
  return [
    ...targets.flatMap(({ columns }) => columns ?? []),
    ...transformations.flatMap(({ options }) => fieldNames(options as TransformationOptions)),
  ]
    .map((name) => name.replace(/ \((count|sum)\)$/, ''))
    .filter((name) => !made.includes(name));
}

interface TransformationOptions {
  include?: { names: string[] };
  fields?: Record<string, unknown>;
  sort?: Array<{ field: string }>;
  filters?: Array<{ fieldName: string }>;
  excludeByName?: Record<string, unknown>;
  indexByName?: Record<string, unknown>;
  renameByName?: Record<string, unknown>;
}

function fieldNames(options: TransformationOptions): string[] {
  return [
    ...(options.include?.names ?? []),
    ...(options.sort ?? []).map(({ field }) => field),
    ...(options.filters ?? []).map(({ fieldName }) => fieldName),
    ...[options.fields, options.excludeByName, options.indexByName, options.renameByName].flatMap((byName) =>
      Object.keys(byName ?? {})
    ),
  ];
}
