import { asHookState, type HookState } from '../resources/hookState';

import { groupBy } from './grouping';

/** Counters of one direction of an interface, and of one stream on it. */
export interface CaptureRow {
  interface: string;
  direction: string;
  /** Null: nothing is attached. */
  hook: string | null;
  /** Packets of the interface since it is watched. */
  seen: number;
  /** Packets of Grafana's own delivery that were left out. */
  own: number;
  /** Path of the stream that the counters below belong to; null: no stream. */
  channel: string | null;
  /** The stream's filter; null also for a stream of another data source. */
  filter: string | null;
  matched: number;
  thinned: number;
  lostRing: number;
  lostQueue: number;
  lostNetwork: number;
  /** The machine that counted; null: a back end that does not say. */
  host: string | null;
  /** Undefined: a back end that does not say. */
  state: HookState | undefined;
  /** Why it is in that state; null: there is nothing to say. */
  reason: string | null;
}

/** The rows of a tick, which is one message, with these columns. */
export function rowsOfTick(columns: ReadonlyArray<{ name: string }>, values: unknown[][]): CaptureRow[] {
  const column = (name: string): unknown[] => values[columns.findIndex((known) => known.name === name)] ?? [];
  const text = (name: string, row: number) => {
    const value = column(name)[row];
    return typeof value === 'string' ? value : null;
  };
  const number = (name: string, row: number) => {
    const value = column(name)[row];
    return typeof value === 'number' ? value : 0;
  };
  const times = column('time');
  return times.map((_, row) => ({
    interface: text('interface', row) ?? '',
    direction: text('direction', row) ?? '',
    hook: text('hook', row),
    seen: number('seen', row),
    own: number('own', row),
    channel: text('channel', row),
    filter: text('filter', row),
    matched: number('matched', row),
    thinned: number('thinned', row),
    lostRing: number('lost_ring', row),
    lostQueue: number('lost_queue', row),
    lostNetwork: number('lost_network', row),
    host: text('host', row),
    state: asHookState(text('state', row)),
    reason: text('reason', row),
  }));
}

/** One row of each hook of each machine, whose own counters all its rows repeat. */
export function oneOfEachHook(rows: CaptureRow[]): CaptureRow[] {
  const byHook = groupBy(rows, (row) => `${row.interface} ${row.direction} ${row.host ?? ''}`);
  return [...byHook.values()].flatMap((alike) => alike.slice(0, 1));
}

/** A stream's rows, one of each hook. A stream of another data source with the same query has the same path. */
export function rowsOfStream(rows: CaptureRow[], channel: string): CaptureRow[] {
  const ofChannel = rows.filter((row) => row.channel === channel);
  const isForeign = (row: CaptureRow) => row.filter === null;
  return oneOfEachHook([...ofChannel.filter((row) => !isForeign(row)), ...ofChannel.filter(isForeign)]);
}
