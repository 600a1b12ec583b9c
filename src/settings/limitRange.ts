import { LIMIT, type WholeNumberRange } from '../query/model';

import { MOST } from './maxLimit';

/**
 * Rows a second that a query may ask for under the administrator's ceiling, null where there is none, and the data
 * source's own, which can only be lower. A query that does not ask gets the default.
 */
export function limitRange(administrators: number | null, dataSources: number | undefined): WholeNumberRange {
  const max = Math.min(administrators ?? MOST, dataSources ?? MOST);
  return { min: LIMIT.min, max, default: Math.min(LIMIT.default, max) };
}
