import {
  CoreApp,
  createDataFrame,
  FieldType,
  LoadingState,
  type DataFrame,
  type DataQueryRequest,
  type DataQueryResponse,
  type QueryFixAction,
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
import { dashboardPage } from '../fields/packetsPage';
import type { XdpQuery } from '../query/model';
import { COLUMNS } from '../testing/columns';
import { testDataSource } from '../testing/dataSource';
import { channelMeta, ttlFrame } from '../testing/frames';
import { LAST_FIVE_MINUTES, requestFor } from '../testing/requests';
import { SharedLive } from '../testing/sharedLive';

const answer: DataQueryResponse = {
  state: LoadingState.Done,
  data: [ttlFrame('A', [[1, 64]], channelMeta('packets/1f'))],
};

/** The same as a panel gets it. */
const shown = dresser([{ refId: 'A' }], () => dashboardPage('uid-1'))(answer);

describe('query', () => {
  const live = new SharedLive();
  let sent: jest.SpyInstance<unknown, [DataQueryRequest<XdpQuery>]>;

  beforeEach(() => {
    live.subscriptions.length = 0;
    setGrafanaLiveSrv(live as unknown as GrafanaLiveSrv);
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
    expect(sent.mock.lastCall?.[0].targets).toEqual([{ refId: 'A', columns: undefined }]);
    expect((response.data as DataFrame[]).map(({ fields }) => fields.map(({ name }) => name))).toEqual([
      ['ttl'],
      ['timestamp', 'body', 'severity', 'id', 'labels'],
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

describe('queries for rates', () => {
  const rates = (refId: string, labels?: Record<string, string>): DataFrame =>
    createDataFrame({
      refId,
      fields: [
        { name: 'time', type: FieldType.time, values: [1_000] },
        { name: 'bits', type: FieldType.number, labels, config: { unit: 'bps' }, values: [8] },
      ],
    });
  const legend = ({ data }: DataQueryResponse) =>
    (data as DataFrame[]).map(({ fields }) => fields[1]?.config.displayNameFromDS);
  const named = async (frames: DataFrame[], targets: XdpQuery[]) => {
    config.liveEnabled = false;
    setTemplateSrv({
      replace: (text = '', _: unknown, format?: (value: string) => string) =>
        text.replace('$port', () => format?.('53') ?? ''),
    } as unknown as TemplateSrv);
    jest
      .spyOn(DataSourceWithBackend.prototype, 'query')
      .mockReturnValue(of({ state: LoadingState.Done, data: frames }));
    return legend(await lastValueFrom(testDataSource().query(requestFor(targets))));
  };

  it('have their filters for names, with the values of variables, where there are several', async () => {
    const query = (refId: string, filter?: string): XdpQuery => ({ refId, kind: 'rates', measure: 'bits', filter });
    expect(await named([rates('A')], [query('A', 'tcp')])).toEqual([undefined]);
    expect(await named([rates('A'), rates('B')], [query('A', 'port $port'), query('B')])).toEqual([
      'port 53',
      'every packet',
    ]);
  });

  it('have gaps where no rows are', async () => {
    config.liveEnabled = false;
    const data = [
      createDataFrame({ refId: 'A', fields: [{ name: 'time', type: FieldType.time, values: [1_000, 9_000] }] }),
    ];
    jest.spyOn(DataSourceWithBackend.prototype, 'query').mockReturnValue(of({ state: LoadingState.Done, data }));
    const response = await lastValueFrom(testDataSource().query(requestFor([{ refId: 'A', kind: 'rates' }])));
    expect((response.data as DataFrame[])[0]?.fields[0]?.values).toEqual([1_000, 2_000, 9_000]);
  });

  it('have the names of their groups where they are grouped', async () => {
    const query = (refId: string, direction: 'in' | 'out'): XdpQuery => ({
      refId,
      kind: 'rates',
      groupBy: 'protocol',
      direction,
    });
    const tcp = (refId: string) => rates(refId, { protocol: 'TCP' });
    expect(await named([tcp('A')], [query('A', 'in')])).toEqual(['TCP']);
    expect(await named([tcp('A'), tcp('B')], [query('A', 'in'), query('B', 'out')])).toEqual(['TCP · in', 'TCP · out']);
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

describe('a query whose filter has a variable', () => {
  const host = { value: '10.0.0.1' };
  const refused = {
    refId: 'B',
    message:
      'filter: "10.0.0.1 or tcp" is not allowed as the value of a variable; within a filter a value is one word of letters, digits and . : - _ /, and not and, or, not',
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
    host.value = '10.0.0.1 or tcp';
    const [first, ...rest] = await answers([{ refId: 'A' }, { refId: 'B', filter: 'host $host' }]);
    expect(sent).toHaveBeenCalledWith([{ refId: 'A' }]);
    expect(first).toEqual({ ...shown, state: LoadingState.Error, errors: [refused] });
    expect(rest).toEqual([]);
  });

  it('says so alone', async () => {
    host.value = '10.0.0.1 or tcp';
    expect(await answers([{ refId: 'B', filter: 'host $host' }])).toEqual([
      { data: [], state: LoadingState.Error, errors: [refused] },
    ]);
    expect(sent).toHaveBeenCalledWith([]);
  });

  it('leaves the errors of the back end', async () => {
    host.value = '10.0.0.1 or tcp';
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
    host.value = '10.0.0.1 or tcp';
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
    host.value = '10.0.0.1 or tcp';
    const query = { refId: 'B', filter: 'host $host' };
    expect(testDataSource().interpolateVariablesInQueries([query], {})).toEqual([query]);
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

describe('a cell of Explore', () => {
  const modified = (query: Partial<XdpQuery>, type: string, options?: QueryFixAction['options']) =>
    testDataSource().modifyQuery({ refId: 'A', ...query }, { type, options }).filter;

  it('adds what it has to the filter, or what it has not', () => {
    const options = { key: 'source_ip', value: '192.0.2.7' };
    expect(modified({}, 'ADD_FILTER', options)).toBe('src host 192.0.2.7');
    expect(modified({ filter: 'tcp or udp' }, 'ADD_FILTER_OUT', options)).toBe(
      '(tcp or udp) and not src host 192.0.2.7'
    );
    expect(modified({ kind: 'flows', filter: '$filter' }, 'ADD_FILTER', { key: 'source_port', value: '53' })).toBe(
      '($filter) and src port 53'
    );
  });

  it.each([
    [{ kind: 'flows' }, 'ttl', '1'],
    [{ kind: 'rates', groupBy: 'source' }, 'source_mac', '02:00:5e:10:00:01'],
    [{ kind: 'rates', groupBy: 'tcp_flag' }, 'source_ip', '192.0.2.7'],
    [{ kind: 'capture' }, 'vlan', '40'],
  ] as const)('leaves %j beside its table alone, which has no condition on %s', (query, key, value) => {
    expect(modified(query, 'ADD_FILTER', { key, value })).toBeUndefined();
    expect(modified({ kind: 'rates' }, 'ADD_FILTER', { key, value })).toBeDefined();
  });

  it.each([
    ['ADD_FILTER', { key: 'length', value: '60' }],
    ['ADD_FILTER', { value: '60' }],
    ['ADD_FILTER', undefined],
    ['ADD_STRING_FILTER', { key: 'ttl', value: '1' }],
  ])('leaves the filter where nothing can be added: %s %j', (type, options) => {
    expect(modified({ filter: 'tcp' }, type, options as QueryFixAction['options'])).toBe('tcp');
  });
});

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

describe('a dashboard variable', () => {
  const interfaces = [
    { text: 'eth0', value: 'eth0' },
    { text: 'lo', value: 'lo' },
  ];

  it.each(['interfaces', ' interfaces ', ''])('lists interfaces, the default one first, for "%s"', async (query) => {
    await expect(testDataSource().metricFindQuery(query)).resolves.toEqual(interfaces);
  });

  describe('of values that were seen', () => {
    const asked = jest.fn();
    const dataSource = () =>
      testDataSource({
        seen: (parameters) => {
          asked(parameters);
          return {
            values: [
              { value: '443', packets: 9 },
              { value: '53', packets: 1 },
            ],
          };
        },
      });

    beforeEach(() => {
      asked.mockClear();
      setTemplateSrv({
        replace: (text = '', _: unknown, format?: (value: string[]) => string) =>
          text.replace('$interface', () => format?.(['eth0', 'eth1']) ?? ''),
      } as unknown as TemplateSrv);
    });

    it.each([
      ['ports', { what: 'ports' }],
      ['hosts()', { what: 'hosts' }],
      ['vlans (eth0)', { what: 'vlans', interface: ['eth0'] }],
      [' protocols($interface) ', { what: 'protocols', interface: ['eth0', 'eth1'] }],
      ['ports(lo, $interface)', { what: 'ports', interface: ['lo', 'eth0', 'eth1'] }],
      ['ports(any)', { what: 'ports' }],
    ])('asks for "%s" where it is to be', async (query, parameters) => {
      await expect(dataSource().metricFindQuery(query)).resolves.toEqual([
        { text: '443', value: '443' },
        { text: '53', value: '53' },
      ]);
      expect(asked.mock.calls).toEqual([[parameters]]);
    });

    it.each(['port', 'interfaces(eth0)', 'hosts(eth0', 'hosts(a)(b)', 'constructor', 'toString()'])(
      'refuses "%s" and names the lists there are',
      async (query) => {
        await expect(dataSource().metricFindQuery(query)).rejects.toThrow(
          `XDP Live cannot list "${query}" for a variable. Write interfaces, hosts, ports, vlans, protocols, or one of the last four with interfaces, such as hosts(eth0) or hosts($interface).`
        );
        expect(asked).not.toHaveBeenCalled();
      }
    );

    it('are offered for an ad hoc filter, of the interfaces that are asked for', async () => {
      const values = (key: string, queries?: XdpQuery[]) => dataSource().getTagValues({ key, filters: [], queries });
      await expect(values('source_port', [{ refId: 'A', interfaces: ['$interface'] }])).resolves.toEqual([
        { text: '443', value: '443' },
        { text: '53', value: '53' },
      ]);
      await values('destination_ip', [{ refId: 'A', interfaces: ['eth0'] }, { refId: 'B' }]);
      await values('vlan');
      expect(asked.mock.calls).toEqual([
        [{ what: 'ports', interface: ['eth0', 'eth1'] }],
        [{ what: 'hosts' }],
        [{ what: 'vlans' }],
      ]);
      await expect(values('direction')).resolves.toEqual([
        { text: 'in', value: 'in' },
        { text: 'out', value: 'out' },
      ]);
      await expect(values('ttl')).resolves.toEqual([]);
      await expect(values('nothing')).resolves.toEqual([]);
      expect(asked).toHaveBeenCalledTimes(3);
    });
  });

  it('passes on why the back end lists none', async () => {
    const refuse = () => {
      throw new Error('Your role is Viewer; this data source asks for Editor.');
    };
    await expect(testDataSource({ interfaces: refuse }).metricFindQuery('interfaces')).rejects.toThrow('Your role');
  });
});

describe('ad hoc filters', () => {
  const tcp = { key: 'protocol', operator: '=', value: 'TCP' };
  const sent = jest.fn();

  beforeEach(() => {
    sent.mockClear();
    config.liveEnabled = false;
    setTemplateSrv({ replace: (text = '') => text } as unknown as TemplateSrv);
    jest.spyOn(DataSourceWithBackend.prototype, 'query').mockImplementation(({ targets }: DataQueryRequest) => {
      sent(targets);
      return of({ data: [] });
    });
  });

  it('have the columns of tables for keys', async () => {
    const keys = await testDataSource().getTagKeys();
    const columns = COLUMNS.packets.map(({ name }) => name);
    expect(keys.map(({ value }) => value).filter((key) => !columns.includes(String(key)))).toEqual([]);
    expect(keys).toContainEqual({ text: 'source_ip', value: 'source_ip' });
  });

  it('have for keys what all queries can have that take a filter', async () => {
    const keys = async (...queries: Array<Partial<XdpQuery>>) => {
      const asked = queries.map((query) => ({ refId: 'A', ...query }));
      const offered = await testDataSource().getTagKeys({ filters: [], queries: asked });
      return offered.map(({ value }) => String(value));
    };
    const all = await keys();
    expect(all).toContain('ttl');
    expect(await keys({}, { kind: 'rates' }, { kind: 'capture' }, { kind: 'rates', groupBy: 'tcp_flag' })).toEqual(all);
    const ofFlows = all.filter((key) => !['ttl', 'dscp', 'source_mac', 'destination_mac'].includes(key));
    expect(await keys({}, { kind: 'flows' })).toEqual(ofFlows);
    expect(await keys({ kind: 'rates', groupBy: 'vlan' })).toEqual(ofFlows);
  });

  it('go into the queries that take a filter', () => {
    const dataSource = testDataSource();
    const asked = (query: XdpQuery) => dataSource.applyTemplateVariables(query, {}, [tcp]);
    expect(asked({ refId: 'A', filter: 'port 53 or port 80' }).filter).toBe('(port 53 or port 80) and proto TCP');
    expect(asked({ refId: 'A', kind: 'flows' }).filter).toBe('proto TCP');
    expect(asked({ refId: 'A', kind: 'capture' })).toEqual({ refId: 'A', kind: 'capture' });
    expect(dataSource.applyTemplateVariables({ refId: 'A', filter: 'udp' }, {})).toEqual({ refId: 'A', filter: 'udp' });
  });

  it('that cannot be had are said at the queries they are for', async () => {
    const request = requestFor([{ refId: 'A' }, { refId: 'B', kind: 'capture' }]);
    const { errors } = await lastValueFrom(
      testDataSource().query({ ...request, filters: [tcp, { key: 'ttl', operator: '=~', value: '5' }] })
    );
    expect(sent).toHaveBeenCalledWith([{ refId: 'B', kind: 'capture' }]);
    expect(errors).toEqual([
      { refId: 'A', message: 'ad hoc filter ttl: the operator =~ is not known; there are = != =| !=| < > <= >=' },
    ]);
  });
});
