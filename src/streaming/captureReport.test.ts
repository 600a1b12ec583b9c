import { ttlFrame } from '../testing/frames';

import { captureReportOf } from './captureReport';

const CAPTURE = { channel: 'capture/2e', data: { kind: 'capture' } };
const CHANNEL = { path: 'capture/2e', query: { kind: 'capture' } };

it('reads channel, hooks and ports', () => {
  const hooks = [
    { host: null, interface: 'eth0', direction: 'in', hook: 'tcx', reason: '' },
    { host: 'web1', interface: 'eth0', direction: 'out', hook: null, reason: 'this kernel has no TCX' },
  ];
  const custom = { capture: CAPTURE, hooks, ownPorts: [3000, 3001], host: 'node-a' };
  expect(captureReportOf(ttlFrame('A', [], { custom }))).toEqual({
    channel: CHANNEL,
    hooks,
    ownPorts: [3000, 3001],
    host: 'node-a',
  });
});

it('takes a hook without hook and reason for nothing attached and no reason', () => {
  const custom = { capture: CAPTURE, hooks: [{ interface: 'eth0', direction: 'in' }] };
  expect(captureReportOf(ttlFrame('A', [], { custom }))?.hooks).toEqual([
    { host: null, interface: 'eth0', direction: 'in', hook: null, reason: '' },
  ]);
});

it('reads the state of hooks, and how many are left out beside those that are listed', () => {
  const hooks = [
    { interface: 'eth0', direction: 'in', hook: 'tcx', reason: '', state: 'attached' },
    { interface: 'eth3', direction: 'in', reason: 'not supported there', state: 'refused' },
    { interface: 'eth4', direction: 'in', hook: null, reason: null, state: 'absent' },
    { interface: 'eth5', direction: 'in', hook: 'tcx', state: 'asleep' },
  ];
  const custom = { capture: CAPTURE, hooks, leftOut: { refused: 31, absent: '1', unreachable: 2 } };
  const report = captureReportOf(ttlFrame('A', [], { custom }));
  expect(report?.hooks.map(({ hook, reason, state }) => [hook, reason, state])).toEqual([
    ['tcx', '', 'attached'],
    [null, 'not supported there', 'refused'],
    [null, '', 'absent'],
    ['tcx', '', undefined],
  ]);
  expect(report?.leftOut).toEqual({ refused: 31, attaching: 0, absent: 0, unreachable: 2 });
});

it.each([
  ['nothing else', {}],
  ['nulls', { hooks: null, ownPorts: null, host: null, leftOut: null }],
  ['other types', { hooks: { eth0: 'tcx' }, ownPorts: 3000, host: 7, leftOut: 7 }],
  ['lists of other types', { hooks: [null, 1, 'eth0', { hook: 'tcx' }], ownPorts: ['3000', null] }],
])('finds the channel beside %s', (_, others) => {
  const custom = { capture: CAPTURE, ...others };
  expect(captureReportOf(ttlFrame('A', [], { custom }))).toEqual({ channel: CHANNEL, hooks: [], ownPorts: [] });
});

it.each([
  ['no meta', undefined],
  ['no custom meta', {}],
  ['custom meta that is null', { custom: null as unknown as Record<string, unknown> }],
  ['the channel of an older back end alone', { custom: { channel: 'packets/1f', data: {} } }],
  ['hooks alone, as that of counters has', { custom: { hooks: [], ownPorts: [3000] } }],
  ['a channel that is null', { custom: { capture: null } }],
  ['a channel without a query', { custom: { capture: { channel: 'capture/2e' } } }],
])('finds nothing in a frame with %s', (_, meta) => {
  expect(captureReportOf(ttlFrame('A', [], meta))).toBeUndefined();
});
