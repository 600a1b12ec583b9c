import { describeQuery } from './describe';
import { interpolateQuery } from './interpolate';
import { withAdHocFilters } from './adHocFilters';
import type { XdpQuery } from './model';
import { malformed, wellFormed } from './wellFormed';

const templates = { replace: (text = '') => text };

/** What a dashboard's JSON may hold: every key with a value of another type than its own. */
const WRONG = {
  kind: 7,
  interfaces: 'eth0',
  direction: ['in'],
  filter: 80,
  columns: ['ttl', 7],
  limit: '5',
  interval: null,
  groupBy: {},
  measure: true,
  top: [],
  since: 0,
  decapsulate: 1,
  rowsKept: '7',
  format: ['lines'],
};

const wrong = (keys: object) => ({ refId: 'A', datasource: { uid: 'x' }, ...keys }) as unknown as XdpQuery;

it('tells keys of the wrong type from others', () => {
  expect(malformed(wrong(WRONG))).toStrictEqual(WRONG);
  expect(wellFormed(wrong(WRONG))).toStrictEqual({ refId: 'A', datasource: { uid: 'x' } });
});

it.each([
  { kind: 'rates', interfaces: ['eth0'], filter: 'tcp', columns: [], limit: 5, later: 'key', hide: true },
  { kind: undefined, columns: undefined, limit: undefined },
])('leaves %j as it is', (keys) => {
  expect(wellFormed(wrong(keys))).toStrictEqual(wrong(keys));
  expect(malformed(wrong(keys))).toEqual({});
});

it.each(Object.entries(WRONG))(
  'has "%s": %j sent as it is, for the back end to refuse, and describes the rest',
  (key, value) => {
    const query = wrong({ [key]: value });
    expect(interpolateQuery(query, templates, {})).toStrictEqual(query);
    expect(describeQuery(query)).toBe('incoming and outgoing packets on the default interface');
  }
);

it('adds no condition to what is no filter', () => {
  const filters = [{ key: 'ttl', operator: '=', value: '1' }];
  expect(withAdHocFilters(wrong({ filter: 80 }), filters)).toEqual(wrong({ filter: 80 }));
});
