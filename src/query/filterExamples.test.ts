import { FILTER_EXAMPLES, withExample } from './filterExamples';

const OF_PACKETS = { filter: 'ttl 1', shows: () => '', isOfFlows: false };
const OF_FLOWS = { filter: 'arp', shows: () => '', isOfFlows: true };

it('has one for SSDP, and each once', () => {
  const filters = FILTER_EXAMPLES.map(({ filter }) => filter);
  expect(filters).toContain('ip multicast and ttl 1');
  expect(new Set(filters).size).toBe(filters.length);
  FILTER_EXAMPLES.forEach(({ shows }) => {
    expect(shows()).toMatch(/^[A-Z].*\.$/);
  });
});

it('leaves the rest of the query', () => {
  const query = { refId: 'A', interfaces: ['eth0'], kind: 'flows', top: 5, filter: 'tcp' } as const;
  expect(withExample({ ...query, interfaces: ['eth0'] }, OF_FLOWS)).toEqual({ ...query, filter: 'arp' });
});

it.each([
  [{ kind: 'flows' as const, columns: ['bytes'] }, OF_PACKETS],
  [{ kind: 'capture' as const, columns: ['seen'] }, OF_FLOWS],
  [{ kind: 'rates' as const, groupBy: 'tcp_flag' as const }, OF_FLOWS],
])('asks for packets where %j cannot have the filter', (query, example) => {
  const changed = withExample({ refId: 'A', ...query }, example);
  expect(changed).toStrictEqual({ refId: 'A', kind: 'packets', filter: example.filter });
});
