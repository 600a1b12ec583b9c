import type { CDPSession, Page } from '@playwright/test';

import { id as pluginId } from '../../src/plugin.json';

/** What the thread of a page has done since it was opened. */
export interface Work {
  /** When, by the page's clock, ms. */
  at: number;
  /** The processor's time that tasks took, and scripts in them, ms. */
  task: number;
  script: number;
}

/** Where the time of scripts went, ms. */
export interface Shares {
  /** To functions of the plugin. */
  plugin: number;
  /** To those of Grafana and its libraries. */
  grafana: number;
  /** To the garbage collector, whoever's garbage it was. */
  garbage: number;
}

/** A task of 50 ms or more: when it began, by the page's clock, and how long it took, ms. */
interface LongTask {
  start: number;
  duration: number;
}

interface Observed {
  longTasks?: LongTask[];
}

/** Has a page keep its long tasks from its beginning on. */
export async function followTasks(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const tasks: LongTask[] = [];
    (window as Observed).longTasks = tasks;
    new PerformanceObserver((list) => {
      for (const { startTime, duration } of list.getEntries()) {
        tasks.push({ start: startTime, duration });
      }
    }).observe({ type: 'longtask', buffered: true });
  });
}

/** How busy the thread of a page is, and what its scripts hold. */
export class Tasks {
  private constructor(
    private readonly page: Page,
    private readonly devtools: CDPSession
  ) {}

  static async of(page: Page): Promise<Tasks> {
    const devtools = await page.context().newCDPSession(page);
    await devtools.send('Performance.enable', { timeDomain: 'threadTicks' });
    return new Tasks(page, devtools);
  }

  async work(): Promise<Work> {
    const at = await this.page.evaluate(() => performance.now());
    const metric = await this.metrics();
    return { at, task: 1_000 * metric('TaskDuration'), script: 1_000 * metric('ScriptDuration') };
  }

  /** Megabytes that scripts hold when what nobody needs any more is gone. */
  async heap(): Promise<number> {
    await this.devtools.send('HeapProfiler.collectGarbage');
    const metric = await this.metrics();
    return metric('JSHeapUsedSize') / 1e6;
  }

  /** How long each of the long tasks since then was, the longest first. */
  async longSince(start: number): Promise<number[]> {
    const tasks = await this.page.evaluate(() => (window as Observed).longTasks ?? []);
    const since = tasks.filter((task) => task.start >= start).map(({ duration }) => duration);
    return since.sort((a, b) => b - a);
  }

  /** Where the time of scripts goes while this goes on. */
  async shares(during: () => Promise<unknown>): Promise<Shares> {
    await this.devtools.send('Profiler.enable');
    await this.devtools.send('Profiler.start');
    await during();
    const { profile } = await this.devtools.send('Profiler.stop');
    const frames = new Map(profile.nodes.map(({ id, callFrame }) => [id, callFrame]));
    const shares = { plugin: 0, grafana: 0, garbage: 0 };
    profile.samples?.forEach((id, index) => {
      const { url = '', functionName = '' } = frames.get(id) ?? {};
      const time = (profile.timeDeltas?.[index] ?? 0) / 1_000;
      if (functionName === '(garbage collector)') {
        shares.garbage += time;
      } else if (url.includes(`/plugins/${pluginId}/`)) {
        shares.plugin += time;
      } else if (url.startsWith('http')) {
        shares.grafana += time;
      }
    });
    return shares;
  }

  private async metrics(): Promise<(name: string) => number> {
    const { metrics } = await this.devtools.send('Performance.getMetrics');
    return (name) => metrics.find((metric) => metric.name === name)?.value ?? NaN;
  }
}
