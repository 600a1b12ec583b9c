import { measured, pictured, type Panel } from './grafana';
import { report } from './report';
import { withTraffic } from './traffic';

/** Seconds until a page has all that it shows. */
const WARM = 15;

const COLUMNS =
  'time interface direction source_ip source_port destination_ip destination_port protocol length ttl vlan tcp_flags';

const table = (filter: string): Panel => ({
  type: 'table',
  query: { kind: 'packets', interfaces: ['lo'], filter, columns: COLUMNS.split(' '), rowsKept: 1_000 },
  options: { sortBy: [{ displayName: 'time', desc: true }] },
});

const graph = (query: Panel['query']): Panel => ({
  type: 'timeseries',
  query: { kind: 'rates', interfaces: ['lo'], measure: 'bits', ...query },
});

const conversations: Panel = { type: 'table', query: { kind: 'flows', interfaces: ['lo'], top: 20 } };

const hooks: Panel = { type: 'table', query: { kind: 'capture', interfaces: ['lo'] } };

/** Eleven tables of packets, seven graphs of rates, conversations and hooks: each asks for something of its own. */
const PANELS: readonly Panel[] = [
  ...[0, 1, 2, 3].flatMap((index) => [
    table(ports(index)),
    graph({ filter: ports(index), groupBy: 'destination_port' }),
  ]),
  graph({ groupBy: 'destination' }),
  graph({}),
  ...[4, 5, 6, 7].map((index) => table(ports(index))),
  graph({ groupBy: 'protocol' }),
  ...[8, 9, 10].map((index) => table(ports(index))),
  conversations,
  hooks,
];

function ports(index: number): string {
  return `udp dst portrange ${20_000 + 10 * index}-${20_009 + 10 * index}`;
}

/** A page with so many panels of live traffic, for so many seconds: how long its tasks are. */
export async function panels(count = PANELS.length, seconds = 600): Promise<void> {
  await withTraffic(() =>
    measured({ panels: PANELS.slice(0, count), from: 'now-5m' }, async (page, tasks) => {
      await page.waitForTimeout(WARM * 1_000);
      const begun = await tasks.heap();
      const before = await tasks.work();
      await page.waitForTimeout(seconds * 1_000);
      const after = await tasks.work();
      const long = await tasks.longSince(before.at);
      const percent = (time: number) => (100 * time) / (after.at - before.at);
      report(`${count} panels for ${seconds} s`, {
        'longest task, ms': long[0] ?? 0,
        'tasks of more than 200 ms': long.filter((duration) => duration > 200).length,
        'tasks of more than 50 ms': long.length,
        'of the time in these, %': percent(long.reduce((sum, duration) => sum + duration, 0)),
        'processor in tasks, %': percent(after.task - before.task),
        'of it in scripts, %': percent(after.script - before.script),
        'heap after 15 s, MB': begun,
        'heap at the end, MB': await tasks.heap(),
      });
      await pictured(page, `panels-${count}`);
    })
  );
}
