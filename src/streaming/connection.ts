import { LiveChannelConnectionState, type LiveChannelStatusEvent } from '@grafana/data';

import { t } from '../locale/t';

/** How a channel is connected. */
export interface Connection {
  /** `opening`: not yet. `cut`: it was, and is tried again. `ended`: it is not tried again. */
  state: 'opening' | 'connected' | 'cut' | 'ended';
  /** Since when, ms since 1970. */
  since: number;
  /** What Grafana says is wrong; undefined: nothing. */
  error: string | undefined;
}

/** Milliseconds for which a connection may be missing before anybody is told. */
export const CUT_AFTER = 3_000;

/** Whether there is no connection, and has been none for a while. */
export function isCut({ state, since, error }: Connection, now: number): boolean {
  return state !== 'connected' && error === undefined && (state === 'ended' || now - since >= CUT_AFTER);
}

/** The connection after Grafana has told of it. */
export function connectionAfter(before: Connection, event: LiveChannelStatusEvent, now: number): Connection {
  const state = stateAfter(before, event.state);
  const error = event.error === undefined ? undefined : textOf(event.error);
  return state === before.state ? { ...before, error } : { state, error, since: now };
}

function stateAfter(before: Connection, state: LiveChannelConnectionState): Connection['state'] {
  switch (state) {
    case LiveChannelConnectionState.Connected:
      return 'connected';
    case LiveChannelConnectionState.Shutdown:
    case LiveChannelConnectionState.Invalid:
      return 'ended';
    default:
      return before.state === 'opening' ? 'opening' : 'cut';
  }
}

function textOf(error: unknown): string {
  if (typeof error === 'string') {
    return error;
  }
  const { message } = (typeof error === 'object' ? (error ?? {}) : {}) as { message?: unknown };
  return typeof message === 'string' ? message : t('live.unknown-error', 'unknown error');
}
