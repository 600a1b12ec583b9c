import { expect, test } from '@grafana/plugin-e2e';

import pluginJson from '../../plugin.json';

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
