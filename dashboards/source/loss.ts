import { byThreshold, figures, thresholds } from './kit/figures';
import type { Pipeline } from './kit/pipeline';
import { UNITS } from './kit/units';

/** What tells counters that only go up from each other, and those counters. */
type Counter = 'interface' | 'direction' | 'channel' | 'lost_ring' | 'lost_queue' | 'flow_overflow';

/** What the figures of {@link lossFigures} count. */
export const LOSS =
  'No room in the ring: the plugin was too slow. Not taken in time: Grafana was too slow. No room for flow: the table of flows was full. Groups and conversations miss these packets; without a filter, groups count them in "other".';

/** Loss of each cause in the time range, red from 1 on. Counters that began anew are no loss. */
export function lossFigures() {
  return figures(UNITS.count, 'sum', '^No')
    .colorScheme(byThreshold())
    .thresholds(thresholds('semi-dark-green', { from: 1, color: 'red' }));
}

/** By how much the counters of each stream have grown; what is counted of an interface is the same in all its rows. */
export function lossOf(rows: Pipeline<Counter>): Pipeline<string> {
  return rows
    .groupBy(['interface', 'direction', 'channel'], {
      lost_ring: 'delta',
      lost_queue: 'delta',
      flow_overflow: 'delta',
    })
    .groupBy(['interface', 'direction'], {
      'lost_ring (delta)': 'sum',
      'lost_queue (delta)': 'sum',
      'flow_overflow (delta)': 'max',
    })
    .named({
      'lost_ring (delta) (sum)': 'No room in the ring',
      'lost_queue (delta) (sum)': 'Not taken in time',
      'flow_overflow (delta) (max)': 'No room for flow',
    });
}
