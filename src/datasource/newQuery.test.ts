import { CoreApp } from '@grafana/data';

import { COLUMNS } from '../testing/columns';
import { testDataSource } from '../testing/dataSource';

describe('columns', () => {
  it.each(['packets', 'rates', 'flows', 'capture'] as const)('are asked for by the kind %s', async (kind) => {
    await expect(testDataSource().listColumns(kind)).resolves.toEqual(COLUMNS[kind]);
  });
});

describe('a new query', () => {
  it('asks for packets in both directions within the default budget', () => {
    expect(testDataSource().getDefaultQuery()).toEqual({
      version: 1,
      kind: 'packets',
      direction: 'both',
      columns: expect.arrayContaining(['time', 'source_ip', 'destination_ip', 'protocol', 'ttl']) as string[],
      rowsKept: 1_000,
    });
    const names = COLUMNS.packets.map(({ name }) => name);
    expect(
      testDataSource()
        .getDefaultQuery()
        .columns?.filter((column) => !names.includes(column))
    ).toEqual([]);
  });

  it.each([CoreApp.UnifiedAlerting, CoreApp.CloudAlerting])('asks for series in the editor of a rule (%s)', (app) => {
    expect(testDataSource().getDefaultQuery(app)).toEqual({ version: 1, kind: 'rates', direction: 'both' });
  });

  it('runs unless it is hidden', () => {
    const dataSource = testDataSource();
    expect(dataSource.filterQuery({ refId: 'A' })).toBe(true);
    expect(dataSource.filterQuery({ refId: 'A', hide: true })).toBe(false);
  });
});
