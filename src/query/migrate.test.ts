import { isOfLaterVersion, migrateQuery, type MigrationStep } from './migrate';
import { DEFAULT_QUERY, QUERY_VERSION, type XdpQuery } from './model';

const renamed: MigrationStep = ({ limit, ...query }) => ({ ...query, rowsKept: limit });
const doubled: MigrationStep = (query) => ({ ...query, rowsKept: Number(query.rowsKept ?? 0) * 2 });

it.each<[Partial<XdpQuery>, Partial<XdpQuery>]>([
  [{ limit: 7 }, { rowsKept: 14, version: 3 }],
  [
    { limit: 7, version: 1 },
    { rowsKept: 14, version: 3 },
  ],
  [
    { rowsKept: 7, version: 2 },
    { rowsKept: 14, version: 3 },
  ],
  [
    { rowsKept: 7, version: 3 },
    { rowsKept: 7, version: 3 },
  ],
  [
    { rowsKept: 7, version: 4 },
    { rowsKept: 7, version: 4 },
  ],
  [
    { limit: 7, version: -0.5 },
    { rowsKept: 14, version: 3 },
  ],
])('%j becomes %j', (saved, understood) => {
  expect(migrateQuery({ refId: 'A', ...saved }, [renamed, doubled])).toEqual({ refId: 'A', ...understood });
});

it('has a step from each version to the next, up to that which new queries have', () => {
  expect(DEFAULT_QUERY.version).toBe(QUERY_VERSION);
  const first: XdpQuery = { refId: 'A', kind: 'packets', version: 1 };
  expect(migrateQuery(first).version).toBe(QUERY_VERSION);
});

it('knows what it may not understand', () => {
  expect(
    [undefined, QUERY_VERSION, QUERY_VERSION + 1].map((version) => isOfLaterVersion({ refId: 'A', version }))
  ).toEqual([false, false, true]);
});
