import {
  applyFieldOverrides,
  colorManipulator,
  createDataFrame,
  createTheme,
  FieldColorModeId,
  FieldType,
  MappingType,
  SpecialValueMatch,
  standardEditorsRegistry,
  standardFieldConfigEditorRegistry,
  compareDataFrameStructures,
  type DataFrame,
  type ValueMapping,
} from '@grafana/data';

import type { XdpQuery } from '../query/model';
import { COLUMNS } from '../testing/columns';

import { dresser } from './dressed';
import type { Pages } from './links';
import { lookOfColumn, lookOfGroup, type Look } from './looks';
import type { Scope } from './packetsPage';

const frame = createDataFrame({
  refId: 'A',
  name: 'Packets',
  meta: { custom: { kind: 'packets' } },
  fields: [
    { name: 'time', type: FieldType.time, values: [1, 2] },
    { name: 'interface', type: FieldType.string, values: ['eth0', 'eth0'] },
    { name: 'protocol', type: FieldType.string, values: ['TCP', null] },
    { name: 'source_ip', type: FieldType.string, values: ['192.0.2.1', null] },
    { name: 'destination_ip', type: FieldType.string, values: ['2001:db8::1', null] },
    { name: 'destination_port', type: FieldType.number, values: [443, null] },
    { name: 'frame_length', type: FieldType.number, values: [60, 42], config: { unit: 'decbytes' } },
    { name: 'tcp_flags', type: FieldType.string, values: ['SYN', null] },
  ],
});

const pages: Pages = {
  packets: (filter, scope, _, decapsulate = 'none') =>
    `/page?${asText(scope)}&${filter}${decapsulate === 'none' ? '' : `&${decapsulate}`}`,
  host: (address, scope) => `/host?${asText(scope)}&${address}`,
  haveMachines: false,
};

const asText = ({ machines, interfaces }: Scope) =>
  [...machines.map((machine) => `${machine}:`), interfaces.join('+')].join('');

function dressedBy(query: Partial<XdpQuery>, given: DataFrame = frame, haveMachines = false): DataFrame {
  const shown = dresser([{ refId: 'A', ...query }], () => ({ ...pages, haveMachines }));
  const [found] = shown({ data: [given] }).data as DataFrame[];
  if (found === undefined) {
    throw new Error('the frame is gone');
  }
  return found;
}

const configOf = (given: DataFrame, name: string) => given.fields.find((field) => field.name === name)?.config;

it.each([undefined, 'packets', 'flows'] as const)(
  'offers "Filter for value" where a filter knows the column (%s)',
  (kind) => {
    const { fields } = dressedBy({ kind });
    const offered = fields.filter(({ config }) => config.filterable).map(({ name }) => name);
    expect(offered).toEqual(['protocol', 'source_ip', 'destination_ip', 'destination_port']);
  }
);

it('offers no filter and no link in counters', () => {
  const { fields } = dressedBy({ kind: 'capture' });
  expect(fields.filter(({ config }) => config.filterable ?? config.links)).toEqual([]);
});

it('keeps what comes with the field, and the rest of the frame', () => {
  const found = dressedBy({});
  expect(configOf(found, 'frame_length')).toEqual({ unit: 'decbytes' });
  expect(configOf(found, 'destination_port')).toMatchObject({ decimals: 0 });
  expect(found).toMatchObject({ refId: 'A', name: 'Packets', meta: { custom: { kind: 'packets' } }, length: 2 });
  expect(found.fields.map(({ values }: { values: unknown[] }) => values)).toEqual(
    frame.fields.map(({ values }: { values: unknown[] }) => values)
  );
});

it('leaves the frame as it is, and other queries', () => {
  const before = JSON.stringify(frame);
  dressedBy({});
  expect(JSON.stringify(frame)).toBe(before);
  expect(dressedBy({ refId: 'B' })).toBe(frame);
});

it('is no change of structure from one message to the next, whatever a panel writes into it', () => {
  const dress = dresser([{ refId: 'A' }], () => pages);
  const [first, second] = [0, 1].map(() => dress({ data: [frame] }).data[0] as DataFrame);
  const custom = (first && configOf(first, 'protocol')?.custom) as Record<string, unknown> | undefined;
  if (first === undefined || second === undefined || custom === undefined) {
    throw new Error('the column has no look');
  }
  expect(compareDataFrameStructures(first, second)).toBe(true);
  custom.align = 'right';
  expect(configOf(second, 'protocol')?.custom).toEqual({ cellOptions: { type: 'color-text' } });
});

describe('as Grafana draws it', () => {
  standardEditorsRegistry.setInit(() => []);
  standardFieldConfigEditorRegistry.setInit(() => []);

  /** As the macros of a dashboard are: `${__data.fields["ttl"].text}`, and `${__value.raw}` of the cell itself. */
  const links = (
    given: DataFrame,
    column: string,
    row: number,
    names = given.fields.map(({ name }) => name),
    mappings: ValueMapping[] = []
  ) => {
    const shown = { ...given, fields: given.fields.filter(({ name }) => names.includes(name)) };
    const [drawn] = applyFieldOverrides({
      data: [shown],
      fieldConfig: { defaults: { mappings }, overrides: [] },
      replaceVariables: (text) =>
        text
          .replace(/\$\{__data\.fields\["(\w+)"\]\.text\}/g, (_, name: string) => {
            const named = drawn?.fields.find((field) => field.name === name);
            return named?.display?.(named.values[row]).text ?? '';
          })
          .replace('${__value.raw}', () => {
            const value: unknown = shown.fields.find((field) => field.name === column)?.values[row];
            return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
          }),
      theme: createTheme(),
    });
    const field = drawn?.fields.find(({ name }) => name === column);
    return field?.getLinks?.({ valueRowIndex: row }).map(({ title, href }) => [title, href]);
  };

  it('leads from an address to its packets and to its conversation, on the interface of the row', () => {
    expect(links(dressedBy({ interfaces: ['lo'] }), 'source_ip', 0)).toEqual([
      ['Packets of this host', '/page?eth0&host 192.0.2.1'],
      ['Packets between these hosts', '/page?eth0&host 192.0.2.1 and host 2001:db8::1'],
      ['Packets of this conversation', '/page?eth0&host 192.0.2.1 and host 2001:db8::1 and port 443 and proto TCP'],
      ['Open host', '/host?eth0&192.0.2.1'],
    ]);
  });

  it('leads to the interfaces of the query where the row names none', () => {
    const names = ['destination_port', 'source_ip'];
    expect(links(dressedBy({ interfaces: ['lo', 'eth1'] }), 'destination_port', 0, names)).toEqual([
      ['Packets of this port', '/page?lo+eth1&port 443'],
      ['Packets of this conversation', '/page?lo+eth1&port 443'],
    ]);
  });

  it('leads to the machine of the row, or to those of the query, where a data source has several', () => {
    const ofMachine = createDataFrame({
      ...frame,
      fields: [...frame.fields, { name: 'host', type: FieldType.string, values: ['web1', 'web2'] }],
    });
    const query = { interfaces: ['lo'], hosts: ['web*', 'site=fra'] };
    const names = ['destination_port', 'host'];
    const hrefOf = (given: DataFrame, shown: string[]) => links(given, 'destination_port', 0, shown)?.[0]?.[1];
    expect(hrefOf(dressedBy(query, ofMachine, true), names)).toBe('/page?web1:lo&port 443');
    expect(hrefOf(dressedBy(query, frame, true), ['destination_port'])).toBe('/page?web*:site=fra:lo&port 443');
    // All of them is what a page has by itself, and one machine needs no choice.
    expect(hrefOf(dressedBy({ ...query, hosts: ['*'] }, frame, true), ['destination_port'])).toBe('/page?lo&port 443');
    expect(hrefOf(dressedBy(query, ofMachine), names)).toBe('/page?lo&port 443');
  });

  it('leads from an empty cell to packets without the field', () => {
    expect(links(dressedBy({}), 'source_ip', 1)?.[0]?.[1]).toBe('/page?eth0&not (src net 0.0.0.0/0 or src net ::/0)');
    expect(links(dressedBy({}), 'protocol', 1)).toEqual([['Packets of this protocol', '/page?eth0&not (ip or ip6)']]);
  });

  const NO_ADDRESS: ValueMapping = {
    type: MappingType.SpecialValue,
    options: { match: SpecialValueMatch.Null, result: { text: 'no IP address' } },
  };
  const NAMED: ValueMapping = { type: MappingType.ValueToText, options: { 443: { text: 'https' } } };

  it('leads there also where a value mapping has the empty cell show a text', () => {
    const names = ['destination_ip', 'frame_length'];
    const without = 'not (dst net 0.0.0.0/0 or dst net ::/0)';
    expect(links(dressedBy({ interfaces: ['lo'] }), 'destination_ip', 1, names, [NO_ADDRESS])).toEqual([
      ['Packets of this host', `/page?lo&${without}`],
      ['Packets between these hosts', `/page?lo&${without}`],
      ['Packets of this conversation', `/page?lo&${without}`],
      // Grafana's tables leave out a link that leads nowhere.
      ['Open host', ''],
    ]);
  });

  it('leads to the packets of the value that a value mapping gives a name', () => {
    expect(links(dressedBy({}), 'destination_port', 0, undefined, [NAMED])?.[0]).toEqual([
      'Packets of this port',
      '/page?eth0&port 443',
    ]);
  });

  it('leads nowhere where no filter can say which packets', () => {
    const stations = createDataFrame({
      refId: 'A',
      fields: [{ name: 'source_mac', type: FieldType.string, values: ['00:11:32:e5:79:5c', null] }],
    });
    expect(links(dressedBy({}, stations), 'source_mac', 0)).toEqual([
      ['Packets of this station', '/page?&ether host 00:11:32:e5:79:5c'],
    ]);
    expect(links(dressedBy({}, stations), 'source_mac', 1)).toEqual([['Packets of this station', '']]);
  });
});

describe('other columns', () => {
  const of = (fields: Record<string, unknown>) =>
    createDataFrame({ refId: 'A', fields: Object.entries(fields).map(([name, value]) => ({ name, values: [value] })) });
  const urlsOf = (column: string, row: Record<string, string | number | null>, query: Partial<XdpQuery> = {}) =>
    configOf(dressedBy(query, of(row)), column)?.links?.map(({ onBuildUrl }) =>
      onBuildUrl?.({
        origin: undefined,
        replaceVariables: (text) => String(row[/"(\w+)"/.exec(text)?.[1] ?? column] ?? ''),
      })
    );

  it.each([
    ['vlan', { vlan: 40 }, '/page?&vlan 40'],
    ['vlan', { vlan: null }, '/page?&not vlan'],
    ['inner_vlan', { vlan: 40, inner_vlan: 7 }, '/page?&vlan 40 and vlan 7'],
    ['inner_vlan', { vlan: 40, inner_vlan: null }, '/page?&vlan 40'],
    ['source_mac', { source_mac: '00:11:32:e5:79:5c' }, '/page?&ether host 00:11:32:e5:79:5c'],
    ['destination_mac', { destination_mac: null }, ''],
    ['ethertype', { ethertype: 'ARP' }, '/page?&ether proto 0x0806'],
    ['ethertype', { ethertype: '802.3' }, ''],
    ['protocol', { protocol: 'AX.25' }, '/page?&proto 93'],
  ])('lead from %s of %j to "%s"', (column, row, url) => {
    expect(urlsOf(column, row)).toEqual([url]);
  });

  it('lead inside tunnels where the query looks there, and to outer headers from an outer address', () => {
    const inner = { decapsulate: 'inner' } as const;
    expect(urlsOf('vlan', { vlan: 40 }, inner)).toEqual(['/page?&vlan 40&inner']);
    expect(urlsOf('outer_source_ip', { outer_source_ip: '192.0.2.1' }, inner)).toEqual([
      '/page?&host 192.0.2.1',
      '/host?&192.0.2.1',
    ]);
    expect(urlsOf('outer_destination_ip', { outer_destination_ip: null }, inner)).toEqual(['', '']);
  });

  it('lead to the page of a host from its address and its name, which shows outer headers alone', () => {
    const row = { interface: 'eth0', source_ip: '192.0.2.1', source_name: 'nas', destination_ip: '2001:db8::1' };
    expect(urlsOf('source_ip', row)?.at(-1)).toBe('/host?eth0&192.0.2.1');
    expect(urlsOf('source_name', row)).toEqual(['/page?eth0&host 192.0.2.1', '/host?eth0&192.0.2.1']);
    expect(urlsOf('destination_ip', row, { kind: 'drops' })?.at(-1)).toBe('/host?eth0&2001:db8::1');
    expect(urlsOf('destination_ip', row, { kind: 'flows', interfaces: ['uplinks'] })?.at(-1)).toBe(
      '/host?eth0&2001:db8::1'
    );
    expect(urlsOf('source_ip', row, { decapsulate: 'inner' })?.at(-1)).toBe('');
    expect(urlsOf('source_name', { source_name: null })?.at(-1)).toBe('');
  });

  it('look as they are, but for these', () => {
    const known = [...new Set(Object.values(COLUMNS).flatMap((columns) => columns.map(({ name }) => name)))];
    const dressedUp = known.filter((name) => Object.keys(lookOfColumn(name)).length > 0);
    expect(known.filter((name) => !dressedUp.includes(name))).toEqual([
      'time',
      'interface',
      'source_mac',
      'destination_mac',
      'ethertype',
      'source_ip',
      'destination_ip',
      'length',
      'frame_length',
      'fragment',
      'tcp_flags',
      'tunnel',
      'outer_source_ip',
      'outer_destination_ip',
      'source_mac_vendor',
      'destination_mac_vendor',
      'source_name',
      'destination_name',
      'name_source',
      'source_country',
      'destination_country',
      'source_asn',
      'destination_asn',
      'service',
      'process',
      'user',
      'container',
      'host',
      'group',
      'bytes',
      'reverse_bytes',
      'first_seen',
      'last_seen',
      'seen_at',
      'rtt',
      'handshake',
      'quality_source',
      'retransmitted_bytes',
      'hook',
      'kernel_ns',
      'channel',
      'filter',
      'reason',
      'speed',
      'in_bits',
      'out_bits',
      'in_packets',
      'out_packets',
      'in_dropped',
      'out_dropped',
      'in_errors',
      'out_errors',
      'utilisation_in',
      'utilisation_out',
      'carrier_changes',
      'queue_dropped',
      'in_missed',
      'location',
    ]);
  });
});

describe.each(['dark', 'light'] as const)('colours in the %s theme', (mode) => {
  const theme = createTheme({ colors: { mode } });
  const shown = (color = '') => theme.visualization.getColorByName(color);
  const contrast = (color = '') => colorManipulator.getContrastRatio(shown(color), theme.colors.background.primary);

  /** All that a column may be written in. */
  const textColors = ({ mappings = [], thresholds, color }: Look): string[] =>
    [
      ...mappings.flatMap((mapping) =>
        mapping.type === MappingType.ValueToText
          ? Object.values(mapping.options).map((result) => result.color)
          : [mapping.options.result.color]
      ),
      ...(thresholds?.steps ?? []).map((step) => step.color),
      color?.fixedColor,
    ].filter((each) => each !== undefined);

  it('stand on the panels that they are measured on', () => {
    expect(theme.colors.background.primary).toBe({ dark: '#181b1f', light: '#ffffff' }[mode]);
  });

  const columns = [...new Set(Object.values(COLUMNS).flatMap((of) => of.map(({ name }) => name)))];
  const colored = columns.filter((name) => lookOfColumn(name).custom?.cellOptions.type === 'color-text');

  it('are those of these columns', () => {
    expect(colored.map((name) => [name, textColors(lookOfColumn(name))])).toEqual([
      ['direction', ['blue', 'purple', 'text']],
      ['protocol', ['blue', 'purple', 'semi-dark-green', 'text']],
      ['malformed', ['red', 'text']],
      ['thinned', ['text', 'purple']],
      ['lost_ring', ['text', 'red']],
      ['lost_queue', ['text', 'red']],
      ['flow_overflow', ['text', 'red']],
      ['lost_network', ['text', 'red']],
      ['state', ['semi-dark-green', 'blue', 'red', 'red', 'text']],
    ]);
  });

  it.each(colored)('can be read as text: %s', (name) => {
    // WCAG 2.1, success criterion 1.4.3.
    expect(textColors(lookOfColumn(name)).filter((color) => contrast(color) < 4.5)).toEqual([]);
  });

  const KNOWN = ['TCP', 'UDP', 'ICMP', 'IPv6-ICMP', 'IGMP', 'SCTP', 'ESP', 'AH', 'GRE', 'none', 'other'];
  const OTHERS = ['EGP', 'OSPFIGP', 'VRRP', 'PIM', 'L2TP', 'IPv6', 'UDPLite', '253', '254'];
  const ofProtocol = (group: string) => lookOfGroup('protocol', group).color?.fixedColor;

  it('belong to one protocol each, and to what is none', () => {
    const known = KNOWN.map((group) => shown(ofProtocol(group)));
    expect(new Set(known).size).toBe(KNOWN.length);
    expect(OTHERS.map((group) => known.includes(shown(ofProtocol(group))))).toEqual(OTHERS.map(() => false));
  });

  it('can be seen as lines', () => {
    // WCAG 2.1, success criterion 1.4.11.
    expect([...KNOWN, ...OTHERS].filter((group) => contrast(ofProtocol(group)) < 3)).toEqual([]);
  });
});

describe('series of rates', () => {
  const series = (groupBy: string, groups: string[]) =>
    createDataFrame({
      refId: 'A',
      fields: [
        { name: 'time', type: FieldType.time, values: [1] },
        ...groups.map((group) => ({ name: 'bits', labels: { [groupBy]: group }, values: [8], type: FieldType.number })),
      ],
    });

  it('have the colours of their protocols', () => {
    const groups = ['TCP', 'UDP', 'ICMP', 'EGP', 'none', 'other'];
    const { fields } = dressedBy({ kind: 'rates', groupBy: 'protocol' }, series('protocol', groups));
    expect(fields.slice(1).map(({ config }) => config.color)).toEqual(
      ['blue', 'purple', 'semi-dark-green', '#5f7f9f', 'text', '#8e8e8e'].map((fixedColor) => ({
        mode: FieldColorModeId.Fixed,
        fixedColor,
      }))
    );
  });

  it('have those of the panel where groups have none of their own', () => {
    const groups = ['192.0.2.1', 'none', 'other'];
    const { fields } = dressedBy({ kind: 'rates', groupBy: 'source' }, series('source', groups));
    expect(fields.slice(1).map(({ config }) => config.color?.fixedColor)).toEqual([undefined, 'text', '#8e8e8e']);
  });

  it.each(['source', 'destination', 'host_ip'] as const)('lead to the packets of their group: %s', (groupBy) => {
    const nowhere = { origin: undefined, replaceVariables: undefined };
    const groups = ['192.0.2.1', 'none', 'other'];
    const { fields } = dressedBy({ kind: 'rates', groupBy, interfaces: ['lo'] }, series(groupBy, groups));
    const urls = fields.map(({ config }) =>
      config.links?.map(({ title, onBuildUrl }) => [title, onBuildUrl?.(nowhere)])
    );
    expect(urls).toEqual([
      undefined,
      [
        ['Packets of this host: 192.0.2.1', '/page?lo&host 192.0.2.1'],
        ['Open host: 192.0.2.1', '/host?lo&192.0.2.1'],
      ],
      undefined,
      undefined,
    ]);
  });

  it('lead inside tunnels where the query looks there', () => {
    const query = { kind: 'rates', groupBy: 'source', decapsulate: 'inner' } as const;
    const { fields } = dressedBy(query, series('source', ['192.0.2.1']));
    const nowhere = { origin: undefined, replaceVariables: undefined };
    expect(fields.flatMap(({ config }) => config.links?.map(({ onBuildUrl }) => onBuildUrl?.(nowhere)))).toEqual([
      undefined,
      '/page?&host 192.0.2.1&inner',
    ]);
  });

  it('lead to the page of a host only from its address', () => {
    const titlesOf = (query: Partial<XdpQuery>, group: string) => {
      const { groupBy = '' } = query;
      const { fields } = dressedBy({ kind: 'rates', ...query }, series(groupBy, [group]));
      return fields.flatMap(({ config }) => config.links?.map(({ title }) => title) ?? []);
    };
    expect(titlesOf({ groupBy: 'source_port' }, '443')).toEqual(['Packets of this port: 443']);
    expect(titlesOf({ groupBy: 'source_name' }, 'nas')).toEqual([]);
    expect(titlesOf({ groupBy: 'destination_name' }, '192.0.2.1')).toEqual([
      'Packets of this host: 192.0.2.1',
      'Open host: 192.0.2.1',
    ]);
    expect(titlesOf({ groupBy: 'source', decapsulate: 'inner' }, '192.0.2.1')).toEqual([
      'Packets of this host: 192.0.2.1',
    ]);
  });

  it('look as the panel says where they are not grouped', () => {
    const plain = createDataFrame({
      refId: 'A',
      fields: [{ name: 'packets', values: [0.4], config: { unit: 'pps' } }],
    });
    expect(configOf(dressedBy({ kind: 'rates' }, plain), 'packets')).toEqual({
      unit: 'pps',
      links: [expect.objectContaining({ title: 'Packets behind this rate' })],
    });
  });
});

describe('a graph of hosts', () => {
  /** As Grafana's node graph has it: what is no value of the field itself is not known. */
  const textOf = (address: string) => (text: string) => (text === '${__value.raw}' ? address : 'undefined');
  const linksOf = (names: Record<string, string>, query: Partial<XdpQuery> = {}) => {
    const given = createDataFrame({
      refId: 'A',
      fields: Object.entries(names).map(([name, value]) => ({ name, type: FieldType.string, values: [value] })),
    });
    const { fields } = dressedBy({ kind: 'flows', format: 'graph', interfaces: ['lo'], ...query }, given);
    return fields.flatMap(({ name, config }) =>
      (config.links ?? []).map(({ title, onBuildUrl }) => [
        title,
        onBuildUrl?.({ origin: undefined, replaceVariables: textOf(names[name] ?? '') }),
      ])
    );
  };
  const titles = ['Packets of this host: ${__value.raw}', 'Open host: ${__value.raw}'];

  it('leads from a node to its host', () => {
    expect(linksOf({ id: '192.0.2.1', title: 'nas', subtitle: '192.0.2.1' })).toEqual([
      [titles[0], '/page?lo&host 192.0.2.1'],
      [titles[1], '/host?lo&192.0.2.1'],
    ]);
  });

  it('leads from an edge to both of its hosts', () => {
    const edge = { id: '192.0.2.1 2001:db8::1', source: '192.0.2.1', target: '2001:db8::1' };
    expect(linksOf(edge)).toEqual([
      [titles[0], '/page?lo&host 192.0.2.1'],
      [titles[1], '/host?lo&192.0.2.1'],
      [titles[0], '/page?lo&host 2001:db8::1'],
      [titles[1], '/host?lo&2001:db8::1'],
    ]);
  });

  it('leads from a network to its packets, which has no page', () => {
    expect(linksOf({ id: '192.0.2.0/24' })).toEqual([
      [titles[0], '/page?lo&net 192.0.2.0/24'],
      [titles[1], ''],
    ]);
    expect(linksOf({ id: 'nas/24' }).map(([, url]) => url)).toEqual(['', '']);
  });

  it('has no page of a host for what is inside tunnels', () => {
    expect(linksOf({ id: '192.0.2.1' }, { decapsulate: 'inner' })).toEqual([
      [titles[0], '/page?lo&host 192.0.2.1&inner'],
    ]);
  });
});

it('colours what receivers of a matrix have of senders, and leads to senders', () => {
  const given = createDataFrame({
    refId: 'A',
    fields: [
      { name: 'source', type: FieldType.string, values: ['192.0.2.1', 'nas'] },
      { name: 'protocol', type: FieldType.number, values: [8000, null] },
    ],
  });
  const { fields } = dressedBy({ kind: 'flows', format: 'matrix' }, given);
  expect(fields[0]?.config.links?.map(({ title }) => title)).toEqual([
    'Packets of this host: ${__value.raw}',
    'Open host: ${__value.raw}',
  ]);
  // Whatever a receiver is called.
  expect(fields[1]?.config).toMatchObject({
    color: { mode: FieldColorModeId.ContinuousBlues },
    custom: { cellOptions: { type: 'color-background' } },
  });
  expect(fields[1]?.config.mappings).toBeUndefined();
});
