import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';

import { testDataSource } from '../testing/dataSource';
import { openEditor, panelData, setUpEditors } from '../testing/queryEditor';

beforeAll(setUpEditors);

/** The query of the file that the editor offers. */
function queryOfFile(): unknown {
  const link = screen.getByRole('link', { name: /pcapng/ });
  return JSON.parse(new URL(link.getAttribute('href') ?? '', 'http://grafana').searchParams.get('query') ?? '');
}

it('offers the packets of the query as a file, and of other kinds none', async () => {
  await openEditor({ interfaces: ['eth1'], filter: 'udp' });
  expect(queryOfFile()).toMatchObject({ interfaces: ['eth1'], filter: 'udp' });
  await userEvent.click(screen.getByRole('radio', { name: 'Rates' }));
  expect(screen.queryByRole('link', { name: /pcapng/ })).toBeNull();
});

it('offers the packets of the query as a file, narrowed by the ad hoc filters that the panel ran with', async () => {
  const filters = [{ key: 'source_ip', operator: '=', value: '192.0.2.7' }];
  await openEditor({ filter: 'udp or tcp' }, testDataSource(), { data: panelData({ filters }) });
  expect(queryOfFile()).toMatchObject({ filter: '(udp or tcp) and src host 192.0.2.7' });
});

it('offers the packets of the interface that a repeated panel is of', async () => {
  const scopedVars = { interface: { text: 'wg0', value: 'wg0' } };
  await openEditor({ interfaces: ['$interface'] }, testDataSource(), { data: panelData({ scopedVars }) });
  expect(queryOfFile()).toMatchObject({ interfaces: ['wg0'] });
});

it('offers no file where an ad hoc filter cannot be had, as the panel shows nothing then', async () => {
  await openEditor({}, testDataSource(), {
    data: panelData({ filters: [{ key: 'length', operator: '=', value: '60' }] }),
  });
  expect(screen.getByTestId('xdplive-query-pcapng')).not.toHaveAttribute('href');
});
