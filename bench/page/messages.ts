import type { Page } from '@playwright/test';

import type { Tasks } from './tasks';

/** Seconds without a message, to be taken off. */
const IDLE = 10;

/** Milliseconds between two messages, as of a query of rates. */
const EVERY = 1_000;

/** What a stream of one message a second costs a page. */
export async function perMessage(
  page: Page,
  tasks: Tasks,
  count: number,
  send: () => void
): Promise<Record<string, number>> {
  const idle = await perSecond(page, tasks, IDLE, () => undefined);
  const { script, task, longest } = await perSecond(page, tasks, count, send);
  const { plugin, grafana, garbage } = await tasks.shares(() => sendEverySecond(page, count, send));
  return {
    'processor in tasks, ms a message': task - idle.task,
    'of it in scripts': script - idle.script,
    'processor in tasks where nothing comes, ms a second': idle.task,
    'longest task, ms': longest,
    "plugin's functions, ms a message": plugin / count,
    "Grafana's functions, ms a message": grafana / count,
    'garbage collector, ms a message': garbage / count,
  };
}

async function perSecond(page: Page, tasks: Tasks, count: number, send: () => void) {
  const before = await tasks.work();
  await sendEverySecond(page, count, send);
  const after = await tasks.work();
  const [longest = 0] = await tasks.longSince(before.at);
  return { script: (after.script - before.script) / count, task: (after.task - before.task) / count, longest };
}

async function sendEverySecond(page: Page, count: number, send: () => void) {
  for (let sent = 0; sent < count; sent += 1) {
    send();
    await page.waitForTimeout(EVERY);
  }
}
