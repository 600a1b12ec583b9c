import { LiveChannelScope, type DataFrame, type LiveChannelEvent } from '@grafana/data';
import type { GrafanaLiveSrv } from '@grafana/runtime';
import { defer, type Observable } from 'rxjs';

/** Where the rows that follow a frame come from. */
export interface LiveChannel {
  /** Path below `ds/<uid>/`. */
  path: string;
  /** The canonical query. The back end refuses a subscription whose query does not hash to the path. */
  query: object;
}

/** As much of Grafana Live as a panel needs, and whose channels it listens to. */
export interface LiveSource {
  live: Pick<GrafanaLiveSrv, 'getStream'>;
  dataSourceUid: string;
  /** What the back end answers to a channel's query now, for what is missing; undefined: nothing. Fails where it is refused. */
  askAgain: (channel: LiveChannel) => Promise<DataFrame | undefined>;
}

/**
 * The channel that the back end names in a frame's `meta.custom`. It is not in `meta.channel`, because Grafana would
 * subscribe to that by itself and without the query.
 */
export function liveChannelOf(frame: DataFrame): LiveChannel | undefined {
  return asLiveChannel(frame.meta?.custom);
}

export function asLiveChannel(named: unknown): LiveChannel | undefined {
  if (!isObject(named) || !('channel' in named) || !('data' in named)) {
    return undefined;
  }
  const { channel, data } = named;
  return typeof channel === 'string' && channel !== '' && isObject(data) ? { path: channel, query: data } : undefined;
}

/** Listens to a channel, with its query. */
export function listenTo<T>(
  channel: LiveChannel,
  { live, dataSourceUid }: LiveSource
): Observable<LiveChannelEvent<T>> {
  const address = {
    scope: LiveChannelScope.DataSource,
    stream: dataSourceUid,
    // What older Grafana calls `stream`.
    namespace: dataSourceUid,
    path: channel.path,
    data: channel.query,
  };
  // Grafana may throw instead of telling.
  return defer(() => live.getStream<T>(address));
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
