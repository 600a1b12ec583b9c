import examples from '../../../testdata/filters/builder.json';

import { isValue, valuesIn, type Condition, type Conditions, type Joint } from './conditions';
import { FIELDS, fieldNamed } from './fields';
import { readConditions } from './read';
import { isWhole, writeConditions } from './write';

const conditionsOf = (listed: string[][]) =>
  listed.map(([field, operator, ...values]) => ({ field, operator, values }) as Condition);

// The back end's tests parse what is expected here, and compare what it means.
it.each(examples.written)('of $conditions makes "$filter", and reads it', ({ filter, joint, conditions }) => {
  const written: Conditions = { joint: joint as Joint, conditions: conditionsOf(conditions) };
  expect(writeConditions(written).text).toBe(filter);
  expect(readConditions(filter)).toEqual(written);
});

it('is tried with every field and each of its operators', () => {
  const tried = new Set(
    examples.written.flatMap(({ conditions }) => conditions.map(([field, operator]) => `${field} ${operator}`))
  );
  const all = FIELDS.flatMap(({ name, operators }) => operators.map((operator) => `${name} ${operator}`));
  expect([...tried].sort()).toEqual(all.sort());
});

it.each(examples.spelledOtherwise)('reads "$filter" as "$expected"', ({ filter, expected }) => {
  const read = readConditions(filter);
  expect(read && writeConditions(read).text).toBe(expected);
});

it.each(examples.beyondMenus)('does not show "%s"', (filter) => {
  expect(readConditions(filter)).toBeUndefined();
});

it('is of every packet where there is nothing', () => {
  expect(readConditions(' ')).toEqual({ joint: 'and', conditions: [] });
  expect(writeConditions({ joint: 'and', conditions: [] })).toEqual({ text: '', places: [] });
});

it.each([
  ['host $hosts and not port ${ports:csv}', 'host $hosts and not port ${ports:csv}'],
  ['host ($hosts or 192.0.2.7)', 'host ($hosts or 192.0.2.7)'],
  ['net 10.0.$part.0/24', 'net 10.0.$part.0/24'],
  ['vlan [[vlans]] or proto $protocols', 'vlan [[vlans]] or proto $protocols'],
  ['ttl < $ttl and tcp', 'ttl < $ttl and tcp'],
])('keeps the variables of "%s"', (filter, expected) => {
  const read = readConditions(filter);
  expect(read && writeConditions(read).text).toBe(expected);
});

it.each([
  // What is in the variable may be more than a value.
  '$filter',
  'tcp and $condition',
  'port 80 or $port',
  'portrange $range',
  // What the back end refuses stays as it is typed.
  'proto tcp',
  'port 80-90',
  'ether proto arp',
  'dscp = ef',
  'host',
  'tcp and',
  'and tcp',
  'host 192.0.2.7)',
  '(host 192.0.2.7',
  'host ()',
  'host port 80',
  'src net',
  'tcp udp',
  'not',
  'tcp[tcpflags] & syn != 0',
  '"',
  '('.repeat(20_000),
])('does not show "%s"', (filter) => {
  expect(readConditions(filter)).toBeUndefined();
});

it('says where each condition stands', () => {
  const { text, places } = writeConditions({
    joint: 'or',
    conditions: conditionsOf([
      ['host', 'is', '192.0.2.7', '192.0.2.8'],
      ['vlan', 'absent'],
      ['port', 'is-not', '22'],
    ]),
  });
  expect(places.map(({ start, end }) => text.slice(start, end))).toEqual([
    'host (192.0.2.7 or 192.0.2.8)',
    'not vlan',
    'not port 22',
  ]);
});

describe('what is written', () => {
  /** The same numbers in each run (an LCG with the constants of Numerical Recipes). */
  function numbers(seed: number): (most: number) => number {
    let state = seed;
    return (most) => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return Math.floor((state / 4_294_967_296) * most);
    };
  }
  const VALUES = [
    '1',
    '22',
    '8000-8080',
    '192.0.2.7',
    '10.0.0.0/8',
    '::1',
    'https',
    'tcp',
    'TCP',
    '\\icmp',
    '$x',
    '${y}',
  ];

  it('is read as the same, or as nothing, whatever the values', () => {
    const upTo = numbers(11);
    const pick = <T>(list: readonly T[]): T => list[upTo(list.length)] as T;
    let shown = 0;
    for (let run = 0; run < 3_000; run += 1) {
      const conditions = Array.from({ length: 1 + upTo(4) }, (): Condition => {
        const { name, operators, values } = pick(FIELDS);
        const operator = pick(operators);
        const chosen =
          'chosen' in values ? [pick(values.chosen).text] : Array.from({ length: 1 + upTo(3) }, () => pick(VALUES));
        return {
          field: name,
          operator,
          values: operator === 'present' || operator === 'absent' ? [] : [...new Set(chosen)],
        };
      });
      const { text } = writeConditions({ joint: conditions.length > 1 && upTo(2) > 0 ? 'or' : 'and', conditions });
      const read = readConditions(text);
      if (read !== undefined) {
        shown += 1;
        expect(writeConditions(read).text).toBe(text);
      }
    }
    expect(shown).toBeGreaterThan(1_500);
  });
});

it.each([
  ['80, 443', ['80', '443']],
  [' 80 or 443 80 ', ['80', '443']],
  ['', []],
  [' , ', []],
])('finds in "%s" the values %j', (typed, values) => {
  expect(valuesIn(typed)).toEqual(values);
});

it.each([
  ['192.0.2.7', true],
  ['10.0.0.0/8', true],
  ['$host', true],
  ['10.${a}.0.1', true],
  ['\\tcp', true],
  ['a)', false],
  ['not', false],
  ['and', false],
  ['a|b', false],
  ['$', false],
  ['', false],
])('takes "%s" for a value: %s', (text, expected) => {
  expect(isValue(text)).toBe(expected);
});

it('is whole where nothing is missing', () => {
  expect(isWhole({ field: 'host', operator: 'is', values: [] })).toBe(false);
  expect(isWhole({ field: 'host', operator: 'is', values: ['::1'] })).toBe(true);
  expect(isWhole({ field: 'vlan', operator: 'absent', values: [] })).toBe(true);
  expect(fieldNamed('vlan').label).toBe('VLAN');
});
