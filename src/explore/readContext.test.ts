import {
  createDataFrame,
  dateTime,
  FieldType,
  LogRowContextQueryDirection,
  type DataFrame,
  type DataQueryRequest,
  type LogRowContextOptions,
  type LogRowModel,
} from '@grafana/data';
import { of } from 'rxjs';

import type { XdpQuery } from '../query/model';

import { logFrame } from './logLines';
import { readContext } from './readContext';
import { ToldContext } from './toldContext';

const { Backward, Forward } = LogRowContextQueryDirection;

/** As the back end wrote the query of a panel. */
const QUERY = { kind: 'packets', interfaces: ['eth0', 'lo'], direction: 'in', filter: 'icmp', limit: 50, columns: [] };

type Row = [time: number, ttl: number, name?: string];

function packets(rows: Row[], query: object = QUERY, refId = 'A'): DataFrame {
  return createDataFrame({
    refId,
    meta: { custom: { channel: 'packets/1f', data: query } },
    fields: [
      { name: 'time', type: FieldType.time, values: rows.map(([time]) => time) },
      { name: 'interface', type: FieldType.string, values: rows.map(([, , name = 'lo']) => name) },
      { name: 'ttl', type: FieldType.number, values: rows.map(([, ttl]) => ttl) },
    ],
  });
}

/** A line as Grafana hands it over. */
function lineAt(frame: DataFrame, rowIndex: number): LogRowModel {
  const times: unknown[] = frame.fields[0]?.values ?? [];
  const row = { dataFrame: frame, rowIndex, timeEpochMs: times[rowIndex], uid: `A_${rowIndex}` };
  return row as unknown as LogRowModel;
}

const line = (rows: Row[], rowIndex: number) => lineAt(logFrame(packets(rows), 0, rows.length), rowIndex);

/** A back end that keeps these packets of a query; undefined: none. */
function backEnd(kept: (query: XdpQuery) => Row[] | undefined) {
  return jest.fn((request: DataQueryRequest<XdpQuery>) =>
    of({
      data: request.targets.flatMap((query) => {
        const rows = kept(query);
        return rows === undefined ? [] : [packets(rows, query, query.refId)];
      }),
    })
  );
}

const ttls = (data: unknown[]) =>
  (data as DataFrame[]).map(({ fields }) => {
    const bodies = fields.find(({ name }) => name === 'labels')?.values as Array<Record<string, string>>;
    return bodies.map(({ ttl }) => ttl);
  });

async function contextOf(
  row: LogRowModel,
  kept: (query: XdpQuery) => Row[] | undefined,
  options: LogRowContextOptions = {}
) {
  const ask = backEnd(kept);
  const told = new ToldContext();
  const { data } = await readContext(row, options, ask, told);
  return { lines: ttls(data), data: data as DataFrame[], told: told.of(row.uid), request: ask.mock.lastCall?.[0] };
}

const AROUND: Row[] = [
  [900, 1],
  [990, 2],
  [1_000, 3],
  [1_000, 4, 'eth0'],
  [1_000, 5],
  [1_010, 6],
  [1_020, 7],
];
const clicked = line([[1_000, 3]], 0);
const isUnfiltered = ({ filter }: XdpQuery) => filter === undefined;

it('is made of every packet of the interface, where those are kept', async () => {
  const unfiltered = (query: XdpQuery) => (isUnfiltered(query) ? AROUND : [[1_000, 3] as Row]);
  const before = await contextOf(clicked, unfiltered, { direction: Backward });
  expect(before.lines).toEqual([['5', '3', '2', '1']]);
  const after = await contextOf(clicked, unfiltered, { direction: Forward });
  expect(after.lines).toEqual([['7', '6']]);
  expect([before.told, after.told]).toEqual(
    Array(2).fill('Every packet on lo that is kept around this line, whatever the filter.')
  );
});

it('asks for the panels that may have seen them, in the window, and for both directions', async () => {
  const { request } = await contextOf(clicked, () => AROUND, { direction: Backward, timeWindowMs: 600 });
  expect(request?.targets).toEqual([
    { refId: 'context-0', kind: 'packets', interfaces: ['eth0', 'lo'], limit: 50, columns: [] },
    { refId: 'context-1', kind: 'packets', interfaces: ['lo'], columns: [] },
    { refId: 'context-2', ...QUERY },
  ]);
  expect([request?.range.from.valueOf(), request?.range.to.valueOf()]).toEqual([400, 1_000]);
  const { request: forward } = await contextOf(clicked, () => AROUND, { direction: Forward, timeWindowMs: 600 });
  expect([forward?.range.from, forward?.range.to]).toEqual([dateTime(1_000), dateTime(1_600)]);
});

it.each([
  [Backward, 2, [['5', '3']]],
  [Forward, 1, [['6']]],
])('has those that are nearest, as many as are asked for (%s %d)', async (direction, limit, lines) => {
  expect((await contextOf(clicked, () => AROUND, { direction, limit })).lines).toEqual(lines);
});

it('is made of what its own filter has, where no others are kept', async () => {
  const kept = (query: XdpQuery) => (isUnfiltered(query) ? undefined : AROUND);
  const { lines, told } = await contextOf(clicked, kept, { direction: Backward });
  expect(lines).toEqual([['5', '3', '2', '1']]);
  expect(told).toBe(
    'The packets on lo that match the filter "icmp". No others are kept around this line: they are while a panel without a filter is open.'
  );
});

it('takes nothing that is kept of another time for what surrounds it', async () => {
  const kept = (query: XdpQuery): Row[] => (isUnfiltered(query) ? [[800, 9]] : AROUND);
  const { told } = await contextOf(clicked, kept, { direction: Backward });
  expect(told).toContain('match the filter "icmp"');
  const { lines, told: nothing } = await contextOf(clicked, () => [[800, 9]], { direction: Backward });
  expect(lines).toEqual([]);
  expect(nothing).toBe('No packets are kept around this line any more.');
});

it('goes on from its last line with packets of the same kind, and tells nothing anew', async () => {
  const { data } = await contextOf(clicked, (query) => (isUnfiltered(query) ? undefined : AROUND), {
    direction: Backward,
    limit: 3,
  });
  const [frame] = data;
  const last = lineAt(frame as DataFrame, 2);
  expect(last.timeEpochMs).toBe(990);
  const { request, told, lines } = await contextOf(last, () => AROUND, { direction: Backward });
  expect(request?.targets).toEqual([expect.objectContaining({ filter: 'icmp' })]);
  expect(lines).toEqual([['2', '1']]);
  expect(told).toBe('');
});

it('is nothing of a line that is none of ours', async () => {
  const row = lineAt(createDataFrame({ fields: [{ name: 'time', values: [1] }] }), 0);
  const { data, request } = await contextOf(row, () => AROUND);
  expect(data).toEqual([]);
  expect(request).toBeUndefined();
});
