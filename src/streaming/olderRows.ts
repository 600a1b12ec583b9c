import { FieldType, type DataFrame, type Field, type StreamingFrameOptions } from '@grafana/data';

type Bounds = Partial<Pick<StreamingFrameOptions, 'maxLength' | 'maxDelta'>>;

/**
 * How many rows of a history are older than what a stream holds. Grafana begins a stream with the history of the first
 * panel alone: who comes later, or asks for a longer time range, has rows in the answer that the stream has not.
 */
export function countOlder(history: DataFrame, held: DataFrame): number {
  const [first] = timesOf(held);
  const known = new Set(held.fields.map(nameAndType));
  const isAlike =
    history.fields.length === known.size && history.fields.every((field) => known.has(nameAndType(field)));
  if (!isAlike) {
    return 0;
  }
  if (first === undefined) {
    return held.length === 0 ? history.length : 0;
  }
  const newer = timesOf(history).findIndex((time) => time >= first);
  return newer === -1 ? history.length : newer;
}

/** The first `count` rows of a history, as far as they are within a panel's bounds, before what its stream holds. */
export function withOlderRows(history: DataFrame, count: number, held: DataFrame, bounds: Bounds): DataFrame {
  const { maxLength = Infinity, maxDelta = Infinity } = bounds;
  const times = timesOf(history).slice(0, count);
  const newest = timesOf(held).at(-1) ?? times.at(-1) ?? 0;
  const young = times.findIndex((time) => time >= newest - maxDelta);
  const begin = Math.max(count - Math.max(maxLength - held.length, 0), young === -1 ? count : young);
  if (begin >= count) {
    return held;
  }
  const { refId, name, meta, length } = held;
  const fields = held.fields.map((field) => {
    const older: unknown[] = history.fields.find((past) => past.name === field.name)?.values ?? [];
    return { ...field, values: [...older.slice(begin, count), ...(field.values as unknown[])] };
  });
  return { refId, name, meta, fields, length: length + count - begin };
}

function nameAndType({ name, type }: Field): string {
  return `${type} ${name}`;
}

/** Empty where a frame has no times: its rows have no order that rows could be put before. */
function timesOf(frame: DataFrame): number[] {
  const values: unknown[] = frame.fields.find(({ type }) => type === FieldType.time)?.values ?? [];
  return values.filter((time) => typeof time === 'number');
}
