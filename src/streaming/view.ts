import type { DataFrame, Field } from '@grafana/data';

import type { CanonicalQuery } from './canonicalQuery';
import type { ChannelStore } from './channelStore';
import { groupsOf, wideSeries, type Grouping } from './groupedRates';
import { columnsOf, type Bounds, type LogColumn, type Rows } from './rowLog';
import type { Shown } from './shownGroups';

/** What a panel shows of a channel's store, made anew each time it draws. */
export interface View {
  /** The rows to be drawn. */
  draw: () => DataFrame;
  /** Rows that were left out since the panel opened, because it holds no more. */
  leftOut: () => number;
}

/** The view that a query asks for. `history` is its answer. */
export function viewOf(asked: CanonicalQuery, history: DataFrame, store: ChannelStore, bounds: Bounds): View {
  if (asked.kind === 'flows') {
    return lastMessage(history, store);
  }
  return asked.grouping === undefined
    ? newestRows(history, store, bounds)
    : newestSeries(asked.grouping, history, store, bounds);
}

/** The table of the last message; before one has come, that of the answer. */
function lastMessage(history: DataFrame, store: ChannelStore): View {
  const before = store.messages;
  const columns = columnsOf(history.fields);
  return {
    draw: () => {
      // Older than the answer, as far as is known: since then the network may have fallen silent.
      if (store.messages === before || store.lastMessage === undefined) {
        return { ...history };
      }
      const values = store.lastMessage;
      const named = store.log.columns.length === values.length ? store.log.columns : columns;
      return frameOf(history, named, values);
    },
    leftOut: () => 0,
  };
}

function newestRows(history: DataFrame, store: ChannelStore, bounds: Bounds): View {
  const cut = new Cut(store, bounds);
  return {
    draw: () => {
      const { columns } = cut.newest();
      return store.log.columns.length === 0 ? { ...history } : frameOf(history, store.log.columns, columns);
    },
    leftOut: () => cut.rows,
  };
}

/** One series a group, which keeps its place as long as it has one. */
function newestSeries(grouping: Grouping, history: DataFrame, store: ChannelStore, bounds: Bounds): View {
  const cut = new Cut(store, bounds);
  let shown: Shown = { groups: groupsOf(history, grouping) };
  return {
    draw: () => {
      const { columns } = cut.newest();
      const series = wideSeries(frameOf(history, store.log.columns, columns), grouping, shown);
      shown = series.shown;
      return series.frame;
    },
    leftOut: () => cut.rows,
  };
}

/** Counts the rows that a panel has no room for. */
class Cut {
  rows = 0;
  /** The first row that was shown. */
  private first: number | undefined;

  constructor(
    private readonly store: ChannelStore,
    private readonly bounds: Bounds
  ) {}

  newest(): Rows {
    const { log } = this.store;
    const newest = log.newest(this.bounds);
    const before = this.first ?? newest.young;
    // Rows that the log has forgotten meanwhile were not too old either.
    const young = newest.young === log.cutAt ? before : Math.max(newest.young, before);
    this.rows += Math.max(newest.first - young, 0);
    this.first = newest.first;
    return newest;
  }
}

function frameOf({ refId, name, meta }: DataFrame, columns: readonly LogColumn[], values: unknown[][]): DataFrame {
  const fields: Field[] = columns.map((column, index) => ({
    name: column.name,
    type: column.type,
    config: column.config ?? {},
    values: values[index] ?? [],
  }));
  return { refId, name, meta, fields, length: fields[0]?.values.length ?? 0 };
}
