import type { DataFrame, Field } from '@grafana/data';

import type { CanonicalQuery } from './canonicalQuery';
import type { ChannelStore } from './channelStore';
import { addRows, groupedSeries, groupsOf, type Grouping } from './groupedRates';
import { GroupedRows } from './groupedRows';
import { columnsOf, type Bounds, type LogColumn } from './rowLog';
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
      const { log } = store;
      const columns = log.rowsFrom(cut.first());
      return log.columns.length === 0 ? { ...history } : frameOf(history, log.columns, columns);
    },
    leftOut: () => cut.rows,
  };
}

/** One series a group, which keeps its place as long as it has one. */
function newestSeries(grouping: Grouping, history: DataFrame, store: ChannelStore, bounds: Bounds): View {
  const cut = new Cut(store, bounds);
  const followed = new Followed(store, grouping);
  const { refId, name, meta } = history;
  let shown: Shown = { groups: groupsOf(history, grouping) };
  return {
    draw: () => {
      const rows = followed.rowsFrom(cut.first());
      const config = store.log.columns.find((column) => column.name === grouping.measure)?.config;
      const series = groupedSeries(rows, { refId, name, meta, config }, grouping, shown);
      shown = series.shown;
      return series.frame;
    },
    leftOut: () => cut.rows,
  };
}

/** The rows of a log as they are drawn from, of which only those that are new are read each time. */
class Followed {
  private readonly rows = new GroupedRows();
  private revision: number | undefined;
  /** The numbers of the first of them, and behind the last. */
  private first = 0;
  private end = 0;

  constructor(
    private readonly store: ChannelStore,
    private readonly grouping: Grouping
  ) {}

  /** Those from one number on. */
  rowsFrom(first: number): GroupedRows {
    const { log } = this.store;
    const isOther = this.revision !== log.revision || first < this.first || first > this.end;
    if (isOther) {
      this.rows.clear();
      this.revision = log.revision;
      this.end = first;
    } else {
      this.rows.drop(first - this.first);
    }
    this.first = first;
    addRows(this.rows, log.columns, log.rowsFrom(this.end), this.grouping);
    this.end = log.end;
    return this.rows;
  }
}

/** Counts the rows that a panel has no room for. */
class Cut {
  rows = 0;
  /** The first row that was shown. */
  private shown: number | undefined;

  constructor(
    private readonly store: ChannelStore,
    private readonly bounds: Bounds
  ) {}

  /** The number of the first row that there is room for. */
  first(): number {
    const { log } = this.store;
    const newest = log.newest(this.bounds);
    const before = this.shown ?? newest.young;
    // Rows that the log has forgotten meanwhile were not too old either.
    const young = newest.young === log.cutAt ? before : Math.max(newest.young, before);
    this.rows += Math.max(newest.first - young, 0);
    this.shown = newest.first;
    return newest.first;
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
