import fs from 'fs/promises';
import path from 'path';

import { test as base, expect, type Locator, type Page, type Route } from '@playwright/test';

import type { XdpQuery } from '../../src/query/model';
import type { XdpVariableQuery } from '../../src/query/variableQuery';
import type { XdpSettings } from '../../src/settings/model';

import { addressOf, type Deeds, type PageOf, type ThemeName } from './harness/page';

const ROOT = path.resolve(__dirname, '../..');

const DOCUMENT =
  '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Editors</title><link rel="icon" href="data:,"></head>' +
  // Grafana's server writes what it boots with into its page.
  '<body style="margin: 0"><div id="root"></div><script>window.grafanaBootData = { settings: {}, user: {} }</script>' +
  '<script src="/editors.js"></script></body></html>';

/** Grafana's fonts are in no package of it. Text in another font tests as well. */
const FONTS = /\/public\/fonts\//;

/** What the page may ask for, by the beginning of its path, and the directory where it lies. */
const FILES: ReadonlyArray<[string, string]> = [
  ['/public/build/img/', 'node_modules/@grafana/ui/dist/public/img/'],
  ['/public/img/', 'node_modules/@grafana/ui/dist/public/img/'],
  ['/', 'target/component-tests/'],
];

/** Answers without a server, so that no port has to be free. */
async function answer(route: Route): Promise<void> {
  const { pathname } = new URL(route.request().url());
  if (pathname === '/') {
    await route.fulfill({ contentType: 'text/html', body: DOCUMENT });
    return;
  }
  const [prefix, directory] = FILES.find(([beginning]) => pathname.startsWith(beginning)) ?? ['/', ''];
  const file = path.join(ROOT, directory, pathname.slice(prefix.length));
  const exists = await fs.access(file).then(
    () => true,
    () => false
  );
  await route.fulfill(exists ? { path: file } : { status: 404 });
}

interface Editors {
  openQueryEditor: (query?: Partial<XdpQuery>, theme?: ThemeName) => Promise<void>;
  openVariableEditor: (query: XdpVariableQuery | string, theme?: ThemeName) => Promise<void>;
  openConfigEditor: (jsonData?: XdpSettings, options?: { readOnly?: boolean; theme?: ThemeName }) => Promise<void>;
}

/** Each test has a page to open an editor in, and fails by whatever the browser complains about. */
export const test = base.extend<Editors & { complaints: string[] }>({
  complaints: [
    async ({ page }, use) => {
      const complaints: string[] = [];
      page.on('console', (message) => {
        const complaint = `${message.text()} (${message.location().url})`;
        if ((message.type() === 'error' || message.type() === 'warning') && !FONTS.test(complaint)) {
          complaints.push(complaint);
        }
      });
      page.on('pageerror', (error) => complaints.push(String(error)));
      await use(complaints);
      expect(complaints).toEqual([]);
    },
    { auto: true },
  ],
  openQueryEditor: async ({ page }, use) => {
    await use(async (query = {}, theme = 'dark') => {
      await open(page, { editor: 'query', theme, query });
      // The fields come before the lists that they offer.
      await expect(page.getByPlaceholder('eth0 (default route)').or(page.getByText('eth0'))).toBeVisible();
    });
  },
  openVariableEditor: async ({ page }, use) => {
    await use(async (query, theme = 'dark') => {
      await open(page, { editor: 'variable', theme, query });
      await expect(page.getByRole('radiogroup', { name: 'List' })).toBeVisible();
    });
  },
  openConfigEditor: async ({ page }, use) => {
    await use(async (jsonData = {}, { readOnly = false, theme = 'dark' } = {}) => {
      await open(page, { editor: 'config', theme, jsonData, readOnly });
      await expect(page.getByTestId('xdplive-config-hook')).toBeVisible();
    });
  },
});

async function open(page: Page, shown: PageOf): Promise<void> {
  await page.route('**/*', answer);
  await page.goto(addressOf(shown));
}

/** What the editor has done so far. */
export function deeds(page: Page): Promise<Deeds> {
  return page.evaluate(() => window.deeds);
}

/** What was done, where the same done again counts once: the lists of @grafana/ui tell of one choice several times. */
export function distinct<T>(done: T[]): T[] {
  const texts = new Set(done.map((each) => JSON.stringify(each)));
  return [...texts].map((text) => JSON.parse(text) as T);
}

/** Types a name into a field that offers some, and takes what it offers first by that name. */
export async function choose(page: Page, field: Locator, name: string): Promise<void> {
  await field.click();
  await field.fill(name);
  await page
    .getByRole('option', { name: new RegExp(`^${name}`) })
    .first()
    .click();
}

export { expect };
