import { pcapngUrl } from './pcapng';

it('asks for the packets of the query, and for no more than a file takes', () => {
  const query = {
    refId: 'A',
    interfaces: ['eth0'],
    direction: 'in' as const,
    filter: 'udp & 1',
    limit: 7,
    columns: ['ttl'],
  };
  const url = new URL(pcapngUrl('https://example.org/grafana', 'a/b', query));
  expect(url.pathname).toBe('/grafana/api/datasources/uid/a%2Fb/resources/pcapng');
  expect([...url.searchParams.keys()]).toEqual(['query']);
  expect(JSON.parse(url.searchParams.get('query') ?? '')).toEqual({
    interfaces: ['eth0'],
    direction: 'in',
    filter: 'udp & 1',
    seconds: 30,
    count: 10_000,
  });
});
