import examples from './filterExamples.json';
import { isOfFlows, isUsed, withoutUnusedKeys } from './kinds';
import type { XdpQuery } from './model';

/** A filter for who has none yet. */
export interface FilterExample {
  filter: string;
  /** A sentence. */
  shows: string;
  /** Whether it asks for no more than what a flow carries. */
  isOfFlows: boolean;
}

/** The back end's tests read them as well, so that each of them is a filter. */
export const FILTER_EXAMPLES: readonly FilterExample[] = examples;

/** The query with that filter, of the same kind if that can have it, else of packets. */
export function withExample(query: XdpQuery, { filter, isOfFlows: isForFlows }: FilterExample): XdpQuery {
  const canHaveIt = isUsed(query, 'filter') && query.groupBy !== 'tcp_flag' && (isForFlows || !isOfFlows(query));
  if (canHaveIt) {
    return { ...query, filter };
  }
  // Columns of one kind mean nothing to another.
  const rest = Object.entries(query).filter(([key]) => key !== 'columns');
  return withoutUnusedKeys({ ...(Object.fromEntries(rest) as unknown as XdpQuery), kind: 'packets', filter });
}
