import examples from '../../../testdata/filters/conditions.json';
import type { Condition, Conditions, Joint } from '../../resources/filter';

import { isValue, valueAt, valuesIn } from './conditions';
import { FIELDS, fieldNamed, PROTOCOL_WORDS } from './fields';
import { isWhole, writeConditions } from './write';

const conditionsOf = (listed: string[][]) =>
  listed.map(([field, operator, ...values]) => ({ field, operator, values }) as Condition);

// The back end's tests read the same cases: that the filters mean this, and have these conditions.
it.each([
  ...examples.written.map(({ filter, ...rest }) => ({ ...rest, expected: filter })),
  ...examples.spelledOtherwise,
])('of $conditions makes "$expected"', ({ expected, joint, conditions }) => {
  const made: Conditions = { joint: joint as Joint, conditions: conditionsOf(conditions) };
  expect(writeConditions(made).text).toBe(expected);
});

it('is tried with every field and each of its operators', () => {
  const tried = new Set(
    examples.written.flatMap(({ conditions }) => conditions.map(([field, operator]) => `${field} ${operator}`))
  );
  const all = FIELDS.flatMap(({ name, operators }) => operators.map((operator) => `${name} ${operator}`));
  expect([...tried].sort()).toEqual(all.sort());
});

it('knows the protocols that are conditions by themselves', () => {
  expect([...PROTOCOL_WORDS].sort()).toEqual(examples.protocolWords);
});

it('is of every packet where there is nothing', () => {
  expect(writeConditions({ joint: 'and', conditions: [] })).toEqual({ text: '', places: [] });
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

it.each([
  ['80, 443', ['80', '443']],
  [' 80 or 443 80 ', ['80', '443']],
  ['', []],
  [' , ', []],
])('finds in "%s" the values %j', (typed, values) => {
  expect(valuesIn(typed)).toEqual(values);
});

it.each([
  ['80, 44|', '44'],
  ['80,4|43 22', '443'],
  ['|80', '80'],
  ['80 |', ''],
  ['|', ''],
  ['$ho|', '$ho'],
])('finds in "%s" the value "%s"', (marked, value) => {
  const cursor = marked.indexOf('|');
  const typed = marked.replace('|', '');
  const { start, end } = valueAt(typed, cursor);
  expect(typed.slice(start, end)).toBe(value);
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
  expect(fieldNamed('vlan').label()).toBe('VLAN');
});
