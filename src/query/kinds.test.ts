import { isUsed, kindOf, KINDS, withoutUnusedKeys } from './kinds';
import type { XdpQuery } from './model';

/** A query with every key, as it is after a look at each kind. */
const full: XdpQuery = {
  refId: 'A',
  interfaces: ['eth0'],
  direction: 'in',
  columns: ['time'],
  rowsKept: 10,
  filter: 'tcp',
  limit: 50,
  interval: 100,
  measure: 'bits',
};

/** A dashboard's JSON may hold anything. */
const withKind = (kind: unknown) => ({ ...full, kind }) as XdpQuery;

it('offers packets, rates and the counters of the capture', () => {
  expect(KINDS.map(({ kind, label }) => [kind, label])).toEqual([
    ['packets', 'Packets'],
    ['rates', 'Rates'],
    ['capture', 'Capture'],
  ]);
});

it.each([
  ['packets', ['filter', 'columns', 'limit']],
  [undefined, ['filter', 'columns', 'limit']],
  ['rates', ['filter', 'columns', 'interval', 'measure']],
  ['capture', ['columns', 'interval']],
])('asks for %j with %j', (kind, used) => {
  const { filter, columns, limit, interval, measure, ...always } = withKind(kind);
  const some = Object.entries({ filter, columns, limit, interval, measure }).filter(([key]) => used.includes(key));
  expect(withoutUnusedKeys(withKind(kind))).toStrictEqual({ ...always, ...Object.fromEntries(some) });
});

it.each(['flows', 'toString', 7, {}])('leaves a query of the kind %j as it is', (kind) => {
  const query = withKind(kind);
  expect(kindOf(query)).toBeUndefined();
  expect(isUsed(query, 'interval')).toBe(true);
  expect(withoutUnusedKeys(query)).toStrictEqual(query);
});
