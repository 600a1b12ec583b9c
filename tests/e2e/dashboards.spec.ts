import { expect, test } from '@grafana/plugin-e2e';

import captureHealth from '../../dashboards/capture-health.json';
import livePackets from '../../dashboards/live-packets.json';
import traffic from '../../dashboards/traffic.json';

import { INTERFACE } from './here';

/** Two panels are called "Packets". */
const TABLE = livePackets.panels.find(({ type, title }) => type === 'table' && title === 'Packets');

const ON_INTERFACE = { queryParams: new URLSearchParams({ 'var-interface': INTERFACE }) };

test('"Live packets" shows rows', async ({ gotoDashboardPage }) => {
  const dashboard = await gotoDashboardPage({ uid: livePackets.uid, ...ON_INTERFACE });
  const table = dashboard.getPanelById(String(TABLE?.id));
  await table.scrollIntoView();
  await expect(table.data.filter({ hasText: /^ICMP$/ }).first()).toBeVisible();
});

test('"Traffic" shows conversations', async ({ gotoDashboardPage }) => {
  const dashboard = await gotoDashboardPage({ uid: traffic.uid, ...ON_INTERFACE });
  const table = dashboard.getPanelByTitle('Top conversations');
  await table.scrollIntoView();
  await expect(table.data.filter({ hasText: /^ICMP$/ }).first()).toBeVisible();
});

test('"Capture health" shows every panel with values', async ({ gotoDashboardPage, selectors }) => {
  const { seriesName } = selectors.components.VizLegend;
  const dashboard = await gotoDashboardPage({ uid: captureHealth.uid, ...ON_INTERFACE });
  for (const { id, title, type } of captureHealth.panels) {
    const panel = dashboard.getPanelById(String(id));
    await panel.scrollIntoView();
    await expect(panel.locator, title).toBeVisible();
    switch (type) {
      case 'stat':
        await expect(panel.locator, title).toContainText(/\d/);
        break;
      case 'timeseries':
        await expect(panel.getByGrafanaSelector(seriesName(INTERFACE), { root: panel.locator }), title).toBeVisible();
        break;
      default:
        await expect(panel.data.filter({ hasText: new RegExp(`^${INTERFACE}$`) }).first(), title).toBeVisible();
    }
    await expect(panel.getErrorIcon(), title).toBeHidden();
    await expect(panel.locator.getByText('No data'), title).toBeHidden();
  }
});
