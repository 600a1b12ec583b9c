import { LoadingState, type DataQueryRequest, type DataQueryResponse } from '@grafana/data';
import {
  config,
  DataSourceWithBackend,
  setGrafanaLiveSrv,
  setTemplateSrv,
  type GrafanaLiveSrv,
  type TemplateSrv,
} from '@grafana/runtime';
import { lastValueFrom, of, toArray } from 'rxjs';

import { dresser } from '../fields/dressed';
import { hostPage } from '../fields/hostPage';
import { dashboardPage } from '../fields/packetsPage';
import pluginJson from '../plugin.json';
import type { XdpQuery } from '../query/model';
import { testDataSource } from '../testing/dataSource';
import { channelMeta, ttlFrame } from '../testing/frames';
import { requestFor } from '../testing/requests';
import { SharedLive } from '../testing/sharedLive';

const answer: DataQueryResponse = {
  state: LoadingState.Done,
  data: [ttlFrame('A', [[1, 64]], channelMeta('packets/1f'))],
};

/** The same as a panel gets it. */
const shown = dresser([{ refId: 'A' }], () => ({
  packets: dashboardPage('uid-1', pluginJson.id),
  host: hostPage('uid-1'),
  haveMachines: false,
}))(answer);

describe('a query whose filter has a variable', () => {
  const host = { value: '10.0.0.1' };
  const refused = {
    refId: 'B',
    message:
      'filter: "10.0.0.1} or {tcp" is not allowed as the value of a variable; within a filter it takes words of letters, digits and . : - _ /, and not and, or, not; or one filter without braces, where a condition can stand',
  };
  const sent = jest.fn();

  beforeEach(() => {
    sent.mockClear();
    setTemplateSrv({
      replace: (text = '', _: unknown, format?: (value: string) => string) =>
        text.replace('$host', () => format?.(host.value) ?? ''),
    } as unknown as TemplateSrv);
    jest.spyOn(DataSourceWithBackend.prototype, 'query').mockImplementation(({ targets }: DataQueryRequest) => {
      sent(targets);
      return of(targets.length === 0 ? { data: [] } : answer);
    });
  });

  const answers = (targets: XdpQuery[]) =>
    lastValueFrom(
      testDataSource()
        .query(requestFor(targets, { from: 'now-10m', to: 'now-5m' }))
        .pipe(toArray())
    );

  it('is sent where the value can stand in it', async () => {
    host.value = '10.0.0.1';
    expect(await answers([{ refId: 'A', filter: 'host $host' }])).toEqual([shown]);
    expect(testDataSource().applyTemplateVariables({ refId: 'A', filter: 'host $host' }, {}).filter).toBe(
      'host 10.0.0.1'
    );
  });

  it('is not sent where it cannot, and says so beside the others', async () => {
    host.value = '10.0.0.1} or {tcp';
    const [first, ...rest] = await answers([{ refId: 'A' }, { refId: 'B', filter: 'host $host' }]);
    expect(sent).toHaveBeenCalledWith([{ refId: 'A' }]);
    expect(first).toEqual({ ...shown, state: LoadingState.Error, errors: [refused] });
    expect(rest).toEqual([]);
  });

  it('says so alone', async () => {
    host.value = '10.0.0.1} or {tcp';
    expect(await answers([{ refId: 'B', filter: 'host $host' }])).toEqual([
      { data: [], state: LoadingState.Error, errors: [refused] },
    ]);
    expect(sent).toHaveBeenCalledWith([]);
  });

  it('leaves the errors of the back end', async () => {
    host.value = '10.0.0.1} or {tcp';
    const errors = [{ refId: 'A', message: 'There is no interface eth9.' }];
    jest
      .spyOn(DataSourceWithBackend.prototype, 'query')
      .mockReturnValue(of({ state: LoadingState.Error, data: [], errors }));
    const [first] = await answers([{ refId: 'A' }, { refId: 'B', filter: 'host $host' }]);
    expect(first?.errors).toEqual([...errors, refused]);
  });

  it('stands beside a stream that runs', () => {
    config.liveEnabled = true;
    config.publicDashboardAccessToken = '';
    setGrafanaLiveSrv(new SharedLive() as unknown as GrafanaLiveSrv);
    host.value = '10.0.0.1} or {tcp';
    const emitted: DataQueryResponse[] = [];
    testDataSource()
      .query(requestFor([{ refId: 'A' }, { refId: 'B', filter: 'host $host' }]))
      .subscribe((packet) => emitted.push(packet))
      .unsubscribe();
    expect(emitted.map(({ state, errors }) => [state, errors])).toEqual([
      [LoadingState.Error, [refused]],
      [LoadingState.Streaming, undefined],
    ]);
  });

  it('goes to Explore as it is where the value cannot stand in it', () => {
    host.value = '10.0.0.1} or {tcp';
    const query = { refId: 'B', filter: 'host $host' };
    expect(testDataSource().interpolateVariablesInQueries([query], {})).toEqual([query]);
  });
});
