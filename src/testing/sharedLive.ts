import {
  StreamingDataFrame,
  toLiveChannelId,
  type DataFrameJSON,
  type DataQueryResponse,
  LoadingState,
} from '@grafana/data';
import type { LiveDataStreamOptions } from '@grafana/runtime';
import { Observable, Subject } from 'rxjs';

interface Channel {
  frame: StreamingDataFrame;
  rows: Subject<unknown[][]>;
}

/**
 * Stands in for Grafana Live and does to frames what Grafana 12.4 does: subscribers of a channel share one buffer, the
 * first one's history fills it, and each has a copy of its own that takes over the newest rows.
 */
export class SharedLive {
  readonly subscriptions: LiveDataStreamOptions[] = [];
  private readonly channels = new Map<string, Channel>();

  /** Channels that somebody listens to. */
  get listening(): string[] {
    return [...this.channels].filter(([, { rows }]) => rows.observed).map(([id]) => id);
  }

  getDataStream(options: LiveDataStreamOptions): Observable<DataQueryResponse> {
    this.subscriptions.push(options);
    const { frame: shared, rows } = this.open(toLiveChannelId(options.addr));
    if (options.buffer) {
      shared.resize(options.buffer);
    }
    if (!shared.hasAtLeastOnePacket() && options.frame) {
      shared.push(options.frame);
    }
    return new Observable((subscriber) => {
      const copy = StreamingDataFrame.deserialize(shared.serialize(undefined, options.buffer));
      const emit = () => {
        subscriber.next({ key: options.key, state: LoadingState.Streaming, data: [copy] });
      };
      emit();
      return rows.subscribe((values) => {
        copy.pushNewValues(values);
        emit();
      });
    });
  }

  /** What the back end sends on a running stream. */
  send(channelId: string, message: DataFrameJSON): void {
    const { frame, rows } = this.open(channelId);
    frame.push(message);
    rows.next(frame.getValuesFromLastPacket());
  }

  private open(id: string): Channel {
    const channel = this.channels.get(id) ?? { frame: StreamingDataFrame.empty(), rows: new Subject() };
    this.channels.set(id, channel);
    return channel;
  }
}
