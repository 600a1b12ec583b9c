import type { DataFrame } from '@grafana/data';

import { answeredRows } from './answered';
import { canonicalQuery } from './canonicalQuery';
import { ChannelStore, type Answered, type StreamMessage } from './channelStore';
import { longEnoughForGap } from './gaps';
import { longRows } from './groupedRates';
import { listenTo, type LiveChannel, type LiveSource } from './liveChannel';
import { quietAfter } from './quiet';
import type { Bounds } from './rowLog';

/** What is open, by Grafana Live and by data source and path. */
const stores = new WeakMap<object, Map<string, ChannelStore>>();

/** Milliseconds without counters, besides those after which they are late, in which a plugin may have been started anew. */
const SILENT_AFTER = 10_000;

/** A panel's hold on a store. */
export interface Held {
  store: ChannelStore;
  /** Lets go of it; the channel is left with its last panel. */
  close: () => void;
}

/** The store of a channel, which panels share, held by one of them that wants so much. */
export function openStore(channel: LiveChannel, source: LiveSource, bounds: Bounds): Held {
  const open = stores.get(source.live) ?? new Map<string, ChannelStore>();
  stores.set(source.live, open);
  const id = `${source.dataSourceUid}/${channel.path}`;
  const known = open.get(id);
  // What Grafana has shut down does not come back by itself.
  const store = known === undefined || known.connection.state === 'ended' ? storeOf(channel, source) : known;
  open.set(id, store);
  const leave = store.open(bounds);
  return {
    store,
    close: () => {
      leave();
      if (!store.isUsed && open.get(id) === store) {
        open.delete(id);
      }
    },
  };
}

/** An answer's rows in the form in which a channel with this query sends them. */
export function answeredFor({ query }: LiveChannel, answer: DataFrame): Answered {
  const { grouping } = canonicalQuery(query);
  return answeredRows(grouping === undefined ? answer : longRows(answer, grouping));
}

function storeOf(channel: LiveChannel, source: LiveSource): ChannelStore {
  const ask = async () => {
    const answer = await source.askAgain(channel);
    return answer && answeredFor(channel, answer);
  };
  const { kind, interval } = canonicalQuery(channel.query);
  // Counters come in each interval, whatever the network does.
  const silentAfter = kind === 'capture' ? SILENT_AFTER + quietAfter(interval) : undefined;
  return new ChannelStore(listenTo<StreamMessage>(channel, source), ask, longEnoughForGap(interval), silentAfter);
}
