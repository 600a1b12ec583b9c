import {
  CoreApp,
  dateTime,
  LogRowContextQueryDirection,
  type DataFrame,
  type DataQueryRequest,
  type LogRowContextOptions,
  type LogRowModel,
  type TimeRange,
} from '@grafana/data';

import { t } from '../locale/t';
import type { XdpQuery } from '../query/model';
import { liveChannelOf } from '../streaming/liveChannel';

import { interfaceOfLine, logFrame } from './logLines';

/** Milliseconds that Grafana's window for the context of a line has to either side, unless it says otherwise. */
const WINDOW = 2 * 60 * 60_000;
/** Lines where Grafana does not say how many. */
const LIMIT = 100;

/** Which packets the context of a line is made of. */
export type ContextOf = 'every packet' | 'its filter' | 'nothing';

/** A line, and where its context is to be looked for. */
export interface Line {
  /** When its packet was seen, ms since 1970. */
  time: number;
  interface: string | undefined;
  /** The query that it was shown for, as the back end wrote it. */
  query: Record<string, unknown>;
  /** Of which packets it is context itself; undefined: a line of a panel. */
  contextOf: ContextOf | undefined;
}

/** What is known of a line; undefined where it is none of ours. */
export function lineOf({ dataFrame, rowIndex, timeEpochMs }: LogRowModel): Line | undefined {
  const channel = liveChannelOf(dataFrame);
  const { contextOf } = (dataFrame.meta?.custom ?? {}) as { contextOf?: ContextOf };
  return (
    channel && {
      time: timeEpochMs,
      interface: interfaceOfLine(dataFrame, rowIndex),
      query: channel.query as Record<string, unknown>,
      contextOf,
    }
  );
}

/** The request for what may be kept before or after a line. */
export function contextRequest(line: Line, options: LogRowContextOptions): DataQueryRequest<XdpQuery> {
  const { direction, scopedVars = {} } = options;
  const range = contextRange(line, options);
  return {
    app: CoreApp.Unknown,
    requestId: `context-${direction ?? ''}-${line.time}`,
    targets: contextQueries(line).map(({ query }) => query),
    range,
    rangeRaw: range.raw,
    scopedVars,
    interval: '1s',
    intervalMs: 1_000,
    timezone: 'browser',
    startTime: Date.now(),
  };
}

/** The range that holds what is before or after a line, and the line itself. */
function contextRange({ time }: Line, { direction, timeWindowMs = WINDOW }: LogRowContextOptions): TimeRange {
  const [from, to] = isForward(direction) ? [time, time + timeWindowMs] : [time - timeWindowMs, time];
  const ends = { from: dateTime(from), to: dateTime(to) };
  return { ...ends, raw: ends };
}

/**
 * The queries whose packets may be kept around a line, the best first: every packet of the interface, as a panel with the
 * same interfaces or with this one alone asks for them, and those of the line's own query.
 */
export function contextQueries({ interface: name, query, contextOf }: Line): Array<{ of: ContextOf; query: XdpQuery }> {
  const every = without(query, ['filter', 'direction']);
  const ofThisAlone = { ...without(every, ['limit']), interfaces: name === undefined ? every.interfaces : [name] };
  const all: Array<{ of: ContextOf; query: object }> = [
    { of: 'every packet', query: every },
    { of: 'every packet', query: ofThisAlone },
    { of: 'its filter', query },
  ];
  return all
    .filter(({ of }) => contextOf === undefined || of === contextOf)
    .map((asked, index) => ({ ...asked, query: { ...asked.query, refId: `context-${index}` } }));
}

/** The lines before or after a line, and of which packets they are. */
export interface Context {
  of: ContextOf;
  frame: DataFrame | undefined;
}

/**
 * Makes it of the answers to {@link contextQueries}. Only an answer that has the line's own packet surrounds it: what is kept
 * may be of another time. Of those within its millisecond, nobody can tell which were earlier: they go before it.
 */
export function contextIn(
  answers: readonly DataFrame[],
  line: Line,
  { direction, limit = LIMIT }: LogRowContextOptions
): Context {
  for (const { of, query } of contextQueries(line)) {
    const answer = answers.find(({ refId }) => refId === query.refId);
    const rows = answer === undefined ? [] : rowsOf(answer, line.interface);
    if (answer !== undefined && rows.some(({ time }) => time === line.time)) {
      const wanted = isForward(direction)
        ? rows.filter(({ time }) => time > line.time).slice(0, limit)
        : rows.filter(({ time }) => time <= line.time).slice(-limit);
      const places = wanted.map(({ place }) => place).reverse();
      return { of, frame: linesAt(answer, places, of) };
    }
  }
  return { of: 'nothing', frame: undefined };
}

/** What is told of it to who looks at a line. */
export function tellContext(of: ContextOf, { interface: name, query: { filter } }: Line): string {
  switch (of) {
    case 'every packet':
      return name === undefined
        ? t('context.every', 'Every packet that is kept around this line, whatever the filter.')
        : t('context.every-on', 'Every packet on {{name}} that is kept around this line, whatever the filter.', {
            name,
          });
    case 'its filter':
      return typeof filter === 'string' && filter !== '' ? ofFilter(filter, name) : ofNoFilter(name);
    default:
      return t('context.nothing', 'No packets are kept around this line any more.');
  }
}

function ofFilter(filter: string, name: string | undefined): string {
  return name === undefined
    ? t(
        'context.filtered',
        'The packets that match the filter "{{filter}}". No others are kept around this line: they are while a panel without a filter is open.',
        { filter }
      )
    : t(
        'context.filtered-on',
        'The packets on {{name}} that match the filter "{{filter}}". No others are kept around this line: they are while a panel without a filter is open.',
        { filter, name }
      );
}

function ofNoFilter(name: string | undefined): string {
  return name === undefined
    ? t('context.kept', 'The packets that are kept around this line.')
    : t('context.kept-on', 'The packets on {{name}} that are kept around this line.', { name });
}

function isForward(direction: LogRowContextQueryDirection | undefined): boolean {
  return direction === LogRowContextQueryDirection.Forward;
}

function without(query: Record<string, unknown>, keys: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(query).filter(([key]) => !keys.includes(key)));
}

/** The rows of one interface, in the order of their times. */
function rowsOf({ fields, length }: DataFrame, name: string | undefined): Array<{ time: number; place: number }> {
  const valuesOf = (column: string): unknown[] | undefined => fields.find((field) => field.name === column)?.values;
  const [times, interfaces] = [valuesOf('time'), valuesOf('interface')];
  const rows = Array.from({ length }, (_, place) => ({ time: times?.[place], place }));
  return rows.filter(
    (row): row is { time: number; place: number } =>
      typeof row.time === 'number' && (name === undefined || interfaces === undefined || interfaces[row.place] === name)
  );
}

/** The rows of an answer at these places as lines, which know of what they are the context. */
function linesAt(answer: DataFrame, places: readonly number[], contextOf: ContextOf): DataFrame {
  const fields = answer.fields.map((field) => {
    const values: unknown[] = field.values;
    return { ...field, values: places.map((place) => values[place]) };
  });
  const custom: unknown = answer.meta?.custom;
  const meta = { custom: { ...(custom as object), contextOf } };
  return logFrame({ ...answer, meta, fields, length: places.length }, 0, places.length);
}
