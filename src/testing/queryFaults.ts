import { GROUPINGS, lacksTunnels } from '../query/groups';
import { kindOf, withoutUnusedKeys } from '../query/kinds';
import { INTERVAL, LIMIT, ROWS_KEPT, TOP, type WholeNumberRange, type XdpQuery } from '../query/model';

import { COLUMNS } from './columns';

const NUMBERS: Record<string, WholeNumberRange> = { limit: LIMIT, interval: INTERVAL, top: TOP, rowsKept: ROWS_KEPT };

const CHOICES: Record<string, readonly string[]> = {
  direction: ['in', 'out', 'both'],
  measure: ['packets', 'bits', 'size', 'utilisation', 'retransmits', 'resets', 'zero_windows', 'unanswered', 'rtt'],
  since: ['interval', 'start'],
  decapsulate: ['none', 'inner'],
  groupBy: GROUPINGS.map(({ groupBy }) => groupBy),
};

const OTHER_KEYS = ['refId', 'datasource', 'kind', 'interfaces', 'hosts', 'filter', 'columns'];

/** What in a dashboard's query the editor could not have written. */
export function queryFaults(query: XdpQuery): string[] {
  const kind = kindOf(query)?.kind;
  if (kind === undefined) {
    return [`kind ${String(query.kind)}`];
  }
  const used = Object.keys(withoutUnusedKeys(query));
  const columns = COLUMNS[kind].map(({ name }) => name);
  return [
    ...Object.entries(query).flatMap(([key, value]) => (isPossible(key, value) ? [] : [`${key} ${String(value)}`])),
    ...Object.keys(query).flatMap((key) => (used.includes(key) ? [] : [`${key}, of no use to ${kind}`])),
    ...(query.columns ?? []).flatMap((name) => (columns.includes(name) ? [] : [`columns ${name}`])),
    ...(query.groupBy === 'tcp_flag' && query.filter ? ['filter, which rates grouped by tcp_flag do not take'] : []),
    ...(lacksTunnels(query) ? [`groupBy ${String(query.groupBy)} without a look into tunnels`] : []),
  ];
}

function isPossible(key: string, value: unknown): boolean {
  const range = NUMBERS[key];
  if (range !== undefined) {
    return Number.isInteger(value) && Number(value) >= range.min && Number(value) <= range.max;
  }
  const choices = CHOICES[key];
  return choices === undefined ? OTHER_KEYS.includes(key) : choices.includes(String(value));
}
