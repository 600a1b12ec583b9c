import {
  LoadingState,
  StreamingDataFrame,
  StreamingFrameAction,
  toLiveChannelId,
  type DataFrameJSON,
  type DataQueryError,
  type DataQueryResponse,
} from '@grafana/data';
import type { LiveDataStreamOptions } from '@grafana/runtime';
import { Observable, ReplaySubject } from 'rxjs';

/** What a channel tells its subscribers: values to add, an error, or (neither) to take the whole frame anew. */
interface Message {
  values?: unknown[][];
  error?: DataQueryError;
}

interface Channel {
  frame: StreamingDataFrame;
  /** Who comes later begins with the last message. */
  messages: ReplaySubject<Message>;
}

/**
 * Stands in for Grafana Live and does to frames what Grafana 12.4 does: subscribers of a channel share one buffer, the
 * first one's history fills it, and each has a copy of its own that takes over the newest rows. A copy that replaces
 * holds the rows of the last message alone, which may be a history.
 */
export class SharedLive {
  readonly subscriptions: LiveDataStreamOptions[] = [];
  private readonly channels = new Map<string, Channel>();

  /** Channels that somebody listens to. */
  get listening(): string[] {
    return [...this.channels].filter(([, { messages }]) => messages.observed).map(([id]) => id);
  }

  getDataStream({ addr, frame: history, ...options }: LiveDataStreamOptions): Observable<DataQueryResponse> {
    this.subscriptions.push({ addr, frame: history, ...options });
    const id = toLiveChannelId(addr);
    const { frame: shared, messages } = this.open(id);
    const buffer = { action: StreamingFrameAction.Append, maxLength: 1_000, maxDelta: Infinity, ...options.buffer };
    if (shared.needsResizing(buffer)) {
      shared.resize(buffer);
    }
    if (!shared.hasAtLeastOnePacket() && history) {
      this.send(id, history);
    }
    const whole = (error?: DataQueryError) => {
      const length = error === undefined ? shared.packetInfo.length : 0;
      const trim = buffer.action === StreamingFrameAction.Replace ? { maxLength: length } : undefined;
      return StreamingDataFrame.deserialize(shared.serialize(undefined, buffer, trim));
    };
    return new Observable((subscriber) => {
      let copy: StreamingDataFrame | undefined;
      return messages.subscribe({
        next: ({ values, error }) => {
          if (copy === undefined || values === undefined) {
            copy = whole(error);
          } else {
            copy.pushNewValues(values);
          }
          const state = error === undefined ? LoadingState.Streaming : LoadingState.Error;
          subscriber.next({ key: options.key, state, error, data: [copy] });
        },
        complete: () => {
          subscriber.complete();
        },
      });
    });
  }

  /** What the back end sends on a running stream. */
  send(channelId: string, message: DataFrameJSON): void {
    const { frame, messages } = this.open(channelId);
    const { schemaChanged } = frame.push(message);
    messages.next(schemaChanged ? {} : { values: frame.getValuesFromLastPacket() });
  }

  /** The websocket or the back end refuses a channel. */
  fail(channelId: string, message: string): void {
    this.open(channelId).messages.next({ error: { message } });
  }

  /** Grafana shuts a channel down. */
  end(channelId: string): void {
    this.open(channelId).messages.complete();
  }

  /** Grafana lets go of a channel to which nobody has listened for some seconds, and of what it held. */
  close(channelId: string): void {
    this.end(channelId);
    this.channels.delete(channelId);
  }

  private open(id: string): Channel {
    const channel = this.channels.get(id) ?? {
      frame: StreamingDataFrame.empty({ maxLength: 100 }),
      messages: new ReplaySubject(1),
    };
    this.channels.set(id, channel);
    return channel;
  }
}
