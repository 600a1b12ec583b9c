import {
  isDataFrame,
  LoadingState,
  StreamingFrameAction,
  type DataFrame,
  type DataQueryResponse,
  type QueryResultMetaNotice,
} from '@grafana/data';
import {
  catchError,
  combineLatest,
  defer,
  distinctUntilChanged,
  endWith,
  map,
  of,
  scan,
  startWith,
  type Observable,
} from 'rxjs';

import { ANY_INTERFACE } from '../query/model';

import { canonicalQuery } from './canonicalQuery';
import { captureReportOf, type CaptureReport } from './captureReport';
import { newestRows, type CaptureRow } from './captureRows';
import { listenTo, type LiveChannel, type LiveSource } from './liveChannel';
import { noticesOf, quietNotices, type PanelFacts } from './notices';
import { rowsShown, type Stream } from './rowsShown';

/** More rows than any tick has. Less than a tick would make of hooks at its beginning hooks that are not there. */
const TICK_ROWS = 10_000;

interface Emission {
  response: DataQueryResponse;
  counters: CaptureRow[];
  hasRows: boolean;
  /** Now or before. */
  hadRows: boolean;
  notices: QueryResultMetaNotice[];
}

/**
 * Goes on from the history with what the stream brings. The counters of the capture say, as notices, why the panel is
 * empty or what it lacks; the panel draws itself for rows, and without rows for new words alone.
 */
export function followFrame(history: DataFrame, stream: Stream): Observable<DataQueryResponse> {
  const { channel, source } = stream;
  const report = captureReportOf(history);
  // Counters come first, so that what is known of them is known when the panel begins.
  return combineLatest([countersOf(report?.channel, source), rowsShown(history, stream)]).pipe(
    scan<[CaptureRow[], DataQueryResponse], Emission, undefined>((before, [counters, response]) => {
      const hasRows = framesOf(response).some(({ length }) => length > 0);
      const hadRows = hasRows || before?.hadRows === true;
      const isNews = counters !== before?.counters || hasRows !== before.hasRows;
      const notices = isNews ? noticesFor(channel, report, { counters, hasRows, hadRows }) : before.notices;
      return { response, counters, hasRows, hadRows, notices };
    }, undefined),
    distinctUntilChanged((before, now) => before.response === now.response && isAlike(before.notices, now.notices)),
    map(({ response, notices }) => {
      framesOf(response).forEach((frame) => {
        keepIdentity(frame, history, notices);
      });
      return response;
    })
  );
}

function noticesFor(
  { path: channel, query }: LiveChannel,
  report: CaptureReport | undefined,
  { hadRows, ...seen }: Pick<Emission, 'counters' | 'hasRows' | 'hadRows'>
): QueryResultMetaNotice[] {
  const { isOfInterval, interval } = canonicalQuery(query);
  if (report === undefined) {
    return isOfInterval && !seen.hasRows ? quietNotices(interval) : [];
  }
  const quietFor = isOfInterval && hadRows ? interval : undefined;
  return noticesOf({ ...report, ...askedBy(query), ...seen, channel, quietFor });
}

/** What the canonical query says, into which the back end has filled what was not asked for by name. */
function askedBy(query: object): Pick<PanelFacts, 'interfaces' | 'limit'> {
  const { interfaces, limit } = query as Record<string, unknown>;
  const names = (Array.isArray(interfaces) ? interfaces : []).filter((name) => typeof name === 'string');
  return {
    interfaces: names.filter((name) => name !== ANY_INTERFACE),
    limit: typeof limit === 'number' ? limit : undefined,
  };
}

/** The newest counters; none while, or once, there is nothing to be had from their channel. */
function countersOf(channel: LiveChannel | undefined, source: LiveSource): Observable<CaptureRow[]> {
  if (channel === undefined) {
    return of([]);
  }
  const buffer = { action: StreamingFrameAction.Replace, maxLength: TICK_ROWS };
  return defer(() => listenTo(channel, source, { buffer })).pipe(
    map((response) => (response.state === LoadingState.Error ? [] : framesOf(response).flatMap(newestRows))),
    catchError(() => of([])),
    startWith([]),
    endWith([])
  );
}

/**
 * Panels with one query share a stream, and with it the name, refId and notices of whichever subscribed first. The
 * frame of each panel is its own copy, so it gets back what this panel's answer said.
 */
function keepIdentity(frame: DataFrame, history: DataFrame, notices: QueryResultMetaNotice[]): void {
  frame.refId = history.refId;
  frame.name = history.name;
  // Notices that came with an empty answer say why it is empty.
  const isAnswered = history.length === 0 && frame.length > 0;
  const all = [...((isAnswered ? undefined : history.meta?.notices) ?? []), ...notices];
  frame.meta = { ...history.meta, notices: all.length > 0 ? all : undefined };
}

function framesOf({ data }: DataQueryResponse): DataFrame[] {
  return data.filter(isDataFrame);
}

function isAlike(some: QueryResultMetaNotice[], others: QueryResultMetaNotice[]): boolean {
  return JSON.stringify(some) === JSON.stringify(others);
}
