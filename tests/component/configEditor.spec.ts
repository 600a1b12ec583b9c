import { choose, deeds, expect, test } from './editors';

test('what is set is what is saved', async ({ page, openConfigEditor }) => {
  await openConfigEditor();
  await choose(page, page.getByTestId('xdplive-config-hook'), 'Generic XDP');
  await page.getByLabel(/^Show own traffic/).click({ force: true });
  await page.getByTestId('xdplive-config-allowed-interfaces').pressSequentially('eth*\nwg0, lo');
  await choose(page, page.getByTestId('xdplive-config-minimum-role'), 'Editor');
  await page.getByLabel(/^Packets for services/).click({ force: true });
  expect((await deeds(page)).settings.at(-1)).toEqual({
    hook: 'xdp-generic',
    showOwnTraffic: true,
    allowedInterfaces: ['eth*', 'wg0', 'lo'],
    minimumRole: 'Editor',
    allowPacketsToServices: true,
  });
});

test('a provisioned data source can be read and not changed', async ({ page, openConfigEditor }) => {
  await openConfigEditor({ hook: 'tcx', allowedInterfaces: ['eth0'], minimumRole: 'Admin' }, { readOnly: true });
  await expect(page.getByTestId('xdplive-config-hook')).toHaveValue('TCX');
  await expect(page.getByTestId('xdplive-config-allowed-interfaces')).toHaveValue('eth0');
  await expect(page.getByTestId('xdplive-config-minimum-role')).toHaveValue('Admin');
  for (const name of ['hook', 'show-own-traffic', 'allowed-interfaces', 'minimum-role', 'packets-to-services']) {
    await expect(page.getByTestId(`xdplive-config-${name}`)).toBeDisabled();
  }
  expect((await deeds(page)).settings).toEqual([]);
});
