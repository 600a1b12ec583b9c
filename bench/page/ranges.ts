import type { Page } from '@playwright/test';

import { measured, pictured, type Panel } from './grafana';
import { perMessage } from './messages';
import { report } from './report';
import { GROUPED, PACKETS, StandIn, TIME, type Message } from './standIn';

const HOURS = 8;
const SECONDS = HOURS * 3_600;
/** Milliseconds after which the graph is there. */
const DRAWN = 5_000;
/** Messages that are measured. */
const MEASURED = 20;

/** A graph of the last eight hours, of one rate and of eleven: how long it takes from the answer to the picture. */
export async function ranges(): Promise<void> {
  const protocols = Array.from({ length: 10 }, (_, index) => `protocol ${index}`);
  await range([]);
  await range([...protocols, 'other']);
}

async function range(groups: readonly string[]): Promise<void> {
  const groupBy = groups.length > 0 ? 'protocol' : undefined;
  const query: Panel['query'] = { kind: 'rates', interfaces: ['lo'], measure: 'packets', groupBy };
  const standIn = new StandIn({
    asked: { ...query, direction: 'both', filter: '', columns: [], interval: 1_000, top: 10 },
    answer: () => answerOf(groups),
  });
  const before = async (page: Page) => {
    await followDrawing(page);
    await standIn.takeOver(page);
  };
  const panels = [{ type: 'timeseries', query }];
  await measured({ panels, from: `now-${HOURS}h`, before }, async (page, tasks) => {
    await standIn.isFollowed(page);
    await page.waitForTimeout(DRAWN);
    const { answered, drawn } = await drawing(page);
    const [longest = 0] = await tasks.longSince(answered);
    const messages = await perMessage(page, tasks, MEASURED, () => {
      standIn.send(nextOf(groups));
    });
    report(`${HOURS} hours of ${groups.length === 0 ? 'one rate' : `${groups.length} groups`}`, {
      'from the answer to the picture, ms': drawn - answered,
      'longest task until then, ms': longest,
      ...messages,
      'heap, MB': await tasks.heap(),
    });
    await pictured(page, `range-${groups.length}`);
  });
}

interface Drawing {
  drawnAt?: number;
}

/** Has a page note when its first graph was painted. */
async function followDrawing(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const observer = new MutationObserver(() => {
      if (document.querySelector('.u-wrap canvas') === null) {
        return;
      }
      observer.disconnect();
      // The first task after the frame in which it was painted.
      requestAnimationFrame(() => {
        setTimeout(() => {
          (window as Drawing).drawnAt = performance.now();
        });
      });
    });
    observer.observe(document, { childList: true, subtree: true });
  });
}

/** When the answer had arrived, and when the graph was painted, by the page's clock, ms. */
function drawing(page: Page): Promise<{ answered: number; drawn: number }> {
  return page.evaluate(() => {
    const requests = performance.getEntriesByType('resource') as PerformanceResourceTiming[];
    const answered = requests.find(({ name }) => name.includes('/api/ds/query'))?.responseEnd ?? NaN;
    return { answered, drawn: (window as Drawing).drawnAt ?? NaN };
  });
}

function answerOf(groups: readonly string[]): Required<Message> {
  const begin = Math.floor(Date.now() / 1_000) * 1_000 - SECONDS * 1_000;
  const times = Array.from({ length: SECONDS }, (_, second) => begin + second * 1_000);
  const labels = groups.length === 0 ? [undefined] : groups.map((protocol) => ({ protocol }));
  const values = labels.map((_, series) => times.map((_time, second) => valueAt(second, series)));
  return {
    schema: { fields: [TIME, ...labels.map((own) => ({ ...PACKETS, labels: own }))] },
    data: { values: [times, ...values] },
  };
}

function nextOf(groups: readonly string[]): Message {
  const time = Math.floor(Date.now() / 1_000) * 1_000;
  return groups.length === 0
    ? { schema: { fields: [TIME, PACKETS] }, data: { values: [[time], [1_000]] } }
    : { schema: { fields: GROUPED }, data: { values: [groups.map(() => time), [...groups], groups.map(() => 1_000)] } };
}

/** A wave with noise on it, which is the same each time. */
function valueAt(second: number, series: number): number {
  return 1_000 + 200 * Math.sin(second / 500 + series) + ((second * 7_919 * (series + 1)) % 50);
}
