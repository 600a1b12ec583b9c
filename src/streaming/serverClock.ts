import { isDataFrame, type DataQueryResponse, type QueryResultMetaNotice } from '@grafana/data';

import { t } from '../locale/t';

import { duration } from './wording';

/** Milliseconds by which clocks may be apart without a word: in graphs nobody sees them. */
const TOLERANCE = 2_000;

/**
 * How far the server's clock is from this browser's, as one answer tells: the back end names its time, which is that of some
 * moment between question and answer.
 */
export class ServerClock {
  private asked = 0;
  /** What is to be told of it. */
  notices: readonly QueryResultMetaNotice[] = [];

  /** The question goes out, at `now` ms by the browser's clock. */
  ask(now = Date.now()): void {
    this.asked = now;
  }

  /** The answer is here. */
  read({ data }: DataQueryResponse, now = Date.now()): void {
    const told = data.filter(isDataFrame).flatMap(({ meta }) => {
      const { now: time, host } = (meta?.custom ?? {}) as Record<string, unknown>;
      return typeof time === 'number'
        ? [{ time, host: typeof host === 'string' ? host : t('notice.the-server', 'the server') }]
        : [];
    });
    const [first] = told;
    if (first === undefined) {
      return;
    }
    const ahead = first.time - (this.asked + now) / 2;
    const uncertain = (now - this.asked) / 2;
    if (Math.abs(ahead) <= TOLERANCE + uncertain) {
      return;
    }
    this.notices = [{ severity: 'warning', text: textOf(ahead, first.host) }];
  }
}

function textOf(ahead: number, host: string): string {
  const apart = duration(Math.abs(ahead));
  return ahead > 0
    ? t(
        'notice.clock-ahead',
        'The clock of {{host}} is {{apart}} ahead of the clock of this browser, so its newest rows are later than the time range. Synchronize both clocks with NTP, or choose a time range that ends later, such as now+{{minutes}}m.',
        { host, apart, minutes: minutes(ahead) }
      )
    : t(
        'notice.clock-behind',
        'The clock of {{host}} is {{apart}} behind the clock of this browser, so its rows are too early in the time range. Synchronize both clocks with NTP.',
        { host, apart }
      );
}

function minutes(ahead: number): number {
  return Math.ceil(ahead / 60_000);
}
