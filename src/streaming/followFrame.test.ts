import {
  LoadingState,
  type DataFrame,
  type DataQueryResponse,
  type LiveChannelAddress,
  type LiveChannelEvent,
} from '@grafana/data';
import { throwError, type Observable } from 'rxjs';

import { firstTick, tick, type Counters } from '../testing/captureMessages';
import { channelMeta, ttlFrame, ttlMessage } from '../testing/frames';
import { SharedLive } from '../testing/sharedLive';
import { StreamingPanel } from '../testing/streamingPanel';

const ROWS = 'ds/uid-1/packets/1f';
const CAPTURE = 'ds/uid-1/capture/2e';
const ATTACHED = 'info: No packets on eth0 yet: attached in by tcx';
const UNMATCHED = (seen: string) => `info: ${seen} seen on eth0, none has matched the filter yet.`;

const report = {
  capture: { channel: 'capture/2e', data: { kind: 'capture', interfaces: ['eth0'] } },
  hooks: [{ interface: 'eth0', direction: 'in', hook: 'tcx', reason: '' }],
  ownPorts: [3000],
};

/** The answer for one query, or two, on the stream of packets. */
function answer(
  rows: Array<[time: number, ttl: number]> = [],
  { refIds = ['A'], path = 'packets/1f', limit = 50, interfaces = ['eth0'] } = {}
) {
  const custom = { channel: path, data: { kind: 'packets', interfaces, limit }, ...report };
  const data: DataFrame[] = refIds.map((refId) => ttlFrame(refId, rows, { custom }));
  return { state: LoadingState.Done, data } satisfies DataQueryResponse;
}

const mine = (row: Counters = {}): Counters => ({ channel: 'packets/1f', filter: 'tcp', ...row });

function openPanel(live = new SharedLive(), response = answer(), refIds = ['A']) {
  const panel = new StreamingPanel(
    live,
    response,
    refIds.map((refId) => ({ refId }))
  );
  return { live, panel };
}

it('listens to the counters once, below the same data source', () => {
  const { live, panel } = openPanel();
  live.send(CAPTURE, firstTick(1_000, [mine()]));
  live.send(ROWS, ttlMessage([[1, 64]]));
  live.send(CAPTURE, tick(2_000, [mine({ seen: 1 })]));
  expect(live.subscriptions.map(({ path }) => path).sort()).toEqual(['capture/2e', 'packets/1f']);
  expect(live.subscriptions.find(({ path }) => path === 'capture/2e')).toMatchObject({
    scope: 'ds',
    stream: 'uid-1',
    namespace: 'uid-1',
    data: report.capture.data,
  });
  panel.leave();
  expect(live.listening).toEqual([]);
});

it('says why it is empty before the counters come, with them, and no more when rows have come', () => {
  const { live, panel } = openPanel();
  expect(panel.notices()).toEqual([`${ATTACHED}.`]);
  live.send(CAPTURE, firstTick(1_000, [mine()]));
  expect(panel.notices()).toEqual([`${ATTACHED}, 0 seen.`]);
  live.send(CAPTURE, tick(2_000, [mine({ seen: 1_234 })]));
  expect(panel.notices()).toEqual([UNMATCHED('1,234 packets')]);
  expect(panel.ttls('A')).toEqual([]);
  live.send(ROWS, ttlMessage([[1, 64]]));
  expect(panel.notices()).toEqual([]);
  expect(panel.ttls('A')).toEqual([64]);
});

it('names an interface that is asked for and not there, of which no counters come', () => {
  const { live, panel } = openPanel(undefined, answer([], { interfaces: ['eth0', 'wg0'] }));
  const missing = 'Nothing is attached to wg0: it is not there yet, or cannot be watched.';
  expect(panel.notices()).toEqual([`${ATTACHED}. ${missing}`]);
  live.send(CAPTURE, firstTick(1_000, [mine()]));
  expect(panel.notices()).toEqual([`${ATTACHED}, 0 seen. ${missing}`]);
});

it('names none where every interface is asked for', () => {
  const { panel } = openPanel(undefined, answer([], { interfaces: ['any'] }));
  expect(panel.notices()).toEqual([`${ATTACHED}.`]);
});

it('knows with the first emission what is known of the counters already', () => {
  const { live } = openPanel();
  live.send(CAPTURE, firstTick(1_000, [mine({ seen: 3 })]));
  const { panel } = openPanel(live);
  expect(panel.notices()).toEqual([UNMATCHED('3 packets')]);
  expect(panel.states).toHaveLength(1);
});

it('draws itself for rows and for new words, not for counters alone', () => {
  const { live, panel } = openPanel();
  live.send(CAPTURE, firstTick(1_000, [mine({ ring_used: 1 })]));
  const before = panel.states.length;
  [2_000, 3_000, 4_000].forEach((time) => {
    live.send(CAPTURE, tick(time, [mine({ ring_used: time, delivered: time })]));
  });
  expect(panel.states).toHaveLength(before);
  live.send(CAPTURE, tick(5_000, [mine({ seen: 1 })]));
  expect(panel.states).toHaveLength(before + 1);
  live.send(ROWS, ttlMessage([[1, 64]]));
  live.send(ROWS, ttlMessage([[2, 64]]));
  expect(panel.states).toHaveLength(before + 3);
  live.send(CAPTURE, tick(6_000, [mine({ seen: 2, matched: 2, delivered: 2 })]));
  expect(panel.states).toHaveLength(before + 3);
  expect(new Set(panel.states)).toEqual(new Set([LoadingState.Streaming]));
});

it('tells loss and thinning while rows come, and keeps telling with each of them', () => {
  const { live, panel } = openPanel(undefined, answer([[1, 64]]));
  live.send(CAPTURE, firstTick(1_000, [mine({ seen: 100, matched: 90, thinned: 30, lost_ring: 1 })]));
  const notices = [
    "warning: 1 of 90 matching packets was lost. 1 found no room in the ring: the server's administrator can raise ring_bytes.",
    'info: 30 of 90 matching packets were left out to keep to 50 rows per second; counters stay exact.',
  ];
  expect(panel.notices()).toEqual(notices);
  live.send(ROWS, ttlMessage([[2, 63]]));
  expect(panel.notices()).toEqual(notices);
  expect(panel.ttls('A')).toEqual([64, 63]);
});

it("tells Grafana's own traffic", () => {
  const { live, panel } = openPanel(undefined, answer([[1, 64]]));
  live.send(CAPTURE, firstTick(1_000, [mine({ seen: 9, own: 7 })]));
  expect(panel.notices()).toEqual([
    "info: Grafana's own delivery (TCP port 3000 of this machine) is left out; the data source's settings can show it.",
  ]);
});

it('keeps what the answer said, and what else its meta holds', () => {
  const live = new SharedLive();
  const said = { severity: 'info' as const, text: 'Said by the answer.' };
  const response = answer([[1, 64]]);
  response.data.forEach((frame) => (frame.meta = { ...frame.meta, notices: [said] }));
  const { panel } = openPanel(live, response);
  live.send(CAPTURE, firstTick(1_000, [mine({ matched: 2, thinned: 1 })]));
  expect(panel.notices()).toEqual([
    'info: Said by the answer. 1 of 2 matching packets was left out to keep to 50 rows per second; counters stay exact.',
  ]);
  expect(panel.frames[0]?.meta?.custom).toEqual({
    channel: 'packets/1f',
    data: { kind: 'packets', interfaces: ['eth0'], limit: 50 },
    ...report,
  });
});

it('tells each panel of a shared stream what is true of it', () => {
  const live = new SharedLive();
  const { panel: first } = openPanel(live, answer([], { limit: 50 }));
  const { panel: second } = openPanel(live, answer([], { refIds: ['Z'], limit: 60 }), ['Z']);
  live.send(CAPTURE, firstTick(1_000, [mine({ seen: 4, matched: 4, thinned: 4 })]));
  const text = (limit: number) =>
    `info: 4 packets seen on eth0, none for this panel yet. 4 of 4 matching packets were left out to keep to ${limit} rows per second; counters stay exact.`;
  expect(first.notices('A')).toEqual([text(50)]);
  expect(second.notices('Z')).toEqual([text(60)]);
});

it('tells two queries of one panel apart, and two panels with different streams on one capture channel', () => {
  const live = new SharedLive();
  const { panel } = openPanel(live, answer([], { refIds: ['A', 'B'] }), ['A', 'B']);
  const { panel: other } = openPanel(live, answer([], { path: 'packets/3d' }));
  live.send(CAPTURE, firstTick(1_000, [mine({ seen: 2 }), { seen: 2, channel: 'packets/3d', filter: '' }]));
  expect([panel.notices('A'), panel.notices('B')]).toEqual([[UNMATCHED('2 packets')], [UNMATCHED('2 packets')]]);
  expect(other.notices()).toEqual(['info: 2 packets seen on eth0, none for this panel yet.']);
});

it('reads the newest counters, whatever a panel of counters shows of their history', () => {
  const live = new SharedLive();
  const history = ttlFrame('C', [[1, 1]], channelMeta('capture/2e'));
  new StreamingPanel(live, { data: [history] }, [{ refId: 'C', kind: 'capture' }]);
  live.send(CAPTURE, firstTick(2_000, [mine({ seen: 8 })]));
  live.send(CAPTURE, tick(3_000, [mine({ seen: 9 })]));
  const { panel } = openPanel(live);
  expect(panel.notices()).toEqual([UNMATCHED('9 packets')]);
});

describe('what is left out', () => {
  const ETH3 = { interface: 'eth3', direction: 'in', hook: null, state: 'refused', reason: 'not supported there' };
  const told = (why: string) => `warning: Left out: eth3 (refused: ${why}).`;

  /** A panel with rows, whose answer says what is left out. */
  function openNarrowedPanel() {
    const live = new SharedLive();
    const response = answer([[1, 64]], { interfaces: ['eth0', 'eth3'] });
    response.data.forEach((frame) => {
      const custom = { ...frame.meta?.custom, hooks: [...report.hooks, ETH3], leftOut: { refused: 1 } };
      frame.meta = { ...frame.meta, custom };
    });
    return openPanel(live, response);
  }

  it('is told with the answer, kept while rows come, and no longer when it is there', () => {
    const { live, panel } = openNarrowedPanel();
    expect(panel.notices()).toEqual([told('not supported there')]);
    live.send(CAPTURE, firstTick(1_000, [mine({ state: 'attached' }), ETH3]));
    live.send(ROWS, ttlMessage([[2, 63]]));
    expect(panel.notices()).toEqual([told('not supported there')]);
    live.send(CAPTURE, tick(2_000, [mine({ state: 'attached' }), { ...ETH3, state: 'attaching', reason: null }]));
    expect(panel.notices()).toEqual(['info: Left out: eth3 (attaching).']);
    live.send(CAPTURE, tick(3_000, [mine({ state: 'attached' }), mine({ ...ETH3, hook: 'tcx', state: 'attached' })]));
    expect(panel.notices()).toEqual([]);
    expect(panel.ttls('A')).toEqual([64, 63]);
  });

  it('is told when it begins while the stream runs', () => {
    const { live, panel } = openPanel(undefined, answer([[1, 64]]));
    live.send(CAPTURE, firstTick(1_000, [mine({ state: 'attached' })]));
    expect(panel.notices()).toEqual([]);
    live.send(CAPTURE, tick(2_000, [mine({ hook: null, state: 'absent' })]));
    expect(panel.notices()).toEqual(['info: Left out: eth0 (absent).']);
  });

  it('has no panel drawn anew for each second until it is tried again', () => {
    const { live, panel } = openNarrowedPanel();
    const waiting = (seconds: number) => [
      mine({ state: 'attached' }),
      { ...ETH3, reason: `not supported there; tried again in ${seconds} s` },
    ];
    live.send(CAPTURE, firstTick(1_000, waiting(60)));
    expect(panel.notices()).toEqual([told('not supported there; tried again within a minute')]);
    const before = panel.states.length;
    Array.from({ length: 49 }, (_, second) => {
      live.send(CAPTURE, tick(2_000 + 1_000 * second, waiting(59 - second)));
    });
    expect(panel.states).toHaveLength(before);
    live.send(CAPTURE, tick(60_000, waiting(10)));
    expect(panel.notices()).toEqual([told('not supported there; tried again within 10 s')]);
    expect(panel.states).toHaveLength(before + 1);
  });
});

describe('without counters', () => {
  const rowsComeAsEver = (live: SharedLive, panel: StreamingPanel) => {
    live.send(ROWS, ttlMessage([[1, 64]]));
    expect(panel.ttls('A')).toEqual([64]);
    expect(panel.errors).toEqual([]);
    expect(new Set(panel.states)).toEqual(new Set([LoadingState.Streaming]));
  };

  it('streams where the back end names no channel for them', () => {
    const live = new SharedLive();
    const { panel } = openPanel(live, {
      state: LoadingState.Done,
      data: [ttlFrame('A', [], channelMeta('packets/1f'))],
    });
    expect(panel.notices()).toEqual([]);
    rowsComeAsEver(live, panel);
    expect(live.subscriptions).toHaveLength(1);
  });

  it('streams where their channel is refused, and forgets what is no longer true', () => {
    const { live, panel } = openPanel();
    live.send(CAPTURE, firstTick(1_000, [mine({ seen: 5 })]));
    live.fail(CAPTURE, 'permission denied');
    expect(panel.notices()).toEqual([`${ATTACHED}.`]);
    rowsComeAsEver(live, panel);
  });

  it('goes on telling when their channel is there again', () => {
    const { live, panel } = openPanel();
    live.send(CAPTURE, firstTick(1_000, [mine()]));
    live.fail(CAPTURE, 'transport closed');
    live.send(CAPTURE, firstTick(2_000, [mine({ seen: 6 })]));
    expect(panel.notices()).toEqual([UNMATCHED('6 packets')]);
  });

  it('streams where their channel ends', () => {
    const { live, panel } = openPanel();
    live.send(CAPTURE, firstTick(1_000, [mine({ seen: 5 })]));
    live.end(CAPTURE);
    expect(panel.notices()).toEqual([`${ATTACHED}.`]);
    rowsComeAsEver(live, panel);
  });

  it.each([
    [
      'cannot be opened',
      () => {
        throw new Error('no such channel');
      },
    ],
    ['breaks', () => throwError(() => new Error('no such channel'))],
  ])('streams where their channel %s', (_, open) => {
    const live = new SharedLive();
    const getStream = <T>(address: LiveChannelAddress) =>
      address.path === 'capture/2e' ? (open() as Observable<LiveChannelEvent<T>>) : live.getStream<T>(address);
    const panel = new StreamingPanel({ getStream }, answer(), [{ refId: 'A' }]);
    expect(panel.notices()).toEqual([`${ATTACHED}.`]);
    rowsComeAsEver(live, panel);
  });
});

it('streams counters as rows, and says nothing of them', () => {
  const live = new SharedLive();
  const custom = {
    channel: 'capture/2e',
    data: report.capture.data,
    hooks: [{ ...report.hooks[0], reason: 'asked for' }],
  };
  const { panel } = openPanel(live, { state: LoadingState.Done, data: [ttlFrame('A', [], { custom })] });
  live.send(CAPTURE, firstTick(1_000, [mine({ seen: 1 })]));
  live.send(CAPTURE, tick(2_000, [mine({ seen: 2, lost_ring: 1 })]));
  expect(panel.frames[0]?.fields.find(({ name }) => name === 'seen')?.values).toEqual([1, 2]);
  expect(panel.notices()).toEqual([]);
});
