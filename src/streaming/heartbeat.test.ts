import { LoadingState } from '@grafana/data';

import { firstTick, tick } from '../testing/captureMessages';
import { ttlFrame, ttlMessage } from '../testing/frames';
import { SharedLive } from '../testing/sharedLive';
import { StreamingPanel } from '../testing/streamingPanel';

const ROWS = 'ds/uid-1/packets/1f';
const CAPTURE = 'ds/uid-1/capture/2e';
const NOON = Date.UTC(2026, 0, 1, 12);

beforeEach(() => {
  jest.useFakeTimers({ now: NOON });
});

afterEach(() => {
  jest.useRealTimers();
});

/** A panel with counters beside it, and what the server says when it is asked again. */
function open(answersAgain: () => Promise<undefined>) {
  const live = new SharedLive();
  const askAgain = jest.fn(answersAgain);
  const custom = {
    channel: 'packets/1f',
    data: { kind: 'packets', interfaces: ['eth0'] },
    capture: { channel: 'capture/2e', data: { kind: 'capture', interfaces: ['eth0'] } },
    hooks: [{ interface: 'eth0', direction: 'in', hook: 'tcx', reason: '' }],
  };
  const answer = { state: LoadingState.Done, data: [ttlFrame('A', [], { custom })] };
  const panel = new StreamingPanel(live, answer, [{ refId: 'A' }], undefined, askAgain);
  live.send(CAPTURE, firstTick(1_000, [{ channel: 'packets/1f' }]));
  return { live, panel, askAgain };
}

const gone = () => Promise.reject(new Error('Data source not found'));
const GONE =
  'warning: Nothing has come since 12:00:00: the server refuses the query (Data source not found). The data source may have been deleted, or you may no longer query it.';

it('tells that the data source is gone, and not that the network is silent', async () => {
  const { panel, askAgain } = open(gone);
  expect(panel.notices()).toEqual(['info: No packets on eth0 yet: attached in by tcx, 0 seen.']);
  await jest.advanceTimersByTimeAsync(13_000);
  expect(askAgain).not.toHaveBeenCalled();
  await jest.advanceTimersByTimeAsync(1_000);
  expect(panel.notices()).toEqual([GONE]);
});

it('asks once a minute, whatever the number of panels, until something comes', async () => {
  const { live, panel, askAgain } = open(gone);
  await jest.advanceTimersByTimeAsync(14_000 + 3 * 60_000);
  expect(askAgain).toHaveBeenCalledTimes(4);
  live.send(CAPTURE, tick(2_000, [{ channel: 'packets/1f', seen: 7 }]));
  expect(panel.notices()).toEqual(['info: 7 packets seen on eth0, none for this panel yet.']);
  panel.leave();
  await jest.advanceTimersByTimeAsync(10 * 60_000);
  expect(askAgain).toHaveBeenCalledTimes(4);
});

it('tells so of a stream that is silent while the data source answers', async () => {
  const { live, panel } = open(() => Promise.resolve(undefined));
  live.send(ROWS, ttlMessage([[1, 64]]));
  await jest.advanceTimersByTimeAsync(14_000);
  expect(panel.ttls('A')).toEqual([64]);
  expect(panel.notices()).toEqual([
    'warning: Nothing has come since 12:00:00, not even counters, though the data source answers. Refresh to begin anew.',
  ]);
});

it('is no matter while counters come, nor while the connection is cut, which is told by itself', async () => {
  const { live, panel } = open(gone);
  for (let second = 1; second <= 60; second += 1) {
    await jest.advanceTimersByTimeAsync(1_000);
    live.send(CAPTURE, tick(second * 1_000, [{ channel: 'packets/1f' }]));
  }
  expect(panel.notices()).toEqual(['info: No packets on eth0 yet: attached in by tcx, 0 seen.']);
  live.cut(CAPTURE);
  live.cut(ROWS);
  await jest.advanceTimersByTimeAsync(20_000);
  expect(panel.notices()).toEqual([
    'warning: The connection to Grafana Live is cut since 12:01:00: rows that come meanwhile are fetched when it is back.',
  ]);
});
