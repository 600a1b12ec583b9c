import { isOfCounts, isOfFlows, isOfLines, isOfSeries, isUsed, kindOf, KINDS, withoutUnusedKeys } from './kinds';
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
  groupBy: 'vlan',
  measure: 'bits',
  top: 5,
  since: 'start',
  decapsulate: 'inner',
  format: 'table',
};

const always = ['refId', 'kind', 'interfaces'];

/** A dashboard's JSON may hold anything. */
const withKind = (kind: unknown) => ({ ...full, kind }) as XdpQuery;

it('offers packets, rates, flows, the counters of the capture, interfaces and drops', () => {
  expect(KINDS.map(({ kind, label }) => [kind, label()])).toEqual([
    ['packets', 'Packets'],
    ['rates', 'Rates'],
    ['flows', 'Flows'],
    ['capture', 'Capture'],
    ['interfaces', 'Interfaces'],
    ['drops', 'Drops'],
  ]);
});

it.each([
  ['packets', ['direction', 'filter', 'columns', 'limit', 'decapsulate', 'rowsKept', 'format']],
  [undefined, ['direction', 'filter', 'columns', 'limit', 'decapsulate', 'rowsKept', 'format']],
  ['rates', ['direction', 'filter', 'columns', 'interval', 'groupBy', 'measure', 'decapsulate', 'top']],
  ['flows', ['direction', 'filter', 'columns', 'interval', 'top', 'since', 'decapsulate', 'format']],
  ['capture', ['direction', 'columns', 'interval', 'rowsKept']],
  ['interfaces', ['columns', 'interval', 'rowsKept']],
  ['drops', ['direction', 'filter', 'groupBy', 'interval', 'top']],
])('asks for %j with %j', (kind, used) => {
  expect(Object.keys(withoutUnusedKeys(withKind(kind))).sort()).toEqual([...always, ...used].sort());
  used.forEach((key) => {
    expect(withoutUnusedKeys(withKind(kind))).toHaveProperty(key, full[key as keyof XdpQuery]);
  });
});

it('asks for as many groups as are wanted where there are groups', () => {
  const ungrouped = { ...withKind('rates'), groupBy: undefined };
  expect(isUsed(ungrouped, 'top')).toBe(false);
  expect(withoutUnusedKeys(ungrouped)).not.toHaveProperty('top');
});

it('asks for rows of dropped packets, or for series of their reasons', () => {
  const rows: XdpQuery = { ...full, kind: 'drops', groupBy: undefined };
  expect(['columns', 'limit', 'rowsKept', 'interval', 'top'].map((key) => key in withoutUnusedKeys(rows))).toEqual([
    true,
    true,
    true,
    false,
    false,
  ]);
  expect([isOfSeries(rows), isOfSeries({ ...rows, groupBy: 'reason' })]).toEqual([false, true]);
});

it('makes lines of packets alone, and of all of their columns', () => {
  const lines: XdpQuery = { ...full, kind: 'packets', format: 'lines' };
  expect(isOfLines(lines)).toBe(true);
  expect(withoutUnusedKeys(lines)).not.toHaveProperty('columns');
  expect(isOfLines({ ...full, kind: 'packets' })).toBe(false);
  const flows: XdpQuery = { ...lines, kind: 'flows' };
  expect(isOfLines(flows)).toBe(false);
  expect(withoutUnusedKeys(flows)).toHaveProperty('columns');
});

it.each([
  ['packets', false],
  ['rates', true],
  ['flows', true],
  ['capture', false],
  ['interfaces', false],
  ['drops', false],
] as const)('makes %s of flows, where they are grouped: %s', (kind, expected) => {
  expect(isOfFlows(withKind(kind))).toBe(expected);
  expect(isOfFlows({ refId: 'A', kind })).toBe(kind === 'flows');
});

it.each([
  ['rates', undefined, true, false],
  ['rates', [], true, false],
  ['rates', ['packets'], false, true],
  ['packets', ['time'], false, false],
  ['packets', undefined, false, false],
] as const)('makes %s with the columns %j series: %s, counts: %s', (kind, columns, series, counts) => {
  const query = { refId: 'A', kind, columns: columns && [...columns] };
  expect([isOfSeries(query), isOfCounts(query)]).toEqual([series, counts]);
});

it.each(['histogram', 'toString', 7, {}])('leaves a query of the kind %j as it is', (kind) => {
  const query = withKind(kind);
  expect(kindOf(query)).toBeUndefined();
  expect(isUsed(query, 'interval')).toBe(true);
  expect(withoutUnusedKeys(query)).toStrictEqual(query);
});

it('asks for a graph without columns, and for conversations without what lines of packets were', () => {
  const flows: XdpQuery = { refId: 'A', kind: 'flows', columns: ['bytes'] };
  expect(withoutUnusedKeys({ ...flows, format: 'graph' })).toEqual({ refId: 'A', kind: 'flows', format: 'graph' });
  const ofNetworks = { ...flows, format: 'matrix', prefixIpv4: 24, prefixIpv6: 64 } as const;
  expect(withoutUnusedKeys(ofNetworks)).toEqual({ ...ofNetworks, columns: undefined });
  expect(withoutUnusedKeys({ ...ofNetworks, format: 'table' })).not.toHaveProperty('prefixIpv4');
  expect(withoutUnusedKeys({ ...flows, format: 'lines' })).toEqual(flows);
});
