import { LoadingState, type DataQueryResponse, type RawTimeRange } from '@grafana/data';
import { config, DataSourceWithBackend, setGrafanaLiveSrv, type GrafanaLiveSrv } from '@grafana/runtime';
import { lastValueFrom, of, take } from 'rxjs';

import { testDataSource } from '../testing/dataSource';
import { channelMeta, ttlFrame } from '../testing/frames';
import { LAST_FIVE_MINUTES, requestFor } from '../testing/requests';
import { SharedLive } from '../testing/sharedLive';

const answer: DataQueryResponse = {
  state: LoadingState.Done,
  data: [ttlFrame('A', [[1, 64]], channelMeta('packets/1f'))],
};

describe('query', () => {
  const live = new SharedLive();

  beforeEach(() => {
    live.subscriptions.length = 0;
    setGrafanaLiveSrv(live as unknown as GrafanaLiveSrv);
    config.publicDashboardAccessToken = '';
    config.liveEnabled = true;
    jest.spyOn(DataSourceWithBackend.prototype, 'query').mockReturnValue(of(answer));
  });

  const firstAnswer = (raw: RawTimeRange) =>
    lastValueFrom(
      testDataSource()
        .query(requestFor([{ refId: 'A' }], raw))
        .pipe(take(1))
    );

  it('streams where the range ends now', async () => {
    const { state } = await firstAnswer(LAST_FIVE_MINUTES);
    expect(state).toBe(LoadingState.Streaming);
    expect(live.subscriptions).toHaveLength(1);
  });

  it('answers with the rows held where the range ends earlier', async () => {
    expect(await firstAnswer({ from: 'now-10m', to: 'now-5m' })).toBe(answer);
    expect(live.subscriptions).toEqual([]);
  });

  it('does not subscribe on a public dashboard, which has no websocket', async () => {
    config.publicDashboardAccessToken = 'token';
    expect(await firstAnswer(LAST_FIVE_MINUTES)).toBe(answer);
  });

  it('does not subscribe where the administrator switched Grafana Live off', async () => {
    config.liveEnabled = false;
    expect(await firstAnswer(LAST_FIVE_MINUTES)).toBe(answer);
  });
});

describe('a new query', () => {
  it('asks for packets in both directions within the default budget', () => {
    expect(testDataSource().getDefaultQuery()).toEqual({
      kind: 'packets',
      direction: 'both',
      limit: 1_000,
      rowsKept: 1_000,
    });
  });

  it('runs unless it is hidden', () => {
    const dataSource = testDataSource();
    expect(dataSource.filterQuery({ refId: 'A' })).toBe(true);
    expect(dataSource.filterQuery({ refId: 'A', hide: true })).toBe(false);
  });
});

describe('a dashboard variable', () => {
  const interfaces = [
    { text: 'eth0', value: 'eth0' },
    { text: 'lo', value: 'lo' },
  ];

  it.each(['interfaces', ' interfaces ', ''])('lists interfaces, the default one first, for "%s"', async (query) => {
    await expect(testDataSource().metricFindQuery(query)).resolves.toEqual(interfaces);
  });

  it('refuses another list and names the one there is', async () => {
    await expect(testDataSource().metricFindQuery('ports')).rejects.toThrow(
      'XDP Live cannot list "ports" for a variable. Write "interfaces", the one list there is.'
    );
  });

  it('passes on why the back end lists none', async () => {
    const refuse = () => {
      throw new Error('Your role is Viewer; this data source asks for Editor.');
    };
    await expect(testDataSource({ interfaces: refuse }).metricFindQuery('interfaces')).rejects.toThrow('Your role');
  });
});
