import { CoreApp, dateTime, type DataQueryRequest, type RawTimeRange } from '@grafana/data';

import type { XdpQuery } from '../query/model';

const NOW = dateTime('2026-01-01T12:00:00Z');

export const LAST_FIVE_MINUTES: RawTimeRange = { from: 'now-5m', to: 'now' };

export const LAST_HOUR: RawTimeRange = { from: 'now-1h', to: 'now' };

export function requestFor(targets: XdpQuery[], raw = LAST_FIVE_MINUTES): DataQueryRequest<XdpQuery> {
  return {
    app: CoreApp.Dashboard,
    requestId: 'Q100',
    timezone: 'utc',
    interval: '1s',
    intervalMs: 1_000,
    maxDataPoints: 800,
    range: { from: dateTime(NOW).subtract(raw === LAST_HOUR ? 60 : 5, 'minutes'), to: NOW, raw },
    rangeRaw: raw,
    scopedVars: {},
    startTime: NOW.valueOf(),
    targets,
  };
}
