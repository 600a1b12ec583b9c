import { canonicalQuery } from './canonicalQuery';

it('reads what decides how a stream is shown', () => {
  const query = { kind: 'rates', groupBy: 'source', measure: 'bits', columns: [], interval: 500, top: 3 };
  expect(canonicalQuery(query)).toEqual({
    kind: 'rates',
    interval: 500,
    isGrouped: true,
    grouping: { key: 'source', measure: 'bits', top: 3 },
    top: 3,
    isOfInterval: false,
  });
});

it('takes grouped counts for rows', () => {
  const query = { kind: 'rates', groupBy: 'source', columns: ['time', 'group', 'bytes'] };
  expect(canonicalQuery(query)).toMatchObject({ isGrouped: true, grouping: undefined });
});

it.each([
  [{ kind: 'flows' }, true],
  [{ kind: 'flows', since: 'interval' }, true],
  [{ kind: 'flows', since: 'start' }, false],
  [{ kind: 'packets' }, false],
])('of %j, the last interval alone counts: %s', (query, expected) => {
  expect(canonicalQuery(query).isOfInterval).toBe(expected);
});

it.each([{}, { kind: 7, interval: 5, groupBy: 'source', top: 1_000 }, { groupBy: null, interval: '1s' }])(
  'has defaults for %j',
  (query) => {
    expect(canonicalQuery(query)).toEqual({
      kind: 'packets',
      interval: 1_000,
      isGrouped: false,
      grouping: undefined,
      top: 10,
      isOfInterval: false,
    });
  }
);
