import { LoadingState, type DataFrame, type DataQueryRequest } from '@grafana/data';
import {
  config,
  DataSourceWithBackend,
  setGrafanaLiveSrv,
  setTemplateSrv,
  type GrafanaLiveSrv,
  type TemplateSrv,
} from '@grafana/runtime';
import { lastValueFrom, of, take } from 'rxjs';

import type { XdpQuery } from '../query/model';
import { testDataSource } from '../testing/dataSource';
import { channelMeta, ttlFrame } from '../testing/frames';
import { requestFor } from '../testing/requests';
import { SharedLive } from '../testing/sharedLive';

/** A kind, keys and values that this version knows nothing of. */
const saved = {
  refId: 'A',
  version: 2,
  kind: 'histogram',
  interfaces: ['any', '!veth*'],
  columns: [],
  groupBy: 'size',
  limit: null,
  hosts: ['web*'],
  buckets: { from: 1, to: [2] },
} as unknown as XdpQuery;

const TOLD =
  'This query was saved by a later version of XDP Live, and this version may not understand all of it. Update the plugin.';

const sent = jest.spyOn(DataSourceWithBackend.prototype, 'query');

beforeEach(() => {
  config.publicDashboardAccessToken = '';
  config.liveEnabled = true;
  setGrafanaLiveSrv(new SharedLive() as unknown as GrafanaLiveSrv);
  setTemplateSrv({ replace: (text = '') => text } as unknown as TemplateSrv);
});

const answerTo = (query: XdpQuery) =>
  lastValueFrom(
    testDataSource()
      .query(requestFor([query]))
      .pipe(take(1))
  );
const noticesOf = (data: unknown[]) => (data as DataFrame[]).map(({ meta }) => meta?.notices);

it('is sent with all of its keys and values', async () => {
  sent.mockReturnValue(of({ data: [] }));
  await answerTo(saved);
  const [{ targets } = {}] = (sent.mock.lastCall ?? []) as [DataQueryRequest<XdpQuery>?];
  expect(targets).toStrictEqual([saved]);
  expect(testDataSource().applyTemplateVariables(saved, {})).toStrictEqual(saved);
  const known: XdpQuery = { ...saved, kind: 'capture', filter: 'tcp', since: 'start' };
  await answerTo(known);
  expect((sent.mock.lastCall?.[0] as DataQueryRequest<XdpQuery>).targets).toStrictEqual([known]);
});

it('tells in its panel that it is of one', async () => {
  sent.mockReturnValue(of({ data: [ttlFrame('A', [[1, 64]], channelMeta('packets/1f'))] }));
  const { data, state } = await answerTo(saved);
  expect(state).toBe(LoadingState.Streaming);
  expect(noticesOf(data)).toEqual([[{ severity: 'warning', text: TOLD }]]);
  expect(noticesOf((await answerTo({ refId: 'A', version: 1 })).data)).toEqual([undefined]);
});

it('tells so beside what the back end refuses, and beside that of no other query', async () => {
  const refused = 'kind: "histogram" is not allowed; it is packets, rates, flows or capture.';
  const errors = ['A', 'B'].map((refId) => ({ refId, message: refused }));
  sent.mockReturnValue(of({ state: LoadingState.Error, data: [], errors }));
  const response = await answerTo(saved);
  expect(response.errors).toEqual([{ refId: 'A', message: `${refused} ${TOLD}` }, errors[1]]);
});

it('keeps what it has when a cell of Explore narrows it', () => {
  const options = { key: 'source_ip', value: '192.0.2.7' };
  expect(testDataSource().modifyQuery(saved, { type: 'ADD_FILTER', options })).toStrictEqual({
    ...saved,
    filter: 'src host 192.0.2.7',
  });
});
