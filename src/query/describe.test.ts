import { describeQuery } from './describe';

it.each([
  [{}, 'incoming and outgoing packets on the default interface'],
  [{ direction: 'in' as const, interfaces: ['eth0', '$other'] }, 'incoming packets on eth0, $other'],
  [{ kind: 'flows' as const, direction: 'out' as const, interfaces: [] }, 'outgoing flows on the default interface'],
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
  [{ kind: 'capture' as const }, 'counters of incoming and outgoing packets on the default interface'],
  [
    { kind: 'capture' as const, direction: 'out' as const, interfaces: ['eth0', 'lo'], filter: 'tcp' },
    'counters of outgoing packets on eth0, lo',
  ],
  [
    { kind: 'histogram' as never, filter: 'tcp' },
    'incoming and outgoing histogram on the default interface that match tcp',
  ],
])('%j reads "%s"', (query, text) => {
  expect(describeQuery({ refId: 'A', ...query })).toBe(text);
});
