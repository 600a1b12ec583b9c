import {
  isLiveChannelMessageEvent,
  isLiveChannelStatusEvent,
  type DataFrameJSON,
  type LiveChannelEvent,
} from '@grafana/data';
import { Subject, type Observable, type Subscription } from 'rxjs';

import { connectionAfter, type Connection } from './connection';
import { Heartbeat, type Silent } from './heartbeat';
import { columnsOf, RowLog, type Bounds, type LogColumn, type Sequence } from './rowLog';

/** A message of a stream: columns where they are named anew, rows, and for packets where they stand. */
export interface StreamMessage extends DataFrameJSON {
  run?: string;
  first?: number;
}

/** Rows of an answer, as the stream would have sent them. */
export interface Answered {
  columns: readonly LogColumn[];
  values: unknown[][];
  sequence: Sequence | undefined;
}

/** Milliseconds between two questions for what is missing. */
const ASK_AGAIN_AFTER = 2_000;

/**
 * What this page has of one channel, for all panels that follow it: its rows, its last message, and how it is connected.
 * Panels read it when they draw.
 */
export class ChannelStore {
  readonly log = new RowLog();
  /** Told of everything new. */
  readonly changes = new Subject<void>();
  connection: Connection = { state: 'opening', since: Date.now(), error: undefined };
  /** The rows of the last message; undefined while there was none. */
  lastMessage: unknown[][] | undefined;
  /** How often a message came. */
  messages = 0;
  private readonly viewers = new Set<Bounds>();
  private readonly subscription: Subscription;
  private readonly heartbeat: Heartbeat | undefined;
  private askedAt = -Infinity;
  /** Whether something is missing for which the back end was not asked yet. */
  private isIncomplete = false;
  /** Whether the next rows follow those that are there. */
  private isUnbroken = false;

  /**
   * Follows these events. `ask` brings what the back end still has; rows without numbers that are more than `patience` ms
   * later than the last ones do not follow them. A stream that always has something to tell is silent after `silentAfter` ms.
   */
  constructor(
    events: Observable<LiveChannelEvent<StreamMessage>>,
    private readonly ask: () => Promise<Answered | undefined>,
    private readonly patience: number,
    silentAfter?: number
  ) {
    this.heartbeat =
      silentAfter === undefined
        ? undefined
        : new Heartbeat(silentAfter, ask, () => {
            this.changes.next();
          });
    this.subscription = events.subscribe({
      next: (event) => {
        this.take(event);
      },
      error: (error: unknown) => {
        this.end(error instanceof Error ? error.message : String(error));
      },
      complete: () => {
        this.end(undefined);
      },
    });
  }

  /** A panel that wants so much. Returns how it goes. */
  open(bounds: Bounds): () => void {
    this.viewers.add(bounds);
    return () => {
      this.viewers.delete(bounds);
      if (this.viewers.size === 0) {
        this.subscription.unsubscribe();
        this.heartbeat?.stop();
      }
    };
  }

  /** A stream that is connected, and does not tell what it always does; undefined: it is as it should be. */
  get silent(): Silent | undefined {
    const { state, error } = this.connection;
    return state === 'connected' && error === undefined ? this.heartbeat?.silent : undefined;
  }

  get isUsed(): boolean {
    return this.viewers.size > 0;
  }

  /** Joins the rows of an answer to those that are there. */
  join({ columns, values, sequence }: Answered): void {
    if (this.log.takes(columns)) {
      if (this.log.columns.length === 0) {
        this.log.describe(columns);
      }
      const inOrder = this.log.columns.map(({ name }) => values[columns.findIndex((c) => c.name === name)] ?? []);
      this.log.insert(inOrder, sequence);
      this.trim();
    }
  }

  private take(event: LiveChannelEvent<StreamMessage>): void {
    if (isLiveChannelMessageEvent(event)) {
      this.describe(event.message);
      this.add(event.message);
    } else if (isLiveChannelStatusEvent(event)) {
      const before = this.connection;
      this.connection = connectionAfter(before, event, Date.now());
      if (this.connection.state === 'cut') {
        this.isUnbroken = false;
      }
      // Its rows may be those of long ago: Grafana repeats the last message that named the columns.
      this.describe(event.message as StreamMessage | undefined);
      // Nothing may come for long that would show what is missing: rows that were sent before it was connected, of a stream
      // that ran already, and those that were sent while it was not.
      if (this.connection.state === 'connected' && before.state !== 'connected') {
        this.isIncomplete ||= before.state === 'cut' || this.log.isNumbered;
        this.fill();
      }
    } else {
      return;
    }
    this.changes.next();
  }

  private describe(message: StreamMessage | undefined): void {
    const fields = message?.schema?.fields;
    if (fields !== undefined) {
      this.log.describe(columnsOf(fields as LogColumn[]));
    }
  }

  private add({ data, run, first }: StreamMessage): void {
    const values = data?.values;
    if (values === undefined || values.length === 0) {
      return;
    }
    if (this.connection.error !== undefined) {
      this.connection = { ...this.connection, error: undefined };
    }
    this.lastMessage = values;
    this.messages += 1;
    this.heartbeat?.beat();
    const sequence = run === undefined || first === undefined ? undefined : { run, first };
    const lastTime = this.log.newestTime;
    const isGap = this.log.append(values, sequence, this.isUnbroken);
    this.isUnbroken = true;
    const isLater = (this.log.newestTime ?? 0) - (lastTime ?? Infinity) > this.patience;
    this.isIncomplete ||= isGap && (sequence !== undefined || isLater);
    this.trim();
    this.fill();
  }

  /** Asks for what is missing, if anything. */
  private fill(): void {
    const now = Date.now();
    // Whoever wants the last message alone misses nothing.
    const isWanted = [...this.viewers].some(({ maxLength }) => maxLength > 0);
    if (!this.isIncomplete || !isWanted || now - this.askedAt < ASK_AGAIN_AFTER) {
      return;
    }
    this.isIncomplete = false;
    this.askedAt = now;
    this.ask().then(
      (answered) => {
        if (answered !== undefined && this.isUsed) {
          this.join(answered);
          this.changes.next();
        }
      },
      () => {
        // What is missing stays missing, and is told.
      }
    );
  }

  private trim(): void {
    const bounds = [...this.viewers];
    const isAnyAge = bounds.some(({ maxAge }) => maxAge === undefined);
    this.log.trim({
      maxLength: Math.max(0, ...bounds.map(({ maxLength }) => maxLength)),
      maxAge: isAnyAge ? undefined : Math.max(0, ...bounds.map(({ maxAge = 0 }) => maxAge)),
    });
  }

  private end(error: string | undefined): void {
    this.connection = { state: 'ended', since: Date.now(), error };
    this.changes.next();
  }
}
