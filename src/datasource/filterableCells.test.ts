import { createDataFrame, type DataFrame } from '@grafana/data';

import type { XdpQuery } from '../query/model';

import { withFilterableCells } from './filterableCells';

const shared = { unit: 'ms' };

const frame = createDataFrame({
  refId: 'A',
  name: 'Packets',
  meta: { custom: { kind: 'packets' } },
  fields: [
    { name: 'time', values: [1, 2] },
    { name: 'ttl', values: [64, 1], config: shared },
    { name: 'tcp_flags', values: ['SYN', ''] },
  ],
});

const offered = (query: XdpQuery) => withFilterableCells({ data: [frame] }, [query]).data as DataFrame[];

it.each([undefined, 'packets', 'flows'] as const)('are those of columns that a filter knows (%s)', (kind) => {
  const [found] = offered({ refId: 'A', kind });
  expect(found?.fields.map(({ config }) => config.filterable)).toEqual([undefined, true, undefined]);
  expect(found?.fields[1]).toMatchObject({ name: 'ttl', values: [64, 1], config: { unit: 'ms', filterable: true } });
  expect(found).toMatchObject({ refId: 'A', name: 'Packets', meta: { custom: { kind: 'packets' } }, length: 2 });
});

it('leave the frame as it is, and are the same ones each time', () => {
  const [first] = offered({ refId: 'A' });
  const [second] = offered({ refId: 'A' });
  expect(frame.fields[1]?.config).toEqual({ unit: 'ms' });
  expect(first?.fields[1]?.config).toBe(second?.fields[1]?.config);
});

it.each([
  { refId: 'A', kind: 'rates' },
  { refId: 'A', kind: 'capture' },
  { refId: 'B', kind: 'packets' },
] as const)('are none of %j', (query) => {
  expect(offered(query)).toEqual([frame]);
});
