import { measured, pictured, type Panel } from './grafana';
import { perMessage } from './messages';
import { report } from './report';
import { GROUPED, PACKETS, StandIn, TIME, type Message } from './standIn';

/** An hour, each second of which has ten groups that no other has. */
const SECONDS = 3_600;
const NEW = 10;
/** Messages that are sent at once, while the past is made. */
const AT_ONCE = 100;
/** Messages that are measured. */
const MEASURED = 60;

const QUERY: Panel['query'] = { kind: 'rates', interfaces: ['lo'], groupBy: 'source', measure: 'packets', top: NEW };

/** A graph of the last hour that has seen 36,000 groups: what each further second costs the page. */
export async function groups(): Promise<void> {
  const begin = Date.now() - SECONDS * 1_000;
  let second = 0;
  const standIn = new StandIn({
    asked: { ...QUERY, direction: 'both', filter: '', columns: [], interval: 1_000 },
    answer: () => ({
      schema: { fields: [TIME, { ...PACKETS, labels: { source: addressOf(0) } }] },
      data: { values: [[begin], [1]] },
    }),
  });
  const send = () => {
    second += 1;
    standIn.send(messageOf(begin, second));
  };
  const panels = [{ type: 'timeseries', query: QUERY }];
  await measured({ panels, from: 'now-1h', before: (page) => standIn.takeOver(page) }, async (page, tasks) => {
    await standIn.isFollowed(page);
    const empty = await tasks.heap();
    while (second < SECONDS) {
      for (let sent = 0; sent < AT_ONCE; sent += 1) {
        send();
      }
      await page.waitForTimeout(200);
    }
    // What Grafana keeps of each drawing, until the next few, is much where a hundred seconds come at once.
    await perMessage(page, tasks, 10, send);
    const messages = await perMessage(page, tasks, MEASURED, send);
    report(`${(second * NEW).toLocaleString('en')} groups, of them an hour's in the graph`, {
      ...messages,
      'heap without groups, MB': empty,
      'heap with them, MB': await tasks.heap(),
    });
    await pictured(page, 'groups');
  });
}

function messageOf(begin: number, second: number): Message {
  const time = begin + second * 1_000;
  const named = Array.from({ length: NEW }, (_, index) => addressOf(second * NEW + index));
  const values = [
    [...named, 'other'].map(() => time),
    [...named, 'other'],
    [...named.map((_, index) => 100 - index), 5_000],
  ];
  return second === 1 ? { schema: { fields: GROUPED }, data: { values } } : { data: { values } };
}

function addressOf(number: number): string {
  return `10.${(number >> 16) & 255}.${(number >> 8) & 255}.${number & 255}`;
}
