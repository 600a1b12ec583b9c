import { ttlFrame } from '../testing/frames';

import { liveChannelOf } from './liveChannel';

it('reads path and canonical query', () => {
  const frame = ttlFrame('A', [], { custom: { channel: 'packets/1f', data: { kind: 'packets' } } });
  expect(liveChannelOf(frame)).toEqual({ path: 'packets/1f', query: { kind: 'packets' } });
});

it.each([
  ['no meta', undefined],
  ['no custom meta', {}],
  ['no channel', { custom: { data: {} } }],
  ['an empty channel', { custom: { channel: '', data: {} } }],
  ['no query', { custom: { channel: 'packets/1f' } }],
  ['a query that is no object', { custom: { channel: 'packets/1f', data: 'packets' } }],
  ['a null query', { custom: { channel: 'packets/1f', data: null } }],
  ["Grafana's own channel only", { channel: 'ds/uid/packets/1f' }],
])('finds no channel in a frame with %s', (_, meta) => {
  expect(liveChannelOf(ttlFrame('A', [], meta))).toBeUndefined();
});
