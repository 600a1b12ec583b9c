import {
  LiveChannelConnectionState,
  LiveChannelEventType,
  toLiveChannelId,
  type LiveChannelAddress,
  type LiveChannelEvent,
} from '@grafana/data';
import { Observable, Subject } from 'rxjs';

import type { StreamMessage } from '../streaming/channelStore';

interface Channel {
  events: Subject<LiveChannelEvent<StreamMessage>>;
  /** Grafana repeats it to whoever comes, rows and all. */
  lastWithSchema?: StreamMessage;
  state: LiveChannelConnectionState;
  error?: string;
}

/** Stands in for Grafana Live: events of channels, as Grafana 12.4 tells them. Channels are connected at once, or later. */
export class SharedLive {
  constructor(private readonly begin = LiveChannelConnectionState.Connected) {}

  /** Channels that were opened, in turn. */
  readonly subscriptions: LiveChannelAddress[] = [];
  private readonly channels = new Map<string, Channel>();

  /** Channels that somebody listens to. */
  get listening(): string[] {
    return [...this.channels].filter(([, { events }]) => events.observed).map(([id]) => id);
  }

  getStream<T>(address: LiveChannelAddress): Observable<LiveChannelEvent<T>> {
    this.subscriptions.push(address);
    const id = toLiveChannelId(address);
    return new Observable((subscriber) => {
      const channel = this.open(id);
      subscriber.next(this.status(id, channel.lastWithSchema));
      return (channel.events as unknown as Subject<LiveChannelEvent<T>>).subscribe(subscriber);
    });
  }

  /** What the back end sends on a running stream. */
  send(id: string, message: StreamMessage): void {
    const channel = this.open(id);
    if (message.schema !== undefined) {
      channel.lastWithSchema = message;
    }
    channel.events.next({ type: LiveChannelEventType.Message, message });
    if (channel.error !== undefined) {
      channel.error = undefined;
      channel.events.next(this.status(id));
    }
  }

  /** The websocket or the back end refuses a channel. */
  fail(id: string, message: string): void {
    const channel = this.open(id);
    channel.error = message;
    channel.events.next(this.status(id));
  }

  /** The websocket is cut, and comes back. */
  cut(id: string): void {
    this.turn(id, LiveChannelConnectionState.Connecting);
  }

  reconnect(id: string): void {
    this.turn(id, LiveChannelConnectionState.Connected);
  }

  /** Grafana shuts a channel down. */
  end(id: string): void {
    this.open(id).events.complete();
    this.channels.delete(id);
  }

  private turn(id: string, state: LiveChannelConnectionState): void {
    const channel = this.open(id);
    channel.state = state;
    channel.events.next(this.status(id));
  }

  private status(id: string, message?: StreamMessage): LiveChannelEvent<never> {
    const { state, error } = this.open(id);
    return { type: LiveChannelEventType.Status, id, timestamp: 0, state, error, message };
  }

  private open(id: string): Channel {
    const channel = this.channels.get(id) ?? { events: new Subject(), state: this.begin };
    this.channels.set(id, channel);
    return channel;
  }
}
