import { createDataFrame, DataFrameType, FieldType, type DataFrame } from '@grafana/data';

import { asLogLines, asTailed } from './logLines';

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
    const [lines] = asLogLines({ data: [frame('packets/1f')] }).data as DataFrame[];
    expect(lines?.meta?.type).toBe(DataFrameType.LogLines);
    expect(lines?.meta?.preferredVisualisationType).toBe('logs');
    expect(lines?.refId).toBe('A');
    expect(lines?.fields.map(({ name, values }) => [name, values])).toEqual([
      ['timestamp', [1, 2]],
      ['body', ['eth0 In ARP 192.0.2.1 > 192.0.2.2, length 42', 'eth0 Out 0x88cc  > , length 60']],
    ]);
  });

  it('leaves other kinds as they are', () => {
    const rates = frame('rates/1f');
    expect(asLogLines({ data: [rates] }).data).toEqual([rates]);
  });

  it('asks for all columns', () => {
    expect(asTailed({ refId: 'A', kind: 'packets', columns: ['ttl'], filter: 'udp' })).toEqual({
      refId: 'A',
      kind: 'packets',
      columns: undefined,
      filter: 'udp',
    });
  });
});
