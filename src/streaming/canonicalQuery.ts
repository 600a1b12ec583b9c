import { INTERVAL, TOP, type Measure, type WholeNumberRange } from '../query/model';

import type { Grouping } from './groupedRates';

/** What the back end made of a query, as far as it decides how its stream is shown. */
export interface CanonicalQuery {
  kind: string;
  /** Milliseconds. */
  interval: number;
  /** Whether there is a row for each group. */
  isGrouped: boolean;
  /** How rows become one series a group; undefined where they do not. */
  grouping: Grouping | undefined;
  top: number;
  /** Whether what is shown is no older than an interval. */
  isOfInterval: boolean;
}

const MEASURES: readonly Measure[] = [
  'packets',
  'bits',
  'size',
  'utilisation',
  'retransmits',
  'resets',
  'zero_windows',
  'unanswered',
  'rtt',
];

/** Reads the query that a channel is opened with. What is missing, or not as agreed, has its default. */
export function canonicalQuery(query: object): CanonicalQuery {
  const { kind, interval, groupBy, measure, columns, top, since } = query as Record<string, unknown>;
  const isGrouped = (kind === 'rates' || kind === 'drops') && typeof groupBy === 'string';
  const hasColumns = Array.isArray(columns) && columns.length > 0;
  const most = numberIn(TOP, top);
  return {
    kind: typeof kind === 'string' ? kind : 'packets',
    interval: numberIn(INTERVAL, interval),
    isGrouped,
    grouping:
      isGrouped && !hasColumns
        ? { key: groupBy, measure: MEASURES.find((known) => known === measure) ?? 'packets', top: most }
        : undefined,
    top: most,
    isOfInterval: kind === 'flows' && since !== 'start',
  };
}

function numberIn({ min, max, default: fallback }: WholeNumberRange, value: unknown): number {
  return typeof value === 'number' && value >= min && value <= max ? value : fallback;
}
