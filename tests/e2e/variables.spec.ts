import { expect, test } from '@grafana/plugin-e2e';

import livePackets from '../../dashboards/live-packets.json';

import { INTERFACE } from './here';

test("a dashboard's variable lists the machine's interfaces", async ({ gotoDashboardPage, page }) => {
  await gotoDashboardPage({ uid: livePackets.uid });
  const variable = livePackets.templating.list.find(({ name }) => name === 'interface');
  const label = variable?.label ?? variable?.name ?? '';
  await page.getByTestId(`data-testid Dashboard template variables submenu Label ${label}`).click();
  await expect(page.getByRole('option', { name: INTERFACE, exact: true })).toBeVisible();
});
