import livePackets from '../../dashboards/live-packets.json';

import { INTERFACE } from './here';
import { expect, test } from './made';

test("a dashboard's variable lists the machine's interfaces", async ({ gotoDashboardPage, page, selectors }) => {
  const dashboard = await gotoDashboardPage({ uid: livePackets.uid });
  const { submenuItemLabels } = selectors.pages.Dashboard.SubMenu;
  const variable = dashboard.getByGrafanaSelector(submenuItemLabels('Interface')).locator('..');
  // It has a value as soon as the interfaces are there.
  await expect(variable.getByRole('button', { name: 'Clear value' })).toBeVisible();
  await variable.getByRole('combobox').click();
  await expect(page.getByRole('option', { name: INTERFACE, exact: true })).toBeVisible();
});

test('a variable whose query is a text, as dashboards of before have it, lists the same and is changed by fields', async ({
  openTable,
  gotoVariableEditPage,
  page,
  selectors,
}) => {
  const saved = { name: 'choice', type: 'query', query: 'interfaces', refresh: 1 };
  const { dashboard } = await openTable({}, [saved]);
  // What was seen is what panels were sent.
  await expect(page.getByRole('gridcell', { name: '127.0.0.1', exact: true }).first()).toBeVisible();
  const editor = await gotoVariableEditPage({ dashboard: { uid: dashboard?.uid }, id: '0' });
  const { previewOfValuesOption } = selectors.pages.Dashboard.Settings.Variables.Edit.General;
  const values = editor.getByGrafanaSelector(previewOfValuesOption);
  await expect(page.getByRole('radio', { name: 'Interfaces', exact: true })).toBeChecked();
  await expect(values.filter({ hasText: INTERFACE }).first()).toBeVisible();

  await page.getByRole('radio', { name: 'Hosts', exact: true }).click({ force: true });
  await page.getByLabel('Interface', { exact: true }).fill(INTERFACE);
  await page
    .getByRole('option', { name: new RegExp(`^${INTERFACE}`) })
    .first()
    .click();
  await page.keyboard.press('Escape');
  await editor.runQuery();
  await expect(values.filter({ hasText: '127.0.0.1' }).first()).toBeVisible();
});
