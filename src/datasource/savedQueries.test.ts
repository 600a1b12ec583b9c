import { DataSourceWithBackend, setTemplateSrv, type TemplateSrv } from '@grafana/runtime';
import { lastValueFrom, of } from 'rxjs';

import versionOne from '../../testdata/saved/version-1.json';
import { changedQuery, NOTHING_SET_ASIDE } from '../query/changedQuery';
import type { XdpQuery } from '../query/model';
import { testDataSource } from '../testing/dataSource';
import { requestFor } from '../testing/requests';

/** As the dashboards of version 1 hold them, before queries had a version and after. */
const saved = versionOne as unknown as XdpQuery[];

it.each(saved)('asks for what version 1 asked for: %j', async (query) => {
  setTemplateSrv({ replace: (text = '') => text } as unknown as TemplateSrv);
  const sent = jest.spyOn(DataSourceWithBackend.prototype, 'query').mockReturnValue(of({ data: [] }));
  const dataSource = testDataSource();
  await lastValueFrom(dataSource.query(requestFor([query], { from: 'now-10m', to: 'now-5m' })));
  const [asked] = sent.mock.lastCall?.[0].targets as XdpQuery[];
  expect(asked).toStrictEqual(query);
  expect(dataSource.applyTemplateVariables(query, {})).toStrictEqual(query);
  expect(changedQuery(query, { direction: 'in' }, NOTHING_SET_ASIDE).changed).toStrictEqual({
    ...query,
    direction: 'in',
  });
});
