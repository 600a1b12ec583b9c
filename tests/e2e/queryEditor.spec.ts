import { expect, test } from '@grafana/plugin-e2e';

import { DATA_SOURCE, INTERFACE } from './here';

test('packets come into a table, and a wrong filter is an error that says where', async ({ panelEditPage, page }) => {
  await panelEditPage.datasource.set(DATA_SOURCE.name);
  await panelEditPage.setVisualization('Table');
  await page.getByLabel('Interface', { exact: true }).fill(INTERFACE);
  await page
    .getByRole('option', { name: new RegExp(`^${INTERFACE}`) })
    .first()
    .click();
  await page.keyboard.press('Escape');

  const filter = page.getByTestId('xdplive-query-filter');
  await filter.fill('icmp');
  await filter.press('Enter');
  await expect(panelEditPage.panel.fieldNames.first()).toBeVisible();
  await expect(panelEditPage.panel.data.filter({ hasText: /^ICMP$/ }).first()).toBeVisible();
  await expect(panelEditPage.panel.data.filter({ hasText: /^127\.0\.0\.1$/ }).first()).toBeVisible();

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
    await panelEditPage.datasource.set(DATA_SOURCE.name);
    await panelEditPage.setVisualization('Table');
    await page.getByRole('radio', { name: kind, exact: true }).click({ force: true });
    await page.getByLabel('Interface', { exact: true }).fill(INTERFACE);
    await page
      .getByRole('option', { name: new RegExp(`^${INTERFACE}`) })
      .first()
      .click();
    await page.keyboard.press('Escape');
    await expect(panelEditPage.panel.fieldNames.filter({ hasText: new RegExp(`^${column}`) })).toBeVisible();
    await expect(panelEditPage.panel.data.first()).not.toBeEmpty();
  });
}
