import { dateTime } from '@grafana/data';

import type { XdpQuery } from '../query/model';
import { requestFor } from '../testing/requests';

import { logVolumeQuery, logVolumeRequest } from './logVolume';

const PAST = { from: 'now-10m', to: 'now-5m' };

function asked(targets: XdpQuery[], seconds = 300) {
  const request = requestFor(targets, PAST);
  return { ...request, range: { ...request.range, from: dateTime(request.range.to).subtract(seconds, 'seconds') } };
}

it('counts what the filter of packets accepts, whatever the limit and the columns', () => {
  const query: XdpQuery = {
    refId: 'A',
    datasource: { uid: 'uid-1' },
    version: 1,
    kind: 'packets',
    interfaces: ['lan0'],
    direction: 'in',
    filter: 'udp port $port',
    decapsulate: 'inner',
    limit: 10,
    columns: ['ttl'],
    rowsKept: 7,
  };
  const request = asked([query]);
  expect(logVolumeRequest(request)).toEqual({
    ...request,
    targets: [
      {
        refId: 'log-volume-A',
        datasource: { uid: 'uid-1' },
        version: 1,
        kind: 'rates',
        interfaces: ['lan0'],
        direction: 'in',
        filter: 'udp port $port',
        decapsulate: 'inner',
        columns: ['time', 'packets'],
        interval: 5_000,
      },
    ],
  });
});

it.each([
  [60, 1_000],
  [120, 1_000],
  [121, 2_000],
  [3_600, 30_000],
  [86_400, 60_000],
])('of %i seconds has bars of %i ms', (seconds, interval) => {
  expect(logVolumeRequest(asked([{ refId: 'A' }], seconds))?.targets[0]?.interval).toBe(interval);
});

it('is of packets that are shown', () => {
  const targets: XdpQuery[] = [
    { refId: 'A', kind: 'rates' },
    { refId: 'B', kind: 'packets', hide: true },
    { refId: 'C' },
  ];
  expect(logVolumeRequest(asked(targets))?.targets.map(({ refId }) => refId)).toEqual(['log-volume-C']);
  expect(logVolumeRequest(asked(targets.slice(0, 2)))).toBeUndefined();
});

it('is not there while rows come', () => {
  expect(logVolumeRequest(requestFor([{ refId: 'A' }]))).toBeUndefined();
});

it('has bars of a second where no range is known', () => {
  expect(logVolumeQuery({ refId: 'A' }).interval).toBe(1_000);
});
