import host from '../../dashboards/host.json';

import { HOST, hostPage, noHostPage } from './hostPage';

it('is the bundled dashboard, with the values of its variables', () => {
  const range = { from: 'now-1h', to: '1767268800000' };
  const url = new URL(
    hostPage('a&b')('2001:db8::1', { machines: ['web1'], interfaces: ['eth0', 'wg0'] }, range),
    'http://localhost'
  );
  expect(url.pathname).toBe(`/d/${host.uid}/host`);
  expect(HOST).toBe(host.uid);
  expect([...url.searchParams]).toEqual([
    ['var-datasource', 'a&b'],
    ['var-machine', 'web1'],
    ['var-interface', 'eth0'],
    ['var-interface', 'wg0'],
    ['var-address', '2001:db8::1'],
    ...Object.entries(range),
  ]);
  const variables = host.templating.list.map(({ name }) => `var-${name}`);
  expect(variables).toEqual(
    expect.arrayContaining([...url.searchParams.keys()].filter((name) => name.startsWith('var-')))
  );
});

it('is nowhere where nobody has imported the dashboard', () => {
  expect(noHostPage()('192.0.2.1', { machines: [], interfaces: [] })).toBe('');
});
