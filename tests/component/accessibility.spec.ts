import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';

import { expect, test } from './editors';
import type { ThemeName } from './harness/page';

const THEMES: ThemeName[] = ['light', 'dark'];

/** What keeps people out, as "rule: element". What is about to be replaced is dimmed until then, and no longer counts. */
async function barriers(page: Page): Promise<string[]> {
  await expect(page.locator('[aria-busy=true]')).toHaveCount(0);
  const { violations } = await new AxeBuilder({ page }).include('#root').analyze();
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
}

for (const theme of THEMES) {
  test(`the query editor has no barriers, ${theme}`, async ({ page, openQueryEditor }) => {
    await openQueryEditor({ interfaces: ['eth0'], columns: ['ttl'], filter: 'tcp prot 443' }, theme);
    await expect(page.getByTestId('xdplive-query-filter-meaning')).toContainText('but found');
    expect(await barriers(page)).toEqual([]);

    for (const kind of ['Rates', 'Flows', 'Capture', 'Packets']) {
      await page.getByRole('radio', { name: kind, exact: true }).click();
      await expect(page.getByRole('radio', { name: kind, exact: true })).toBeChecked();
      expect(await barriers(page)).toEqual([]);
    }

    await page.getByLabel('Filter', { exact: true }).fill('');
    await page.getByLabel('Filter', { exact: true }).pressSequentially('por');
    await page.keyboard.press('ArrowDown');
    await expect(page.getByRole('listbox', { name: 'Suggestions' })).toBeVisible();
    expect(await barriers(page)).toEqual([]);
  });

  // Its lists of fields and operators stay closed: in an open one of @grafana/ui, aria-activedescendant names nothing.
  test(`the filter in menus has no barriers, ${theme}`, async ({ page, openQueryEditor }) => {
    await openQueryEditor({ filter: 'tcp and port nosuch' }, theme);
    await page.getByRole('radio', { name: 'Menus', exact: true }).click();
    await expect(page.getByRole('group', { name: 'Condition 2', exact: true })).toBeVisible();
    expect(await barriers(page)).toEqual([]);

    const value = page.getByLabel('Condition 2: value', { exact: true });
    await value.fill('80) or (udp');
    await value.press('Enter');
    await expect(page.getByText('"80)" is not a value')).toBeVisible();
    expect(await barriers(page)).toEqual([]);

    await page.getByRole('button', { name: 'Add condition' }).click();
    await page.getByLabel('Condition 3: value', { exact: true }).click();
    await expect(page.getByRole('listbox', { name: 'Suggestions' })).toBeVisible();
    expect(await barriers(page)).toEqual([]);
  });

  test(`a filter beyond the menus has no barriers, ${theme}`, async ({ page, openQueryEditor }) => {
    await openQueryEditor({ filter: 'ip[8] < 5 or (tcp and port 80)' }, theme);
    await page.getByRole('radio', { name: 'Menus', exact: true }).click();
    await expect(page.getByRole('button', { name: 'Edit as text' })).toBeVisible();
    expect(await barriers(page)).toEqual([]);
  });

  test(`the editor of a variable has no barriers, ${theme}`, async ({ page, openVariableEditor }) => {
    await openVariableEditor('hosts(eth0)', theme);
    expect(await barriers(page)).toEqual([]);
    await openVariableEditor('nosuch', theme);
    await expect(page.getByRole('alert')).toBeVisible();
    expect(await barriers(page)).toEqual([]);
  });

  test(`the settings have no barriers, ${theme}`, async ({ page, openConfigEditor }) => {
    await openConfigEditor({ allowedInterfaces: ['eth0'] }, { theme });
    expect(await barriers(page)).toEqual([]);
  });
}
