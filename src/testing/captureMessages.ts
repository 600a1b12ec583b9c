import type { DataFrameJSON } from '@grafana/data';

import { COLUMNS, FIELD_TYPE } from './columns';

/** A row of counters by the columns that matter to a check. */
export type Counters = Partial<Record<string, string | number | null>>;

/** On eth0, in by TCX, nothing has happened and nobody listens; a back end that tells no state. */
const NOTHING: Counters = {
  interface: 'eth0',
  direction: 'in',
  hook: 'tcx',
  seen: 0,
  own: 0,
  streams: 0,
  matched: 0,
  thinned: 0,
  lost_ring: 0,
  lost_queue: 0,
  delivered: 0,
  ring_used: 0,
  kernel_ns: null,
  channel: null,
  filter: null,
  flow_overflow: 0,
  host: null,
  state: null,
  reason: null,
};

/** One tick of a capture channel, as its first message: the back end begins each run of a stream with the schema. */
export function firstTick(time: number, rows: Counters[]): DataFrameJSON {
  const fields = COLUMNS.capture.map(({ name, type }) => ({ name, type: FIELD_TYPE[type] }));
  return { schema: { fields }, ...tick(time, rows) };
}

/** One tick on a running capture channel. */
export function tick(time: number, rows: Counters[]): DataFrameJSON {
  return {
    data: {
      values: COLUMNS.capture.map(({ name }) => rows.map((row) => ({ ...NOTHING, ...row, time })[name] ?? null)),
    },
  };
}
