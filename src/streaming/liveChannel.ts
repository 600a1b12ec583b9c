import type { DataFrame } from '@grafana/data';

/** Where the rows that follow a frame come from. */
export interface LiveChannel {
  /** Path below `ds/<uid>/`. */
  path: string;
  /** The canonical query. The back end refuses a subscription whose query does not hash to the path. */
  query: object;
}

/**
 * The channel that the back end names in a frame's `meta.custom`. It is not in `meta.channel`, because Grafana would
 * subscribe to that by itself and without the query.
 */
export function liveChannelOf(frame: DataFrame): LiveChannel | undefined {
  const custom: unknown = frame.meta?.custom;
  if (!isObject(custom) || !('channel' in custom) || !('data' in custom)) {
    return undefined;
  }
  const { channel, data } = custom;
  return typeof channel === 'string' && channel !== '' && isObject(data) ? { path: channel, query: data } : undefined;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
