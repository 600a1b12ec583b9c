import { LoadingState, type DataFrame, type DataQueryResponse } from '@grafana/data';

import { channelMeta, ttlFrame, ttlMessage } from '../testing/frames';
import { requestFor } from '../testing/requests';
import { SharedLive } from '../testing/sharedLive';
import { StreamingPanel } from '../testing/streamingPanel';

import { followAnswer } from './followAnswer';

const CHANNEL_ID = 'ds/uid-1/packets/1f';
const channel = channelMeta('packets/1f');

const done = (data: DataFrame[]): DataQueryResponse => ({ state: LoadingState.Done, data });

it('goes on from the history with what the stream brings', () => {
  const live = new SharedLive();
  const panel = new StreamingPanel(live, done([ttlFrame('A', [[1, 64]], channel)]), [{ refId: 'A' }]);
  expect(panel.ttls('A')).toEqual([64]);
  live.send(CHANNEL_ID, ttlMessage([[2, 1]]));
  expect(panel.ttls('A')).toEqual([64, 1]);
  expect(new Set(panel.states)).toEqual(new Set([LoadingState.Streaming]));
});

it("subscribes below the data source's uid with the canonical query", () => {
  const live = new SharedLive();
  new StreamingPanel(live, done([ttlFrame('A', [], channel)]), [{ refId: 'A' }]);
  const data = channel.custom?.data as object;
  expect(live.subscriptions).toEqual([{ scope: 'ds', stream: 'uid-1', namespace: 'uid-1', path: 'packets/1f', data }]);
});

it("keeps each panel's own number of rows of a stream that panels share", () => {
  const live = new SharedLive();
  const answer = () => done([ttlFrame('A', [[1, 64]], channel)]);
  const short = new StreamingPanel(live, answer(), [{ refId: 'A', rowsKept: 2 }]);
  const long = new StreamingPanel(live, answer(), [{ refId: 'A', rowsKept: 3 }]);
  [[2, 63] as const, [3, 62] as const, [4, 61] as const].forEach(([time, ttl]) => {
    live.send(CHANNEL_ID, ttlMessage([[time, ttl]]));
  });
  expect(short.ttls('A')).toEqual([62, 61]);
  expect(long.ttls('A')).toEqual([63, 62, 61]);
});

it('keeps two queries of one panel apart that share a channel', () => {
  const live = new SharedLive();
  const panel = new StreamingPanel(live, done([ttlFrame('A', [[1, 64]], channel), ttlFrame('B', [[1, 64]], channel)]), [
    { refId: 'A' },
    { refId: 'B', rowsKept: 1 },
  ]);
  live.send(CHANNEL_ID, ttlMessage([[2, 1]]));
  expect(panel.ttls('A')).toEqual([64, 1]);
  expect(panel.ttls('B')).toEqual([1]);
});

it('keeps two queries of one panel apart whose filters differ', () => {
  const live = new SharedLive();
  const filtered = (refId: string, path: string, filter: string) =>
    ttlFrame(refId, [[1, 64]], { custom: { channel: path, data: { kind: 'packets', filter } } });
  const panel = new StreamingPanel(
    live,
    done([filtered('A', 'packets/1f', 'tcp'), filtered('B', 'packets/2e', 'udp')]),
    [
      { refId: 'A', filter: 'tcp' },
      { refId: 'B', filter: 'udp' },
    ]
  );
  expect(live.subscriptions.map(({ path, data }) => [path, data])).toEqual([
    ['packets/1f', { kind: 'packets', filter: 'tcp' }],
    ['packets/2e', { kind: 'packets', filter: 'udp' }],
  ]);
  live.send('ds/uid-1/packets/2e', ttlMessage([[2, 1]]));
  expect(panel.ttls('A')).toEqual([64]);
  expect(panel.ttls('B')).toEqual([64, 1]);
});

it("gives a panel its own refId, name and meta on a colleague's stream", () => {
  const live = new SharedLive();
  const meta = (text: string) => channelMeta('packets/1f', { notices: [{ severity: 'info', text }] });
  new StreamingPanel(live, done([ttlFrame('A', [[1, 64]], meta('first'))]), [{ refId: 'A' }]);
  const second = new StreamingPanel(live, done([ttlFrame('Z', [[1, 64]], meta('second'))]), [{ refId: 'Z' }]);
  live.send(CHANNEL_ID, ttlMessage([[2, 1]]));
  expect(second.frames).toMatchObject([{ refId: 'Z', meta: { notices: [{ text: 'second' }] } }]);
});

it('takes back the notices of an empty answer when rows arrive', () => {
  const live = new SharedLive();
  const notices = [{ severity: 'info' as const, text: 'No packets on eth0 yet.' }];
  const panel = new StreamingPanel(live, done([ttlFrame('A', [], channelMeta('packets/1f', { notices }))]), [
    { refId: 'A' },
  ]);
  expect(panel.frames[0]?.meta?.notices).toEqual(notices);
  live.send(CHANNEL_ID, ttlMessage([[1, 64]]));
  expect(panel.frames[0]?.meta?.notices).toBeUndefined();
  expect(panel.frames[0]?.meta?.custom).toEqual(channel.custom);
});

it('shows the error of one query beside the stream of another', () => {
  const live = new SharedLive();
  const errors = [{ refId: 'B', message: 'There is no interface eth9.' }];
  const answer = { state: LoadingState.Error, data: [ttlFrame('A', [[1, 64]], channel)], error: errors[0], errors };
  const panel = new StreamingPanel(live, answer, [{ refId: 'A' }, { refId: 'B' }]);
  live.send(CHANNEL_ID, ttlMessage([[2, 1]]));
  expect(panel.errors).toEqual(errors);
  expect(panel.ttls('A')).toEqual([64, 1]);
});

it('passes on frames without a channel, before those that stream', () => {
  const live = new SharedLive();
  const panel = new StreamingPanel(live, done([ttlFrame('A', [[1, 64]], channel), ttlFrame('B', [[1, 7]])]), [
    { refId: 'A' },
    { refId: 'B' },
  ]);
  expect(panel.ttls('B')).toEqual([7]);
  expect(panel.states).toEqual([LoadingState.Done, LoadingState.Streaming]);
});

it('leaves an answer without a channel as it is', () => {
  const answer = done([ttlFrame('A', [[1, 64]])]);
  const received: DataQueryResponse[] = [];
  followAnswer(answer, requestFor([{ refId: 'A' }]), {
    live: new SharedLive(),
    dataSourceUid: 'uid-1',
    askAgain: () => Promise.resolve(undefined),
  }).subscribe((packet) => {
    received.push(packet);
  });
  expect(received).toEqual([answer]);
});

it('leaves its channels when the panel goes', () => {
  const live = new SharedLive();
  const other = channelMeta('packets/2e');
  const panel = new StreamingPanel(live, done([ttlFrame('A', [], channel), ttlFrame('B', [], other)]), [
    { refId: 'A' },
    { refId: 'B' },
  ]);
  expect(live.listening).toEqual([CHANNEL_ID, 'ds/uid-1/packets/2e']);
  panel.leave();
  expect(live.listening).toEqual([]);
});
