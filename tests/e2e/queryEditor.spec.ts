import { expect, test } from '@grafana/plugin-e2e';

import { ask, choose } from './editor';

test('packets come into a table, and a wrong filter is an error that says where', async ({ panelEditPage, page }) => {
  await ask(panelEditPage, page, 'Packets');
  await panelEditPage.toggleTableView();
  // A table holds in the page only the columns that can be seen, and a new query has twelve.
  const columns = page.getByLabel('Columns', { exact: true });
  const order = page.getByRole('list', { name: 'Order of the columns' }).getByRole('listitem');
  await expect(order).toHaveCount(12);
  await columns.focus();
  for (let left = 12; left > 0; left--) {
    await columns.press('Backspace');
  }
  await expect(order).toHaveCount(0);
  await choose(page, 'Columns', 'protocol');
  const filter = page.getByTestId('xdplive-query-filter');
  await filter.fill('icmp');
  await filter.press('Enter');
  await expect(page.getByRole('gridcell', { name: 'ICMP', exact: true }).first()).toBeVisible();

  await filter.fill('icmp prot 443');
  await filter.press('Enter');
  await expect(filter).toHaveAttribute('aria-invalid', 'true');
  await expect(page.getByTestId('xdplive-query-filter-meaning')).toContainText('prot');
  await expect(panelEditPage.panel.getErrorIcon()).toBeVisible();
});

for (const [kind, column] of [
  ['Flows', 'source_ip'],
  ['Capture', 'seen'],
] as const) {
  test(`${kind} come into a table`, async ({ panelEditPage, page }) => {
    await ask(panelEditPage, page, kind);
    await panelEditPage.toggleTableView();
    await choose(page, 'Columns', column);
    await expect(page.getByRole('columnheader', { name: column })).toBeVisible();
    await expect(page.getByRole('gridcell').first()).not.toBeEmpty();
  });
}

test('Rates by protocol are a graph with a line for each', async ({ panelEditPage, page, selectors }) => {
  await ask(panelEditPage, page, 'Rates');
  await choose(page, 'Group by', 'Protocol');
  const { seriesName } = selectors.components.VizLegend;
  const { panel } = panelEditPage;
  await expect(panel.getByGrafanaSelector(seriesName('ICMP'), { root: panel.locator })).toBeVisible();
});
