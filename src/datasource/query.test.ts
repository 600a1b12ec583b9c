import {
  CoreApp,
  LoadingState,
  type DataFrame,
  type DataQueryRequest,
  type DataQueryResponse,
  type RawTimeRange,
} from '@grafana/data';
import {
  config,
  DataSourceWithBackend,
  setGrafanaLiveSrv,
  setTemplateSrv,
  type GrafanaLiveSrv,
  type TemplateSrv,
} from '@grafana/runtime';
import { lastValueFrom, of, take, toArray } from 'rxjs';

import { dresser } from '../fields/dressed';
import { hostPage } from '../fields/hostPage';
import { dashboardPage } from '../fields/packetsPage';
import pluginJson from '../plugin.json';
import type { XdpQuery } from '../query/model';
import { NAME_COLUMNS, PACKET_COLUMNS } from '../query/packetColumns';
import { testDataSource } from '../testing/dataSource';
import { channelMeta, ttlFrame } from '../testing/frames';
import { LAST_FIVE_MINUTES, requestFor } from '../testing/requests';
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

describe('query', () => {
  const live = new SharedLive();
  let sent: jest.SpyInstance<unknown, [DataQueryRequest<XdpQuery>]>;

  beforeEach(() => {
    live.subscriptions.length = 0;
    setGrafanaLiveSrv(live as unknown as GrafanaLiveSrv);
    setTemplateSrv({ replace: (text = '') => text } as unknown as TemplateSrv);
    config.publicDashboardAccessToken = '';
    config.liveEnabled = true;
    sent = jest.spyOn(DataSourceWithBackend.prototype, 'query').mockReturnValue(of(answer));
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

  it('asks again for what is missing exactly as the back end wrote the query, up to now', async () => {
    const data = { kind: 'packets', interfaces: ['eth0'], filter: 'src host 192.0.2.7' };
    const history = ttlFrame('A', [[1, 1]], { custom: { channel: 'packets/1f', data, run: 'a', first: 0 } });
    sent.mockReturnValue(of({ data: [history] }));
    const request = {
      ...requestFor([{ refId: 'A' }]),
      filters: [{ key: 'source_ip', operator: '=', value: '192.0.2.7' }],
    };
    const running = testDataSource().query(request).subscribe();
    sent.mockClear();
    live.send('ds/uid-1/packets/1f', { run: 'a', first: 5, data: { values: [[2], [6]] } });
    await new Promise((resolve) => {
      process.nextTick(resolve);
    });
    running.unsubscribe();
    const [asked] = sent.mock.lastCall ?? [];
    expect(asked).toMatchObject({ targets: [{ ...data, refId: 'missing' }], filters: [], scopedVars: {} });
    expect(asked?.requestId).toBe('Q100-packets/1f');
    expect(asked?.range.to.valueOf()).toBeGreaterThan(Date.now());
  });

  it('ends, and says why, in a panel of several data sources, which waits for the end of each', async () => {
    const request = { ...requestFor([{ refId: 'A' }]), requestId: 'mixed-0-Q100' };
    const { data } = await lastValueFrom(testDataSource().query(request));
    const notices = (data as DataFrame[]).flatMap(({ meta }) => meta?.notices ?? []);
    expect(notices.map(({ text }) => text)).toEqual([expect.stringMatching(/^Rows do not stream: .*"-- Mixed --"/)]);
    expect(live.subscriptions).toEqual([]);
  });

  it('answers with the rows held where the range ends earlier', async () => {
    expect(await firstAnswer({ from: 'now-10m', to: 'now-5m' })).toEqual(shown);
    expect(live.subscriptions).toEqual([]);
  });

  it('shows lines beside the table where Explore looks at a range that is past', async () => {
    const request = { ...requestFor([{ refId: 'A', columns: ['ttl'] }], { from: 'now-10m', to: 'now-5m' }) };
    const response = await lastValueFrom(testDataSource().query({ ...request, app: CoreApp.Explore }));
    expect(sent.mock.lastCall?.[0].targets).toEqual([{ refId: 'A', columns: [...PACKET_COLUMNS, ...NAME_COLUMNS] }]);
    expect((response.data as DataFrame[]).map(({ fields }) => fields.map(({ name }) => name))).toEqual([
      ['ttl'],
      ['timestamp', 'body', 'severity', 'id', 'labels', 'interface'],
    ]);
  });

  it('does not subscribe on a public dashboard, which has no websocket', async () => {
    config.publicDashboardAccessToken = 'token';
    expect(await firstAnswer(LAST_FIVE_MINUTES)).toEqual(shown);
  });

  it('does not subscribe where the administrator switched Grafana Live off, and says so', async () => {
    config.liveEnabled = false;
    const { data } = await firstAnswer(LAST_FIVE_MINUTES);
    expect((data as DataFrame[]).map(({ length, meta }) => [length, meta?.notices])).toEqual([
      [
        1,
        [
          {
            severity: 'info',
            text: 'Rows do not stream: Grafana Live is switched off on this server (max_connections in the section [live] of grafana.ini). Refresh to see what came since.',
          },
        ],
      ],
    ]);
    expect(live.subscriptions).toEqual([]);
    expect(await firstAnswer({ from: 'now-10m', to: 'now-5m' })).toEqual(shown);
  });

  it('says what is left out also where nothing streams', async () => {
    config.publicDashboardAccessToken = 'token';
    const hooks = [
      { interface: 'eth3', direction: 'in', state: 'refused', reason: 'not supported there' },
      { interface: 'eth4', direction: 'in', state: 'absent' },
    ];
    const capture = { channel: 'capture/2e', data: {} };
    const custom = { channel: 'packets/1f', data: {}, capture, hooks };
    sent.mockReturnValueOnce(of({ data: [ttlFrame('A', [[1, 64]], { custom })] }));
    const { data } = await firstAnswer(LAST_FIVE_MINUTES);
    expect((data as DataFrame[]).map(({ meta }) => meta?.notices)).toEqual([
      [
        { severity: 'warning', text: 'Left out: eth3 (refused: not supported there).' },
        { severity: 'info', text: 'Left out: eth4 (absent).' },
      ],
    ]);
  });

  it('tells of clocks that are apart in whatever is shown', async () => {
    const custom = { channel: 'packets/1f', data: {}, now: Date.now() - 90_000, host: 'web1' };
    sent.mockReturnValue(of({ data: [ttlFrame('A', [[1, 64]], { custom })] }));
    const { data } = await firstAnswer({ from: 'now-10m', to: 'now-5m' });
    expect((data as DataFrame[]).map(({ meta }) => meta?.notices)).toEqual([
      [{ severity: 'warning', text: expect.stringMatching(/^The clock of web1 is 90 seconds behind/) as string }],
    ]);
  });

  it('streams a live tail also where Explore looked at a range that is past', async () => {
    const request = { ...requestFor([{ refId: 'A' }], { from: 'now-10m', to: 'now-5m' }), liveStreaming: true };
    const { state } = await lastValueFrom(testDataSource().query(request).pipe(take(1)));
    expect(state).toBe(LoadingState.Streaming);
    expect(sent.mock.lastCall?.[0].range.raw).toEqual({ from: 'now-300s', to: 'now' });
    expect(live.subscriptions).toHaveLength(1);
  });

  it.each([[7], ['eth0'], [null]])('sends interfaces that are none (%j) to be refused', async (interfaces) => {
    const target = { refId: 'A', interfaces, columns: null } as unknown as XdpQuery;
    await lastValueFrom(testDataSource().query(requestFor([target], { from: 'now-10m', to: 'now-5m' })));
    expect(sent.mock.lastCall?.[0].targets).toEqual([target]);
  });
});

describe('the editor of an alert rule', () => {
  it.each([CoreApp.UnifiedAlerting, CoreApp.CloudAlerting])('gets an answer and no stream (%s)', async (app) => {
    const live = new SharedLive();
    setGrafanaLiveSrv(live as unknown as GrafanaLiveSrv);
    config.liveEnabled = true;
    config.publicDashboardAccessToken = '';
    jest.spyOn(DataSourceWithBackend.prototype, 'query').mockReturnValue(of(answer));
    const emitted = await lastValueFrom(
      testDataSource()
        .query({ ...requestFor([{ refId: 'A' }]), app })
        .pipe(toArray())
    );
    expect(emitted).toEqual([shown]);
    expect(live.subscriptions).toEqual([]);
  });
});

describe('a query for counters that has a filter from before', () => {
  const refuse = 'host $host';

  it('is asked without it, and with what matters to counters', () => {
    const sent = jest.fn().mockReturnValue(of(answer));
    jest.spyOn(DataSourceWithBackend.prototype, 'query').mockImplementation(sent);
    config.liveEnabled = false;
    setTemplateSrv({ replace: () => 'tcp or udp' } as unknown as TemplateSrv);
    const query: XdpQuery = { refId: 'A', kind: 'capture', filter: refuse, limit: 50, interval: 200, rowsKept: 7 };
    testDataSource()
      .query(requestFor([query]))
      .subscribe();
    expect(sent).toHaveBeenCalledTimes(1);
    expect(sent).toHaveBeenCalledWith(
      expect.objectContaining({ targets: [{ refId: 'A', kind: 'capture', interval: 200, rowsKept: 7 }] })
    );
  });
});
