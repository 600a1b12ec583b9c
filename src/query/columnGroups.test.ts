import { COLUMNS } from '../testing/columns';

import { groupOfColumn, inGroups } from './columnGroups';

it('has a place for every column', () => {
  const names = Object.values(COLUMNS).flatMap((columns) => columns.map(({ name }) => name));
  expect(names.filter((name) => groupOfColumn(name) === 'More')).toEqual([]);
  expect(groupOfColumn('of_a_later_version')).toBe('More');
});

it('keeps the order of columns within a group', () => {
  const columns = ['later', 'ttl', 'time', 'protocol', 'interface', 'source_port'].map((name) => ({ name }));
  expect(inGroups(columns).map(({ name }) => name)).toEqual([
    'time',
    'interface',
    'ttl',
    'protocol',
    'source_port',
    'later',
  ]);
});
