import pluginJson from '../../src/plugin.json';

import { DATA_SOURCE } from './here';
import { expect, test } from './made';

const datasource = { type: pluginJson.id, uid: DATA_SOURCE.uid };

test('a link that goes down and comes up is marked in a graph', async ({ openTable, page, link, selectors }) => {
  const query = { kind: 'interfaces', interfaces: [link.name], columns: ['time', 'interface', 'state', 'in_packets'] };
  const annotation = {
    name: 'Links',
    enable: true,
    iconColor: 'red',
    datasource,
    target: { refId: 'Anno', datasource, ...query },
  };
  // What the annotation looks for is kept because the panel asks for it.
  const dashboard = await openTable(query, [], { type: 'timeseries' }, { annotations: { list: [annotation] } });
  const panel = dashboard.getPanelById('1').locator;
  await expect(panel.locator('canvas').first()).toBeVisible();
  await page.waitForTimeout(3_000);
  await link.set('down');
  await page.waitForTimeout(3_000);
  await link.set('up');
  await page.waitForTimeout(3_000);
  await dashboard.refreshDashboard();
  const marks = dashboard.getByGrafanaSelector(selectors.pages.Dashboard.Annotations.marker);
  await expect(marks).toHaveCount(2);
  await marks.first().hover();
  await expect(page.getByText(`${link.name} is down.`)).toBeVisible();
});
