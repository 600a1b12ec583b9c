import pluginJson from '../plugin.json';
import livePackets from '../../dashboards/live-packets.json';

import { dashboardPage, explorePage, LIVE_PACKETS } from './packetsPage';

const ANYWHERE = { machines: [], interfaces: [] };

it('is the bundled dashboard, with the values of its variables', () => {
  const url = new URL(
    dashboardPage('a&b', pluginJson.id)('host 192.0.2.1 and port 53', {
      machines: ['web1'],
      interfaces: ['eth0', 'wg0'],
    }),
    'http://localhost'
  );
  expect(url.pathname).toBe(`/d/${livePackets.uid}/live-packets`);
  expect(LIVE_PACKETS).toBe(livePackets.uid);
  expect([...url.searchParams]).toEqual([
    ['var-datasource', 'a&b'],
    ['var-machine', 'web1'],
    ['var-interface', 'eth0'],
    ['var-interface', 'wg0'],
    ['var-filter', 'host 192.0.2.1 and port 53'],
  ]);
  const variables = livePackets.templating.list.map(({ name }) => `var-${name}`);
  expect(variables).toEqual(expect.arrayContaining([...url.searchParams.keys()]));
});

it('has the time range that was looked at, where it is known', () => {
  const range = { from: 'now-1h', to: '1767268800000' };
  const dashboard = new URL(dashboardPage('uid-1', pluginJson.id)('tcp', ANYWHERE, range), 'http://localhost');
  expect([...dashboard.searchParams].slice(-2)).toEqual(Object.entries(range));
  const explore = new URL(explorePage('uid-1', pluginJson.id)('tcp', ANYWHERE, range), 'http://localhost');
  expect(JSON.parse(explore.searchParams.get('panes') ?? '')).toMatchObject({ packets: { range } });
});

it('is Explore with that query', () => {
  const url = new URL(
    explorePage('uid-1', pluginJson.id)('vlan 40', { machines: ['web1'], interfaces: ['eth0'] }),
    'http://localhost'
  );
  expect(url.pathname).toBe('/explore');
  expect(JSON.parse(url.searchParams.get('panes') ?? '')).toEqual({
    packets: {
      datasource: 'uid-1',
      queries: [
        {
          refId: 'A',
          datasource: { type: pluginJson.id, uid: 'uid-1' },
          kind: 'packets',
          hosts: ['web1'],
          interfaces: ['eth0'],
          filter: 'vlan 40',
        },
      ],
      range: { from: 'now-5m', to: 'now' },
    },
  });
});

it.each([dashboardPage, explorePage])(
  'is Explore for what is inside tunnels, as the dashboard shows outer headers',
  (page) => {
    const url = new URL(
      page('uid-1', pluginJson.id)('tcp', { machines: [], interfaces: ['eth0'] }, undefined, 'inner'),
      'http://localhost'
    );
    expect(url.pathname).toBe('/explore');
    expect(JSON.parse(url.searchParams.get('panes') ?? '')).toMatchObject({
      packets: { queries: [{ kind: 'packets', interfaces: ['eth0'], filter: 'tcp', decapsulate: 'inner' }] },
    });
    const outer = new URL(
      page('uid-1', pluginJson.id)('tcp', { machines: [], interfaces: ['eth0'] }, undefined, 'none'),
      'http://localhost'
    );
    expect(outer.href).not.toContain('decapsulate');
  }
);
