import { captureRow } from '../testing/captureRow';

import type { HookInForce } from './captureReport';
import type { CaptureRow } from './captureRows';
import type { Connection } from './connection';
import { noticesOf, quietNotices, type PanelFacts } from './notices';
import type { StreamFacts } from './streamNotices';

const CHANNEL = 'packets/1f';

/** A stream of which nothing is to be told. */
const WELL: StreamFacts = { connection: undefined, missing: 0, breaks: 0, leftOut: 0, kept: 1_000, timeZone: 'utc' };

/** All that there is to say, as "severity: text". */
function told(facts: Partial<PanelFacts>): string[] {
  const notices = noticesOf({
    channel: CHANNEL,
    interfaces: [],
    counters: [],
    hooks: [],
    ownPorts: [],
    limit: 1_000,
    hasRows: true,
    live: WELL,
    ...facts,
  });
  return notices.map(({ severity, text }) => `${severity}: ${text}`);
}

/** The counters of the panel's stream. */
const mine = (row: Partial<CaptureRow> = {}) => captureRow({ channel: CHANNEL, filter: '', ...row });

const hook = (row: Partial<HookInForce> = {}): HookInForce => ({
  host: null,
  interface: 'eth0',
  direction: 'in',
  hook: 'tcx',
  reason: '',
  state: undefined,
  ...row,
});

const BOTH_WAYS = [mine({ direction: 'in' }), mine({ direction: 'out' })];

it('is silent where all is well', () => {
  expect(told({})).toEqual([]);
  expect(
    told({ interfaces: ['eth0'], counters: [mine({ seen: 10, matched: 10 })], hooks: [hook()], ownPorts: [3000] })
  ).toEqual([]);
});

describe('loss', () => {
  const RING = "found no room in the ring: the server's administrator can raise ring_bytes.";
  const queue = (figure: string) =>
    `Grafana or the browser was too slow for ${figure} of them. Ask for fewer rows per second, for fewer columns, or with a narrower filter.`;

  it.each([
    [{ matched: 1_234, lostRing: 2 }, `2 of 1,234 matching packets were lost. 2 ${RING}`],
    [{ matched: 12_345, lostQueue: 1_234 }, `1,234 of 12,345 matching packets were lost. ${queue('1,234')}`],
    [
      { matched: 10, lostNetwork: 4 },
      '4 of 10 matching packets were lost. 4 were lost on the way from another machine, or with it.',
    ],
    [{ matched: 10, lostRing: 3, lostQueue: 4 }, `7 of 10 matching packets were lost. 3 ${RING} ${queue('4')}`],
    [{ matched: 10, lostRing: 1 }, `1 of 10 matching packets was lost. 1 ${RING}`],
    [{ matched: 1, lostRing: 1 }, `1 of 1 matching packet was lost. 1 ${RING}`],
  ])('of %j', (row, text) => {
    expect(told({ counters: [mine(row)] })).toEqual([`warning: ${text}`]);
  });

  it('is that of all hooks of the stream, and of no other stream', () => {
    const counters = [
      mine({ matched: 5, lostRing: 1 }),
      mine({ matched: 6, lostRing: 2, direction: 'out' }),
      captureRow({ channel: 'packets/2e', filter: '', matched: 100, lostRing: 50 }),
    ];
    expect(told({ counters })).toEqual([`warning: 3 of 11 matching packets were lost. 3 ${RING}`]);
  });
});

describe('thinning', () => {
  it.each([
    [{ matched: 5_000, thinned: 4_000 }, 1_000, '4,000 of 5,000 matching packets were left out to keep to 1,000 rows'],
    [{ matched: 2, thinned: 1 }, 1, '1 of 2 matching packets was left out to keep to 1 row'],
  ])('of %j with the limit %d', (row, limit, text) => {
    expect(told({ counters: [mine(row)], limit })).toEqual([`info: ${text} per second; counters stay exact.`]);
  });

  it('names no limit where none is known', () => {
    expect(told({ counters: [mine({ matched: 2, thinned: 2 })], limit: undefined })).toEqual([
      'info: 2 of 2 matching packets were left out to keep to the limit; counters stay exact.',
    ]);
  });
});

describe('an empty panel', () => {
  const empty = (facts: Partial<PanelFacts>) => told({ hasRows: false, ...facts });

  it.each([
    ['one interface', BOTH_WAYS, 'No packets on eth0 yet: attached in by tcx, out by tcx, 0 seen.'],
    ['one direction', [mine()], 'No packets on eth0 yet: attached in by tcx, 0 seen.'],
    [
      'a direction that cannot be had',
      [mine({ hook: 'xdp-generic' }), mine({ direction: 'out', hook: null })],
      'No packets on eth0 yet: attached in by xdp-generic, out by nothing, 0 seen.',
    ],
    [
      'interfaces with the same hooks',
      [...BOTH_WAYS, ...BOTH_WAYS.map((row) => ({ ...row, interface: 'wg0' }))],
      'No packets on eth0 and wg0 yet: attached in by tcx, out by tcx, 0 seen.',
    ],
    [
      'interfaces with different hooks',
      [mine({ hook: 'xdp-native' }), mine({ interface: 'lo' }), mine({ interface: 'wg0' })],
      'No packets on eth0, lo and wg0 yet: eth0 attached in by xdp-native; lo and wg0 attached in by tcx; 0 seen.',
    ],
    [
      'many interfaces',
      ['a', 'b', 'c', 'd', 'e'].map((name) => mine({ interface: name })),
      'No packets on a, b, c and 2 more yet: attached in by tcx, 0 seen.',
    ],
  ])('on %s says what is attached', (_, counters, text) => {
    expect(empty({ counters })).toEqual([`info: ${text}`]);
  });

  it('says what the answer said while there are no counters', () => {
    const hooks = [hook(), hook({ direction: 'out' })];
    expect(empty({ hooks })).toEqual(['info: No packets on eth0 yet: attached in by tcx, out by tcx.']);
  });

  it.each([
    [['wg0'], 'Nothing is attached to wg0: it is not there yet, or cannot be watched.'],
    [['wg0', 'wg1'], 'Nothing is attached to wg0 and wg1: they are not there yet, or cannot be watched.'],
  ])('says that %j are missing', (names, text) => {
    expect(empty({ counters: names.map((name) => captureRow({ interface: name, hook: null })) })).toEqual([
      `info: ${text}`,
    ]);
    expect(empty({ interfaces: names })).toEqual([`info: ${text}`]);
    expect(empty({ hooks: names.map((name) => hook({ interface: name, hook: null })) })).toEqual([`info: ${text}`]);
  });

  it.each([
    ['has a row', [captureRow({ interface: 'wg0', hook: null })]],
    ['has none', []],
  ])('says what is missing beside what is there, where it %s', (_, missing) => {
    expect(empty({ interfaces: ['eth0', 'wg0'], counters: [mine(), ...missing] })).toEqual([
      'info: No packets on eth0 yet: attached in by tcx, 0 seen. Nothing is attached to wg0: it is not there yet, or cannot be watched.',
    ]);
  });

  it('says that nothing is attached where every interface is asked for and there is none', () => {
    expect(empty({})).toEqual(['info: Nothing is attached yet.']);
  });

  it('believes the counters, not the answer, once they come', () => {
    const hooks = [hook({ hook: null })];
    expect(empty({ hooks, counters: [mine()] })).toEqual(['info: No packets on eth0 yet: attached in by tcx, 0 seen.']);
  });

  it.each([
    ['no packet matches the filter', mine({ filter: 'tcp' }), 'none has matched the filter yet'],
    ['there is no filter', mine(), 'none for this panel yet'],
    ['the stream has not begun', captureRow(), 'none for this panel yet'],
    ['packets matched and are on their way', mine({ filter: 'tcp', matched: 1 }), 'none for this panel yet'],
  ])('says what was seen where %s', (_, row, text) => {
    const counters = [
      { ...row, seen: 1_200 },
      { ...row, seen: 34, direction: 'out' },
    ];
    expect(empty({ counters })).toEqual([`info: 1,234 packets seen on eth0, ${text}.`]);
    expect(empty({ counters: [{ ...row, seen: 1 }] })).toEqual([`info: 1 packet seen on eth0, ${text}.`]);
  });

  it('counts what a hook saw once, whatever the number of its streams', () => {
    const counters = [captureRow({ seen: 7, channel: 'packets/2e', filter: '' }), mine({ seen: 7, filter: 'tcp' })];
    expect(empty({ counters })).toEqual(['info: 7 packets seen on eth0, none has matched the filter yet.']);
  });
});

describe('a hook with a reason', () => {
  const generic = hook({ hook: 'xdp-generic', reason: 'this kernel has no TCX' });

  it.each([
    ['is named', [generic], 'eth0 in by xdp-generic: this kernel has no TCX.'],
    ['is named without a second full stop', [{ ...generic, reason: 'So.' }], 'eth0 in by xdp-generic: So.'],
    [
      'is named once for interfaces of which the same is true',
      [generic, { ...generic, interface: 'wg0' }, hook({ interface: 'lo', reason: 'asked for' })],
      'eth0 and wg0 in by xdp-generic: this kernel has no TCX. lo in by tcx: asked for.',
    ],
    [
      'is named where nothing is attached',
      [hook({ direction: 'out', hook: null, reason: 'this kernel has no TCX' })],
      'eth0 out by nothing: this kernel has no TCX.',
    ],
  ])('%s', (_, hooks, text) => {
    expect(told({ hooks })).toEqual([`info: ${text}`]);
    const counters = hooks.map((one) => mine({ interface: one.interface, direction: one.direction, hook: one.hook }));
    expect(told({ hooks, counters })).toEqual([`info: ${text}`]);
  });

  it('is no longer named when another has taken its place', () => {
    expect(told({ hooks: [generic], counters: [mine()] })).toEqual([]);
    expect(told({ hooks: [generic], counters: [mine({ hook: 'xdp-generic', interface: 'wg0' })] })).toEqual([]);
  });
});

describe('what is left out', () => {
  const REFUSED = { interface: 'eth3', hook: null, state: 'refused', reason: 'not supported there' } as const;
  const ABSENT = { interface: 'eth4', hook: null, state: 'absent', reason: null } as const;
  const attached = mine({ state: 'attached', matched: 10 });
  const WARNING = 'warning: Left out: eth3 (refused: not supported there).';
  const INFO = 'info: Left out: eth4 (absent).';

  it('is a warning where it is refused, and else information', () => {
    expect(told({ counters: [attached, captureRow(REFUSED), captureRow(ABSENT)] })).toEqual([WARNING, INFO]);
    expect(told({ hooks: [hook(REFUSED), hook({ ...ABSENT, reason: '' })] })).toEqual([WARNING, INFO]);
    expect(told({ counters: [attached, captureRow({ ...REFUSED, state: 'attaching', reason: '' })] })).toEqual([
      'info: Left out: eth3 (attaching).',
    ]);
  });

  it('is what the counters know, not the answer, once they come', () => {
    const hooks = [hook(REFUSED), hook({ interface: 'eth0', state: 'attached' })];
    const better = mine({ ...REFUSED, hook: 'tcx', state: 'attached' });
    expect(told({ hooks, leftOut: { refused: 30 }, counters: [attached, better] })).toEqual([]);
    expect(told({ hooks, leftOut: { refused: 30 }, counters: [attached, captureRow(REFUSED)] })).toEqual([WARNING]);
    expect(told({ hooks, leftOut: { refused: 30 } })).toEqual([
      'warning: Left out: at least 30 interfaces refused, such as eth3 (refused: not supported there); the dashboard "Capture health" lists them.',
    ]);
  });

  it('is told once, however many streams are there, and not again as why a panel is empty', () => {
    const counters = [attached, captureRow(REFUSED), mine(REFUSED), captureRow(ABSENT)];
    const facts = { interfaces: ['eth0', 'eth3', 'eth4'], counters, hasRows: false };
    expect(told(facts)).toEqual([
      WARNING,
      'info: No packets on eth0 yet: attached in by tcx, 0 seen. Left out: eth4 (absent).',
    ]);
    expect(told({ ...facts, interfaces: ['eth3'], counters: [captureRow(REFUSED)] })).toEqual([WARNING]);
  });

  it('stands behind what was lost', () => {
    const [warning] = told({ counters: [mine({ matched: 9, lostRing: 1 }), captureRow(REFUSED)] });
    expect(warning).toMatch(/^warning: 1 of 9 matching packets was lost\. .* Left out: eth3 \(refused: .*\)\.$/);
  });
});

describe("Grafana's own traffic", () => {
  it.each([
    [[3000], 'TCP port 3000'],
    [[3000, 3001], 'TCP ports 3000 and 3001'],
  ])('on the ports %j', (ownPorts, ports) => {
    const counters = [mine(), captureRow({ own: 1_234, direction: 'out', channel: 'packets/2e' })];
    expect(told({ counters, ownPorts })).toEqual([
      `info: Grafana's own delivery (${ports} of this machine) is left out; the data source's settings can show it.`,
    ]);
  });

  it('is not named where it is shown', () => {
    expect(told({ counters: [mine({ own: 5 })], ownPorts: [] })).toEqual([]);
  });
});

it('says all of one severity in one notice, what matters most in front', () => {
  const counters = [mine({ seen: 9, own: 2, matched: 8, thinned: 3, lostQueue: 5 })];
  const hooks = [hook({ reason: 'asked for' })];
  expect(told({ counters, hooks, ownPorts: [3000], hasRows: false })).toEqual([
    'warning: 5 of 8 matching packets were lost. Grafana or the browser was too slow for 5 of them. Ask for fewer rows per second, for fewer columns, or with a narrower filter.',
    "info: 9 packets seen on eth0, none for this panel yet. 3 of 8 matching packets were left out to keep to 1,000 rows per second; counters stay exact. eth0 in by tcx: asked for. Grafana's own delivery (TCP port 3000 of this machine) is left out; the data source's settings can show it.",
  ]);
});

describe('several machines behind one address', () => {
  it('names both where the stream is of another than the answer', () => {
    expect(told({ host: 'node-a', counters: [mine({ host: 'node-b' })] })).toEqual([
      'info: Rows come from the host node-b; what was there before came from node-a: this Grafana has several replicas.',
    ]);
  });

  it.each([
    [{ host: 'node-a', counters: [mine({ host: 'node-a' })] }],
    [{ host: 'node-a', counters: [mine()] }],
    [{ host: 'node-a', counters: [] }],
    [{ counters: [mine({ host: 'node-b' })] }],
  ])('says nothing of %j', (facts) => {
    expect(told(facts)).toEqual([]);
  });
});

describe('of the stream itself', () => {
  const since = Date.UTC(2026, 0, 1, 12, 0, 3);
  const cut = (state: Connection['state']): StreamFacts => ({
    ...WELL,
    connection: { state, since, error: undefined },
  });
  const CUT =
    'warning: The connection to Grafana Live is cut since 12:00:03: rows that come meanwhile are fetched when it is back.';

  it.each([
    ['cut', CUT],
    [
      'opening',
      'warning: No connection to Grafana Live since 12:00:03: no rows come. A proxy in between must pass WebSockets on, and max_connections in the section [live] of grafana.ini must allow one more.',
    ],
    ['ended', 'warning: Grafana has closed this stream at 12:00:03: no more rows come. Refresh to begin anew.'],
  ] as const)('a connection that is %s is told, and not as silence of the network', (state, expected) => {
    expect(told({ live: cut(state), hasRows: false, hooks: [hook()], interfaces: ['eth0'] })).toEqual([expected]);
    expect(quietNotices(2_000, cut(state)).map(({ text }) => `warning: ${text}`)).toEqual([expected]);
  });

  it.each([
    [
      { missing: 1 },
      'warning: 1 row came while the connection was cut or the browser too slow, and is no longer kept.',
    ],
    [
      { missing: 1_234 },
      'warning: 1,234 rows came while the connection was cut or the browser too slow, and are no longer kept.',
    ],
    [
      { breaks: 1 },
      'warning: The stream began anew once (the plugin was started again, or the connection was cut for more than a minute): rows of the time before that may be missing.',
    ],
    [
      { leftOut: 24_312 },
      'info: Only the newest 1,000 rows are shown (Rows kept). 24,312 earlier rows were left out since the panel opened.',
    ],
    [
      { leftOut: 1, kept: undefined },
      'info: The panel cannot hold the whole time range. 1 earlier row was left out since the panel opened. Ask for a longer interval or for fewer groups.',
    ],
  ])('rows that are not shown: %j', (facts, expected) => {
    expect(told({ live: { ...WELL, ...facts } })).toEqual([expected]);
  });
});

describe('interfaces of one name at several machines', () => {
  const web1 = { host: 'web1', state: 'attached' as const };
  const web2 = {
    host: 'web2',
    state: 'unreachable' as const,
    hook: null,
    reason: 'nothing has been heard of it for 3 s',
  };

  it('names the machine that does not answer, wherever it is in the list', () => {
    const text = 'Left out: eth0 of web2 (unreachable: nothing has been heard of it for 3 s).';
    const counters = [mine({ matched: 5, seen: 5, ...web1 }), mine(web2)];
    expect(told({ counters })).toEqual([`warning: ${text}`]);
    expect(told({ counters: [...counters].reverse() })).toEqual([`warning: ${text}`]);
    expect(told({ hooks: [hook(web1), hook(web2)] })).toEqual([`warning: ${text}`]);
  });

  it('adds up what they lost', () => {
    const counters = [
      mine({ ...web1, matched: 5, lostNetwork: 1 }),
      mine({ ...web1, host: 'web2', matched: 6, lostNetwork: 2 }),
    ];
    expect(told({ counters })[0]).toMatch(/^warning: 3 of 11 matching packets were lost\. 3 were lost on the way/);
  });

  it('tells what each of them has seen', () => {
    const counters = [mine({ ...web1, seen: 5 }), mine({ ...web1, host: 'web2', seen: 6 })];
    const place = 'eth0 of web1 and eth0 of web2';
    expect(told({ counters, hasRows: false })).toEqual([`info: 11 packets seen on ${place}, none for this panel yet.`]);
  });
});
