import type { DataFrame } from '@grafana/data';

import type { Answered } from './channelStore';
import { columnsOf, type Sequence } from './rowLog';

/** The rows of an answer, as their stream would have sent them. */
export function answeredRows({ fields, meta }: DataFrame): Answered {
  return {
    columns: columnsOf(fields),
    values: fields.map(({ values }) => values as unknown[]),
    sequence: sequenceIn(meta?.custom),
  };
}

/** Where the back end says that the rows of an answer stand. */
function sequenceIn(custom: unknown): Sequence | undefined {
  const { run, first } = (custom ?? {}) as Record<string, unknown>;
  return typeof run === 'string' && typeof first === 'number' ? { run, first } : undefined;
}
