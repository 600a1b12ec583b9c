import {
  LoadingState,
  type DataFrame,
  type DataQueryRequest,
  type DataQueryResponse,
  type QueryResultMetaNotice,
} from '@grafana/data';
import {
  concat,
  distinctUntilChanged,
  EMPTY,
  filter,
  map,
  merge,
  of,
  switchMap,
  tap,
  timer,
  type Observable,
} from 'rxjs';

import { t } from '../locale/t';
import { isOfLines } from '../query/kinds';
import { isName } from '../query/interfaceSets';
import type { XdpQuery } from '../query/model';

import { boundsAfterPause, boundsOf, boundsWhilePaused } from './bounds';
import { canonicalQuery, type CanonicalQuery } from './canonicalQuery';
import { captureReportOf, type CaptureReport } from './captureReport';
import { rowsOfTick, type CaptureRow } from './captureRows';
import type { ChannelStore } from './channelStore';
import { CUT_AFTER, isCut } from './connection';
import type { LiveChannel, LiveSource } from './liveChannel';
import { nameSeries } from './nameSeries';
import { emptyPart, keptSince } from './keptSince';
import { noticesOf, quietNotices, type PanelFacts } from './notices';
import { noticesInOne } from './noticesInOne';
import type { Pause } from './pause';
import { quietAfter } from './quiet';
import type { Bounds } from './rowLog';
import { answeredFor, openStore, type Held } from './stores';
import type { StreamFacts } from './streamNotices';
import { viewOf, type View } from './view';

/** What a frame goes on with, and for whom. */
export interface Stream {
  channel: LiveChannel;
  source: LiveSource;
  /** Tells the emissions of this stream from those of others in the same panel. */
  key: string;
  query: XdpQuery;
  request: DataQueryRequest<XdpQuery>;
  /** Tells its series from those of the panel's other queries. */
  seriesName?: string;
  /** That of the panel, which may have several streams. */
  pause: Pause;
}

/** What was drawn last, as far as it decides whether to draw anew. */
interface Drawn {
  version: unknown;
  response: DataQueryResponse;
  notices: QueryResultMetaNotice[];
}

/**
 * Cells of a table for a line of a log: 1,000 lines are drawn about once a second. Grafana makes lines anew whenever some
 * come, and a line that is made anew between the press of a button and its release takes no click.
 */
const CELLS_OF_LINE = 2_000;

/** One query of a panel that follows a stream. */
export class Panel {
  /** For the pace of the page. */
  readonly shown = { cells: 0 };
  private readonly asked: CanonicalQuery;
  private readonly report: CaptureReport | undefined;
  private readonly rows: Held;
  private readonly counters: Held | undefined;
  /** Store and view go by it, also when it changes. */
  private readonly bounds: Bounds;
  private readonly view: View;
  private hadRows = false;
  /** What was drawn last of the stream, and the number behind its last row. */
  private last: { frame: DataFrame; end: number };
  /** The bounds before the panel stood still, and since when it does; undefined: it moves. */
  private still: { before: Bounds; since: number } | undefined;
  /** Whether it holds more than its query says, since it stood still once. */
  private isWidened = false;
  private readonly leavePause: () => void;
  /** How many messages had come when none had come for too long; undefined: that has not been. */
  private quietAfter: number | undefined;

  constructor(
    private readonly history: DataFrame,
    private readonly stream: Stream
  ) {
    const { channel, source, query, request, pause } = stream;
    this.asked = canonicalQuery(channel.query);
    this.report = captureReportOf(history);
    this.bounds = boundsOf(query, this.asked, request.range);
    // Counters come first, so that what is known of them is known when the panel begins.
    this.counters = this.report && openStore(this.report.channel, source, { maxLength: 0, maxAge: 0 });
    this.rows = openStore(channel, source, this.bounds);
    if (this.asked.kind !== 'flows') {
      this.rows.store.join(answeredFor(channel, history));
    }
    this.view = viewOf(this.asked, history, this.rows.store, this.bounds);
    this.last = { frame: history, end: this.rows.store.log.end };
    this.leavePause = pause.follow(() => this.newRows ?? 0);
  }

  /** Rows that came since the panel was drawn; undefined where they take the place of others, or are points of a graph. */
  private get newRows(): number | undefined {
    return ['flows', 'rates'].includes(this.asked.kind) ? undefined : this.rows.store.log.end - this.last.end;
  }

  /** Whenever there may be something new to draw. */
  news(): Observable<unknown> {
    const { store } = this.rows;
    return merge(
      of(undefined),
      store.changes,
      ...(this.counters === undefined ? [] : [this.counters.store.changes]),
      this.asked.isOfInterval ? this.quiet(store) : EMPTY,
      // It is told when it has lasted for a while.
      concat(of(undefined), store.changes).pipe(
        map(() => store.connection),
        distinctUntilChanged(),
        switchMap(({ state }) => (state === 'connected' ? EMPTY : timer(CUT_AFTER)))
      )
    );
  }

  /** When no message has come for a while. */
  private quiet(store: ChannelStore): Observable<unknown> {
    return concat(of(undefined), store.changes).pipe(
      map(() => store.messages),
      distinctUntilChanged(),
      switchMap((messages) =>
        timer(quietAfter(this.asked.interval)).pipe(
          filter(() => store.connection.error === undefined),
          tap(() => {
            this.quietAfter = messages;
          })
        )
      )
    );
  }

  draw(): Drawn {
    const { since } = this.stream.pause;
    if (since !== undefined) {
      return this.drawStill(since);
    }
    this.goOn();
    const { store } = this.rows;
    const shown = this.view.draw();
    // What shows the last interval must not go on showing one of long ago.
    const isQuiet = this.quietAfter === store.messages;
    const frame = nameSeries(isQuiet ? withoutRows(shown) : { ...shown }, this.stream.seriesName);
    this.last = { frame, end: store.log.end };
    this.shown.cells = frame.length * (isOfLines(this.stream.query) ? CELLS_OF_LINE : frame.fields.length);
    this.hadRows ||= frame.length > 0;
    return this.drawn(frame, [store.log.version, store.messages, isQuiet].join());
  }

  close(): void {
    this.rows.close();
    this.counters?.close();
    this.leavePause();
  }

  /** What was drawn last, again, with what is to be told now. What comes is held for later. */
  private drawStill(since: number): Drawn {
    const { frame } = this.last;
    if (this.still === undefined) {
      this.still = { before: { ...this.bounds }, since };
      if (this.newRows !== undefined) {
        Object.assign(this.bounds, boundsWhilePaused(this.bounds, frame.length));
      }
    }
    return this.drawn({ ...frame }, `still since ${since}`);
  }

  private goOn(): void {
    if (this.still !== undefined && this.newRows !== undefined) {
      const { before, since } = this.still;
      const came = { rows: this.newRows, length: Date.now() - since };
      Object.assign(this.bounds, boundsAfterPause(before, this.last.frame.length, came));
      this.isWidened ||= this.bounds.maxLength > before.maxLength;
    }
    this.still = undefined;
  }

  private drawn(frame: DataFrame, rows: string): Drawn {
    const hasRows = frame.length > 0;
    const notices = this.notices(hasRows);
    const { refId, name, meta } = this.history;
    // Notices that came with an empty answer say why it is empty.
    const isAnswered = this.history.length === 0 && hasRows;
    const all = noticesInOne([...((isAnswered ? undefined : meta?.notices) ?? []), ...notices]);
    const data = [{ ...frame, refId, name, meta: { ...meta, notices: all.length > 0 ? all : undefined } }];
    const { key } = this.stream;
    const { error } = this.rows.store.connection;
    const response: DataQueryResponse =
      error === undefined
        ? { key, state: LoadingState.Streaming, data }
        : {
            key,
            state: LoadingState.Error,
            data,
            errors: [{ refId, message: t('live.error', 'Streaming channel error: {{error}}', { error }) }],
          };
    return { version: [rows, hasRows, error].join(), response, notices };
  }

  private notices(hasRows: boolean): QueryResultMetaNotice[] {
    const { channel, request } = this.stream;
    const { store } = this.rows;
    const live: StreamFacts = {
      connection: isCut(store.connection, Date.now()) ? store.connection : undefined,
      silent: this.counters?.store.silent ?? store.silent,
      missing: store.log.missing,
      breaks: store.log.breaks,
      leftOut: this.view.leftOut(),
      kept: this.asked.kind === 'rates' ? undefined : (this.still?.before ?? this.bounds).maxLength,
      isWidened: this.isWidened,
      still: this.still && { since: this.still.since, newRows: this.newRows },
      empty: emptyPart(keptSince(this.history), request.range, Date.now()),
      timeZone: request.timezone,
    };
    const { isOfInterval, interval } = this.asked;
    if (this.report === undefined) {
      return quietNotices(isOfInterval && !hasRows ? interval : undefined, live);
    }
    const quietFor = isOfInterval && this.hadRows ? interval : undefined;
    const facts = { ...this.report, ...askedBy(channel.query), counters: this.countersNow(), hasRows };
    return noticesOf({ ...facts, channel: channel.path, quietFor, live });
  }

  /** The newest counters; none while, or once, there is nothing to be had from their channel. */
  private countersNow(): CaptureRow[] {
    const store = this.counters?.store;
    if (
      store?.lastMessage === undefined ||
      store.connection.error !== undefined ||
      store.connection.state === 'ended'
    ) {
      return [];
    }
    return rowsOfTick(store.log.columns, store.lastMessage);
  }
}

function withoutRows(frame: DataFrame): DataFrame {
  return { ...frame, fields: frame.fields.map((field) => ({ ...field, values: [] })), length: 0 };
}

/** What the canonical query says, into which the back end has filled what was not asked for by name. */
function askedBy(query: object): Pick<PanelFacts, 'interfaces' | 'limit'> {
  const { interfaces, limit } = query as Record<string, unknown>;
  const names = (Array.isArray(interfaces) ? interfaces : []).filter((name) => typeof name === 'string');
  return {
    interfaces: names.filter(isName),
    limit: typeof limit === 'number' ? limit : undefined,
  };
}
