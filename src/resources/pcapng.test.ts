import { locationUtil, type GrafanaConfig } from '@grafana/data';

import { pcapngUrl } from './pcapng';

/** A Grafana that is not at the root of its host. */
beforeAll(() => {
  locationUtil.initialize({
    config: { appSubUrl: '/grafana' } as GrafanaConfig,
    getVariablesUrlParams: () => ({}),
    getTimeRangeForUrl: () => ({ from: 'now-1h', to: 'now' }),
  });
});

it('asks for the packets of the query, and for no more than a file takes', () => {
  const query = {
    refId: 'A',
    interfaces: ['eth0'],
    direction: 'in' as const,
    filter: 'udp & 1',
    decapsulate: 'inner' as const,
    limit: 7,
    columns: ['ttl'],
  };
  const url = new URL(pcapngUrl('a/b', query), 'https://example.org');
  expect(url.pathname).toBe('/grafana/api/datasources/uid/a%2Fb/resources/pcapng');
  expect([...url.searchParams.keys()]).toEqual(['query']);
  expect(JSON.parse(url.searchParams.get('query') ?? '')).toEqual({
    interfaces: ['eth0'],
    direction: 'in',
    filter: 'udp & 1',
    decapsulate: 'inner',
    seconds: 30,
    count: 10_000,
  });
});
