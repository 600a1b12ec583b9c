import type { PanelEditPage } from '@grafana/plugin-e2e';
import type { Page } from '@playwright/test';

import { DATA_SOURCE, INTERFACE } from './here';

/** A new panel of this data source, which shows this kind. */
export async function ask(panel: PanelEditPage, page: Page, kind: string): Promise<void> {
  await panel.datasource.set(DATA_SOURCE.name);
  await page.getByRole('radio', { name: kind, exact: true }).click({ force: true });
  await choose(page, 'Interface', INTERFACE);
}

/** Chooses in a field what begins with a name. */
export async function choose(page: Page, label: string, name: string): Promise<void> {
  const field = page.getByLabel(label, { exact: true });
  await field.fill(name);
  await page
    .getByRole('option', { name: new RegExp(`^${name}`) })
    .first()
    .click();
  await field.press('Escape');
}
