import { createDataFrame, DataFrameType, FieldType, LoadingState, type DataFrame } from '@grafana/data';
import {
  config,
  DataSourceWithBackend,
  setGrafanaLiveSrv,
  setTemplateSrv,
  type GrafanaLiveSrv,
  type TemplateSrv,
} from '@grafana/runtime';
import { of } from 'rxjs';

import type { XdpQuery } from '../query/model';
import { testDataSource } from '../testing/dataSource';
import { requestFor } from '../testing/requests';
import { SharedLive } from '../testing/sharedLive';

const CHANNEL = 'ds/uid-1/packets/1f';

let live = new SharedLive();
const sent = jest.spyOn(DataSourceWithBackend.prototype, 'query');

/** Packets, the last of which has this TTL. */
const packets = (refId: string, ...ttls: number[]) =>
  createDataFrame({
    refId,
    meta: { custom: { channel: 'packets/1f', data: { kind: 'packets' } } },
    fields: [
      { name: 'time', type: FieldType.time, values: ttls.map(() => 1_000) },
      { name: 'source_ip', type: FieldType.string, values: ttls.map(() => '192.0.2.1') },
      { name: 'destination_ip', type: FieldType.string, values: ttls.map(() => '192.0.2.2') },
      { name: 'version', type: FieldType.number, values: ttls.map(() => 4) },
      { name: 'protocol', type: FieldType.string, values: ttls.map(() => 'TCP') },
      { name: 'ttl', type: FieldType.number, values: ttls },
    ],
  });

const message = (...ttls: number[]) => ({
  data: { values: packets('A', ...ttls).fields.map(({ values }) => values as unknown[]) },
});

beforeEach(() => {
  live = new SharedLive();
  setGrafanaLiveSrv(live as unknown as GrafanaLiveSrv);
  config.publicDashboardAccessToken = '';
  config.liveEnabled = true;
  setTemplateSrv({
    replace: (text = '', _: unknown, format?: (value: string) => string) =>
      text.replace('$format', () => format?.('lines') ?? ''),
  } as unknown as TemplateSrv);
  sent.mockClear();
  sent.mockImplementation(({ targets }) => of({ data: targets.map((query: XdpQuery) => packets(query.refId, 1)) }));
});

/** What a panel shows of these queries at last. */
function panelOf(targets: XdpQuery[], asked: { panelPluginId?: string } = {}) {
  const frames = new Map<string | undefined, DataFrame>();
  const states: Array<LoadingState | undefined> = [];
  const running = testDataSource()
    .query({ ...requestFor(targets), ...asked })
    .subscribe(({ data, state }) => {
      states.push(state);
      (data as DataFrame[]).forEach((frame) => frames.set(frame.refId, frame));
    });
  const column = (refId: string, name: string): unknown[] | undefined =>
    frames.get(refId)?.fields.find((field) => field.name === name)?.values;
  return {
    frames,
    states,
    column,
    leave: () => {
      running.unsubscribe();
    },
  };
}

const LINE = 'In IP 192.0.2.1 > 192.0.2.2: TCP, ttl';

it.each([
  [{ format: 'lines' }, {}],
  [{ format: '$format' }, {}],
  [{}, { panelPluginId: 'logs' }],
] as const)('streams lines for %j in %j', (query, asked) => {
  const target = { refId: 'A', columns: ['source_ip'], ...query } as XdpQuery;
  const panel = panelOf([target], asked);
  live.send(CHANNEL, message(2, 3));
  expect(panel.states).toContain(LoadingState.Streaming);
  expect(panel.frames.get('A')?.meta).toMatchObject({
    type: DataFrameType.LogLines,
    preferredVisualisationType: 'logs',
  });
  expect(panel.column('A', 'body')).toEqual([1, 2, 3].map((ttl) => `${LINE} ${ttl}, length ?`));
  expect(panel.column('A', 'severity')).toEqual(['info', 'info', 'info']);
  expect(panel.column('A', 'labels')?.[2]).toMatchObject({ source_ip: '192.0.2.1', ttl: '3' });
  expect(new Set(panel.column('A', 'id')).size).toBe(3);
  // Lines are made of all columns.
  expect(sent.mock.lastCall?.[0].targets).toEqual([expect.not.objectContaining({ columns: ['source_ip'] })]);
  panel.leave();
});

it('shares a stream with a table of all columns', () => {
  const [table, lines] = [panelOf([{ refId: 'A' }]), panelOf([{ refId: 'A', format: 'lines' }])];
  expect(live.subscriptions).toHaveLength(1);
  live.send(CHANNEL, message(2));
  expect(table.column('A', 'ttl')).toEqual([1, 2]);
  expect(lines.column('A', 'body')).toHaveLength(2);
  table.leave();
  lines.leave();
});

it('shows lines beside a table in one panel', () => {
  const panel = panelOf([{ refId: 'A', format: 'lines' }, { refId: 'B' }]);
  expect(panel.column('A', 'body')).toEqual([`${LINE} 1, length ?`]);
  expect(panel.column('B', 'ttl')).toEqual([1]);
  panel.leave();
});

it('holds the newest thousand, and reports what it leaves out', () => {
  const panel = panelOf([{ refId: 'A', format: 'lines', rowsKept: 50_000 }]);
  live.send(CHANNEL, message(...Array.from({ length: 1_500 }, () => 7)));
  expect(panel.column('A', 'body')).toHaveLength(1_000);
  expect(panel.frames.get('A')?.meta?.notices).toEqual([
    {
      severity: 'info',
      text: 'Only the newest 1,000 rows are shown (Rows kept). 501 earlier rows were left out since the panel opened.',
    },
  ]);
  panel.leave();
});

it.each([
  [{ kind: 'flows', format: 'lines' }, {}],
  [{ format: 'table' }, {}],
  [{ format: 7 }, {}],
] as const)('shows rows for %j', (query, asked) => {
  const panel = panelOf([{ refId: 'A', ...query } as unknown as XdpQuery], asked);
  expect(panel.column('A', 'ttl')).toEqual([1]);
  panel.leave();
});
