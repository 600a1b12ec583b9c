import { withDefaults } from './newQuery';

const DEFAULTS = { kind: 'packets', columns: ['ttl'] } as const;

it.each([[{ refId: 'A' }], [{ refId: 'B', hide: true, key: 'Q-1', datasource: { uid: 'x' } }]])(
  'gives a query that nobody has touched what a new one has: %j',
  (query) => {
    expect(withDefaults(query, { ...DEFAULTS, columns: ['ttl'] })).toEqual({ ...DEFAULTS, ...query });
  }
);

it('leaves a query as it is that has a key of its own', () => {
  const query = { refId: 'A', kind: 'packets' } as const;
  expect(withDefaults(query, { columns: ['ttl'] })).toBe(query);
});
