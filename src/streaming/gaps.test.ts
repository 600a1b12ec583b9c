import { createDataFrame, FieldType, type DataFrame } from '@grafana/data';

import type { XdpQuery } from '../query/model';

import { showingGaps } from './gaps';

/** Bits per second at so many milliseconds. */
function bits(times: number[]): DataFrame {
  return createDataFrame({
    refId: 'A',
    meta: { custom: { kept: true } },
    fields: [
      { name: 'time', type: FieldType.time, values: times },
      { name: 'bits', type: FieldType.number, labels: { protocol: 'TCP' }, values: times.map((time) => time / 10) },
    ],
  });
}

function drawn(frame: DataFrame, query: Partial<XdpQuery> = {}): DataFrame {
  const answer = { data: [frame] };
  return showingGaps([{ refId: 'A', kind: 'rates', ...query }])(answer).data[0] as DataFrame;
}

const values = ({ fields }: DataFrame) => fields.map((field) => field.values as unknown[]);

it('has nothing at all between rows that are further apart than an interval', () => {
  const frame = bits([1_000, 2_040, 60_000]);
  expect(values(drawn(frame))).toEqual([
    [1_000, 2_040, 3_040, 60_000],
    [100, 204, null, 6_000],
  ]);
  expect(drawn(frame)).toMatchObject({ refId: 'A', length: 4, meta: frame.meta });
  expect(frame.length).toBe(3);
  expect(drawn(frame).fields[1]?.labels).toEqual({ protocol: 'TCP' });
});

it('has nothing between rows, however many they are', () => {
  const times = Array.from({ length: 150_000 }, (_, place) => 10_000 * (place + 1));
  const [axis = [], bitsOf = []] = values(drawn(bits(times)));
  expect([axis.length, axis.at(-2), axis.at(-1)]).toEqual([299_999, 1_499_991_000, 1_500_000_000]);
  expect(bitsOf.filter((value) => value === null)).toHaveLength(149_999);
});

it.each([
  [100, [1_000, 1_100, 2_100, 3_100]],
  [5_000, [5_000, 10_000, 15_040]],
  [undefined, [1_000, 2_400]],
  // Where a stream goes on from what was kept.
  [undefined, [1_000, 2_000, 4_200, 5_200]],
  [2_000, [2_000, 4_000, 7_200, 9_200]],
])('takes rows of every %p ms, or of a past that is kept by the second, for whole', (interval, times) => {
  const frame = bits(times);
  expect(drawn(frame, { interval })).toBe(frame);
});

it('leaves rows that are no series, and what belongs to no query, as they are', () => {
  const frame = bits([1_000, 60_000]);
  expect(drawn(frame, { columns: ['time', 'bits'] })).toBe(frame);
  expect(drawn(frame, { kind: 'packets' })).toBe(frame);
  expect(drawn(frame, { refId: 'B' })).toBe(frame);
  expect(drawn(bits([])).length).toBe(0);
});
