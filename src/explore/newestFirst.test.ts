import type { DataFrame } from '@grafana/data';

import { ttlFrame } from '../testing/frames';

import { newestFirst } from './newestFirst';

const ROWS: Array<[number, number]> = [
  [1, 64],
  [2, 1],
  [2, 255],
];

it.each([undefined, 'packets', 'capture'] as const)('turns rows around that a stream appends (%s)', (kind) => {
  const frame = ttlFrame('A', ROWS, { custom: { kind } });
  const [shown] = newestFirst({ data: [frame] }, [{ refId: 'A', kind }]).data as DataFrame[];
  expect(shown?.fields.map(({ name, values }) => [name, values])).toEqual([
    ['time', [2, 2, 1]],
    ['ttl', [255, 1, 64]],
  ]);
  expect(shown).toMatchObject({ refId: 'A', length: 3, meta: { custom: { kind } } });
  expect(frame).toEqual(ttlFrame('A', ROWS, { custom: { kind } }));
});

it.each(['rates', 'flows'] as const)('leaves %s as they are', (kind) => {
  const data = [ttlFrame('A', ROWS)];
  expect(newestFirst({ data }, [{ refId: 'A', kind }]).data).toEqual(data);
});
