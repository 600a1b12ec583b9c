import { LoadingState } from '@grafana/data';

import type { XdpQuery } from '../query/model';
import { channelMeta, ttlFrame, ttlMessage } from '../testing/frames';
import { protocolFrame, protocolRows } from '../testing/groupedRates';
import { LAST_FIVE_MINUTES, LAST_HOUR } from '../testing/requests';
import { SharedLive } from '../testing/sharedLive';
import { StreamingPanel } from '../testing/streamingPanel';

const CHANNEL = 'ds/uid-1/packets/1f';

type Row = [time: number, ttl: number];

/** Rows a second apart whose TTL is the second. */
const seconds = (from: number, to: number): Row[] =>
  Array.from({ length: to - from + 1 }, (_, index) => [(from + index) * 1_000, from + index]);

function open(live: SharedLive, rows: Row[], query: Partial<XdpQuery> = {}, raw = LAST_FIVE_MINUTES) {
  const answer = { state: LoadingState.Done, data: [ttlFrame('A', rows, channelMeta('packets/1f'))] };
  return new StreamingPanel(live, answer, [{ refId: 'A', ...query }], raw);
}

it('begins with the rows kept for a query, however many, and goes on', () => {
  const live = new SharedLive();
  const rows = Array.from({ length: 10_000 }, (_, row): Row => [1_000 + Math.floor(row / 100), row % 256]);
  const panel = open(live, rows, { rowsKept: 10_000 });
  expect(panel.ttls('A')).toEqual(rows.map(([, ttl]) => ttl));
  live.send(CHANNEL, ttlMessage([[2_000, 7]]));
  expect(panel.ttls('A')).toEqual([...rows.slice(1).map(([, ttl]) => ttl), 7]);
});

it('shows the newest where the panel keeps fewer rows', () => {
  const panel = open(new SharedLive(), seconds(1, 9), { rowsKept: 3 });
  expect(panel.ttls('A')).toEqual([7, 8, 9]);
});

describe('refreshed while its stream runs', () => {
  it('repeats nothing and blanks nothing', () => {
    const live = new SharedLive();
    const before = open(live, seconds(1, 2));
    live.send(CHANNEL, ttlMessage(seconds(3, 3)));
    live.send(CHANNEL, ttlMessage(seconds(4, 4)));
    // Grafana listens anew before it stops listening.
    const panel = open(live, seconds(1, 4));
    before.leave();
    expect(panel.ttls('A')).toEqual([1, 2, 3, 4]);
    live.send(CHANNEL, ttlMessage(seconds(5, 5)));
    expect(panel.ttls('A')).toEqual([1, 2, 3, 4, 5]);
  });

  it('keeps rows that the answer has not yet', () => {
    const live = new SharedLive();
    open(live, seconds(1, 2));
    live.send(CHANNEL, ttlMessage(seconds(3, 3)));
    expect(open(live, seconds(1, 2)).ttls('A')).toEqual([1, 2, 3]);
  });

  it('keeps its rows where the answer has none any more', () => {
    const live = new SharedLive();
    open(live, seconds(1, 2));
    expect(open(live, []).ttls('A')).toEqual([1, 2]);
  });

  it('shows, with a longer time range, the older rows that the stream never had', () => {
    const live = new SharedLive();
    open(live, seconds(3_000, 3_001));
    live.send(CHANNEL, ttlMessage(seconds(3_002, 3_002)));
    const panel = open(live, seconds(2_998, 3_001), {}, LAST_HOUR);
    expect(panel.ttls('A')).toEqual([2_998, 2_999, 3_000, 3_001, 3_002]);
    live.send(CHANNEL, ttlMessage(seconds(3_003, 3_003)));
    expect(panel.ttls('A')).toEqual([2_998, 2_999, 3_000, 3_001, 3_002, 3_003]);
    expect(panel.frames[0]?.length).toBe(6);
    // An hour after the first of them, that one is too old.
    live.send(CHANNEL, ttlMessage([[(2_998 + 3_600) * 1_000 + 1, 0]]));
    expect(panel.ttls('A')).toEqual([2_999, 3_000, 3_001, 3_002, 3_003, 0]);
  });

  it('keeps no more rows than the panel may hold', () => {
    const live = new SharedLive();
    open(live, seconds(5, 6));
    const panel = open(live, seconds(1, 6), { rowsKept: 4 });
    expect(panel.ttls('A')).toEqual([3, 4, 5, 6]);
    live.send(CHANNEL, ttlMessage(seconds(7, 8)));
    expect(panel.ttls('A')).toEqual([5, 6, 7, 8]);
  });

  it('does not bring back rows that have become too old or too many', () => {
    const live = new SharedLive();
    const panel = open(live, seconds(1, 3), { rowsKept: 3 });
    live.send(CHANNEL, ttlMessage(seconds(4, 4)));
    expect(panel.ttls('A')).toEqual([2, 3, 4]);
    live.send(CHANNEL, ttlMessage(seconds(1_000, 1_000)));
    expect(panel.ttls('A')).toEqual([1_000]);
  });

  it('leaves the rows of other columns alone', () => {
    const live = new SharedLive();
    open(live, seconds(5, 5));
    const other = ttlFrame('A', seconds(1, 5), channelMeta('packets/1f'));
    other.fields.forEach((field) => {
      field.name = field.name.replace('ttl', 'length');
    });
    const panel = new StreamingPanel(live, { state: LoadingState.Done, data: [other] }, [{ refId: 'A' }]);
    expect(panel.ttls('A')).toEqual([5]);
  });

  it('shows older rates of groups in their places', () => {
    const live = new SharedLive();
    const rates = (frame: ReturnType<typeof protocolFrame>, raw = LAST_FIVE_MINUTES) =>
      new StreamingPanel(
        live,
        { state: LoadingState.Done, data: [frame] },
        [{ refId: 'A', kind: 'rates', groupBy: 'protocol' }],
        raw
      );
    rates(protocolFrame([3_000], { UDP: [3], TCP: [3] }));
    live.send('ds/uid-1/rates/1f', protocolRows([[4_000, 'UDP', 4]]));
    const panel = rates(protocolFrame([1_000, 2_000, 3_000], { ARP: [1, null, null], TCP: [1, 2, 3] }), LAST_HOUR);
    expect(panel.series()).toEqual([
      ['time', 1_000, 2_000, 3_000, 4_000],
      ['ARP', 1, null, null, null],
      ['TCP', 1, 2, 3, null],
      ['UDP', null, null, 3, 4],
    ]);
  });
});

describe('opened again', () => {
  it('goes on with the stream, and has from the answer what came while nobody listened', () => {
    const live = new SharedLive();
    open(live, seconds(1, 2)).leave();
    live.send(CHANNEL, ttlMessage(seconds(3, 3)));
    const panel = open(live, seconds(1, 3));
    expect(panel.ttls('A')).toEqual([1, 2, 3]);
  });

  it('begins with the history anew, also if the stream names no columns again', () => {
    const live = new SharedLive();
    open(live, seconds(1, 2)).leave();
    const panel = open(live, seconds(1, 4));
    expect(panel.ttls('A')).toEqual([1, 2, 3, 4]);
    live.send(CHANNEL, ttlMessage(seconds(5, 5)));
    expect(panel.ttls('A')).toEqual([1, 2, 3, 4, 5]);
  });
});
