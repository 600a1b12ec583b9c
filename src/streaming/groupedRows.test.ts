import { createDataFrame, FieldType, LoadingState } from '@grafana/data';

import { protocolFrame, protocolRows } from '../testing/groupedRates';
import { SharedLive } from '../testing/sharedLive';
import { StreamingPanel } from '../testing/streamingPanel';

import { wideSeries } from './groupedRates';
import { GroupedRows } from './groupedRows';
import type { Shown } from './shownGroups';

const contentOf = (rows: GroupedRows) =>
  Array.from({ length: rows.length }, (_, row) => [rows.time(row), rows.names[rows.group(row)], rows.value(row)]);

it('holds rows until they are dropped', () => {
  const rows = new GroupedRows();
  rows.append([1, 1, 2], ['a', 'b', 'a'], [7, null, 9]);
  expect(contentOf(rows)).toEqual([
    [1, 'a', 7],
    [1, 'b', NaN],
    [2, 'a', 9],
  ]);
  rows.drop(2);
  rows.append([3], ['c'], [1]);
  expect(contentOf(rows)).toEqual([
    [2, 'a', 9],
    [3, 'c', 1],
  ]);
  rows.drop(9);
  expect(rows.length).toBe(0);
  rows.clear();
  expect([rows.names, rows.placeOf('a')]).toEqual([[], undefined]);
});

it('lets go of groups that no row has any more, however many came', () => {
  const rows = new GroupedRows();
  for (let second = 0; second < 20_000; second += 1) {
    rows.append([second, second], [`group ${second}`, 'stays'], [1, 2]);
    rows.drop(Math.max(rows.length - 100, 0));
  }
  expect(rows.names.length).toBeLessThan(5_000);
  expect(contentOf(rows).slice(-2)).toEqual([
    [19_999, 'group 19999', 1],
    [19_999, 'stays', 2],
  ]);
  expect(rows.placeOf('group 1')).toBeUndefined();
});

it('reads each row once, however often a panel draws', () => {
  const append = jest.spyOn(GroupedRows.prototype, 'append');
  const live = new SharedLive();
  const answer = { state: LoadingState.Done, data: [protocolFrame([0], { TCP: [1] })] };
  const minutes = { from: 'now-5m', to: 'now' };
  const panel = new StreamingPanel(live, answer, [{ refId: 'A', kind: 'rates', groupBy: 'protocol' }], minutes);
  for (let second = 1; second <= 100; second += 1) {
    live.send(
      'ds/uid-1/rates/1f',
      protocolRows([
        [second * 1_000, 'TCP', second],
        [second * 1_000, 'UDP', 1],
      ])
    );
    expect(panel.series()).toHaveLength(3);
  }
  expect(append.mock.calls.reduce((read, [times]) => read + times.length, 0)).toBe(201);
});

it('draws the same as if all rows were read anew each time', () => {
  const live = new SharedLive();
  const minutes = { from: 'now-5m', to: 'now' };
  const answer = { state: LoadingState.Done, data: [protocolFrame([0], { seed: [1] }, { top: 2 })] };
  const panel = new StreamingPanel(live, answer, [{ refId: 'A', kind: 'rates', groupBy: 'protocol' }], minutes);
  let sent: Array<[number, string, number]> = [[0, 'seed', 1]];
  let shown: Shown = { groups: ['seed'] };
  for (let second = 1; second <= 700; second += 1) {
    const rows = [0, 1, 2].map((index): [number, string, number] => [
      second * 1_000,
      index === 2 ? 'other' : `group ${(second * (index + 3)) % (7 + index)}`,
      (second * 37 + index) % 101,
    ]);
    live.send('ds/uid-1/rates/1f', protocolRows(rows));
    sent = [...sent, ...rows].filter(([time]) => time >= second * 1_000 - 300_000);
    const whole = createDataFrame({
      fields: [
        { name: 'time', type: FieldType.time, values: sent.map(([time]) => time) },
        { name: 'group', type: FieldType.string, values: sent.map(([, group]) => group) },
        { name: 'bits', type: FieldType.number, values: sent.map(([, , value]) => value) },
      ],
    });
    const expected = wideSeries(whole, { key: 'protocol', measure: 'bits', top: 2 }, shown);
    ({ shown } = expected);
    const series = expected.frame.fields.map(({ name, labels, values }) => [
      labels?.protocol ?? name,
      ...(values as unknown[]),
    ]);
    // Of all that is drawn, to compare takes the longest.
    if (second % 10 === 0) {
      expect(panel.series()).toEqual(series);
    }
  }
});
