import { createDataFrame, DataFrameType, FieldType, type DataFrame } from '@grafana/data';

import { NAME_COLUMNS, PACKET_COLUMNS, TUNNEL_COLUMNS } from '../query/packetColumns';

import { asLogLines, asTailed, withLogLines } from './logLines';

/** The queries that are for lines. */
const A = new Set(['A']);

function frame(channel: string): DataFrame {
  return createDataFrame({
    refId: 'A',
    meta: { custom: { channel, data: { kind: 'packets' } } },
    fields: [
      { name: 'time', type: FieldType.time, values: [1, 2] },
      { name: 'interface', type: FieldType.string, values: ['eth0', 'eth0'] },
      { name: 'direction', type: FieldType.string, values: ['in', 'out'] },
      { name: 'ethertype', type: FieldType.string, values: ['ARP', '0x88cc'] },
      { name: 'frame_length', type: FieldType.number, values: [42, 60] },
      { name: 'source_ip', type: FieldType.string, values: ['192.0.2.1', null] },
      { name: 'destination_ip', type: FieldType.string, values: ['192.0.2.2', null] },
    ],
  });
}

describe('the live tail', () => {
  it('has a line for each packet', () => {
    const [lines] = asLogLines({ data: [frame('packets/1f')] }, A).data as DataFrame[];
    expect(lines?.meta?.type).toBe(DataFrameType.LogLines);
    expect(lines?.meta?.preferredVisualisationType).toBe('logs');
    expect(lines?.refId).toBe('A');
    expect(lines?.fields.map(({ name, values }) => [name, values])).toEqual([
      ['timestamp', [1, 2]],
      ['body', ['eth0 In ARP 192.0.2.1 > 192.0.2.2, length 42', 'eth0 Out 0x88cc  > , length 60']],
      ['severity', ['info', 'info']],
      ['id', ['1 eth0 In ARP 192.0.2.1 > 192.0.2.2, length 42 0', '2 eth0 Out 0x88cc  > , length 60 0']],
      [
        'labels',
        [
          { direction: 'in', ethertype: 'ARP', source_ip: '192.0.2.1', destination_ip: '192.0.2.2' },
          { direction: 'out', ethertype: '0x88cc' },
        ],
      ],
      ['interface', ['eth0', 'eth0']],
    ]);
  });

  it('tells trouble by the level, and lines that look alike by their ids', () => {
    const alike = createDataFrame({
      refId: 'A',
      meta: { custom: { channel: 'packets/1f', data: { kind: 'packets' } } },
      fields: [
        { name: 'time', type: FieldType.time, values: [1, 1, 1, 1] },
        { name: 'tcp_flags', type: FieldType.string, values: ['SYN', 'RST,ACK', '', ''] },
        { name: 'malformed', type: FieldType.string, values: [null, null, 'truncated', 'truncated'] },
      ],
    });
    const [lines] = asLogLines({ data: [alike] }, A).data as DataFrame[];
    const column = (name: string) => lines?.fields.find((field) => field.name === name)?.values as string[];
    expect(column('severity')).toEqual(['info', 'warning', 'error', 'error']);
    expect(new Set(column('id')).size).toBe(4);
  });

  it('has the newest thousand lines, however many packets there are', () => {
    const times = Array.from({ length: 50_000 }, (_, row) => row);
    const many = createDataFrame({
      refId: 'A',
      meta: { custom: { channel: 'packets/1f', data: { kind: 'packets' } } },
      fields: [{ name: 'time', type: FieldType.time, values: times }],
    });
    const [lines] = asLogLines({ data: [many] }, A).data as DataFrame[];
    expect(lines?.fields.find(({ name }) => name === 'timestamp')?.values).toEqual(times.slice(-1_000));
    expect(lines?.length).toBe(1_000);
  });

  it('leaves other kinds as they are', () => {
    const rates = frame('rates/1f');
    expect(asLogLines({ data: [rates] }, A).data).toEqual([rates]);
  });

  it('asks for all columns', () => {
    const asked = asTailed({ refId: 'A', kind: 'packets', columns: ['ttl', 'ip_id'], filter: 'udp' });
    expect(asked).toEqual({ refId: 'A', kind: 'packets', columns: asked.columns, filter: 'udp' });
    expect(asked.columns).toEqual([...PACKET_COLUMNS, ...NAME_COLUMNS, 'ip_id']);
    expect(asTailed({ refId: 'A', decapsulate: 'inner' }).columns).toEqual([
      ...PACKET_COLUMNS,
      ...TUNNEL_COLUMNS,
      ...NAME_COLUMNS,
    ]);
  });
});

describe('a range that is past', () => {
  const shown = (query: { columns?: string[]; rowsKept?: number }) =>
    (withLogLines({ data: [frame('packets/1f')] }, [{ refId: 'A', ...query }]).data as DataFrame[]).map(
      ({ refId, length, fields }) => ({ refId, length, names: fields.map(({ name }) => name) })
    );

  it('has the table with the columns asked for, in their order, and the lines', () => {
    expect(shown({ columns: ['frame_length', 'ttl', 'time'] })).toEqual([
      { refId: 'A', length: 2, names: ['frame_length', 'time'] },
      { refId: 'A', length: 2, names: ['timestamp', 'body', 'severity', 'id', 'labels', 'interface'] },
    ]);
  });

  it('has as many lines as the query keeps rows', () => {
    const [table, lines] = shown({ rowsKept: 1 });
    expect([table?.length, table?.names.length, lines?.length]).toEqual([2, 7, 1]);
  });

  it('has no lines of other kinds', () => {
    const rates = frame('rates/1f');
    expect(withLogLines({ data: [rates] }, [{ refId: 'A', kind: 'rates' }]).data).toEqual([rates]);
  });
});
