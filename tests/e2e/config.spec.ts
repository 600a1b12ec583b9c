import { expect, test } from '@grafana/plugin-e2e';

import pluginJson from '../../src/plugin.json';

import { DATA_SOURCE } from './here';

test('a data source needs no setting: Save & test says what it watches', async ({
  createDataSourceConfigPage,
  page,
}) => {
  const configPage = await createDataSourceConfigPage({ type: pluginJson.id });
  await expect(configPage.saveAndTest()).toBeOK();
  await expect(configPage).toHaveAlert('success');
  await expect(page.getByTestId('xdplive-config-hook')).toHaveValue('Automatic');
});

test('a setting is kept', async ({ createDataSourceConfigPage, page }) => {
  const configPage = await createDataSourceConfigPage({ type: pluginJson.id });
  await page.getByTestId('xdplive-config-allowed-interfaces').fill('lo\neth*');
  await expect(configPage.saveAndTest()).toBeOK();
  await page.reload();
  await expect(page.getByTestId('xdplive-config-allowed-interfaces')).toHaveValue('lo\neth*');
});

test('settings that Grafana says are read-only cannot be edited', async ({ gotoDataSourceConfigPage, page }) => {
  // As of a data source that is provisioned with `editable: false`, which the one of `provisioning/` is not.
  await page.route(`**/api/datasources/uid/${DATA_SOURCE.uid}*`, async (route) => {
    const response = await route.fetch();
    const dataSource = (await response.json()) as Record<string, unknown>;
    await route.fulfill({ response, json: { ...dataSource, readOnly: true } });
  });
  await gotoDataSourceConfigPage(DATA_SOURCE.uid);
  for (const field of ['hook', 'show-own-traffic', 'allowed-interfaces', 'minimum-role', 'max-limit']) {
    await expect(page.getByTestId(`xdplive-config-${field}`)).toBeDisabled();
  }
});

for (const [language, title, most] of [
  ['de-DE', 'Wer was sehen darf', '10.000'],
  ['fr-FR', 'Qui peut voir quoi', '10\u202f000'],
  ['en-US', 'Who may see what', '10,000'],
] as const) {
  test(`the settings are in the language of Grafana, ${language}`, async ({ page }) => {
    await page.goto(`/connections/datasources/edit/${DATA_SOURCE.uid}?lang=${language}`);
    await expect(page.getByRole('heading', { name: title, exact: true })).toBeVisible();
    await expect(page.getByTestId('xdplive-config-max-limit')).toHaveAttribute('placeholder', most);
  });
}
