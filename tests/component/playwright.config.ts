import { defineConfig } from '@playwright/test';

import { CHROMIUM, ONLY_HERE } from '../chromium';

/** The editors in a real browser, without Grafana. Times are those of a slow machine; nothing waits for them to pass. */
export default defineConfig({
  testDir: '.',
  outputDir: '../../target/component-results',
  workers: 1,
  retries: 0,
  forbidOnly: true,
  timeout: 120_000,
  expect: { timeout: 30_000 },
  reporter: 'list',
  use: {
    browserName: 'chromium',
    baseURL: 'http://127.0.0.1/',
    viewport: { width: 1280, height: 720 },
    // Colours that are still on their way would be measured.
    contextOptions: { reducedMotion: 'reduce' },
    launchOptions: { ...CHROMIUM, args: [...(CHROMIUM.args ?? []), ONLY_HERE] },
  },
});
