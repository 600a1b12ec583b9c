import type { DataFrame, DataQueryResponse, LoadingState } from '@grafana/data';

import type { XdpQuery } from '../query/model';
import { followAnswer } from '../streaming/followAnswer';
import type { LiveSource } from '../streaming/liveChannel';

import { requestFor } from './requests';

/** What a panel holds: the newest emission of each key. */
export class StreamingPanel {
  private readonly packets = new Map<string | undefined, DataQueryResponse>();
  readonly states: Array<LoadingState | undefined> = [];
  readonly leave: () => void;

  constructor(live: LiveSource['live'], answer: DataQueryResponse, targets: XdpQuery[]) {
    const subscription = followAnswer(answer, requestFor(targets), { live, dataSourceUid: 'uid-1' }).subscribe(
      (packet) => {
        this.packets.set(packet.key, packet);
        this.states.push(packet.state);
      }
    );
    this.leave = () => {
      subscription.unsubscribe();
    };
  }

  get frames(): DataFrame[] {
    return [...this.packets.values()].flatMap(({ data }) => data as DataFrame[]);
  }

  get errors() {
    return [...this.packets.values()].flatMap(({ errors }) => errors ?? []);
  }

  /** The TTLs shown for one query. */
  ttls(refId: string): unknown[] | undefined {
    return this.frames.find((frame) => frame.refId === refId)?.fields[1]?.values;
  }

  /** What one query's frame says beside its rows, as "severity: text". */
  notices(refId = 'A'): string[] {
    const notices = this.frames.find((frame) => frame.refId === refId)?.meta?.notices ?? [];
    return notices.map(({ severity, text }) => `${severity}: ${text}`);
  }
}
