import type { DataFrameJSON } from '@grafana/data';

import { firstTick } from '../testing/captureMessages';
import { captureRow } from '../testing/captureRow';

import { rowsOfTick, oneOfEachHook, rowsOfStream } from './captureRows';

const read = ({ schema, data }: DataFrameJSON) => rowsOfTick(schema?.fields ?? [], data?.values ?? []);

describe('rowsOfTick', () => {
  it('reads every counter by its column', () => {
    const message = firstTick(1, [
      {
        direction: 'out',
        seen: 9,
        own: 1,
        channel: 'packets/1f',
        filter: 'tcp',
        matched: 8,
        thinned: 2,
        lost_ring: 3,
        lost_queue: 1,
        delivered: 2,
        host: 'node-a',
      },
      { interface: 'wg0', hook: null, state: 'refused', reason: 'not supported there' },
      { interface: 'lo', state: 'asleep' },
    ]);
    expect(read(message)).toEqual([
      {
        interface: 'eth0',
        direction: 'out',
        hook: 'tcx',
        seen: 9,
        own: 1,
        channel: 'packets/1f',
        filter: 'tcp',
        matched: 8,
        thinned: 2,
        lostRing: 3,
        lostQueue: 1,
        lostNetwork: 0,
        host: 'node-a',
        state: undefined,
        reason: null,
      },
      captureRow({ interface: 'wg0', hook: null, state: 'refused', reason: 'not supported there' }),
      captureRow({ interface: 'lo' }),
    ]);
  });

  it('finds nothing in an empty message, and no counters in another', () => {
    expect(read({})).toEqual([]);
    expect(rowsOfTick([{ name: 'time' }, { name: 'ttl' }], [[1], [64]])).toEqual([
      captureRow({ interface: '', direction: '', hook: null }),
    ]);
  });
});

it('tells hooks apart by interface and direction', () => {
  const rows = [
    captureRow({ channel: 'packets/1f' }),
    captureRow({ channel: 'packets/2e' }),
    captureRow({ direction: 'out' }),
    captureRow({ interface: 'lo' }),
  ];
  expect(oneOfEachHook(rows)).toEqual([rows[0], rows[2], rows[3]]);
});

it("finds a stream's rows, and its own before those of another data source", () => {
  const rows = [
    captureRow({ channel: 'packets/1f', filter: null, matched: 1 }),
    captureRow({ channel: 'packets/1f', filter: '', matched: 2 }),
    captureRow({ channel: 'packets/2e', filter: 'tcp', matched: 3 }),
    captureRow({ channel: 'packets/1f', filter: null, matched: 4, direction: 'out' }),
    captureRow({ channel: null, matched: 5, interface: 'lo' }),
  ];
  expect(rowsOfStream(rows, 'packets/1f').map(({ matched }) => matched)).toEqual([2, 4]);
});
