import { expect, test } from '@grafana/plugin-e2e';

import livePackets from '../../dashboards/live-packets.json';

import { INTERFACE } from './here';

test("a dashboard's variable lists the machine's interfaces", async ({ gotoDashboardPage, page, selectors }) => {
  const dashboard = await gotoDashboardPage({ uid: livePackets.uid });
  const { submenuItemLabels } = selectors.pages.Dashboard.SubMenu;
  const variable = dashboard.getByGrafanaSelector(submenuItemLabels('Interface')).locator('..');
  // It has a value as soon as the interfaces are there.
  await expect(variable.getByRole('button', { name: 'Clear value' })).toBeVisible();
  await variable.getByRole('combobox').click();
  await expect(page.getByRole('option', { name: INTERFACE, exact: true })).toBeVisible();
});
