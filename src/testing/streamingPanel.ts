import type { DataFrame, DataQueryResponse, LoadingState, RawTimeRange } from '@grafana/data';

import type { XdpQuery } from '../query/model';
import { seriesNames } from '../query/seriesNames';
import { followAnswer } from '../streaming/followAnswer';
import type { LiveSource } from '../streaming/liveChannel';
import { Pause } from '../streaming/pause';

import { requestFor } from './requests';

/** Panels share a page, and how often they are drawn depends on how many there are: each check begins with none. */
const opened: StreamingPanel[] = [];

afterEach(() => {
  opened.splice(0).forEach((panel) => {
    panel.leave();
  });
});

/** What a panel holds: the newest emission of each key. */
export class StreamingPanel {
  private readonly packets = new Map<string | undefined, DataQueryResponse>();
  readonly states: Array<LoadingState | undefined> = [];
  readonly leave: () => void;
  readonly pause = new Pause();

  constructor(
    live: LiveSource['live'],
    answer: DataQueryResponse,
    targets: XdpQuery[],
    raw?: RawTimeRange,
    askAgain: LiveSource['askAgain'] = () => Promise.resolve(undefined)
  ) {
    const source = { live, dataSourceUid: 'uid-1', askAgain };
    const subscription = followAnswer(
      answer,
      requestFor(targets, raw),
      source,
      seriesNames(targets),
      this.pause
    ).subscribe((packet) => {
      this.packets.set(packet.key, packet);
      this.states.push(packet.state);
    });
    this.leave = () => {
      subscription.unsubscribe();
    };
    opened.push(this);
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

  /** The series of one query as a graph has them: the times, and each legend's text with its values. */
  series(refId = 'A'): Array<[legend: string, ...values: unknown[]]> {
    const fields = this.frames.find((frame) => frame.refId === refId)?.fields ?? [];
    return fields.map(({ name, config, values }) => [config.displayNameFromDS ?? name, ...(values as unknown[])]);
  }

  /** What one query's frame says beside its rows, as "severity: text". */
  notices(refId = 'A'): string[] {
    const notices = this.frames.find((frame) => frame.refId === refId)?.meta?.notices ?? [];
    return notices.map(({ severity, text }) => `${severity}: ${text}`);
  }
}
