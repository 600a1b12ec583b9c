import { describeQuery } from './describe';

it.each([
  [{}, 'incoming and outgoing packets on the default interface'],
  [{ direction: 'in' as const, interfaces: ['eth0', '$other'] }, 'incoming packets on eth0, $other'],
  [
    { kind: 'flows' as const, direction: 'out' as const, interfaces: [], filter: 'tcp' },
    'conversations of outgoing packets on the default interface that match tcp',
  ],
  [
    { kind: 'flows' as const, interfaces: ['eth0'], since: 'start' as const, groupBy: 'vlan' as const },
    'conversations of incoming and outgoing packets on eth0, since the stream began',
  ],
  [
    { kind: 'rates' as const, direction: 'in' as const, filter: 'udp', groupBy: 'source_port' as const },
    'rate of incoming packets on the default interface that match udp, by Source port',
  ],
  [
    { kind: 'rates' as const, direction: 'in' as const, decapsulate: 'inner' as const, groupBy: 'tunnel_id' as const },
    'rate of incoming packets on the default interface, decapsulated, by Tunnel id',
  ],
  [{ direction: 'in' as const, decapsulate: 'none' as const }, 'incoming packets on the default interface'],
  [
    { kind: 'capture' as const, direction: 'in' as const, decapsulate: 'inner' as const },
    'counters of incoming packets on the default interface',
  ],
  [{ groupBy: 'vlan' as const, since: 'start' as const }, 'incoming and outgoing packets on the default interface'],
  [
    { interfaces: ['eth0'], filter: ' udp and ttl 1 ' },
    'incoming and outgoing packets on eth0 that match udp and ttl 1',
  ],
  [{ direction: 'in' as const, filter: '$filter' }, 'incoming packets on the default interface that match $filter'],
  [{ direction: 'in' as const, filter: ' ' }, 'incoming packets on the default interface'],
  [{ kind: 'packets' as const, interfaces: ['eth0'], interval: 100 }, 'incoming and outgoing packets on eth0'],
  [
    { kind: 'rates' as const, filter: 'udp' },
    'rate of incoming and outgoing packets on the default interface that match udp',
  ],
  [{ kind: 'interfaces' as const, direction: 'in' as const }, 'state and counters of the default interface'],
  [{ kind: 'capture' as const }, 'counters of incoming and outgoing packets on the default interface'],
  [
    { kind: 'capture' as const, direction: 'out' as const, interfaces: ['eth0', 'lo'], filter: 'tcp' },
    'counters of outgoing packets on eth0, lo',
  ],
  [{ kind: 'histogram' as never, filter: 'tcp' }, 'histogram on the default interface that match tcp'],
])('%j reads "%s"', (query, text) => {
  expect(describeQuery({ refId: 'A', ...query })).toBe(text);
});
