import { FieldType, type DataFrameJSON } from '@grafana/data';

import { CAPTURE_COLUMNS } from './captureColumns';
import { column } from './column';

const FIELD_TYPE = { time: FieldType.time, string: FieldType.string, number: FieldType.number };

/** Those of a panel's counters, which name the machine as well. */
const COLUMNS = [...CAPTURE_COLUMNS, column('host', 'string', false)];

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
  const fields = COLUMNS.map(({ name, type }) => ({ name, type: FIELD_TYPE[type as keyof typeof FIELD_TYPE] }));
  return { schema: { fields }, ...tick(time, rows) };
}

/** One tick on a running capture channel. */
export function tick(time: number, rows: Counters[]): DataFrameJSON {
  return {
    data: {
      values: COLUMNS.map(({ name }) => rows.map((row) => ({ ...NOTHING, ...row, time })[name] ?? null)),
    },
  };
}
