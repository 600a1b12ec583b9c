import { randomUUID } from 'crypto';

import { chromium, type APIRequestContext, type Page } from '@playwright/test';

import { id as pluginId } from '../../src/plugin.json';
import type { XdpQuery } from '../../src/query/model';
import { CHROMIUM, ONLY_HERE } from '../../tests/chromium';
import { DATA_SOURCE } from '../../tests/e2e/here';

import { followTasks, Tasks } from './tasks';

const { GRAFANA_URL = 'http://127.0.0.1:3000', GRAFANA_USER = 'admin', GRAFANA_PASSWORD = 'admin' } = process.env;

const datasource = { type: pluginId, uid: DATA_SOURCE.uid };

/** Panels in a row, each as wide as a quarter of the page. */
const IN_A_ROW = 4;

/** A panel of one query. */
export interface Panel {
  type: string;
  query: Partial<XdpQuery>;
  options?: object;
}

/** A page to be measured. */
export interface Opening {
  panels: readonly Panel[];
  /** Where the time range begins, such as "now-1h"; it ends now. */
  from: string;
  /** What comes before the page is loaded. */
  before?: (page: Page) => Promise<void>;
}

/** Opens a dashboard of these panels in a browser of its own, which is measured and closed. */
export async function measured(
  { panels, from, before }: Opening,
  measure: (page: Page, tasks: Tasks) => Promise<void>
) {
  const browser = await chromium.launch({ ...CHROMIUM, args: [...(CHROMIUM.args ?? []), ONLY_HERE] });
  try {
    const context = await browser.newContext({ baseURL: GRAFANA_URL, viewport: { width: 1600, height: 1400 } });
    await ok(context.request.post('/login', { data: { user: GRAFANA_USER, password: GRAFANA_PASSWORD } }));
    const uid = await saved(context.request, panels, from);
    const page = await context.newPage();
    await followTasks(page);
    await before?.(page);
    await page.goto(`/d/${uid}`);
    await measure(page, await Tasks.of(page));
    await ok(context.request.delete(`/api/dashboards/uid/${uid}`));
  } finally {
    await browser.close();
  }
}

/** Keeps a picture of what was measured: a page that shows an error is fast, too. */
export async function pictured(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: `target/page/${name}.png` });
}

async function saved(request: APIRequestContext, panels: readonly Panel[], from: string): Promise<string> {
  const uid = randomUUID();
  const isOne = panels.length === 1;
  const size = isOne ? { w: 24, h: 14 } : { w: 24 / IN_A_ROW, h: 6 };
  const dashboard = {
    uid,
    title: `Measured, ${uid}`,
    time: { from, to: 'now' },
    panels: panels.map(({ type, query, options }, index) => ({
      id: index + 1,
      type,
      title: `${query.kind} ${query.groupBy ?? ''} ${query.filter ?? ''}`,
      datasource,
      gridPos: { x: (index % IN_A_ROW) * size.w, y: Math.floor(index / IN_A_ROW) * size.h, ...size },
      targets: [{ refId: 'A', datasource, ...query }],
      options,
    })),
  };
  await ok(request.post('/api/dashboards/db', { data: { dashboard } }));
  return uid;
}

async function ok(answer: ReturnType<APIRequestContext['post']>) {
  const response = await answer;
  if (!response.ok()) {
    throw new Error(`${response.url()} answered ${response.status()}: ${await response.text()}`);
  }
}
