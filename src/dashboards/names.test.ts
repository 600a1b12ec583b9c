import { capture, packets } from '../../dashboards/source/kit/queries';

/** `npm run typecheck` fails where one of these compiles. */
it('has no query and no transformation compile that names what is not there', () => {
  // @ts-expect-error The back end has no such column.
  packets(['tll'], { rowsKept: 1 });
  // @ts-expect-error This is a column of another kind.
  capture(['ttl'], { interval: 1_000, rowsKept: 1 });
  const asked = capture(['interface', 'seen'], { interval: 1_000, rowsKept: 1 });
  // @ts-expect-error It was not asked for.
  asked.rows().keep('direction');
  // @ts-expect-error It is the sum that is there after that.
  asked.rows().groupBy(['interface'], { seen: 'sum' }).sortBy('seen', 'descending');
  const right = asked.rows().groupBy(['interface'], { seen: 'sum' }).sortBy('seen (sum)', 'descending');
  expect(right.steps.map(({ id }) => id)).toEqual(['groupBy', 'sortBy']);
});
