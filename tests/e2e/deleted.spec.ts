import { randomUUID } from 'crypto';

import pluginJson from '../../src/plugin.json';

import { INTERFACE } from './here';
import { expect, test } from './made';

test('a data source that is deleted while a panel streams is told in the panel', async ({
  openTable,
  page,
  request,
}) => {
  const uid = randomUUID();
  const made = { uid, name: `Made for a test, ${uid}`, type: pluginJson.id, access: 'proxy' };
  await expect(await request.post('/api/datasources', { data: made })).toBeOK();
  const datasource = { type: pluginJson.id, uid };
  const dashboard = await openTable({}, [], {
    datasource,
    targets: [{ refId: 'A', datasource, interfaces: [INTERFACE], filter: 'icmp', columns: ['time', 'protocol'] }],
  });
  const panel = dashboard.getPanelById('1');
  await expect(panel.data.filter({ hasText: /^ICMP$/ }).first()).toBeVisible();
  await expect(panel.locator.getByTestId('icon-exclamation-triangle')).toBeHidden();

  await expect(await request.delete(`/api/datasources/uid/${uid}`)).toBeOK();
  await panel.locator.getByTestId('icon-exclamation-triangle').hover();
  await expect(page.getByText(/^Nothing has come since \d\d:\d\d:\d\d: the server refuses the query/)).toBeVisible();
});
