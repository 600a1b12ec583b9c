import { byThreshold, figures, thresholds } from './kit/figures';
import type { Pipeline } from './kit/pipeline';
import { UNITS } from './kit/units';

/** What tells counters that only go up from each other, and those counters. */
type Counter =
  'host' | 'interface' | 'direction' | 'channel' | 'lost_ring' | 'lost_queue' | 'lost_network' | 'flow_overflow';

/** What the figures of {@link lossFigures} count. */
export const LOSS =
  'No room in the ring: the plugin was too slow. Not taken in time: Grafana was too slow. Not arrived: lost between another machine and this one. No room for flow: the table of flows was full. Groups and conversations miss these packets; without a filter, groups count them in "other".';

/** Loss of each cause in the time range, red from 1 on. Counters that began anew are no loss. */
export function lossFigures() {
  return figures(UNITS.count, 'sum', '^No')
    .colorScheme(byThreshold())
    .thresholds(thresholds('semi-dark-green', { from: 1, color: 'red' }));
}

/** By how much the counters of each stream have grown; what is counted of an interface is the same in all its rows. */
export function lossOf(rows: Pipeline<Counter>): Pipeline<string> {
  return rows
    .groupBy(['host', 'interface', 'direction', 'channel'], {
      lost_ring: 'delta',
      lost_queue: 'delta',
      lost_network: 'delta',
      flow_overflow: 'delta',
    })
    .groupBy(['host', 'interface', 'direction'], {
      'lost_ring (delta)': 'sum',
      'lost_queue (delta)': 'sum',
      'lost_network (delta)': 'sum',
      'flow_overflow (delta)': 'max',
    })
    .named({
      'lost_ring (delta) (sum)': 'No room in the ring',
      'lost_queue (delta) (sum)': 'Not taken in time',
      'lost_network (delta) (sum)': 'Not arrived',
      'flow_overflow (delta) (max)': 'No room for flow',
    });
}
