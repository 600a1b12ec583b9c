import path from 'path';

import { type PluginOptions } from '@grafana/plugin-e2e';
import { defineConfig, devices } from '@playwright/test';

import { CHROMIUM } from './tests/chromium';

/** Where plugin-e2e keeps the session that its sign-in has opened, below the directory of the run. */
const SESSION = path.resolve('playwright/.auth', `${process.env.GRAFANA_ADMIN_USER ?? 'admin'}.json`);

/** Everything together, in the Grafana at GRAFANA_URL: see tools/e2e.sh. */
export default defineConfig<PluginOptions>({
  testDir: 'tests/e2e',
  outputDir: 'target/e2e-results',
  workers: 1,
  retries: 0,
  forbidOnly: true,
  timeout: 180_000,
  expect: { timeout: 60_000 },
  reporter: 'list',
  use: {
    ...devices['Desktop Chrome'],
    baseURL: process.env.GRAFANA_URL ?? 'http://127.0.0.1:3000',
    viewport: { width: 1600, height: 1200 },
    launchOptions: CHROMIUM,
    trace: 'retain-on-failure',
    provisioningRootDir: path.resolve('provisioning'),
  },
  projects: [
    {
      name: 'sign in',
      testDir: path.join(path.dirname(require.resolve('@grafana/plugin-e2e')), 'auth'),
      testMatch: [/.*\.js/],
    },
    { name: 'e2e', use: { storageState: SESSION }, dependencies: ['sign in'] },
  ],
});
